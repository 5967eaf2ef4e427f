"""Log a falling loss many times in one way, and print what a call took.

Arguments: the way (`lathe`, `file`, `file-flush`, `mlflow`, `mlflow-async` or `wandb`), how many metrics a call has, how many calls,
and a folder to write to. Prints {"callSeconds", "keptSeconds", "version"}: seconds per call as the program waits for it, and
the same with what it takes afterwards until everything is where that way keeps it.
"""

import json
import os
import sys
import time

#: What a library does in the background after its start is over by then.
SETTLE_SECONDS = 0.5
WARM_UP_CALLS = 10
NAMES = ("loss", "acc", "lr")


def lathe(folder, keys):
    """Lines of the run's journal, synced."""
    import lathe

    def log(step):
        x = 1.0 / (step + 1)
        lathe.log({"loss": x} if keys == 1 else {"loss": x, "acc": 1.0 - x, "lr": 0.001})

    def keep():
        lathe.flush()
        journal = os.path.join(folder, "journal")
        for name in os.listdir(journal):
            with open(os.path.join(journal, name), "rb") as file:
                os.fsync(file.fileno())

    return log, keep, lathe.__version__


def file(folder, keys, flush=False):
    """An f-string line to a text file, synced."""
    out = open(os.path.join(folder, "log.jsonl"), "w")

    def log(step):
        x = 1.0 / (step + 1)
        if keys == 1:
            out.write(f'{{"step":{step},"loss":{x}}}\n')
        else:
            out.write(f'{{"step":{step},"loss":{x},"acc":{1.0 - x},"lr":{0.001}}}\n')
        if flush:
            out.flush()

    def keep():
        out.flush()
        os.fsync(out.fileno())

    return log, keep, ""


def mlflow(folder, keys, synchronous=True):
    """Rows of an SQLite database; without `synchronous`, by a thread. A transaction each."""
    import logging

    # Beside the folder: making the tables takes seconds, so that all rounds share them.
    os.environ["MLFLOW_TRACKING_URI"] = "sqlite:///" + os.path.join(os.path.dirname(folder), "mlflow.db")
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.ERROR)
    mlflow.set_experiment("bench")
    mlflow.start_run()

    def log(step):
        x = 1.0 / (step + 1)
        if keys == 1:
            mlflow.log_metric("loss", x, step=step, synchronous=synchronous)
        else:
            mlflow.log_metrics({"loss": x, "acc": 1.0 - x, "lr": 0.001}, step=step, synchronous=synchronous)

    return log, mlflow.end_run if synchronous else mlflow.flush_async_logging, mlflow.__version__


def wandb(folder, keys):
    """Records of an offline run's file, which it does not sync."""
    import wandb

    run = wandb.init(project="bench", dir=folder)

    def log(step):
        x = 1.0 / (step + 1)
        run.log({"loss": x} if keys == 1 else {"loss": x, "acc": 1.0 - x, "lr": 0.001})

    return log, run.finish, wandb.__version__


ways = {
    "lathe": lathe,
    "file": file,
    "file-flush": lambda folder, keys: file(folder, keys, flush=True),
    "mlflow": mlflow,
    "mlflow-async": lambda folder, keys: mlflow(folder, keys, synchronous=False),
    "wandb": wandb,
}


def main(way, keys, calls, folder):
    log, keep, version = ways[way](folder, keys)
    for step in range(WARM_UP_CALLS):
        log(step)
    time.sleep(SETTLE_SECONDS)
    began = time.perf_counter()
    for step in range(WARM_UP_CALLS, WARM_UP_CALLS + calls):
        log(step)
    logged = time.perf_counter()
    keep()
    kept = time.perf_counter()
    print(json.dumps({"callSeconds": (logged - began) / calls, "keptSeconds": (kept - began) / calls, "version": version}))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
