"""Keras: the metrics of each epoch."""

import keras

from .. import log, preflight, preflight_done, progress
from .._config import record_details
from .._notes import harmless
from .._values import number
from ._callbacks import with_callback


class LatheCallback(keras.callbacks.Callback):
    """`model.fit(..., callbacks=[LatheCallback()])`. `every` also records each so many batches, as `batch/loss`."""

    def __init__(self, every=0):
        super().__init__()
        self._every = every or (1 if preflight else 0)
        self._batches = 0
        if self._every:
            # Only where it is wanted: Keras waits for the device at each batch when a callback looks at batches.
            self.on_train_batch_end = self._on_batch

    @harmless
    def on_train_begin(self, logs=None):
        optimizer = getattr(self.model, "optimizer", None)
        details = {"epochs": self.params.get("epochs")}
        if optimizer is not None:
            details["optimizer"] = type(optimizer).__name__
            rate = getattr(optimizer, "learning_rate", None)
            if number(rate) is not None:  # a schedule is none
                details["learning_rate"] = float("%.6g" % float(number(rate)))  # kept with 32 bits there
        record_details(details)

    @harmless
    def on_epoch_end(self, epoch, logs=None):
        if self._every and preflight:
            preflight_done()  # fewer batches than a trial has steps
        log(dict(logs or {}), step=epoch)
        progress(step=epoch + 1, total=self.params.get("epochs"), message="epoch %d" % (epoch + 1))

    @harmless
    def _on_batch(self, batch, logs=None):
        self._batches += 1
        if preflight:
            total = (self.params.get("steps") or 0) * (self.params.get("epochs") or 0)
            progress(step=self._batches, total=total or None)
        if self._batches % self._every == 0:
            log({"batch/%s" % key: value for key, value in (logs or {}).items()}, step=self._batches)


def install(module):
    """Add the callback to every fit."""
    if not hasattr(keras.Model.fit, "_lathe"):
        keras.Model.fit = with_callback(keras.Model.fit, (LatheCallback, keras.callbacks.CallbackList), lambda _: LatheCallback())
