"""LightGBM: the scores of the evaluation sets after each tree."""

import sys

from .. import log, preflight, progress
from .._config import record_details
from .._notes import harmless
from ._callbacks import with_callback


class LatheCallback:
    """`lightgbm.train(..., callbacks=[LatheCallback()])`, or the same of `fit` of its scikit-learn classes."""

    order = 30
    before_iteration = False

    @harmless
    def __call__(self, environment):
        if environment.iteration == environment.begin_iteration:
            record_details({"num_boost_round": environment.end_iteration, **(environment.params or {})})
        values = {}
        for data, metric, value, _, *deviation in environment.evaluation_result_list or ():
            values["%s/%s" % (data, metric)] = value
            if deviation:
                values["%s/%s_stdv" % (data, metric)] = deviation[0]
        if not values and preflight:
            values = {"iteration": environment.iteration}
        progress(step=environment.iteration + 1, total=environment.end_iteration)
        if values:
            log(values, step=environment.iteration)


def install(module):
    """Add the callback to every training."""
    import lightgbm

    train = lightgbm.train
    if hasattr(train, "_lathe"):
        return

    followed = with_callback(train, LatheCallback, lambda _: LatheCallback())
    for name in ("lightgbm", "lightgbm.engine", "lightgbm.sklearn"):
        if getattr(sys.modules.get(name), "train", None) is train:
            sys.modules[name].train = followed
