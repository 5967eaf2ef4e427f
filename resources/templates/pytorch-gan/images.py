"""Pictures to learn from: the data set that was given, or digits drawn here when none was."""

import csv
from pathlib import Path

import numpy as np

# Ten digits of five by seven dots, row by row.
FONT = """
01110 10001 10011 10101 11001 10001 01110
00100 01100 00100 00100 00100 00100 01110
01110 10001 00001 00110 01000 10000 11111
01110 10001 00001 00110 00001 10001 01110
00010 00110 01010 10010 11111 00010 00010
11111 10000 11110 00001 00001 10001 01110
00110 01000 10000 11110 10001 10001 01110
11111 00001 00010 00100 01000 01000 01000
01110 10001 10001 01110 10001 10001 01110
01110 10001 10001 01111 00001 00010 01100
"""


def load_images(folder, samples, seed, label="label"):
    """Pixels [pictures, side * side], float32 from 0, blank, to 16, full ink, and labels [pictures], int64.

    A folder is a data set: CSV files with a column for each pixel, row by row, and one with a whole number for a label.
    Without a folder, `samples` pictures of eight by eight pixels are drawn; the same seed draws the same ones.
    """
    return draw_digits(samples, seed) if folder is None else read_tables(Path(folder), label)


def read_tables(folder, label):
    tables = sorted(folder.rglob("*.csv"))
    if not tables:
        raise SystemExit(f"The data set has no CSV file ({folder}). Import the pictures as a table, one in each row.")
    rows = [row for table in tables for row in csv.DictReader(table.open(newline="", encoding="utf-8"))]
    if not rows or label not in rows[0]:
        raise SystemExit(f'The table has no column "{label}". Name the column of the labels with -p label=COLUMN.')
    pixels = [name for name in rows[0] if name != label]
    if round(len(pixels) ** 0.5) ** 2 != len(pixels):
        raise SystemExit(f"{len(pixels)} columns beside the label make no square picture, such as 64 for 8 by 8.")
    images = np.array([[row[name] for name in pixels] for row in rows], dtype=np.float32)
    return images, np.array([row[label] for row in rows], dtype=np.int64)


def draw_digits(samples, seed):
    random = np.random.default_rng(seed)
    glyphs = np.array([[int(dot) for dot in line.replace(" ", "")] for line in FONT.split("\n") if line], dtype=np.float32)
    labels = random.integers(0, 10, samples)
    images = np.zeros((samples, 8, 8), dtype=np.float32)
    for image, label in zip(images, labels):
        top, left = random.integers(0, 2), random.integers(0, 4)
        image[top : top + 7, left : left + 5] = glyphs[label].reshape(7, 5) * random.uniform(8, 16)
    # A pen is wider than a dot, and no paper is clean: without this the pictures would be too easy.
    images += 0.3 * (np.roll(images, 1, axis=2) + np.roll(images, 1, axis=1))
    images += random.normal(0, 2.5, images.shape).astype(np.float32)
    return images.clip(0, 16).round().reshape(samples, 64), labels.astype(np.int64)
