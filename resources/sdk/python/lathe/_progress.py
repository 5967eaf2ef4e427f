"""How far the program is, how fast it goes and how long it will take."""

import time

from ._values import number


class Progress:
    """Works out rate and remaining time from the steps it is told."""

    def __init__(self):
        self._first = None

    def describe(self, value, total, step, message):
        """The fields of a progress record. `value` is a fraction unless `total` is given."""
        now = time.monotonic()
        done = float(number(step if step is not None else value) or 0)
        fraction = done if total is None and step is None else done / float(total) if total else None
        if fraction is not None:
            fraction = min(max(fraction, 0.0), 1.0)
        if self._first is None or done < self._first[1]:
            self._first = (now, done)
        began, before = self._first
        speed = (done - before) / (now - began) if now > began else 0.0
        whole = total if total is not None else 1.0
        counted = total is not None or step is not None
        if message is None:
            message = "step %s of %s" % (_tidy(done), _tidy(total)) if total is not None else "running"
        return {
            "fraction": fraction,
            "message": str(message)[:1_000],
            "rate": "%s steps/s" % _tidy(speed) if counted and speed > 0 else None,
            "remainingMs": max(round((float(whole) - done) / speed * 1000), 0) if fraction is not None and speed > 0 else None,
        }


def _tidy(value):
    value = float(value)
    return "%d" % value if value == int(value) else "%.3g" % value
