"""Register models of a run with the real MLflow client, and log what data it read. Arguments: the folder to fill, and `files` or `sqlite`."""

import os
import sys

root, kind = os.path.abspath(sys.argv[1]), sys.argv[2]
os.makedirs(root, exist_ok=True)
os.chdir(root)
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag

mlflow.set_tracking_uri("sqlite:///mlflow.db" if kind == "sqlite" else f"file://{root}/mlruns")
client = mlflow.MlflowClient()
experiment = client.create_experiment("digits", artifact_location=f"{root}/mlruns/1" if kind == "sqlite" else None)

run_id = client.create_run(experiment, start_time=1700000000000, run_name="trained").info.run_id
for name in ("digits", "größe"):
    data = Dataset(name, "d1", "local", '{"uri": "data.csv"}', schema='{"columns": []}', profile='{"rows": 3}')
    client.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
for number in (1, 2, 3):
    client.log_text(run_id, f"flavors: {{}}\nnumber: {number}\n", f"model-{number}/MLmodel")
client.set_terminated(run_id, "FINISHED", end_time=1700000060000)

client.create_registered_model("net", tags={"team": "größe"}, description="for digits")
for number in (1, 2, 3):
    source = f"{client.get_run(run_id).info.artifact_uri}/model-{number}"
    client.create_model_version("net", source, run_id, tags={"tried": str(number)}, description=f"number {number}")
client.delete_model_version("net", "2")
client.set_registered_model_alias("net", "best", "1")
client.set_registered_model_alias("net", "newest", "3")
# Nobody knows where its files are.
client.create_registered_model("elsewhere")
client.create_model_version("elsewhere", "s3://bucket/model", run_id)
print(run_id)
