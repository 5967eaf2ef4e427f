"""A trial run (preflight): a few real steps, to learn whether the program works and how long a step takes."""

import os
import threading
import time

from ._values import whole

#: The third step ends the trial: the first one warms up, the second is measured against the third.
STEPS = 3
_TOTALS = ("total_steps", "max_steps", "num_steps", "steps")


class Trial:
    """Watches the steps that are logged and ends the program, with exit code 0, at the third different one."""

    def __init__(self, run):
        self._run = run
        self._seen = {}
        self.total_steps = None
        self._reported = False

    def watch(self, step):
        self._seen.setdefault(step, time.monotonic())
        if len(self._seen) >= STEPS:
            self.end()

    def report(self, step_seconds=None, total_steps=None):
        """Write down what is known, once."""
        if self._reported:
            return
        self._reported = True
        seconds = step_seconds if step_seconds is not None else self._step_seconds()
        if seconds is not None:
            self._run.summarize("preflight/step_seconds", seconds)
        total = next((each for each in (total_steps, self.total_steps, _promised_steps()) if each is not None), None)
        if total is not None:
            self._run.summarize("preflight/total_steps", total)

    def end(self, step_seconds=None, total_steps=None):
        self.report(step_seconds, total_steps)
        self._run.flush()
        if threading.current_thread() is not threading.main_thread():
            self._run.finish()
            os._exit(0)  # SystemExit would end this thread only
        raise SystemExit(0)

    def _step_seconds(self):
        """Seconds from one step to the next, the warm first one left out where there are three."""
        steps = sorted(self._seen, key=self._seen.get)[-2:]
        if len(steps) < 2:
            return None
        between = self._seen[steps[1]] - self._seen[steps[0]]
        return between / max(abs(steps[1] - steps[0]), 1)


def _promised_steps():
    """The number of steps as the parameters name it."""
    from ._config import config  # which is made of runs, which have trials

    given = (whole(config[key]) for key in _TOTALS if key in config)
    return next((each for each in given if each is not None and each > 0), None)
