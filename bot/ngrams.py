"""The character n-grams of a text, hashed: how a message is spelt, beside what its embedding says that it means.

An n-gram lies within a word, with the space at either end, so that endings and beginnings count and a slip of the
keyboard spoils only a few. Its number is a rolling hash (the hashing trick, Weinberger et al. 2009), so there is no
vocabulary to keep. In plain Python: for a question of some words that is faster than numpy.
"""

import numpy as np
from numpy.typing import NDArray

SHORTEST, LONGEST = 3, 6
BUCKET_BITS = 18
BUCKETS = 2**BUCKET_BITS
BASE, MIX, MASK = 0x100000001B3, 0x9E3779B97F4A7C15, 2**64 - 1
"""The prime of FNV-1a; the golden ratio of Fibonacci hashing, whose products have well-spread high bits; 64 bits."""
SPACE = ord(" ") + 1


def ngrams(text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The buckets of a text's n-grams and their weights: roots of their counts, of length 1 together."""
    counts: dict[int, int] = {}
    for word in text.lower().split():
        codes = [SPACE, *[ord(character) + 1 for character in word], SPACE]
        for start in range(len(codes) - SHORTEST + 1):
            rolled = 0
            for size, code in enumerate(codes[start : start + LONGEST], 1):
                rolled = (rolled * BASE + code) & MASK
                if size >= SHORTEST:
                    bucket = ((rolled ^ size) * MIX & MASK) >> (64 - BUCKET_BITS)
                    counts[bucket] = counts.get(bucket, 0) + 1
    weights = np.sqrt(np.fromiter(counts.values(), np.float64, len(counts)))
    return np.fromiter(counts, np.int64, len(counts)), weights / max(1.0, float(np.sqrt(weights @ weights)))
