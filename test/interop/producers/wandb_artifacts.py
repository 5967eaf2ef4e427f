"""Log artifacts in a W&B run as `WANDB_MODE=offline` does. Argument: the folder to fill."""

import os
import sys

root = os.path.abspath(sys.argv[1])
os.makedirs(root, exist_ok=True)
os.environ.update(
    WANDB_MODE="offline",
    WANDB_SILENT="true",
    WANDB_DIR=root,
    WANDB_X_DISABLE_STATS="true",
    WANDB_ERROR_REPORTING="false",
    WANDB_CONFIG_DIR=root,
    WANDB_CACHE_DIR=root,
    WANDB_DATA_DIR=root,
)

import wandb

run = wandb.init(project="mnist", name="with artifacts")
for name, kind in (("net", "model"), ("predictions", "table")):
    artifact = wandb.Artifact(name, type=kind)
    with open(os.path.join(root, f"{name}.bin"), "wb") as file:
        file.write(name.encode())
    artifact.add_file(file.name, "deep/content.bin")
    artifact.add_reference("https://example.org/elsewhere.bin", checksum=False)
    run.log_artifact(artifact, aliases=["best"])
run.log({"loss": 1.0})
run.finish()
