"""Tell Lathe what a training program does: metrics, files, models and checkpoints, without a server or a network.

    import lathe

    config = lathe.config(learning_rate=0.01, epochs=5)
    for step in range(1000):
        lathe.log(loss=train(config.learning_rate))

Nothing here raises into the program because of what it was given to record: that is said once on stderr. Under Lathe records go to
the run's folder; elsewhere to a new folder below `lathe-runs/`. The guide is docs/python-sdk.md.
"""

from . import _checkpoints, _run
from ._config import config, summary
from ._inputs import data, inputs
from ._media import log_artifact, log_image, log_model, log_table
from ._notes import harmless, note
from ._progress import Progress
from ._splits import split
from ._values import scalar, whole

__all__ = [
    "autolog", "checkpoint", "config", "data", "finish", "flush", "init", "inputs", "load_metrics", "load_runs", "log",
    "log_artifact", "log_image", "log_model", "log_table", "outputs", "preflight", "preflight_done", "progress", "resume",
    "run_dir", "split", "summary", "tag",
]  # fmt: skip
__version__ = "0.1.0"

#: Whether this is a trial run of a few steps: load little, and expect the end at the third step that is logged.
preflight = _run.preflight
_progress = Progress()


def log(values=None, /, step=None, *, all_ranks=False, **more):
    """Record metrics: `log(loss=0.3)` or `log({"val/loss": 0.3}, step=7)`.

    Without a step they count from 0, or on from the last step. Of processes that train together only rank 0 records, unless
    `all_ranks`: then each does, under keys that begin with `rank_<n>/`.
    """
    try:
        run = _run._run
        if run is None or run is _run.Unavailable:
            run = _run.current()
            if run is None:
                return
        if values is None:
            values = more
        elif more:
            values = {**values, **more}
        run.metrics.log(values, step, all_ranks)
    except Exception as error:
        note(("log", type(error)), "log() was passed over (give it a dict or keywords): %s: %s" % (type(error).__name__, error))


@harmless
def init(name=None, project=None, experiment=None, params=None, tags=None, folder=None, rank=None):
    """Begin the run now instead of at the first use; under Lathe, name, project, experiment and folder are given by it.

    `params` are as for `lathe.config(...)`. Outside of Lathe the run is a folder in `folder` (`lathe-runs`).
    """
    _run.start(name, project, experiment, folder, rank, again=True)
    config(params)
    for key, value in (tags or {}).items():
        tag(key, value)


@harmless
def finish():
    """End the run before the program does. Nobody needs to call it: it happens when the interpreter ends."""
    _run.finish()


@harmless
def flush():
    """Have everything written that was logged; of use before os._exit."""
    if _run.current():
        _run.current().flush()


@harmless
def tag(key, value=""):
    """Mark the run with a text under a key."""
    run = _run.current()
    if run:
        run.record(type="tag", key=str(key), value=str(scalar(value)))


@harmless
def progress(value=None, total=None, message=None, *, step=None):
    """How far it is: `progress(0.3)`, `progress(30, 100)` or `progress(step=30, total=100, message="epoch 2")`."""
    run = _run.current()
    if not run:
        return
    if run.trial and total is not None:
        run.trial.total_steps = whole(total)
    run.set_progress(_progress.describe(value, total, step, message))


def checkpoint(step=None, keep=2):
    """`with lathe.checkpoint() as folder:` save there what is needed to go on; the last `keep` are kept.

    It counts when the block ends without an error, all at once: a program killed in the middle leaves the former checkpoint. Of
    processes that train together only rank 0's is kept.
    """
    run = _run.current()
    if run is None:
        return _checkpoints.scratch()
    exact = whole(step) if step is not None else run.metrics.last_step
    if exact is None or exact < 0:
        note("checkpoint step", "%r is no step of a checkpoint; the last step that was logged is taken" % (step,))
        exact = run.metrics.last_step
    return _checkpoints.saving(run, exact, keep)


@harmless
def resume():
    """Folder of the latest complete checkpoint as a Path, or None for a fresh start. Steps then count on from it."""
    run = _run.current()
    names = _checkpoints.complete(run.folder.checkpoint) if run else []
    if not names:
        return None
    run.metrics.next_step = max(run.metrics.next_step, int(names[-1].split(".")[0]) + 1)
    return _checkpoints.as_path(run.folder.checkpoint) / names[-1]


def preflight_done(step_seconds=None, total_steps=None):
    """In a trial run: it has seen enough. Ends the program with exit code 0; does nothing in other runs."""
    run = _run.current() if preflight else None
    if run and run.trial:
        run.trial.end(step_seconds, total_steps)


@harmless
def autolog(*frameworks):
    """Record what frameworks do without a call in the program: all that are known, or those named among `sklearn`, `pytorch`,
    `lightning`, `keras`, `lightgbm`, `xgboost` and `transformers`, whether they are imported already or later."""
    from .integrations import install

    install(frameworks)


def __getattr__(name):
    """`outputs` and `run_dir`, Paths of folders that exist once the run has begun; and what reads runs, which few programs need."""
    if name in ("outputs", "run_dir"):
        from ._places import place

        return place(name)
    if name in ("load_metrics", "load_runs"):
        from . import reading

        return getattr(reading, name)
    raise AttributeError("module 'lathe' has no attribute %r" % name)
