"""A table to learn from: the data set that was given, or invented flats when none was."""

import csv
from pathlib import Path

import numpy as np

DISTRICTS = {"harbour": 1.25, "old town": 1.4, "hill": 1.1, "station": 0.8, "meadow": 0.9}


def load_table(folder, samples, seed, target, exclude=""):
    """Columns by name, arrays of one length: float64 where every value is a number or missing (NaN), else texts.

    A folder is a data set: CSV files with the same columns. Without a folder, `samples` flats are invented; the same seed
    invents the same ones. `exclude` names columns that are left out, with commas between them.
    """
    table = invent_flats(samples, seed) if folder is None else read_tables(Path(folder))
    left_out = {name.strip() for name in exclude.split(",") if name.strip()}
    table = {name: values for name, values in table.items() if name not in left_out}
    if target not in table:
        raise SystemExit(f'The table has no column "{target}". Name one of these with -p target=COLUMN: {", ".join(table)}.')
    return table


def read_tables(folder):
    files = sorted(folder.rglob("*.csv"))
    if not files:
        raise SystemExit(f"The data set has no CSV file ({folder}). Import a table.")
    rows = [row for file in files for row in csv.DictReader(file.open(newline="", encoding="utf-8"))]
    return {name: column([row[name] or "" for row in rows]) for name in rows[0]}


def column(texts):
    try:
        return np.array([float(text) if text else np.nan for text in texts])
    except ValueError:
        return np.array(texts, dtype=object)


def invent_flats(samples, seed):
    random = np.random.default_rng(seed)
    size = random.uniform(25, 140, samples).round()
    age = random.integers(0, 110, samples).astype(float)
    distance = random.gamma(2, 2.5, samples).round(1)
    district = random.choice(list(DISTRICTS), samples)
    place = np.array([DISTRICTS[name] for name in district])
    fair = 2.4 * size * place * (1 - 0.003 * np.minimum(age, 70)) * np.exp(-0.04 * distance) + 20
    price = (fair * random.normal(1, 0.18, samples)).round()
    # What is cheap for what it is sells fast, mostly.
    sold_fast = np.where(price / fair + random.normal(0, 0.03, samples) < 1, "yes", "no")
    return {
        "size_m2": size,
        "age_years": age,
        "distance_km": distance,
        "district": district.astype(object),
        "price": price,
        "sold_fast": sold_fast.astype(object),
    }
