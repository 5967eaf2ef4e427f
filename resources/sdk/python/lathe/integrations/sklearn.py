"""scikit-learn: parameters, duration and training score of each model that is fitted."""

import functools
import threading
import time

from .. import log, preflight_done, progress, summary
from .._config import record_details
from .._notes import harmless

#: Scoring all of a large table can take longer than fitting; a sample tells enough.
SCORED_ROWS = 20_000
_fitting = threading.local()


def install(module):
    """Follow the fit method of every estimator class, those defined later included."""
    from sklearn.base import BaseEstimator

    if "_lathe" in BaseEstimator.__dict__:
        return
    BaseEstimator._lathe = True
    pending = [BaseEstimator]
    while pending:
        kind = pending.pop()
        _follow(kind)
        pending.extend(kind.__subclasses__())
    before = BaseEstimator.__init_subclass__.__func__

    def __init_subclass__(cls, **kwargs):
        before(cls, **kwargs)
        _follow(cls)

    BaseEstimator.__init_subclass__ = classmethod(__init_subclass__)


def _follow(kind):
    fit = kind.__dict__.get("fit")
    if not callable(fit) or hasattr(fit, "_lathe"):
        return

    @functools.wraps(fit)
    def followed(self, *args, **kwargs):
        if getattr(_fitting, "inner", False):
            return fit(self, *args, **kwargs)
        _fitting.inner = True
        began = time.monotonic()
        try:
            result = fit(self, *args, **kwargs)
            seconds = time.monotonic() - began
            log_fit(self, *args[:2], seconds=seconds, **{key: kwargs[key] for key in ("X", "y") if key in kwargs})
        finally:
            _fitting.inner = False
        progress(1.0, message="%s is fitted" % type(self).__name__)
        preflight_done()
        return result

    followed._lathe = True
    kind.fit = followed


@harmless
def log_fit(estimator, X=None, y=None, seconds=None):
    """Record an estimator that was fitted: its parameters, how long that took and its score on the training data."""
    if not hasattr(estimator, "predict"):
        return  # scalers and such
    record_details({"estimator": type(estimator).__name__, **estimator.get_params(deep=True)})
    for step, loss in enumerate(getattr(estimator, "loss_curve_", ())):
        log({"training_loss": loss}, step=step)
    values = {} if seconds is None else {"fit_seconds": seconds}
    if isinstance(getattr(estimator, "best_score_", None), float):  # a search over parameters
        values["best_score"] = estimator.best_score_
        summary.update(getattr(estimator, "best_params_", {}))
    if X is not None and y is not None and hasattr(estimator, "score"):
        values["training_score"] = estimator.score(_sample(X), _sample(y))
    log(values)
    summary.update(values)


def _sample(values):
    count = values.shape[0] if hasattr(values, "shape") else len(values)
    stride = -(-count // SCORED_ROWS)
    return values if stride <= 1 else getattr(values, "iloc", values)[::stride]
