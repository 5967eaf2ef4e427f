"""Words to learn from: the data set that was given, or words of three invented languages when none was."""

import csv
from pathlib import Path

import numpy as np

# Syllables of languages that do not exist; some syllables belong to two of them, so that one alone decides nothing.
LANGUAGES = {
    "boreal": "kjar fjol rask torn vik skal hem gard mund stor ra lo".split(),
    "lagoon": "ali mano luo nea koa piri hau tua lani moe ra lo".split(),
    "steppe": "khan bur gal tash ulan zhar dag temir ak suu vik tua".split(),
}


def load_words(folder, samples, seed, text="text", label="label"):
    """Words and the class of each, as two lists of texts.

    A folder is a data set: CSV files with a column of texts and one of labels. Without a folder, `samples` words are made up;
    the same seed makes the same ones.
    """
    return invent_words(samples, seed) if folder is None else read_tables(Path(folder), text, label)


def read_tables(folder, text, label):
    tables = sorted(folder.rglob("*.csv"))
    if not tables:
        raise SystemExit(f"The data set has no CSV file ({folder}). Import a table with a text and a label in each row.")
    rows = [row for table in tables for row in csv.DictReader(table.open(newline="", encoding="utf-8"))]
    for column in (text, label):
        if not rows or column not in rows[0]:
            raise SystemExit(f'The table has no column "{column}". Name the columns with -p text=… and -p label=….')
    return [row[text] for row in rows], [row[label] for row in rows]


def invent_words(samples, seed):
    random = np.random.default_rng(seed)
    names = list(LANGUAGES)
    labels = [names[index] for index in random.integers(0, len(names), samples)]
    words = ["".join(random.choice(LANGUAGES[label], random.integers(2, 4))) for label in labels]
    return words, labels
