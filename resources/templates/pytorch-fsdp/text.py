"""Text to learn from: the data set that was given, or a page of sums when none was."""

from pathlib import Path

import numpy as np


def load_text(folder, lines, seed):
    """The whole text. A folder is a data set: its files called .txt, in order of their names. Without a folder, `lines` of sums
    such as 17+25=42 are written; the same seed writes the same ones.
    """
    if folder is None:
        random = np.random.default_rng(seed)
        return "".join(f"{a}+{b}={a + b}\n" for a, b in random.integers(0, 50, (lines, 2)))
    files = sorted(Path(folder).rglob("*.txt"))
    if not files:
        raise SystemExit(f"The data set has no .txt file ({folder}). Import one or more files of plain text.")
    return "".join(file.read_text(encoding="utf-8") for file in files)
