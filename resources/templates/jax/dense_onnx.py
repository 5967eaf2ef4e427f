"""Writes a network of dense layers as an ONNX file that Lathe's endpoints serve, with an example to try."""

import json
import math
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

import lathe


def export_dense(layers, ink, examples, answers):
    """Write `model.onnx`, and a request to its endpoint with the program's own answer to it, so that both can be compared.

    `layers` are pairs of weights [inputs, outputs] and biases [outputs], all but the last followed by ReLU; pixels are divided by
    `ink` first. `examples` are pictures [n, pixels], `answers` their labels [n] and probabilities [n, classes].
    """
    pixels, classes = layers[0][0].shape[0], layers[-1][0].shape[1]
    side = math.isqrt(pixels)
    constants = {"ink": np.array(ink, dtype=np.float32)}
    nodes, value = [helper.make_node("Div", ["image", "ink"], ["scaled"])], "scaled"
    for number, (weights, biases) in enumerate(layers):
        constants[f"weights_{number}"], constants[f"biases_{number}"] = np.asarray(weights), np.asarray(biases)
        nodes.append(helper.make_node("Gemm", [value, f"weights_{number}", f"biases_{number}"], [f"sums_{number}"]))
        value = f"sums_{number}"
        if number + 1 < len(layers):
            nodes.append(helper.make_node("Relu", [value], [f"active_{number}"]))
            value = f"active_{number}"
    nodes.append(helper.make_node("ArgMax", [value], ["label"], axis=1, keepdims=0))
    nodes.append(helper.make_node("Softmax", [value], ["probabilities"], axis=1))
    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["rows", pixels])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, ["rows"]),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", classes]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    # Not the newest versions that the package knows: whoever reads the file may be older than it.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    hint = {"kind": "image", "width": side, "height": side, "min": 0, "max": ink}
    metadata = {
        "lathe.task": "classification",
        "lathe.labels": json.dumps([str(label) for label in range(classes)]),
        "lathe.inputs": json.dumps({"image": hint}),
    }
    helper.set_model_props(model, metadata)
    path = Path(lathe.outputs) / "model.onnx"
    save(model, path)
    lathe.log_model(path, "model")

    labels, probabilities = answers
    write_example("request", "inputs", {"image": examples})
    write_example("response", "outputs", {"label": labels, "probabilities": probabilities})


def write_example(name, key, tensors):
    """Tensors as the Open Inference Protocol writes them."""
    described = [
        {
            "name": name,
            "datatype": "INT64" if value.dtype == np.int64 else "FP32",
            "shape": list(value.shape),
            "data": value.flatten().tolist(),
        }
        for name, value in tensors.items()
    ]
    file = Path(lathe.outputs) / f"example-{name}.json"
    file.write_text(json.dumps({key: described}), encoding="utf-8")
    lathe.log_artifact(file)
