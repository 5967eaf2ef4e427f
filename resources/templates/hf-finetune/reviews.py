"""Texts to learn from: the data set that was given, or invented reviews when none was."""

import csv
from pathlib import Path

import numpy as np

THINGS = "battery screen keyboard camera speaker strap hinge charger lens display button case".split()
GOOD = "bright quick quiet sturdy sharp light clear smooth reliable handy".split()
BAD = "dim slow noisy fragile blurry heavy faint stiff unreliable awkward".split()
OPENINGS = ["the {} is {}", "i find the {} {}", "after a month the {} feels {}", "my {} is surprisingly {}", "a {} this {}"]
CLOSINGS = ["and the {} is {} too", "while the {} stays {}", "even if the {} is not {}", ""]


def load_reviews(folder, samples, seed, text="text", label="label"):
    """Texts and the label of each, as two lists.

    A folder is a data set: CSV files with a column of texts and one of labels. Without a folder, `samples` reviews are made up;
    the same seed makes the same ones.
    """
    return invent_reviews(samples, seed) if folder is None else read_tables(Path(folder), text, label)


def read_tables(folder, text, label):
    tables = sorted(folder.rglob("*.csv"))
    if not tables:
        raise SystemExit(f"The data set has no CSV file ({folder}). Import a table with a text and a label in each row.")
    rows = [row for table in tables for row in csv.DictReader(table.open(newline="", encoding="utf-8"))]
    for column in (text, label):
        if not rows or column not in rows[0]:
            raise SystemExit(f'The table has no column "{column}". Name the columns with -p text=… and -p label=….')
    return [row[text] for row in rows], [row[label] for row in rows]


def invent_reviews(samples, seed):
    random = np.random.default_rng(seed)
    texts, labels = [], []
    for _ in range(samples):
        label = "praise" if random.random() < 0.5 else "complaint"
        same, other = (GOOD, BAD) if label == "praise" else (BAD, GOOD)
        opening = random.choice(OPENINGS).format(random.choice(THINGS), random.choice(same))
        closing = random.choice(CLOSINGS)
        # "not bright" says what "dim" says: one has to read more than single words.
        words = other if "not" in closing else same
        texts.append(f"{opening} {closing.format(random.choice(THINGS), random.choice(words))}".strip())
        labels.append(label)
    return texts, labels
