"""`lathe.config`: the parameters that the run was given, and those that the program adds; `lathe.summary`: its results."""

import collections.abc
import json
import os

from . import _run
from ._notes import harmless, note
from ._values import flat, scalar


class Config(collections.abc.MutableMapping):
    """The run's parameters, read as `config["lr"]` or `config.lr`.

    `config(lr=0.1, epochs=3)` states defaults: a parameter that the run was given keeps its value. `config["lr"] = 0.2`
    replaces the value. What is new or changed either way is recorded with the run.
    """

    def __init__(self):
        object.__setattr__(self, "_values", None)

    def __call__(self, defaults=None, /, **more):
        for key, value in {**_as_dict(defaults), **more}.items():
            if key not in self._read():
                self[key] = value
        return self

    def __getitem__(self, key):
        return self._read()[key]

    def __setitem__(self, key, value):
        values = self._read()
        known = key in values and values[key] is not None and type(values[key]) is type(value) and values[key] == value
        values[key] = value
        if not known:
            _record_parameter(key, value)

    def __delitem__(self, key):
        raise TypeError("parameters of a run cannot be removed")

    def __iter__(self):
        return iter(self._read())

    def __len__(self):
        return len(self._read())

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._read()[name]
        except KeyError:
            words = "the run has no parameter %r; give it, or a default by lathe.config(%s=...)" % (name, name)
            raise AttributeError(words) from None

    def __setattr__(self, name, value):
        self[name] = value

    def __repr__(self):
        return "lathe.config(%r)" % (self._read(),)

    def _renew(self):
        object.__setattr__(self, "_values", None)

    def _read(self):
        if self._values is None:
            object.__setattr__(self, "_values", _given_parameters())
        return self._values


class Summary(dict):
    """Results of the run as a whole: `summary["best_accuracy"] = 0.93`. Values are numbers, texts or booleans."""

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        _summarize(str(key), value)

    def update(self, *args, **more):
        for key, value in dict(*args, **more).items():
            self[key] = value

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]


@harmless
def record_details(values):
    """Record parameters that a framework knows, unless the run or the program has one of that name."""
    for key, value in values.items():
        if key not in config and isinstance(value, (str, bool, int, float)):
            _record_parameter(key, value)


def _given_parameters():
    path = os.environ.get("LATHE_PARAMS")
    if not path:
        return {}
    try:
        with open(path, encoding="utf-8") as file:
            return dict(json.load(file))
    except (OSError, ValueError, TypeError) as error:
        note("params", "the run's parameters could not be read: %s" % error)
        return {}


def _as_dict(values):
    """Of a dict, an argparse.Namespace, a dataclass or another object that has its values as attributes."""
    if values is None:
        return {}
    return dict(values) if isinstance(values, collections.abc.Mapping) else dict(vars(values))


@harmless
def _record_parameter(key, value):
    run = _run.current()
    if run is None:
        return
    for name, part in flat({key: value}, "."):
        run.params[name] = scalar(part)
        run.record(type="param", key=name, value=run.params[name])


@harmless
def _summarize(key, value):
    run = _run.current()
    if run is not None:
        for name, part in flat({key: value}, "/"):
            run.summarize(name, scalar(part))


config = Config()
summary = Summary()
_run.renewals += [config._renew, summary.clear]
