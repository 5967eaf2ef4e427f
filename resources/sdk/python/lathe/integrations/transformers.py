"""Hugging Face's Trainer: whatever it logs, and how far it is."""

from transformers import TrainerCallback

from .. import log, preflight, progress
from .._config import record_details
from .._notes import harmless
from .pytorch import paused

_DETAILS = (
    "learning_rate", "per_device_train_batch_size", "gradient_accumulation_steps", "num_train_epochs", "max_steps", "weight_decay",
    "warmup_steps", "warmup_ratio", "seed", "fp16", "bf16", "max_grad_norm",
)  # fmt: skip


class LatheCallback(TrainerCallback):
    """`Trainer(..., callbacks=[LatheCallback()])`."""

    @harmless
    def on_train_begin(self, args, state, control, model=None, **kwargs):
        paused.add(self)
        details = {key: getattr(args, key, None) for key in _DETAILS}
        details["model"] = type(model).__name__ if model is not None else None
        record_details(details)

    @harmless
    def on_log(self, args, state, control, logs=None, **kwargs):
        if state.is_world_process_zero:
            log({key: value for key, value in (logs or {}).items() if not isinstance(value, str)}, step=state.global_step)

    @harmless
    def on_step_end(self, args, state, control, **kwargs):
        progress(step=state.global_step, total=state.max_steps if state.max_steps > 0 else None)
        if preflight:
            log({"epoch": state.epoch}, step=state.global_step)

    @harmless
    def on_train_end(self, args, state, control, **kwargs):
        paused.discard(self)


def install(module):
    """Make it one of the callbacks that every Trainer has."""
    from transformers import trainer

    if LatheCallback not in trainer.DEFAULT_CALLBACKS:
        trainer.DEFAULT_CALLBACKS.append(LatheCallback)
