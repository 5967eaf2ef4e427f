"""The data that a run was given: read-only folders by name."""

import collections.abc
import os

from ._notes import note


class Inputs(collections.abc.Mapping):
    """Folder by name of input, as a Path."""

    def _folder(self):
        return os.environ.get("LATHE_INPUTS", "")

    def __getitem__(self, name):
        from pathlib import Path

        if name not in list(self):
            known = ", ".join(self) or "none"
            words = "the run has no input called %r (it has: %s); name it under data: in the recipe, or with --data" % (name, known)
            raise KeyError(words)
        return Path(self._folder()) / name

    def __iter__(self):
        try:
            return iter(sorted(name for name in os.listdir(self._folder()) if not name.startswith(".")) if self._folder() else [])
        except OSError:
            return iter([])

    def __len__(self):
        return sum(1 for _ in self)

    def __repr__(self):
        return "lathe.inputs(%r)" % ({name: str(self[name]) for name in self},)


inputs = Inputs()


def data(name=None):
    """Folder of the run's data, or of the input called `name`, as a Path; None where there is none, so `lathe.data() or "mine"`."""
    from pathlib import Path

    if name is None:
        path = os.environ.get("LATHE_DATA")
        return Path(path) if path else None
    try:
        return inputs[name]
    except KeyError as error:
        if os.environ.get("LATHE_RUN_DIR"):
            note(("input", name), error.args[0])
        return None
