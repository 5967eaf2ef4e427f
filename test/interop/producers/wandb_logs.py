"""Write a W&B run as `WANDB_MODE=offline` does. Argument: the folder to fill."""

import os
import platform
import socket
import sys

root = os.path.abspath(sys.argv[1])
os.makedirs(root, exist_ok=True)
os.environ.update(
    WANDB_MODE="offline",
    WANDB_SILENT="true",
    WANDB_DISABLE_CODE="true",
    WANDB_DISABLE_GIT="true",
    WANDB_DIR=root,
    WANDB_X_DISABLE_STATS="true",
    WANDB_ERROR_REPORTING="false",
    WANDB_CONFIG_DIR=root,
    WANDB_CACHE_DIR=root,
    WANDB_DATA_DIR=root,
)

# What the log says of the machine is nobody's concern.
socket.gethostname = lambda: "machine"
platform.platform = lambda *args, **kwargs: "Linux"
sys.executable = "python3"

import numpy as np
import wandb

run = wandb.init(
    project="mnist",
    name="baseline",
    id=sys.argv[2] if len(sys.argv) > 2 else "abc12345",
    group="ablation",
    job_type="train",
    tags=["first", "größe"],
    notes="a note",
    config={"lr": 0.1, "optimizer": {"name": "adam", "betas": [0.9, 0.999]}, "layers": 3, "deep": True},
)
print("hello from the program")
for step in range(20):
    run.log({"loss": 1 / (step + 1), "val": {"accuracy": step / 20}, "größe/µ": step})
run.log({"odd": float("nan"), "up": float("inf"), "down": float("-inf")})
run.log({"word": "a text", "weights": wandb.Histogram(np.arange(10.0))})
run.log({"sample": wandb.Image(np.zeros((4, 6, 3), dtype="uint8"))}, step=40)
run.summary["best"] = 0.95
run.summary["label"] = "good"
with open(os.path.join(run.dir, "notes.txt"), "w") as file:
    file.write("kept\n")
run.save(os.path.join(run.dir, "notes.txt"), base_path=run.dir)
run.finish()
