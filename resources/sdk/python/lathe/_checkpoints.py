"""Checkpoints that are whole or not there, however the program ends."""

import contextlib
import os
import re
import shutil
import socket

from ._files import sync_folder, sync_tree
from ._notes import note

#: `<step>`, or `<step>.<n>` where a step is saved again: a folder cannot be replaced by another in one go.
_COMPLETE = re.compile(r"(\d+)(?:\.(\d+))?")
_UNFINISHED = re.compile(r".*\.(?P<host>[^.]*)\.(?P<process>\d+)\.tmp")


def complete(folder):
    """Names of the complete checkpoints, the latest last."""
    try:
        names = [name for name in os.listdir(folder) if _COMPLETE.fullmatch(name)]
    except OSError:
        return []
    return sorted(names, key=lambda name: tuple(int(part or 0) for part in _COMPLETE.fullmatch(name).groups()))


@contextlib.contextmanager
def scratch():
    """A folder that is not kept, so that the program can go on where there is no place for a checkpoint."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="lathe-") as folder:
        yield as_path(folder)


@contextlib.contextmanager
def saving(run, step, keep):
    """A temporary folder; what is in it when the block ends becomes the checkpoint of `step`. An error in the block leaves none."""
    root = run.folder.checkpoint
    try:
        if run.parallel:
            raise _NotKept()
        os.makedirs(root, exist_ok=True)
        _sweep(root)
        temporary = os.path.join(root, "%d.%s.%d.tmp" % (step, _host(), os.getpid()))
        shutil.rmtree(temporary, ignore_errors=True)
        os.mkdir(temporary)
    except (_NotKept, OSError) as error:
        if isinstance(error, OSError):
            note("checkpoint", "a checkpoint could not be begun: %s. The program goes on without it." % error)
        with scratch() as folder:
            yield folder
        return
    try:
        yield as_path(temporary)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    try:
        _publish(run, root, temporary, step)
        for name in complete(root)[: -max(int(keep), 1)]:
            _remove(root, name)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        note("checkpoint", "the checkpoint of step %d could not be kept: %s. The former one stays." % (step, error))


def _publish(run, root, temporary, step):
    sync_tree(temporary)
    # What was logged before is on the disk first: whoever goes on from here does not log it again.
    run.journal.sync()
    for attempt in range(10_000):
        name = "%d" % step if attempt == 0 else "%d.%d" % (step, attempt)
        path = os.path.join(root, name)
        if not os.path.exists(path):
            os.rename(temporary, path)
            break
    sync_folder(root)
    run.record(type="checkpoint", step=step)
    run.flush()


def _remove(root, name):
    """By way of another name, so that a half removed checkpoint is never taken for a complete one."""
    doomed = os.path.join(root, "%s.%s.%d.tmp" % (name, _host(), os.getpid()))
    os.rename(os.path.join(root, name), doomed)
    shutil.rmtree(doomed, ignore_errors=True)


_swept = set()


def _sweep(root):
    """Remove what processes that are gone left unfinished."""
    if (root, os.getpid()) in _swept:
        return
    _swept.add((root, os.getpid()))
    for name in os.listdir(root):
        match = _UNFINISHED.fullmatch(name)
        if match and not _alive(match["host"], int(match["process"])):
            shutil.rmtree(os.path.join(root, name), ignore_errors=True)


def _alive(host, process):
    # One run is never executed by two machines at once, so another host is a former container or node of this run.
    if host != _host() or process == os.getpid():
        return False
    if os.name == "nt":
        return True  # it cannot be asked there without harm
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _host():
    return re.sub(r"[^A-Za-z0-9_-]", "_", socket.gethostname() or "host")[:60]


def as_path(text):
    from pathlib import Path

    return Path(text)


class _NotKept(Exception):
    """Another of the processes that train together saves the checkpoint."""
