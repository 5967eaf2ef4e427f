"""Lightning, under either of its names (`lightning.pytorch`, `pytorch_lightning`)."""

import functools
import importlib
import sys

from .. import log, preflight, progress
from .._config import record_details
from .._notes import harmless
from .._values import flat
from .pytorch import paused

_PACKAGES = ("lightning.pytorch", "pytorch_lightning")


def classes_for(package):
    """The logger and the callback for one of the packages, whose classes are no relatives of the other's."""
    if package not in _classes:
        _classes[package] = _make_classes(importlib.import_module(package))
    return _classes[package]


def _make_classes(lightning):
    loggers = importlib.import_module(lightning.__name__ + ".loggers")
    rank_zero_only = importlib.import_module(lightning.__name__ + ".utilities").rank_zero_only

    class LatheLogger(loggers.Logger):
        """`Trainer(logger=LatheLogger())`: whatever modules log, at the trainer's steps."""

        @property
        def name(self):
            return "lathe"

        @property
        def version(self):
            return ""

        @rank_zero_only
        def log_metrics(self, metrics, step=None):
            log(dict(metrics), step=step)

        @rank_zero_only
        @harmless
        def log_hyperparams(self, params, *args, **kwargs):
            values = dict(params) if hasattr(params, "keys") else vars(params)
            record_details(dict(flat(values, ".")))

    class LatheCallback(lightning.Callback):
        """`Trainer(callbacks=[LatheCallback()])`: how far it is; and the metrics of each epoch where LatheLogger is not used."""

        _total = None

        @harmless
        def on_train_start(self, trainer, module):
            paused.add(self)
            total = trainer.estimated_stepping_batches
            self._total = int(total) if total != float("inf") and total > 0 else None

        @harmless
        def on_train_batch_end(self, trainer, module, *args, **kwargs):
            progress(step=trainer.global_step, total=self._total, message="epoch %d" % (trainer.current_epoch + 1))
            if preflight:
                log({"epoch": trainer.current_epoch}, step=trainer.global_step)

        @harmless
        def on_train_epoch_end(self, trainer, module):
            self._epoch_ended(trainer)

        @harmless
        def on_validation_end(self, trainer, module):
            if not trainer.sanity_checking:
                self._epoch_ended(trainer)

        @harmless
        def on_train_end(self, trainer, module):
            paused.discard(self)

        def _epoch_ended(self, trainer):
            recorded = any(isinstance(each, LatheLogger) for each in trainer.loggers)
            if not recorded and trainer.is_global_zero and trainer.callback_metrics:
                log(dict(trainer.callback_metrics), step=trainer.global_step)

    return LatheLogger, LatheCallback


def install(package):
    """Give every Trainer the logger, beside those it has, and the callback."""
    lightning = sys.modules[package]
    begin = lightning.Trainer.__init__
    if hasattr(begin, "_lathe"):
        return
    LatheLogger, LatheCallback = classes_for(package)

    @functools.wraps(begin)
    def followed(self, *args, **kwargs):
        begin(self, *args, **kwargs)
        if not any(isinstance(each, LatheCallback) for each in self.callbacks):
            self.callbacks.append(LatheCallback())
        if not any(isinstance(each, LatheLogger) for each in self.loggers) and not getattr(self, "fast_dev_run", False):
            self.loggers = [*self.loggers, LatheLogger()]

    followed._lathe = True
    lightning.Trainer.__init__ = followed


_classes = {}


def __getattr__(name):
    """`LatheLogger` and `LatheCallback` of the package that the program has imported, else of the one that there is."""
    if name not in ("LatheLogger", "LatheCallback"):
        raise AttributeError(name)
    package = next((each for each in _PACKAGES if each in sys.modules), None)
    for each in [package] if package else _PACKAGES:
        try:
            return classes_for(each)[name == "LatheCallback"]
        except ImportError:
            continue
    raise ImportError("neither lightning nor pytorch_lightning is installed")
