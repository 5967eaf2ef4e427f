"""Log runs with the real MLflow client. Arguments: the folder to fill, and `files` or `sqlite` for the kind of store."""

import os
import sys

root, kind = os.path.abspath(sys.argv[1]), sys.argv[2]
os.makedirs(root, exist_ok=True)
os.chdir(root)
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"

import mlflow
from mlflow.entities import Metric, Param, RunTag

mlflow.set_tracking_uri("sqlite:///mlflow.db" if kind == "sqlite" else f"file://{root}/mlruns")
client = mlflow.MlflowClient()
experiment = client.create_experiment("digits", artifact_location=f"{root}/mlruns/1" if kind == "sqlite" else None)

run = client.create_run(experiment, start_time=1700000000000, run_name="first", tags={"team": "größe"})
run_id = run.info.run_id
client.log_batch(
    run_id,
    metrics=[Metric("loss", 1 / (step + 1), 1700000000000 + step, step) for step in range(20)]
    + [
        Metric("val/accuracy", 0.5, 1700000000000, 0),
        Metric("odd", float("nan"), 1700000000001, 0),
        Metric("odd", float("inf"), 1700000000002, 1),
        Metric("odd", float("-inf"), 1700000000003, 2),
        Metric("far", 1.0, 1700000000004, 2**40),
    ],
    params=[Param("lr", "0.1"), Param("model/layers", "3"), Param("text", "a b\nc")],
    tags=[RunTag("note", "line one\nline two")],
)
client.log_text(run_id, "kept\n", "notes/a.txt")
client.log_text(run_id, "x,y\n1,2\n", "table.csv")
client.set_terminated(run_id, "FINISHED", end_time=1700000060000)

failed = client.create_run(experiment, start_time=1700000100000, run_name="second").info.run_id
client.log_metric(failed, "loss", 3.0, 1700000100001, 0)
client.set_terminated(failed, "FAILED", end_time=1700000110000)
open_run = client.create_run(experiment, start_time=1700000200000, run_name="open").info.run_id
client.log_metric(open_run, "loss", 4.0, 1700000200001, 0)
gone = client.create_run(experiment, start_time=1700000300000, run_name="gone").info.run_id
client.delete_run(gone)
print(run_id)
