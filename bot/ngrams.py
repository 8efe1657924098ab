"""The character n-grams of a text, hashed: how a message is spelt, beside what its embedding says that it means.

An n-gram lies within a word, with the space at either end, so that endings and beginnings count and a slip of the
keyboard spoils only a few. Its number is a rolling hash (the hashing trick, Weinberger et al. 2009), so there is no
vocabulary to keep.
"""

import numpy as np
from numpy.typing import NDArray

SIZES = range(3, 7)
BUCKET_BITS = 18
BUCKETS = 2**BUCKET_BITS
BASE, MIX = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
"""The prime of FNV-1a; the golden ratio of Fibonacci hashing, a product with which has well-spread high bits."""


def ngrams(text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The buckets of a text's n-grams, ascending, and their weights: roots of their counts, of length 1 together."""
    characters = np.frombuffer(f" {' '.join(text.lower().split())} ".encode("utf-32-le"), np.uint32).astype(np.uint64)
    spaces = characters == ord(" ")
    hashes = np.zeros(len(characters), np.uint64)
    across = np.zeros(len(characters), bool)  # an n-gram with a space inside belongs to no word
    found = [np.zeros(0, np.uint64)]
    for size in range(1, min(SIZES.stop, len(characters) + 1)):
        starts = len(characters) - size + 1
        hashes = hashes[:starts] * BASE + characters[size - 1 :] + np.uint64(1)
        across = across[:starts] | (spaces[size - 2 : size - 2 + starts] if size > 2 else False)
        if size in SIZES:
            found.append((hashes[~across] ^ np.uint64(size)) * MIX >> np.uint64(64 - BUCKET_BITS))
    buckets, counts = np.unique(np.concatenate(found).astype(np.int64), return_counts=True)
    weights = np.sqrt(counts)
    return buckets, weights / max(1.0, float(np.linalg.norm(weights)))
