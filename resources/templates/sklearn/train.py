"""Learns to classify the rows of a table with a random forest of scikit-learn.

A forest is many trees, each grown from a different sample of the rows, that vote. It is grown a few trees at a time here, so that
one can watch it become better, stop it, and let it go on.
"""

import argparse
import json
import signal
import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

import lathe
from table import load_table


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="sold_fast")
    parser.add_argument("--exclude", default="")
    parser.add_argument("--trees", type=int, default=200)
    parser.add_argument("--trees_per_step", type=int, default=10)
    parser.add_argument("--max_depth", type=int, default=12)
    parser.add_argument("--samples", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


def main():
    args = options()
    table = load_table(lathe.data(), args.samples, args.seed, args.target, args.exclude)
    target = table.pop(args.target)
    # A whole number as a label is written as one: 3, not 3.0.
    labels = np.array([f"{value:g}" if isinstance(value, float) else value for value in target])
    numbers = [name for name, values in table.items() if values.dtype == np.float64]
    words = [name for name in table if name not in numbers]
    # Every fifth row is kept from the forest, to measure what it learned rather than what it remembers.
    held_out = np.random.default_rng(args.seed).permutation(len(labels)) % 5 == 0
    rows = np.column_stack([table[name].astype(object) for name in numbers + words])

    steps = -(-args.trees // args.trees_per_step)
    folder = lathe.resume()
    model, start = joblib.load(folder / "model.joblib") if folder else (new_model(len(numbers), len(words), args), 0)
    # What is missing is filled in and words become columns once; trees are added to the same forest.
    if not folder:
        model["prepare"].fit(rows[~held_out])
    x, val_x = model["prepare"].transform(rows[~held_out]), model["prepare"].transform(rows[held_out])
    y, val_y = labels[~held_out], labels[held_out]
    forest = model["forest"]

    # Asked to stop, the program finishes its step and saves, so that nothing is lost when the run is resumed.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))

    for step in range(start, steps):
        forest.n_estimators = min((step + 1) * args.trees_per_step, args.trees)
        forest.n_jobs = -1
        forest.fit(x, y)  # with warm_start it keeps its trees and grows those that are missing
        # Threads add up votes as they come, and sums of other orders differ in the last digit: one thread repeats itself.
        forest.n_jobs = 1
        measured = measure(forest, val_x, val_y)
        lathe.log({"trees": forest.n_estimators, "train_loss": measure(forest, x, y)["val_loss"], **measured}, step=step)
        lathe.progress(step + 1, steps, f"{forest.n_estimators} of {args.trees} trees")
        with lathe.checkpoint(step + 1) as folder:
            joblib.dump((model, step + 1), folder / "model.joblib")
        if asked_to_stop:
            sys.exit(128 + signal.SIGTERM)

    for key, value in measure(forest, val_x, val_y).items():
        lathe.summary[key] = value
    shares = zip(model["prepare"].get_feature_names_out(numbers + words), forest.feature_importances_)
    lathe.log_table("importance", [{"feature": name, "share": float(share)} for name, share in shares])
    export(model, rows[held_out][:8], numbers, words, table)


def new_model(numbers, words, args):
    places = list(range(numbers + words))
    prepare = ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median"), places[:numbers]),
            # A word that was not seen in learning becomes no column at all, instead of an error.
            ("words", OneHotEncoder(handle_unknown="ignore"), places[numbers:]),
        ],
        sparse_threshold=0,
        verbose_feature_names_out=False,
    )
    forest = RandomForestClassifier(max_depth=args.max_depth, warm_start=True, random_state=args.seed)
    return Pipeline([("prepare", prepare), ("forest", forest)])


def measure(forest, x, y):
    chances = forest.predict_proba(x)
    accuracy = float((forest.classes_[chances.argmax(axis=1)] == y).mean())
    return {"val_loss": float(log_loss(y, chances, labels=forest.classes_)), "val_accuracy": accuracy}


def export(model, rows, numbers, words, table):
    """Write the model with all its preparation as ONNX, one input for each column, with an example to try."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    # ONNX counts in float32: the example holds numbers of that precision, so that both answers are to the same question.
    columns = [rows[:, [place]].astype(np.float32) for place in range(len(numbers))]
    columns += [rows[:, [place]].astype(object) for place in range(len(numbers), rows.shape[1])]
    onnx = to_onnx(
        model,
        initial_types=[(name, FloatTensorType([None, 1])) for name in numbers]
        + [(name, StringTensorType([None, 1])) for name in words],
        options={"zipmap": False},
        target_opset={"": 17, "ai.onnx.ml": 3},
    )
    hints = {name: number_hint(table[name]) for name in numbers}
    hints.update({name: {"kind": "category", "categories": sorted(set(table[name].tolist()))} for name in words})
    metadata = {
        "lathe.task": "classification",
        "lathe.labels": json.dumps(model["forest"].classes_.tolist()),
        "lathe.inputs": json.dumps(hints),
    }
    for key, value in metadata.items():
        onnx.metadata_props.add(key=key, value=value)
    lathe.log_model(onnx, "model")
    prepared = np.column_stack([part.astype(object) for part in columns])
    answers = {"label": model.predict(prepared), "probabilities": model.predict_proba(prepared).astype(np.float32)}
    write_example("request", "inputs", dict(zip(numbers + words, columns)))
    write_example("response", "outputs", answers)


def number_hint(values):
    known = values[~np.isnan(values)]
    return {"kind": "number", "min": float(known.min()), "max": float(known.max()), "example": float(np.median(known))}


def write_example(name, key, tensors):
    """Tensors as the Open Inference Protocol writes them; texts are called BYTES there."""
    described = [
        {
            "name": name,
            "datatype": "FP32" if value.dtype == np.float32 else "BYTES",
            "shape": list(value.shape),
            "data": value.flatten().tolist(),
        }
        for name, value in tensors.items()
    ]
    file = Path(lathe.outputs) / f"example-{name}.json"
    file.write_text(json.dumps({key: described}), encoding="utf-8")
    lathe.log_artifact(file)


if __name__ == "__main__":
    main()
