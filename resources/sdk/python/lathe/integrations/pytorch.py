"""Plain PyTorch: the loss that the program calls backward on, and the learning rate."""

import functools
import time
import weakref

from .. import log, preflight
from .._notes import harmless

#: Reading a loss waits for the GPU, so not every step is recorded.
EVERY = 10
#: Whoever trains with PyTorch and records by itself is in here meanwhile.
paused = weakref.WeakSet()


class StepLogger:
    """Call `step(loss)` after each step of the optimizer: every `every` of them is recorded, with the learning rate and the speed."""

    def __init__(self, optimizer, every=EVERY):
        self._optimizer = weakref.ref(optimizer)
        self._every = 1 if preflight else every
        self._steps = 0
        self._since = time.monotonic()

    @harmless
    def step(self, loss=None):
        self._steps += 1
        if self._steps % self._every != 0 and self._steps != 1:
            return
        values = {} if loss is None else {"loss": loss}
        optimizer = self._optimizer()
        if optimizer is not None and optimizer.param_groups:
            values["learning_rate"] = optimizer.param_groups[0]["lr"]
        now = time.monotonic()
        if self._steps > 1 and now > self._since:
            values["steps_per_second"] = min(self._every, self._steps - 1) / (now - self._since)
        self._since = now
        log(values, step=self._steps)


class _Following:
    """What autolog knows: the first optimizer that made a step, and the last loss."""

    logger = None
    optimizer = lambda self: None  # noqa: E731
    loss = None

    def stepped(self, optimizer):
        if paused:
            return
        if self.optimizer() is None:
            self.optimizer, self.logger = weakref.ref(optimizer), StepLogger(optimizer)
        if self.optimizer() is optimizer:
            loss, self.loss = self.loss, None
            self.logger.step(loss)


_following = _Following()


def install(module):
    """Follow `Tensor.backward` and the step method of every optimizer class, those defined later included."""
    import torch

    backward = torch.Tensor.backward
    if hasattr(backward, "_lathe"):
        return

    @functools.wraps(backward)
    def followed(self, *args, **kwargs):
        if not paused and self.numel() == 1:
            _following.loss = self.detach()
        return backward(self, *args, **kwargs)

    followed._lathe = True
    torch.Tensor.backward = followed

    base = torch.optim.Optimizer
    begin = base.__init__

    @functools.wraps(begin)
    def begin_and_follow(self, *args, **kwargs):
        begin(self, *args, **kwargs)
        _follow(type(self))

    base.__init__ = begin_and_follow
    pending = [base]
    while pending:
        kind = pending.pop()
        pending.extend(kind.__subclasses__())
        if kind is not base:
            _follow(kind)


def _follow(kind):
    step = kind.__dict__.get("step")
    if not callable(step) or hasattr(step, "_lathe"):
        return

    @functools.wraps(step)
    def followed(self, *args, **kwargs):
        result = step(self, *args, **kwargs)
        _following.stepped(self)
        return result

    followed._lathe = True
    kind.step = followed
