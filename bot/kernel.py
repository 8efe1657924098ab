"""A classifier on embeddings that learns from thousands of short examples: Gaussian kernel ridge regression.

Closed form, so the same examples always give the same classifier; no seed, no iterations. A question's score for a
class is a weighted sum of its nearness to every example. Knows vectors only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import Vectors

SHARPNESS = 2.0
"""exp(-SHARPNESS * (1 - cosine)): how fast nearness falls. Chosen with RIDGE on the development questions."""
RIDGE = 0.1

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kernel:
    """A fitted classifier: `examples` of shape (n, dimension), each of length 1; `weights` of shape (n, classes)."""

    examples: Vectors
    weights: Vectors

    @classmethod
    def fit(cls, examples: Vectors, targets: Doubles, importance: Doubles) -> "Kernel":
        """X"""
        gram = _nearness(examples, examples).astype(np.float64)
        gram[np.diag_indices(len(examples))] += RIDGE / importance
        return cls(examples, np.linalg.solve(gram, targets).astype(np.float32))

    def scores(self, vector: Vectors) -> Vectors:
        """Scores of shape (classes,) for a vector of shape (dimension,) and length 1; about -1 (no) to 1 (yes)."""
        return np.asarray(_nearness(vector[None], self.examples)[0] @ self.weights, dtype=np.float32)


def _nearness(one: Vectors, other: Vectors) -> Vectors:
    return np.asarray(np.exp(SHARPNESS * (one @ other.T - 1.0)), dtype=np.float32)
