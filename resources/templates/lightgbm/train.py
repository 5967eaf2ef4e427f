"""Learns to predict a number in a table with gradient-boosted trees of LightGBM.

Each tree learns what those before it got wrong. The trees are grown in small parcels, each a step of its own, so that one can
watch the error fall, stop it, and let it go on.
"""

import argparse
import json
import signal
import sys
from pathlib import Path

import lightgbm
import numpy as np

import lathe
from table import load_table


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="price")
    parser.add_argument("--exclude", default="sold_fast")
    parser.add_argument("--trees", type=int, default=300)
    parser.add_argument("--trees_per_step", type=int, default=10)
    parser.add_argument("--learning_rate", type=float, default=0.05)
    parser.add_argument("--leaves", type=int, default=31)
    parser.add_argument("--bagging", type=float, default=0.8)
    parser.add_argument("--samples", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


def main():
    args = options()
    table = load_table(lathe.data(), args.samples, args.seed, args.target, args.exclude)
    target = table.pop(args.target)
    if target.dtype != np.float64:
        raise SystemExit(f'"{args.target}" holds words; this template predicts numbers. The sklearn template predicts words.')
    # Words become numbers of categories; which is which is kept with the model.
    categories = {name: sorted(set(values)) for name, values in table.items() if values.dtype != np.float64}
    x = np.column_stack([encode(values, categories.get(name)) for name, values in table.items()])
    # Every fifth row is kept from the trees, to measure what they learned rather than what they remember.
    held_out = np.random.default_rng(args.seed).permutation(len(target)) % 5 == 0
    names = list(table)
    # Spaces and signs in a column's name would be refused, so the trees know columns by number.
    columns = {"feature_name": [f"column_{place}" for place in range(len(names))], "free_raw_data": False}
    columns["categorical_feature"] = [names.index(name) for name in categories]
    data = lightgbm.Dataset(x[~held_out], target[~held_out], **columns)

    steps = -(-args.trees // args.trees_per_step)
    folder = lathe.resume()
    booster = lightgbm.Booster(model_file=str(folder / "model.txt")) if folder else None
    start = int((folder / "step").read_text()) if folder else 0

    # Asked to stop, the program finishes its step and saves, so that nothing is lost when the run is resumed.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))

    for step in range(start, steps):
        trees = min(args.trees_per_step, args.trees - step * args.trees_per_step)
        booster = lightgbm.train(parameters(args, step), data, num_boost_round=trees, init_model=booster)
        lathe.log(
            {
                "trees": booster.num_trees(),
                "train_rmse": rmse(booster, x[~held_out], target[~held_out]),
                "val_rmse": rmse(booster, x[held_out], target[held_out]),
            },
            step=step,
        )
        lathe.progress(step + 1, steps, f"{booster.num_trees()} of {args.trees} trees")
        with lathe.checkpoint(step + 1) as folder:
            booster.save_model(str(folder / "model.txt"))
            (folder / "step").write_text(str(step + 1))
        if asked_to_stop:
            sys.exit(128 + signal.SIGTERM)

    lathe.summary["val_rmse"] = rmse(booster, x[held_out], target[held_out])
    # The error of whoever always says the mean: what lies between the two is what was learned.
    lathe.summary["baseline_rmse"] = float(np.sqrt(np.mean((target[held_out] - target[~held_out].mean()) ** 2)))
    shares = booster.feature_importance("gain") / max(booster.feature_importance("gain").sum(), 1e-12)
    lathe.log_table("importance", [{"column": name, "share": float(share)} for name, share in zip(names, shares)])
    lathe.log_model(booster, "model")
    columns_file = Path(lathe.outputs) / "columns.json"
    columns_file.write_text(json.dumps({"columns": names, "categories": categories, "target": args.target}), encoding="utf-8")
    lathe.log_artifact(columns_file)


def parameters(args, step):
    """What LightGBM is told. The seed depends on the step: a resumed run draws the same rows as one never interrupted."""
    return {
        "objective": "regression",
        "learning_rate": args.learning_rate,
        "num_leaves": args.leaves,
        "bagging_fraction": args.bagging,
        "bagging_freq": 1,
        "seed": args.seed * 100_000 + step,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def encode(values, categories):
    """Numbers as they are; words as the number of their category, and NaN for one that is not known."""
    if categories is None:
        return values
    numbers = {category: number for number, category in enumerate(categories)}
    return np.array([numbers.get(value, np.nan) for value in values])


def rmse(booster, x, y):
    """The typical error, in the target's unit."""
    return float(np.sqrt(np.mean((booster.predict(x) - y) ** 2)))


if __name__ == "__main__":
    main()
