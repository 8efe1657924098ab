"""Sorts a question before anything is retrieved: greeting, off topic, personal advice, misuse, or go on.

A classifier on the question's embedding, trained by `python -m bot.train` from the readable examples in
bot/examples/. Danger is decided by fixed rules (bot.danger), which come first; what was learned about emergencies is
only ever added to them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.kernel import Kernel
from corpus.errors import ModelMissing
from index.embed import Vectors

WEIGHTS = Path(__file__).parent / "triage.npz"
GO_ON = "question"
EMERGENCY = "emergency"
EMERGENCY_SURE = 0.2
"""The emergency class must beat every other by this much."""


@dataclass(frozen=True, slots=True)
class Triage:
    """A trained classifier, its classes, and the model whose vectors it reads."""

    labels: tuple[str, ...]
    kernel: Kernel
    model: str
    trained_on: str
    """sha256 of the examples."""

    @classmethod
    def load(cls, model: str, path: Path = WEIGHTS) -> "Triage":
        """Load the classifier trained for an embedding model.

        Raises:
            ModelMissing: it is missing, or was trained for another model.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                kernel = Kernel(stored["examples"].astype(np.float32), stored["weights"])
                triage = cls(tuple(stored["labels"].tolist()), kernel, str(stored["model"]), str(stored["trained_on"]))
        except (OSError, KeyError, ValueError):
            raise ModelMissing(f"{path} cannot be read; run 'python -m bot.train'") from None
        if triage.model != model:
            raise ModelMissing(f"{path} was trained for {triage.model}, not {model}; run 'python -m bot.train'")
        return triage

    def save(self, path: Path = WEIGHTS) -> None:
        """Write the classifier; the vectors in half precision, which moves no score by more than a hundredth."""
        np.savez(
            path,
            labels=np.array(self.labels),
            examples=self.kernel.examples.astype(np.float16),
            weights=self.kernel.weights,
            model=np.array(self.model),
            trained_on=np.array(self.trained_on),
        )

    def label(self, vector: Vectors) -> str:
        """The class of a question's vector of shape (dimension,)."""
        scores = dict(zip(self.labels, self.kernel.scores(vector).tolist(), strict=True))
        emergency = scores.pop(EMERGENCY, -1.0)
        best = max(scores, key=lambda label: scores[label])
        return EMERGENCY if emergency >= scores[best] + EMERGENCY_SURE else best
