"""Programs that use MLflow's autologging as their users write them, unchanged; the first argument names which."""

import os
import sys

import mlflow
import numpy as np


def data(rows=60):
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(rows, 3))
    return inputs, (inputs[:, 0] > 0).astype(int)


def sklearn():
    from sklearn.linear_model import LogisticRegression

    mlflow.sklearn.autolog()
    inputs, outputs = data()
    with mlflow.start_run():
        LogisticRegression(C=0.5).fit(inputs, outputs)


def lightgbm():
    import lightgbm

    mlflow.lightgbm.autolog()
    inputs, outputs = data()
    with mlflow.start_run():
        lightgbm.train({"objective": "binary", "verbose": -1, "num_leaves": 4, "min_data_in_leaf": 2},
                       lightgbm.Dataset(inputs, outputs), num_boost_round=5,
                       valid_sets=[lightgbm.Dataset(inputs, outputs)], valid_names=["train"])


def xgboost():
    import xgboost

    mlflow.xgboost.autolog()
    inputs, outputs = data()
    matrix = xgboost.DMatrix(inputs, outputs)
    with mlflow.start_run():
        xgboost.train({"objective": "binary:logistic", "max_depth": 2}, matrix, num_boost_round=5, evals=[(matrix, "train")])


def keras():
    import keras

    mlflow.keras.autolog()
    inputs, outputs = data()
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="sgd", loss="binary_crossentropy")
    with mlflow.start_run():
        model.fit(inputs, outputs, epochs=3, verbose=0)


def mend_pytorch():
    """PyTorch 1.13 has defaults that dataclasses of Python 3.11 refuse unless they can be hashed."""
    import dataclasses
    import functools

    original = dataclasses.dataclass

    def hashable(cls=None, **options):
        if cls is None:
            return functools.partial(hashable, **options)
        return original(cls, **{"unsafe_hash": "__hash__" not in vars(cls), **options})

    dataclasses.dataclass = hashable
    try:
        import torch.distributed._shard.sharded_tensor  # noqa: F401
    finally:
        dataclasses.dataclass = original


def lightning():
    mend_pytorch()
    import pytorch_lightning
    import torch

    # Nor does its weak reference to a module take the proxy that Lightning of its time hands over.
    pytorch_lightning.LightningModule._register_sharded_tensor_state_dict_hooks_if_available = lambda self: None

    class Line(pytorch_lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(3, 1)

        def training_step(self, batch, _index):
            inputs, outputs = batch
            loss = torch.nn.functional.mse_loss(self.layer(inputs).squeeze(), outputs)
            self.log("train_loss", loss, on_epoch=True, on_step=False)
            return loss

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

    mlflow.pytorch.autolog()
    inputs, outputs = data()
    dataset = torch.utils.data.TensorDataset(torch.tensor(inputs).float(), torch.tensor(outputs).float())
    with mlflow.start_run():
        trainer = pytorch_lightning.Trainer(max_epochs=3, logger=False, enable_progress_bar=False, accelerator="cpu",
                                            enable_checkpointing=False)
        trainer.fit(Line(), torch.utils.data.DataLoader(dataset, batch_size=20))


def transformers():
    mend_pytorch()
    import torch
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

    model = BertForSequenceClassification(
        BertConfig(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8))
    rows = [{"input_ids": torch.tensor([1, 2, 3]), "labels": torch.tensor(index % 2)} for index in range(16)]
    # Its callback, which is its autologging, takes the models that it saves along where it is told to.
    os.environ["HF_MLFLOW_LOG_ARTIFACTS"] = "1"
    arguments = TrainingArguments(output_dir=sys.argv[2], max_steps=4, logging_steps=1, save_steps=4, report_to=["mlflow"],
                                  use_cpu=True, disable_tqdm=True)
    with mlflow.start_run():
        Trainer(model=model, args=arguments, train_dataset=rows).train()


def plain():
    """What people log by hand: figures, tables, images, texts, models in the registry."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot
    import pandas
    from sklearn.linear_model import LinearRegression

    mlflow.set_experiment("by hand/ünï")
    frame = pandas.DataFrame({"x": [1, 2, 3], "y": [2, 4, 6]})
    with mlflow.start_run(run_name="by hand") as run:
        mlflow.log_params({"lr": 1e-3, "name": "größe"})
        for step in range(10):
            mlflow.log_metrics({"loss": 1 / (step + 1), "nan": float("nan")}, step=step)
        mlflow.set_tag("note", "first")
        figure, axes = pyplot.subplots()
        axes.plot([1, 2, 3])
        mlflow.log_figure(figure, "figures/curve.png")
        mlflow.log_image(np.zeros((4, 4, 3), dtype="uint8"), key="pixels", step=3)
        mlflow.log_table(frame, "table.json")
        mlflow.log_text("hello", "notes/ünï text.txt")
        mlflow.log_dict({"a": 1}, "config.yaml")
        mlflow.log_input(mlflow.data.from_pandas(frame, name="numbers"), context="training")
        model = mlflow.sklearn.log_model(LinearRegression().fit(frame[["x"]], frame["y"]), name="line",
                                         registered_model_name="line", input_example=frame[["x"]])
        with mlflow.start_run(run_name="inner", nested=True):
            mlflow.log_metric("loss", 0.5)
    client = mlflow.MlflowClient()
    client.set_registered_model_alias("line", "champion", 1)
    loaded = mlflow.sklearn.load_model("models:/line@champion")
    assert abs(loaded.predict([[4]])[0] - 8) < 1e-9
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes/ünï text.txt") == "hello"
    found = mlflow.search_runs(experiment_names=["by hand/ünï"], filter_string="metrics.loss < 0.3 and params.lr = '0.001'")
    assert list(found["tags.note"]) == ["first"], found
    assert [metric.step for metric in client.get_metric_history(run.info.run_id, "loss")] == list(range(10))
    assert model.model_id.startswith("m-")


globals()[sys.argv[1]]()
run = mlflow.last_active_run()
print(run.info.run_id)
