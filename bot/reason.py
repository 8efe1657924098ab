"""Why an answer is as it is. For developers (`python -m bot --json --debug`); never part of an Answer."""

from dataclasses import dataclass
from typing import Any

from bot.decide import Decision
from bot.hear import Heard

NEAREST = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """What led to an answer, as far as the question came."""

    danger: str = ""
    """The danger rule that was fulfilled, or the language of the phrase or the gloss that told it."""
    matched: str = ""
    """The words that it matched, as normalised, or the gloss."""
    urgent: str = ""
    """What kind of urgent text was given: a danger group, or the language of the phrase; empty without one."""
    language: str = ""
    """The language of a question that is, or may be, not in English."""
    heard: tuple[Heard, ...] = ()
    """The question, then its parts."""
    decision: Decision | None = None

    @property
    def label(self) -> str:
        """The class of the whole question, where it was a class that decided."""
        return self.heard[0].label if self.heard and not self.urgent and not self.language else ""

    @property
    def hints_at_self_harm(self) -> bool:
        """Whether the question, in English, may be meant so, though it was not taken for it."""
        return bool(self.label) and self.heard[0].hints_at_self_harm

    def as_dict(self) -> dict[str, Any]:
        """The field "debug" of the JSON."""
        decision = self.decision
        return {
            "danger": self.danger,
            "matched": self.matched,
            "language": self.language,
            "heard": [_heard(one) for one in self.heard],
            "score": None if decision is None else round(decision.score, 3),
            "missing": "" if decision is None else decision.topic,
        }


def _heard(heard: Heard) -> dict[str, Any]:
    return {
        "text": heard.text,
        "label": heard.label,
        "nearest": [
            {
                "question": match.text.text,
                "similarity": round(match.similarity, 3),
                "passages": list(match.text.passages),
                "missing": match.text.topic,
            }
            for match in heard.found.neighbours[:NEAREST]
        ],
        "passages": [
            {"passage": hit.passage.id, "dense": round(hit.dense, 3), "lexical": round(hit.lexical, 3)}
            for hit in heard.found.hits[:NEAREST]
        ],
    }
