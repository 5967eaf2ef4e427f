"""Files of a run: copied or made below `outputs/`, complete before the journal names them."""

import os

from . import _files, _run
from ._notes import harmless, note
from ._values import whole


@harmless
def log_artifact(path, name=None):
    """Keep a file, or a folder's files, as the run's; `name` is its path there. What lies in `lathe.outputs` is not copied."""
    run = _run.current()
    if not run or run.parallel:
        return
    _keep(run, os.fspath(path), name, "file")


@harmless
def log_image(image, key="image", step=None):
    """Keep a picture of a step: a file's path, bytes of a PNG or JPEG, an array (H×W, H×W×3, H×W×4), a PIL image or a Matplotlib figure."""
    from ._images import image_bytes

    run = _run.current()
    if not run or run.parallel:
        return
    step = _step(run, step)
    content, extension = image_bytes(image)
    path = "images/%s/%d.%s" % (_files.safe_name(key), step, extension)
    _files.publish_bytes(os.path.join(run.folder.outputs, *path.split("/")), content)
    run.record(type="artifact", path=path, kind="image", key=str(key), step=step)


@harmless
def log_table(key, rows, step=None, columns=None):
    """Keep a table as CSV: a dict of columns, rows as dicts or as lists with `columns`, or a pandas or Polars frame."""
    from ._tables import csv_bytes

    run = _run.current()
    if not run or run.parallel:
        return
    step = None if step is None else _step(run, step)
    place = _files.safe_name(key) if step is None else "%s/%d" % (_files.safe_name(key), step)
    path = "tables/%s.csv" % place
    _files.publish_bytes(os.path.join(run.folder.outputs, *path.split("/")), csv_bytes(rows, columns))
    run.record(type="artifact", path=path, kind="table", key=str(key), **({} if step is None else {"step": step}))


@harmless
def log_model(model, name="model"):
    """Keep a trained model: the path of a file or folder, or a model of PyTorch, Keras, scikit-learn, LightGBM, XGBoost,
    Hugging Face or ONNX, which is saved in its own format (see docs/python-sdk.md). One of the same name is replaced."""
    from ._models import save_model

    run = _run.current()
    if not run or run.parallel:
        return
    if isinstance(model, (str, os.PathLike)):
        path = os.fspath(model)
        extension = "" if os.path.isdir(path) else os.path.splitext(path)[1]
        _keep(run, path, name if str(name).endswith(extension) else name + extension, "model", key=name)
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="lathe-") as folder:
        saved = save_model(model, folder, _files.safe_name(name))
        _keep(run, saved, os.path.relpath(saved, folder), "model", key=name)


def _keep(run, path, name, kind, key=None):
    """Copy a file or the files of a folder below outputs, unless they are there, and name each in the journal."""
    outputs = os.path.realpath(run.folder.outputs)
    source = os.path.realpath(path)
    inside = source.startswith(outputs + os.sep)
    if not os.path.exists(source):
        raise FileNotFoundError("%s does not exist" % path)
    if name is not None or not inside:
        wanted = _files.safe_name(name if name is not None else os.path.basename(os.path.abspath(path)))
    else:
        wanted = os.path.relpath(source, outputs).replace(os.sep, "/")
    described = {"kind": kind} if key is None else {"kind": kind, "key": str(key)}
    for file, relative in _files_below(source):
        place = wanted + relative
        target = os.path.join(outputs, *place.split("/"))
        if os.path.realpath(target) == os.path.realpath(file):
            _files.sync_file(file)
        else:
            _files.copy_file(file, target)
        run.record(type="artifact", path=place, **described)


def _files_below(source):
    """Each regular file with its path relative to the source, "" for the source itself."""
    if os.path.isfile(source):
        yield source, ""
        return
    for folder, _, names in os.walk(source):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not name.endswith(".tmp"):
                yield path, "/" + os.path.relpath(path, source).replace(os.sep, "/")


def _step(run, step):
    if step is None:
        return run.metrics.last_step
    exact = whole(step)
    if exact is None:
        note("media step", "%r is no step; the last step that was logged is taken" % (step,))
        return run.metrics.last_step
    return exact
