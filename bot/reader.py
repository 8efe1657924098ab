"""Reads a premise and a claim together and says how likely the premise is to support the claim.

The packaged encoder with what `python -m bot.train --guard` changed in it (guard.npz), which holds the small heads too.
Knows pairs of texts; knows nothing of articles, rules or models that write.
"""

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelMissing
from index.embed import SentenceEmbedder, packaged_model
from index.tuning import Tuning

WEIGHTS = Path(__file__).parent / "guard.npz"
LONGEST = 192
"""Tokens of both texts."""
AT_ONCE = 32
RETRAIN = "run 'python -m bot.train --guard'"

Scores = NDArray[np.float32]


class Reader(Protocol):
    """Anything that scores pairs; the seam for another engine or a test's stand-in."""

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Scores:
        """For each (premise, claim) the probability that the premise supports the claim."""


class PairReader:
    """The trained cross-encoder; loaded at the first pair."""

    def __init__(self, folder: Path, weights: Path = WEIGHTS) -> None:
        self.folder, self.weights = folder, weights
        self._one_at_a_time = Lock()  # the fast tokenizers refuse to be borrowed by two threads

    @classmethod
    def packaged(cls) -> "PairReader":
        """The reader over the packaged encoder."""
        return cls(packaged_model())

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Scores:
        """For each (premise, claim) the probability that the premise supports the claim."""
        with self._one_at_a_time:
            parts = [self._network.probabilities(pairs[at : at + AT_ONCE]) for at in range(0, len(pairs), AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    @cached_property
    def _network(self) -> Any:
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
        base, tuning = SentenceEmbedder(self.folder).name, Tuning.load(self.weights)
        if tuning.base != base:
            raise ModelMissing(f"{self.weights} was tuned for {tuning.base}, not {base}; {RETRAIN}")
        from bot.pair_network import Network

        network = Network(str(self.folder))
        network.load(tuning)
        return network
