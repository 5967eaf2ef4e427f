"""Models of the frameworks, each saved by its own framework's means. Nothing here imports one."""

import os


def save_model(model, folder, name):
    """Save a model below `folder` as `name` with the extension of its format, and return the path."""
    kinds = {"%s.%s" % (kind.__module__.split(".")[0], kind.__name__) for kind in type(model).__mro__}
    path = os.path.join(folder, *name.split("/"))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    for save in (_hugging_face, _torch, _keras, _lightgbm, _xgboost, _onnx, _scikit_learn):
        saved = save(model, kinds, path)
        if saved:
            return saved
    raise ValueError("%s is no model that can be saved; save it and give its path" % type(model).__name__)


def _hugging_face(model, kinds, path):
    if "transformers.PreTrainedModel" in kinds or hasattr(model, "save_pretrained"):
        model.save_pretrained(path)
        return path


def _torch(model, kinds, path):
    if "torch.Module" in kinds:
        import torch

        # Weights only: a pickled module breaks with the next change of its class.
        torch.save(model.state_dict(), path + ".pt")
        return path + ".pt"


def _keras(model, kinds, path):
    if "keras.Model" in kinds:
        model.save(path + ".keras")
        return path + ".keras"


def _lightgbm(model, kinds, path):
    if "lightgbm.Booster" in kinds or "lightgbm.LGBMModel" in kinds:
        getattr(model, "booster_", model).save_model(path + ".txt")
        return path + ".txt"


def _xgboost(model, kinds, path):
    if "xgboost.Booster" in kinds or "xgboost.XGBModel" in kinds:
        model.save_model(path + ".json")
        return path + ".json"


def _onnx(model, kinds, path):
    if "onnx.ModelProto" in kinds or type(model).__name__ == "ModelProto":
        with open(path + ".onnx", "wb") as file:
            file.write(model.SerializeToString())
        return path + ".onnx"


def _scikit_learn(model, kinds, path):
    if "sklearn.BaseEstimator" in kinds:
        import joblib

        joblib.dump(model, path + ".joblib")
        return path + ".joblib"
