"""Intervals, paired tests and agreement: small exact statistics on plain numbers. No figure is ever NaN."""

from collections import Counter
from collections.abc import Sequence
from math import comb, sqrt

import numpy as np

Z = 1.959964
"""97.5 % quantile of the normal distribution."""
RESAMPLES, SEED = 2_000, 7


def wilson(hits: float, n: float) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927); the whole range when n is 0."""
    if not n:
        return 0.0, 1.0
    share, square = hits / n, Z * Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def bootstrap(hits: Sequence[float], out_of: Sequence[float]) -> tuple[float, float]:
    """95 % percentile interval of sum(hits) / sum(out_of), resampling cases; seeded (Efron 1979)."""
    if not out_of:
        return 0.0, 1.0
    rows = np.random.default_rng(SEED).integers(0, len(out_of), (RESAMPLES, len(out_of)))
    sums = np.asarray(hits)[rows].sum(1), np.asarray(out_of)[rows].sum(1)
    values = sums[0][sums[1] > 0] / sums[1][sums[1] > 0]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def mcnemar(losses: int, gains: int) -> float:
    """Two-sided exact p of so many losses and gains among pairs (McNemar 1947, binomial form); 1 without any."""
    n = losses + gains
    tail = float(sum(comb(n, k) for k in range(min(losses, gains) + 1)) / 2**n)
    return min(1.0, 2 * tail)


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa (1960) of two readers' labels; None without pairs or when chance alone would agree fully."""
    if not pairs:
        return None
    n = len(pairs)
    agreed = sum(one == two for one, two in pairs) / n
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    chance = sum(first[label] * second[label] for label in first) / n**2
    return None if chance == 1 else (agreed - chance) / (1 - chance)
