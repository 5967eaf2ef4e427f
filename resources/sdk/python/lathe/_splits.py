"""The split of its data that a run was given: row numbers by part."""

import collections.abc
import json
import os

from ._notes import note


class Split(collections.abc.Mapping):
    """Row numbers, counted from 0, by part. They come as NumPy arrays where there is NumPy, else as arrays of Python's own."""

    def __init__(self, folder, data=None):
        from pathlib import Path

        self.folder = Path(folder)
        with open(self.folder / "split.json", encoding="utf-8") as file:
            self.facts = json.load(file)
        self._data = data
        self._parts = {part["name"]: part for part in self.facts["parts"]}

    def __getitem__(self, part):
        return _rows(self.folder / self._part(part)["file"])

    def __iter__(self):
        return iter(self._parts)

    def __len__(self):
        return len(self._parts)

    def files(self, part):
        """Paths (texts) of the files that the part's rows stand for, one after the other in the order of `split[part]`; None for a row without one.

        Pictures have them; the rows of a table stand for no files, which is a ValueError.
        """
        listed = self._part(part).get("files")
        if listed is None:
            raise ValueError("the rows of %s stand for no files: take them from its table by split[%r]" % (self.facts.get("dataset", "the data"), part))
        return _Files(self.folder / listed, self._data)

    def _part(self, part):
        if part not in self._parts:
            raise KeyError("the split %s has no part %r (it has: %s)" % (self.facts["split"], part, ", ".join(self._parts)))
        return self._parts[part]

    def __repr__(self):
        return "lathe.split(%r: %s)" % (self.facts["split"], ", ".join("%s %d" % (part["name"], part["rows"]) for part in self.facts["parts"]))


class _Files:
    """Read again whenever it is gone through, so that a million names need no memory; `list(…)` where they are wanted at once."""

    def __init__(self, listed, data):
        self._listed = listed
        self._data = data

    def __iter__(self):
        with open(self._listed, encoding="utf-8", newline="\n") as lines:
            for line in lines:
                name = json.loads(line)
                yield name if name is None or not self._data else os.path.join(self._data, *name.split("/"))


def split(name=None):
    """Split of the run's data, or of the input called `name`; None where none was chosen, so `lathe.split() or mine()`."""
    folder = os.environ.get("LATHE_SPLIT") if name is None else os.path.join(os.environ.get("LATHE_INPUTS", ""), ".split." + name)
    if not folder or not os.path.isfile(os.path.join(folder, "split.json")):
        if name is not None and os.environ.get("LATHE_RUN_DIR"):
            note(("split", name), "the run has no split of the input %r; name one with the data: split in the recipe" % name)
        return None
    return Split(folder, os.environ.get("LATHE_DATA") if name is None else os.path.join(os.environ.get("LATHE_INPUTS", ""), name))


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
