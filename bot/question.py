"""Cleans what a person typed, so that nothing later meets text it cannot handle."""

import unicodedata
from dataclasses import dataclass

LONGEST = 2_000
"""Characters of a question that is answered; the danger rules read DANGER_LONGEST."""
DANGER_LONGEST = 20_000
HISTORY_TURNS = 20
"""Earlier turns that count; an emergency further back is no longer reminded of."""


@dataclass(frozen=True, slots=True)
class Question:
    """A cleaned question and the earlier turns of its asker, oldest first."""

    asked: str
    """As asked, but for lone surrogates, which no output could carry."""
    text: str
    history: tuple[str, ...] = ()

    @classmethod
    def of(cls, asked: str, history: tuple[str, ...] = ()) -> "Question":
        """Clean a question and its history; any string is accepted."""
        turns = tuple(filter(None, (clean(turn) for turn in history[-HISTORY_TURNS:])))
        return cls(encodable(asked), clean(asked), turns)

    @property
    def too_long(self) -> bool:
        """Whether it is longer than is answered."""
        return len(self.text) > LONGEST


def encodable(text: str) -> str:
    """The text with lone surrogates replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def clean(text: str) -> str:
    """Compatibility forms folded (NFKC), invisible characters dropped, white space single, length bounded."""
    encoded = encodable(text[:DANGER_LONGEST])
    if encoded.isascii() and encoded.isprintable():  # what follows changes nothing in plain English
        return " ".join(encoded.split())
    folded = unicodedata.normalize("NFKC", encoded)[:DANGER_LONGEST]
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in folded if _shown(c))
    return " ".join(visible.split())


def _shown(character: str) -> bool:
    return unicodedata.category(character) not in ("Cf", "Co", "Cn", "Cs")
