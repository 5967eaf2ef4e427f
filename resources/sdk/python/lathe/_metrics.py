"""From `lathe.log(...)` to a line of the journal; the one part of the SDK where every microsecond counts."""

import json
import time

from ._notes import note
from ._values import LARGEST, flat, number, whole

#: The journal's lines must stay below 1 MiB.
LONGEST_LINE = 900_000
LONGEST_KEY = 1_000
MOST_NAMES = 20_000


class Metrics:
    """Numbers the steps of one process and writes what is logged at them."""

    def __init__(self, journal, rank):
        self._journal = journal
        self._quiet = rank not in (None, 0)
        self._prefix = "" if rank is None else "rank_%d/" % rank
        self._names = {}
        self.next_step = 0
        #: Called with each step that was logged; set in a trial run.
        self.watcher = None

    @property
    def last_step(self):
        return max(self.next_step - 1, 0)

    def log(self, values, step, all_ranks):
        if step is None:
            step = self.next_step
        elif step.__class__ is not int:
            step = self._whole(step)
        if not self._quiet or all_ranks:
            names = self._names if not all_ranks else {}
            parts = []
            for key, value in values.items():
                kind = value.__class__
                if kind is float and value - value == 0.0:
                    text = value.__repr__()
                elif kind is int and -LARGEST < value < LARGEST:
                    text = value.__repr__()
                elif kind is dict:
                    self.log(dict(flat(value, "/", "%s/" % key)), step, all_ranks)
                    continue
                else:
                    text = number(value)
                    if text is None:
                        note(("value", key), "the value of %r was passed over: %s is no number" % (key, _short(value)))
                        continue
                name = names.get(key)
                if name is None:
                    name = self._name(key, names, self._prefix if all_ranks else "")
                parts.append(name + text)
            if parts:
                self._write(step, parts)
        if step >= self.next_step:
            self.next_step = step + 1
        if self.watcher is not None:
            self.watcher(step)

    def _write(self, step, parts):
        values = ",".join(parts)
        if len(values) > LONGEST_LINE and len(parts) > 1:
            self._write(step, parts[: len(parts) // 2])
            self._write(step, parts[len(parts) // 2 :])
            return
        at = int(time.time() * 1000)
        self._journal.append('{"type":"metrics","step":%d,"at":%d,"values":{%s}}\n' % (step, at, values))

    def _name(self, key, names, prefix):
        """A key as it stands in a line, kept because programs log the same keys again and again."""
        if len(names) >= MOST_NAMES:
            names.clear()
        name = names[key] = json.dumps((prefix + str(key))[:LONGEST_KEY]) + ":"
        return name

    def _whole(self, step):
        exact = whole(step)
        if exact is None:
            note("step", "a step of %s is no whole number; the next one is taken instead" % _short(step))
            return self.next_step
        return exact


def _short(value):
    try:
        text = repr(value)
    except Exception:
        text = "a value that cannot be printed"
    return "%s %s" % (type(value).__name__, text if len(text) <= 60 else text[:57] + "...")
