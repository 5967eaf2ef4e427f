"""The split of its data that a run was given: row numbers by part."""

import collections.abc
import json
import os

from ._notes import note


class Split(collections.abc.Mapping):
    """Row numbers, counted from 0, by part. They come as NumPy arrays where there is NumPy, else as arrays of Python's own."""

    def __init__(self, folder):
        from pathlib import Path

        self.folder = Path(folder)
        with open(self.folder / "split.json", encoding="utf-8") as file:
            self.facts = json.load(file)
        self._files = {part["name"]: part["file"] for part in self.facts["parts"]}

    def __getitem__(self, part):
        if part not in self._files:
            raise KeyError("the split %s has no part %r (it has: %s)" % (self.facts["split"], part, ", ".join(self._files)))
        return _rows(self.folder / self._files[part])

    def __iter__(self):
        return iter(self._files)

    def __len__(self):
        return len(self._files)

    def __repr__(self):
        return "lathe.split(%r: %s)" % (self.facts["split"], ", ".join("%s %d" % (part["name"], part["rows"]) for part in self.facts["parts"]))


def split(name=None):
    """Split of the run's data, or of the input called `name`; None where none was chosen, so `lathe.split() or mine()`."""
    folder = os.environ.get("LATHE_SPLIT") if name is None else os.path.join(os.environ.get("LATHE_INPUTS", ""), ".split." + name)
    if not folder or not os.path.isfile(os.path.join(folder, "split.json")):
        if name is not None and os.environ.get("LATHE_RUN_DIR"):
            note(("split", name), "the run has no split of the input %r; name one with the data: split in the recipe" % name)
        return None
    return Split(folder)


def _rows(file):
    try:
        import numpy

        return numpy.load(file, allow_pickle=False)
    except ImportError:
        return _plain_rows(file)


def _plain_rows(file):
    """Version 1.0 of NumPy's format with int64, as Lathe writes it."""
    import array
    import sys

    with open(file, "rb") as stream:
        stream.seek(8)
        stream.seek(int.from_bytes(stream.read(2), "little"), 1)
        rows = array.array("q", stream.read())
    if sys.byteorder == "big":
        rows.byteswap()
    return rows
