"""Sorts a question before anything is decided: greeting, off topic, personal advice, misuse, or go on.

A linear classifier on the question's embedding, trained by `python -m bot.train` from the readable examples in
bot/examples/ and the banks. Danger is decided by fixed rules (bot.danger), which come first; what was learned about
emergencies is only ever added to them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.errors import ModelMissing
from index.embed import Vectors

WEIGHTS = Path(__file__).parent / "triage.npz"
GO_ON = "question"
EMERGENCY = "emergency"
UNSAFE = "unsafe"
DANGER_LAGS = 0.2
"""A worried question about the article is no emergency, so danger must beat GO_ON. Emergencies are told as pleas for
advice, or as if by the way: behind every other class danger may lag by this."""
MISUSE_LEADS = 0.6
"""By how much misuse, which accuses somebody, must beat every class but danger."""
RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Triage:
    """A trained classifier, its classes, and the model whose vectors it reads."""

    labels: tuple[str, ...]
    weights: Vectors
    """Shape (dimension + 1, classes); the last row is the bias."""
    model: str
    trained_on: str
    """sha256 of the examples."""

    @classmethod
    def fit(cls, vectors: Vectors, labels: Sequence[str], model: str, trained_on: str) -> "Triage":
        """Ridge regression on +1 and -1 in closed form, for vectors of shape (examples, dimension).

        A class weighs by the square root of how rare it is, so that small ones are heard.
        """
        names, count = tuple(sorted(set(labels))), Counter(labels)
        targets = np.array([[1.0 if label == name else -1.0 for name in names] for label in labels])
        importance = np.array([(len(labels) / len(names) / count[label]) ** 0.5 for label in labels])
        inputs = np.c_[vectors, np.ones(len(vectors))].astype(np.float64)
        weighted = (inputs * importance[:, None]).T
        solved = np.linalg.solve(weighted @ inputs + RIDGE * np.eye(inputs.shape[1]), weighted @ targets)
        return cls(names, solved.astype(np.float32), model, trained_on)

    @classmethod
    def load(cls, model: str, path: Path = WEIGHTS) -> "Triage":
        """Load the classifier trained for an embedding model.

        Raises:
            ModelMissing: it is missing, or was trained for another model.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                labels, weights = tuple(stored["labels"].tolist()), stored["weights"]
                triage = cls(labels, weights, str(stored["model"]), str(stored["trained_on"]))
        except (OSError, KeyError, ValueError):
            raise ModelMissing(f"{path} cannot be read; run 'python -m bot.train'") from None
        if triage.model != model:
            raise ModelMissing(f"{path} was trained for {triage.model}, not {model}; run 'python -m bot.train'")
        return triage

    def save(self, path: Path = WEIGHTS) -> None:
        """Write the classifier."""
        np.savez(
            path,
            labels=np.array(self.labels),
            weights=self.weights,
            model=np.array(self.model),
            trained_on=np.array(self.trained_on),
        )

    def scores(self, vector: Vectors) -> dict[str, float]:
        """What each class gets, about -1 (no) to 1 (yes), for a question's vector of shape (dimension,)."""
        found = vector @ self.weights[:-1] + self.weights[-1]
        return dict(zip(self.labels, found.tolist(), strict=True))

    def label(self, vector: Vectors) -> str:
        """The class of a question's vector of shape (dimension,)."""
        scores = self.scores(vector)
        danger = scores.pop(EMERGENCY, -1.0)
        if danger >= scores[GO_ON] and danger >= max(scores.values()) - DANGER_LAGS:
            return EMERGENCY
        misuse = scores.pop(UNSAFE, -1.0)
        if misuse >= max(scores.values()) + MISUSE_LEADS:
            return UNSAFE
        return max(scores, key=lambda label: scores[label])
