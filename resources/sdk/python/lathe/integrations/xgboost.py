"""XGBoost: the scores of the evaluation sets after each round."""

import sys

import xgboost

from .. import log, preflight, progress
from .._config import record_details
from .._notes import harmless
from ._callbacks import with_callback


class LatheCallback(xgboost.callback.TrainingCallback):
    """`xgboost.train(..., callbacks=[LatheCallback()])`, or `callbacks=` of its scikit-learn classes. `total` is the number of rounds."""

    def __init__(self, total=None, params=None):
        super().__init__()
        self._total = total
        self._params = params

    def before_training(self, model):
        record_details(dict(self._params or {}))
        return model

    def after_iteration(self, model, epoch, evals_log):
        self._record(epoch, evals_log)
        return False  # go on

    @harmless
    def _record(self, epoch, evals_log):
        values = {}
        for data, metrics in (evals_log or {}).items():
            for metric, history in metrics.items():
                last = history[-1]
                values["%s/%s" % (data, metric)] = last[0] if isinstance(last, tuple) else last
        if not values and preflight:
            values = {"iteration": epoch}
        if self._total:
            progress(step=epoch + 1, total=self._total)
        if values:
            log(values, step=epoch)


def install(module):
    """Add the callback to every training."""
    train = xgboost.train
    if hasattr(train, "_lathe"):
        return

    def make(arguments):
        rounds = arguments.get("num_boost_round", 10)
        return LatheCallback(rounds, {"num_boost_round": rounds, **dict(arguments["params"])})

    followed = with_callback(train, LatheCallback, make)
    for name in ("xgboost", "xgboost.training", "xgboost.sklearn"):
        if getattr(sys.modules.get(name), "train", None) is train:
            sys.modules[name].train = followed
