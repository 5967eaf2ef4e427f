"""What the user should know but must not be stopped by: one line on stderr, once for each matter."""

import functools
import sys

_said = set()


def note(matter, words):
    """Say `words` on stderr unless something was said about `matter` before."""
    if matter in _said:
        return
    if len(_said) < 1000:
        _said.add(matter)
    try:
        sys.stderr.write("lathe: " + words + "\n")
    except Exception:
        pass  # no stderr, or a closed one: then there is no one to tell


def harmless(function):
    """Wrap a function that users call so that its faults are noted and None is returned instead."""

    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception as error:
            name = function.__name__
            note((name, type(error)), "%s() was passed over: %s: %s" % (name, type(error).__name__, error))
            return None

    return wrapped
