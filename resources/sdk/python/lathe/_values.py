"""From the values of Python programs to the values of the run journal, without importing NumPy or any framework."""

import json
import operator

#: Integers beyond it are no numbers to a reader of JSON.
LARGEST = 2**1023
#: Steps are exact in every reader up to here.
LARGEST_STEP = 2**53 - 1
LONGEST_TEXT = 200_000


def number(value):
    """A number as JSON text, or None for what is no number. NaN and the infinities are words.

    Takes int, float, bool, and whatever has `item()` (NumPy, PyTorch, JAX), `numpy()` (TensorFlow) or `__float__`.
    """
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return _float(float.__float__(value))
    if isinstance(value, int):
        if -LARGEST < value < LARGEST:
            return int.__repr__(value)
        return '"Infinity"' if value > 0 else '"-Infinity"'
    if value is None or isinstance(value, (str, bytes, bytearray, complex)):
        return None
    try:
        for name in ("item", "numpy"):
            method = getattr(value, name, None)
            if callable(method):
                inner = method()
                return None if type(inner) is type(value) else number(inner)
        return _float(float(value))
    except Exception:
        return None


def _float(value):
    if value - value == 0.0:
        return float.__repr__(value)
    if value != value:
        return '"NaN"'
    return '"Infinity"' if value > 0 else '"-Infinity"'


def whole(value):
    """A step as int, or None for what is no whole number."""
    try:
        try:
            step = operator.index(value)
        except TypeError:
            item = getattr(value, "item", None)
            exact = float(item() if callable(item) else value)
            step = int(exact)
            if step != exact:
                return None
    except Exception:
        return None
    return step if -LARGEST_STEP <= step <= LARGEST_STEP else None


def scalar(value):
    """A parameter's or a summary's value: text, a number, a boolean; anything else as the text that describes it."""
    if isinstance(value, (bool, str)):
        return str(value)[:LONGEST_TEXT] if isinstance(value, str) else value
    text = number(value)
    if text is not None:
        return json.loads(text)
    return plain_text(value)[:LONGEST_TEXT]


def plain_text(value):
    """Lists, tuples, dicts and None as JSON; other objects as Python prints them."""
    try:
        return json.dumps(value, default=str)
    except (TypeError, ValueError):
        return str(value)


def flat(values, separator, prefix=""):
    """Pairs of key and value of a dict with dicts in it, keys joined by `separator`."""
    for key, value in values.items():
        name = prefix + str(key)
        if isinstance(value, dict):
            yield from flat(value, separator, name + separator)
        else:
            yield name, value


def encode(record):
    """One line of the journal for a record without NaN in it."""
    return json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n"
