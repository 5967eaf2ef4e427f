"""Read a registered model and the data of its runs with the real MLflow client, as JSON. Argument: the model's name."""

import json
import os
import sys

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow

client = mlflow.MlflowClient()
model = client.get_registered_model(sys.argv[1])
versions = sorted(client.search_model_versions(f"name='{sys.argv[1]}'"), key=lambda version: int(version.version))
print(
    json.dumps(
        {
            "description": model.description,
            "tags": model.tags,
            "aliases": {alias: client.get_model_version_by_alias(model.name, alias).version for alias in model.aliases},
            "versions": [
                {
                    "version": version.version,
                    "run": version.run_id,
                    "description": version.description,
                    "tried": version.tags.get("tried"),
                    "model": open(
                        mlflow.artifacts.download_artifacts(f"models:/{model.name}/{version.version}") + "/MLmodel"
                    ).read(),
                }
                for version in versions
            ],
            "inputs": sorted(
                [data.dataset.name, data.dataset.digest, data.dataset.source, data.tags[0].value]
                for data in client.get_run(versions[0].run_id).inputs.dataset_inputs
            ),
        }
    )
)
