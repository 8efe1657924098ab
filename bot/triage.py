"""Sorts a question before anything is retrieved: greeting, off topic, personal advice, misuse, or go on.

A linear head on the question's embedding, trained by `python -m bot.train` from the readable examples in
bot/examples/. Danger is not decided here but by fixed rules (bot.danger), which come first; the head's own sense of
an emergency is only ever added to them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.errors import ModelMissing
from index.embed import Vectors

WEIGHTS = Path(__file__).parent / "triage.npz"
GO_ON = "question"
EMERGENCY = "emergency"
SURE = 0.0
"""A class other than "go on" is taken when it beats "go on" by this much."""
EMERGENCY_SURE = 0.5
"""The emergency class must beat every other by this much: it only adds to the rules."""


@dataclass(frozen=True, slots=True)
class Triage:
    """A trained head: `weights` of shape (dimension + 1, classes), the last row being the bias."""

    labels: tuple[str, ...]
    weights: Vectors
    model: str

    @classmethod
    def load(cls, model: str, path: Path = WEIGHTS) -> "Triage":
        """Load the head trained for an embedding model.

        Raises:
            ModelMissing: it is missing, or was trained for another model.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                triage = cls(tuple(stored["labels"].tolist()), stored["weights"], str(stored["model"]))
        except (OSError, KeyError, ValueError):
            raise ModelMissing(f"{path} cannot be read; run 'python -m bot.train'") from None
        if triage.model != model:
            raise ModelMissing(f"{path} was trained for {triage.model}, not {model}; run 'python -m bot.train'")
        return triage

    def save(self, path: Path = WEIGHTS) -> None:
        """Write the head; the same head gives the same bytes."""
        np.savez(path, labels=np.array(self.labels), weights=self.weights, model=np.array(self.model))

    def scores(self, vector: Vectors) -> dict[str, float]:
        """One score a class for a vector of shape (dimension,); about -1 (no) to 1 (yes)."""
        return dict(zip(self.labels, (vector @ self.weights[:-1] + self.weights[-1]).tolist(), strict=True))

    def label(self, vector: Vectors) -> str:
        """The class of a question; `GO_ON` when in doubt."""
        scores = self.scores(vector)
        emergency = scores.pop(EMERGENCY, -1.0)
        best = max(scores, key=lambda label: scores[label])
        if emergency >= scores[best] + EMERGENCY_SURE:
            return EMERGENCY
        return best if scores[best] > scores[GO_ON] + SURE else GO_ON
