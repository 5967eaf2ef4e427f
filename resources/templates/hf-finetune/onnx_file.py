"""Writes a PyTorch module as an ONNX file that Lathe's endpoints serve, with an example to try."""

import importlib
import importlib.util
import inspect
import json
import warnings
from pathlib import Path

import torch

import lathe

TYPES = {torch.float32: "FP32", torch.int64: "INT64"}


def export_onnx(module, inputs, outputs, metadata):
    """Write `model.onnx`, and a request to its endpoint with PyTorch's own answer to it, so that both can be compared.

    `inputs` are examples by name, each a tensor with one row for each example; `outputs` are the names of what the module
    returns. `metadata` tells what these mean, by key: what is no text is written as JSON.
    """
    module = module.cpu().eval()
    examples = {name: tensor.cpu() for name, tensor in inputs.items()}
    with torch.no_grad():
        answers = module(*examples.values())
    answers = dict(zip(outputs, answers if isinstance(answers, tuple) else (answers,)))

    path = Path(lathe.outputs) / "model.onnx"
    do_without_onnx_package()
    # From 2.9 on PyTorch takes another exporter unless told otherwise, one that needs further packages.
    known = inspect.signature(torch.onnx.export).parameters
    with warnings.catch_warnings():
        # It warns of recurrent layers whose first state has a fixed number of rows; those of the templates have not.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            tuple(examples.values()),
            str(path),
            input_names=list(examples),
            output_names=outputs,
            dynamic_axes={name: {0: "rows"} for name in [*examples, *outputs]},
            opset_version=17,
            **({"dynamo": False} if "dynamo" in known else {}),
        )
    add_metadata(path, metadata)
    lathe.log_model(path, "model")
    for name, key, tensors in [("request", "inputs", examples), ("response", "outputs", answers)]:
        file = Path(lathe.outputs) / f"example-{name}.json"
        file.write_text(json.dumps({key: [tensor_json(*item) for item in tensors.items()]}), encoding="utf-8")
        lathe.log_artifact(file)


def do_without_onnx_package():
    """Export where the package `onnx` is missing, too.

    PyTorch 2 asks for it in one function only, which adds operators written with onnxscript; there are none here.
    """
    if importlib.util.find_spec("onnx"):
        return
    for place in ("_internal.onnx_proto_utils", "_internal.torchscript_exporter.onnx_proto_utils"):
        try:
            importlib.import_module(f"torch.onnx.{place}")._add_onnxscript_fn = lambda model, *_: model
        except ImportError:
            continue  # where this version of PyTorch does not keep it


def tensor_json(name, tensor):
    """A tensor as the Open Inference Protocol writes it."""
    values = tensor.flatten().tolist()
    return {"name": name, "datatype": TYPES[tensor.dtype], "shape": list(tensor.shape), "data": values}


def add_metadata(path, metadata):
    """Add pairs of texts to an ONNX file.

    The file is one protobuf message. Bytes appended to a message add to its lists, so no package is needed: field 14 of the
    model is the list `metadata_props`, and each entry has the key as field 1 and the value as field 2.
    """
    with open(path, "ab") as file:
        for key, value in metadata.items():
            text = value if isinstance(value, str) else json.dumps(value)
            file.write(field(14, field(1, key.encode()) + field(2, text.encode())))


def field(number, content):
    """A protobuf field with bytes: its number and kind, its length in groups of seven bits, the bytes."""
    size, length = len(content), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + content
