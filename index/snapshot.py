"""The texts of a build and the vectors that its Chroma gave back for them, as two files beside it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from index.documents import IndexedText
from index.embed import Vectors

TEXTS, VECTORS = "texts.json", "vectors.npy"


def save_texts(folder: Path, texts: Sequence[IndexedText], vectors: Vectors) -> None:
    """Write the two files into a build."""
    (folder / TEXTS).write_text(json.dumps([asdict(text) for text in texts], ensure_ascii=False), "utf-8")
    np.save(folder / VECTORS, vectors, allow_pickle=False)


def load_texts(folder: Path) -> tuple[list[IndexedText], Vectors]:
    """The texts of a build and their vectors, row by row."""
    rows = json.loads((folder / TEXTS).read_text("utf-8"))
    texts = [IndexedText(**{**row, "passages": tuple(row["passages"])}) for row in rows]
    return texts, np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)


def of_sentences(text: IndexedText) -> bool:
    """Whether a text stands for sentences, as aliases do, or is a question of the bank."""
    return text.kind in ("passage", "alias")
