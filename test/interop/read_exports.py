"""Read exports with the tools that they are for, and print what they say as JSON. Arguments: `mlflow` or `tensorboard`, and the folder."""

import json
import os
import sys

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"


def mlflow_says(folder):
    import mlflow

    client = mlflow.MlflowClient(tracking_uri=f"file://{folder}")
    said = {}
    for experiment in client.search_experiments():
        for run in client.search_runs([experiment.experiment_id]):
            history = {
                key: [[point.step, point.timestamp, repr(point.value)] for point in client.get_metric_history(run.info.run_id, key)]
                for key in run.data.metrics
            }
            files, folders = [], [None]
            while folders:
                for entry in client.list_artifacts(run.info.run_id, folders.pop()):
                    (folders if entry.is_dir else files).append(entry.path)
            contents = {}
            for path in files:
                with open(client.download_artifacts(run.info.run_id, path), "rb") as file:
                    contents[path] = file.read().hex()
            said[run.info.run_name] = {
                "id": run.info.run_id,
                "experiment": experiment.name,
                "status": run.info.status,
                "start": run.info.start_time,
                "end": run.info.end_time,
                "params": run.data.params,
                "tags": run.data.tags,
                "metrics": history,
                "artifacts": contents,
            }
    return said


def tags_of(accumulator, plugin):
    try:
        return list(accumulator.PluginTagToContent(plugin))
    except KeyError:
        return []


def tensorboard_says(folder):
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
    from tensorboard.plugins.hparams import plugin_data_pb2
    from tensorboard.util import tensor_util

    multiplexer = EventMultiplexer(size_guidance={"tensors": 0}).AddRunsFromDirectory(folder)
    multiplexer.Reload()
    said = {}
    for run in multiplexer.Runs():
        accumulator = multiplexer.GetAccumulator(run)
        scalars = {
            tag: [
                [event.step, round(event.wall_time * 1000), repr(float(tensor_util.make_ndarray(event.tensor_proto).item()))]
                for event in accumulator.Tensors(tag)
            ]
            for tag in tags_of(accumulator, "scalars")
        }
        images = {
            tag: [[event.step] + [part.hex() for part in event.tensor_proto.string_val] for event in accumulator.Tensors(tag)]
            for tag in tags_of(accumulator, "images")
        }
        params = {}
        for tag, content in accumulator.PluginTagToContent("hparams").items():
            data = plugin_data_pb2.HParamsPluginData.FromString(content)
            for key, value in data.session_start_info.hparams.items():
                params[key] = getattr(value, value.WhichOneof("kind"))
        said[run] = {"scalars": scalars, "images": images, "params": params}
    return said


if __name__ == "__main__":
    print(json.dumps({"mlflow": mlflow_says, "tensorboard": tensorboard_says}[sys.argv[1]](sys.argv[2])))
