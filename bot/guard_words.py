"""Loads the words of the guard's rules and finds them in a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.yaml_file import read_yaml

WORDS = Path(__file__).parent / "guard_words.yaml"
Ideas = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class GuardWords:
    """The file guard_words.yaml."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # pydantic reads this name
    certainty: Ideas
    safety: Ideas
    advice: Ideas
    imperative: tuple[str, ...]
    telling: tuple[str, ...]
    contact: Ideas
    quantity: Ideas
    time: Ideas
    source: Ideas
    person: Ideas
    medical: Ideas
    negation: tuple[str, ...]
    opposites: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    empty: tuple[str, ...]
    hedges: tuple[str, ...]
    counted: tuple[str, ...]
    many: tuple[str, ...]
    names: tuple[str, ...]
    things: dict[str, dict[str, tuple[str, ...]]]
    deeds: tuple[str, ...]


@cache
def guard_words() -> GuardWords:
    """The words, read once."""
    return read_yaml(WORDS.read_text("utf-8"), GuardWords, WORDS)


def added(ideas: Ideas, claim: str, premise: str) -> str:
    """The first word of the claim whose idea the premise does not have."""
    for forms in ideas:
        found = pattern(forms).search(claim)
        if found and not pattern(forms).search(premise):
            return found.group().strip()
    return ""


@cache
def pattern(forms: Sequence[str]) -> re.Pattern[str]:
    """Matches any of the forms as whole words."""
    shown = (
        re.escape(form).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for form in sorted(forms, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(shown)})(?!\w)", re.IGNORECASE)
