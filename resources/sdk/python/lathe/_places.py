"""Where the run's files are, as Paths."""

import os
import tempfile
from pathlib import Path

from . import _run
from ._notes import note


def place(name):
    """The folder `outputs` or `run_dir`, made if it is missing; a temporary one where there is no run, which is said."""
    run = _run.current()
    path = None if run is None else run.folder.outputs if name == "outputs" else run.folder.path
    try:
        if path:
            os.makedirs(path, exist_ok=True)
            return Path(path)
    except OSError as error:
        note("outputs", "the folder for outputs cannot be made: %s" % error)
    note("no outputs", "files go to a temporary folder and are not kept")
    return Path(tempfile.mkdtemp(prefix="lathe-"))
