"""Recognises a bare cry for help in a language other than English: a message that is nothing else ("hilfe bitte").

By the lists of emergencies/cries.yaml, for speakers of each to review. The words alone prove nothing in a longer
message, where bot.foreign judges what they mean.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

from bot.language import UNSPACED, folded
from corpus.yaml_file import read_yaml

CRIES = Path(__file__).parent / "emergencies" / "cries.yaml"
LONGEST = 60
"""Characters of a message that may be a bare cry."""
_ASKS = frozenset("?؟？")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
"""As in "hilfeee"."""


@dataclass(frozen=True)
class _Listed:
    """What is cried in a language, and what may stand beside it, as written."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    cries: tuple[str, ...]
    beside: tuple[str, ...] = ()


def cries_in(text: str) -> tuple[str, ...]:
    """The languages in which a text is a bare cry for help; none where it is, or says, anything else, or asks."""
    if len(text) > LONGEST or not _ASKS.isdisjoint(text) or not (words := _words(text)):
        return ()
    by_start = load_cries()
    likely = (*by_start.get(words.split()[0], ()), *by_start.get(words[0], ()))
    return tuple(code for code, only_cries in likely if only_cries.fullmatch(words))


@cache
def load_cries() -> dict[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    """The language and its pattern under what a cry may start with: a word, or a character where none are spaced.

    Raises:
        ArticleError: the file cannot be used.
    """
    by_start: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for code, listed in read_yaml(CRIES.read_text("utf-8"), dict[str, _Listed], CRIES).items():
        cries, beside = (tuple(map(_words, entries)) for entries in (listed.cries, listed.beside))
        only_cries = _pattern(cries, beside, " ?" if code in UNSPACED else "(?: |$)")
        starts = {entry[0] if code in UNSPACED else entry.split()[0] for entry in (*cries, *beside)}
        for start in starts:
            by_start.setdefault(start, []).append((code, only_cries))
    return {start: tuple(found) for start, found in by_start.items()}


def _pattern(cries: Sequence[str], beside: Sequence[str], end: str) -> re.Pattern[str]:
    """Cries with anything beside them; each is taken whole (`(?>`), so that no text makes it try all ways."""
    cry, other = (f"(?>(?:{_any(entries)}){end})" for entries in (cries, [*cries, *beside]))
    return re.compile(f"{other}*?{cry}{other}*")


def _any(entries: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(entries, key=len, reverse=True)))


def _words(text: str) -> str:
    return _DRAWN_OUT.sub(r"\1", " ".join(folded(text)))
