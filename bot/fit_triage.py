"""Fits the triage's two classifiers to labelled texts: multinomial logistic regressions, classes weighed alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.ngrams import BUCKETS, ngrams
from bot.triage import Triage
from index.embed import Vectors

MEANING, SPELLING = 10.0, 20.0
"""Inverse strengths of the regularization."""
STEPS, CLOSE = 1000, 1e-4
"""Steps at most, and the gradient from which it is done; at 1e-3 it stopped too early (docs/ablation.md)."""


def fit_triage(texts: Sequence[str], labels: Sequence[str], vectors: Vectors, model: str, trained_on: str) -> Triage:
    """Fit to texts with their vectors of shape (texts, dimension); a minute for 30,000."""
    meaning, names = _weights(vectors, labels, MEANING)
    spelling, _ = _weights(_sparse(texts), labels, SPELLING)
    return Triage(names, meaning.astype(np.float32), spelling.astype(np.float16), model, trained_on)


def _weights(inputs: Any, labels: Sequence[str], strength: float) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Weights of shape (columns of the inputs + 1, classes), the last row the bias, and the classes."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=strength, class_weight="balanced", max_iter=STEPS, tol=CLOSE).fit(inputs, labels)
    return np.vstack([fitted.coef_.T, fitted.intercept_]), tuple(fitted.classes_.tolist())


def _sparse(texts: Sequence[str]) -> Any:
    from scipy.sparse import csr_array

    found = [ngrams(text) for text in texts]
    starts = np.cumsum([0, *(len(buckets) for buckets, _ in found)])
    columns, values = (np.concatenate(part) for part in zip(*found, strict=True))
    counted = csr_array((values, columns, starts), shape=(len(texts), BUCKETS))
    counted.sort_indices()  # the order of a text's n-grams must not move the sums
    return counted
