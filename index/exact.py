"""Exact search over texts held in memory: up to some 25,000 it is faster than any index, and it cannot miss."""

from collections.abc import Sequence

import numpy as np

from index.documents import IndexedText
from index.embed import Vectors
from index.store import Match


class Exact:
    """Texts with their vectors of shape (texts, dimension), each of length 1."""

    def __init__(self, texts: Sequence[IndexedText], vectors: Vectors) -> None:
        self._texts, self._vectors = texts, np.ascontiguousarray(vectors)

    def nearest(self, vector: Vectors, k: int) -> list[Match]:
        """The k texts most similar to a vector of shape (dimension,), best first."""
        # One thread of numpy's own: BLAS would start threads that get in the way of onnxruntime's.
        similar = np.einsum("ij,j->i", self._vectors, vector)
        least = np.partition(similar, -k)[-k] if k < len(similar) else -np.inf
        near = np.flatnonzero(similar >= least)
        ordered = near[np.argsort(-similar[near], kind="stable")][:k]  # equal ones in the order of the texts
        return [Match(self._texts[at], float(similar[at])) for at in ordered]
