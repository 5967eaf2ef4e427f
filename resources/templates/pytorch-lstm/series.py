"""A series to learn from: a column of the data set that was given, or an invented demand for power when none was."""

import csv
from pathlib import Path

import numpy as np

DAY = 24


def load_series(folder, hours, seed, column="value"):
    """The values in order of time [values], float32.

    A folder is a data set: CSV files whose rows are in order of time, with a column of numbers. Without a folder, `hours` of an
    invented demand for power are made, a value for each hour; the same seed makes the same ones.
    """
    return invent_demand(hours, seed) if folder is None else read_tables(Path(folder), column)


def read_tables(folder, column):
    tables = sorted(folder.rglob("*.csv"))
    if not tables:
        raise SystemExit(f"The data set has no CSV file ({folder}). Import a table with a value in each row, by time.")
    rows = [row for table in tables for row in csv.DictReader(table.open(newline="", encoding="utf-8"))]
    if not rows or column not in rows[0]:
        raise SystemExit(f'The table has no column "{column}". Name the column with -p column=COLUMN.')
    return np.array([row[column] for row in rows], dtype=np.float32)


def invent_demand(hours, seed):
    random = np.random.default_rng(seed)
    time = np.arange(hours)
    day = np.sin(2 * np.pi * (time % DAY) / DAY - 2) + 0.4 * np.sin(4 * np.pi * (time % DAY) / DAY)
    weekend = (time // DAY) % 7 >= 5
    # What happened an hour ago lingers: weather, not noise.
    weather = np.zeros(hours)
    for hour in range(1, hours):
        weather[hour] = 0.95 * weather[hour - 1] + random.normal(0, 1.2)
    demand = 100 + 25 * day * np.where(weekend, 0.5, 1) - 12 * weekend + weather + random.normal(0, 1, hours)
    return demand.astype(np.float32)
