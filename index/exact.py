"""Exact search over texts held in memory: up to some 25,000 it is faster than any index, and it cannot miss."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.documents import IndexedText
from index.embed import Vectors
from index.store import Match

AXES = 96
"""Principal axes of an outline: about nine tenths of what tuned vectors of dimension 384 differ by."""
WORTH_AN_OUTLINE = 2_000
"""Texts from which a look at their outline first is faster."""
WORTH_GATHERING = 6
"""Where more than one text of so many is possible, reading all in a row is as fast, and takes no memory."""
GROUP = 16
"""Texts of which the best stands for all, where the k best need be known only about."""
BLOCK = 256
"""Texts that are gathered at once: a copy of all that are possible would be megabytes, in every thread."""
ROUNDING = 1e-5
Rows = NDArray[np.intp] | slice


class Exact:
    """Texts with their vectors of shape (texts, dimension), each of length 1 where there are many."""

    def __init__(self, texts: Sequence[IndexedText], vectors: Vectors) -> None:
        self._texts, self._vectors = texts, np.ascontiguousarray(vectors)
        self._places = np.arange(len(texts))
        self._outline = Outline(self._vectors) if len(texts) >= WORTH_AN_OUTLINE else None

    def nearest(self, vector: Vectors, k: int) -> list[Match]:
        """The k texts most similar to a vector of shape (dimension,) and length 1, best first."""
        rows = self._outline.possible(vector, k) if self._outline and k < len(self._texts) else slice(None)
        similar = self._vectors_along(rows, vector)
        near = np.flatnonzero(similar >= _best(similar, k))
        best = near[np.argsort(-similar[near], kind="stable")][:k]  # equal ones in the order of the texts
        found = zip(self._places[rows][best].tolist(), similar[best].tolist(), strict=True)
        return [Match(self._texts[at], similarity) for at, similarity in found]

    def _vectors_along(self, rows: Rows, vector: Vectors) -> Vectors:
        if isinstance(rows, slice):
            return _along(self._vectors[rows], vector)
        blocks = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
        return np.concatenate([_along(self._vectors[block], vector) for block in blocks])


class Outline:
    """Vectors along their principal axes alone: four times less to read, which is what a comparison's time goes to.

    What is left of two vectors of length 1 can add no more to their similarity than the product of its lengths
    (Cauchy-Schwarz), so whatever is not among `possible` is surely not among the nearest.
    """

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        some = vectors[:: max(1, len(vectors) // WORTH_AN_OUTLINE)]
        self._axes = np.ascontiguousarray(np.linalg.eigh(some.T @ some).eigenvectors[:, -AXES:])
        self._along = np.stack([_along(vectors, axis) for axis in self._axes.T.copy()], axis=1)
        self._left = _length_left(self._along)

    def possible(self, vector: Vectors, k: int) -> Rows:
        """The rows, in order, among which the k nearest to a vector of length 1 are."""
        along = np.einsum("d,da->a", vector, self._axes)
        similar = _along(self._along, along)
        likely = np.flatnonzero(similar >= _about_best(similar, k))
        enough = _along(self._vectors[likely], vector).min()
        possible = np.flatnonzero(similar + self._left * _length_left(along) >= enough - ROUNDING)
        return possible if len(possible) < len(similar) // WORTH_GATHERING else slice(None)


def _along(vectors: Vectors, vector: Vectors) -> Vectors:
    # One thread of numpy's own: BLAS would start threads that get in the way of onnxruntime's.
    similar: Vectors = np.einsum("td,d->t", vectors, vector)
    return similar


def _best(similar: Vectors, k: int) -> float:
    """What the k best have at least."""
    return float(np.partition(similar, -k)[-k]) if k < len(similar) else -np.inf


def _about_best(similar: Vectors, k: int) -> float:
    """At most what the k best have: what the k best of many groups have, found in a quarter of the time."""
    groups = len(similar) // GROUP
    if k >= groups:
        return _best(similar, k)
    return _best(similar[: GROUP * groups].reshape(GROUP, groups).max(axis=0), k)


def _length_left(along: Vectors) -> Vectors:
    left: Vectors = np.sqrt(np.maximum(0, 1 - np.einsum("...a,...a->...", along, along)))
    return left
