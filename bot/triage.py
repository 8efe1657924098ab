"""Sorts a question before anything is decided: greeting, off topic, personal advice, misuse, say it again, or go on.

Two linear classifiers, trained by `python -m bot.train` from the readable examples in bot/examples/ and the banks: one
reads what a question means (its embedding), one how it is spelt (its n-grams). They err in different places, so the
sum of their log-probabilities errs less (docs/ablation.md). Danger is decided by fixed rules (bot.danger), which come
first; what was learned about emergencies is only ever added to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.ngrams import ngrams
from corpus.errors import ModelMissing
from index.embed import Vectors

WEIGHTS = Path(__file__).parent / "triage.npz"
GO_ON = "question"
EMERGENCY, SELF_HARM = "emergency", "self_harm"
DANGER = frozenset({EMERGENCY, SELF_HARM})
GREETING, UNSAFE = "greeting", "unsafe"
OFF_TOPIC = "offtopic"
ADVICE = "advice"
AGAIN = "again"
"""What was said is wanted once more, in whatever way: "shorter please", "are you sure", "huh"."""
DANGER_LEADS = 1.75
"""By how much danger must lead the other classes; what fixed rules find needs no lead."""
DANGER_LAGS = 5.0
"""By how much danger may lag where a phrase of another language tells it."""
DOUBT_LAGS, DOUBT_LAGS_ON_AVERAGE, CLAUSE_LEADS = 5.0, 3.0, 2.0
"""Where a doubtful rule has found words for danger, by how much it may lag in the message, or on average in the message
and the clause; or must lead in the clause."""
BESIDE = 6.0
"""By how much a question about the article may lead a danger beside it."""
BESIDE_LEADS, SENTENCE_LEADS = 2.0, 4.0
"""By how much danger must lead what leaves no room for one in a message that asks, and lead in one of its sentences."""
HINT_LAGS = 2.0
"""By how much self-harm may lag where a reader is reminded of help all the same (docs/ablation.md)."""
MISUSE_LEADS, MISUSE_LEADS_OFF_TOPIC = 3.0, 4.5
"""By how much misuse, which accuses somebody, must beat every class but danger; and the class that is turned away all
the same."""
AGAIN_LEADS = 3.0
"""By how much the wish to hear it again must beat every class but danger."""
ASKING_LAGS = 4.0
"""By how much a question may lag advice or a greeting and still be one, where its bank has the answer."""
GREETING_LEADS = 4.0
"""By how much a greeting or thanks must lead every class but AGAIN, where its words seem to point back or to ask."""


@dataclass(frozen=True, slots=True)
class Triage:
    """Two trained classifiers, their classes, and the model whose vectors the first reads."""

    labels: tuple[str, ...]
    meaning: Vectors
    """Shape (dimension + 1, classes); the last row is the bias."""
    spelling: NDArray[np.float16]
    """Shape (buckets + 1, classes), the same for the buckets of n-grams."""
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
                labels, meaning, spelling = tuple(stored["labels"].tolist()), stored["meaning"], stored["spelling"]
                triage = cls(labels, meaning, spelling, str(stored["model"]), str(stored["trained_on"]))
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
            meaning=self.meaning,
            spelling=self.spelling,
            model=np.array(self.model),
            trained_on=np.array(self.trained_on),
        )

    def scores(self, text: str, vector: Vectors) -> dict[str, float]:
        """Two log-probabilities of each class, added up, for a question and its vector of shape (dimension,).

        All are off by the same amount, which no comparison of them needs.
        """
        buckets, weights = ngrams(text)
        by_meaning = vector @ self.meaning[:-1] + self.meaning[-1]
        found = by_meaning + weights @ self.spelling[buckets] + self.spelling[-1]
        return dict(zip(self.labels, found.tolist(), strict=True))

    def surely_greets(self, text: str, vector: Vectors) -> bool:
        """Whether a text is a greeting, thanks or a farewell, whatever it seems to lean on."""
        scores = self.scores(text, vector)
        others = (score for label, score in scores.items() if label not in (GREETING, AGAIN))
        return scores[GREETING] - max(others) >= GREETING_LEADS

    def label(self, text: str, vector: Vectors) -> str:
        """The class of a question with its vector of shape (dimension,)."""
        return _label(text, self.scores(text, vector))

    def weighed(self, text: str, vector: Vectors) -> tuple[float, str]:
        """By how much danger leads, and the class."""
        scores = self.scores(text, vector)
        return _danger_leads(scores), _label(text, scores)

    def judged(self, text: str, vector: Vectors) -> tuple[str, bool]:
        """The class, and whether self-harm may be meant, whatever the class."""
        scores = self.scores(text, vector)
        return _label(text, scores), scores[SELF_HARM] - _best_of_others(scores) >= -HINT_LAGS

    def may_ask(self, text: str, vector: Vectors) -> bool:
        """Whether what is called advice or a greeting leads a question by so little that it may be one."""
        scores = self.scores(text, vector)
        return scores[_label(text, scores)] - scores[GO_ON] < ASKING_LAGS


def leads_others(scores: Mapping[str, float], question: float = BESIDE) -> float:
    """By how much danger leads the classes that leave no room for one, by the scores of a text.

    An order to the bot may stand beside a danger, and so may a question about the article, up to a lead of `question`.
    """
    beside = {label: score for label, score in scores.items() if label != UNSAFE}
    return _danger_leads({**beside, GO_ON: scores[GO_ON] - question})


def _label(text: str, scores: dict[str, float]) -> str:
    if _danger_leads(scores) >= DANGER_LEADS and any(map(str.isalpha, text)):  # a bare number tells nothing
        return max(sorted(DANGER), key=lambda label: scores[label])
    return _without_danger({label: score for label, score in scores.items() if label not in DANGER})


def _without_danger(scores: dict[str, float]) -> str:
    again, misuse = scores.pop(AGAIN), scores.pop(UNSAFE)
    if again >= max(*scores.values(), misuse) + AGAIN_LEADS:
        return AGAIN
    if misuse >= max(max(scores.values()) + MISUSE_LEADS, scores[OFF_TOPIC] + MISUSE_LEADS_OFF_TOPIC):
        return UNSAFE
    return max(scores, key=lambda label: scores[label])


def _danger_leads(scores: dict[str, float]) -> float:
    danger = np.logaddexp.reduce([score for label, score in scores.items() if label in DANGER])
    return float(danger) - _best_of_others(scores)


def _best_of_others(scores: dict[str, float]) -> float:
    return max(score for label, score in scores.items() if label not in DANGER)
