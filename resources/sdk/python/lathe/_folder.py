"""The folder of a run: the one that Lathe gives, or one of its own form under `lathe-runs/` where there is no Lathe."""

import json
import os
import sys
import time

from ._files import publish_bytes
from ._identity import new_id

_GIVEN = ("LATHE_RUN_DIR", "LATHE_RUN_ID", "LATHE_OUTPUTS")


class Folder:
    """`path` of the run, its `id`, and `own`: whether this process made it and therefore says how the run ended."""

    def __init__(self, path, id, own):
        self.path = path
        self.id = id
        self.own = own
        self.outputs = os.environ.get("LATHE_OUTPUTS") or os.path.join(path, "outputs")
        self.checkpoint = os.path.join(path, "checkpoint")

    def end(self, state, failure=None, exit_code=None, signal=None):
        """Write exit.json, the last file of a run, and let the next run of this process be another one."""
        ending = {"state": state, "at": int(time.time() * 1000), "exitCode": exit_code, "signal": signal, "failure": failure}
        try:
            publish_bytes(os.path.join(self.path, "exit.json"), json.dumps(ending).encode())
        finally:
            for name in _GIVEN:
                os.environ.pop(name, None)


def given_folder():
    """The folder that Lathe made for this run, or None."""
    path = os.environ.get("LATHE_RUN_DIR")
    return Folder(path, os.environ.get("LATHE_RUN_ID", ""), own=False) if path else None


def new_folder(name, project, experiment, parent=None):
    """Make `lathe-runs/<id>/` with run.json. Processes that this one starts find it as if Lathe had given it."""
    id = new_id()
    path = os.path.join(os.path.abspath(parent or "lathe-runs"), id)
    for part in ("journal", "outputs", "checkpoint"):
        os.makedirs(os.path.join(path, part))
    command = list(getattr(sys, "orig_argv", None) or [sys.executable, *sys.argv])
    about = {
        "version": 1,
        "id": id,
        "name": name or _name_of_program(),
        "project": project,
        "experiment": experiment,
        "createdAt": int(time.time() * 1000),
        "command": command,
        "params": {},
    }
    publish_bytes(os.path.join(path, "run.json"), json.dumps(about, indent=2).encode())
    publish_bytes(os.path.join(path, "process.json"), json.dumps({"pid": os.getpid()}).encode())
    os.environ.update(zip(_GIVEN, (path, id, os.path.join(path, "outputs"))))
    return Folder(path, id, own=True)


def add_params(folder, params):
    """Put the parameters known by now into run.json."""
    path = os.path.join(folder.path, "run.json")
    with open(path, encoding="utf-8") as file:
        about = json.load(file)
    about["params"] = params
    publish_bytes(path, json.dumps(about, indent=2).encode())


def _name_of_program():
    program = os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] not in ("", "-c", "-m") else ""
    return os.path.splitext(program)[0] or "python"
