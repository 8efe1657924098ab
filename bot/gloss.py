"""Turns a message in another language into rough English, word by word, so that danger is noticed in it.

By the glossaries of emergencies/glossaries/, a file a language, for speakers to review: "papá no despierta" becomes
"father does not wake", which the danger rules and the triage can read. Nothing of it is ever shown. At each word the
longest entry counts; words without an entry are left out, and numbers are kept.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.language import UNSPACED, Languages, folded
from corpus.errors import ArticleError

GLOSSARIES = Path(__file__).parent / "emergencies" / "glossaries"
ROMANISED = ("hi", "ur", "pa", "bn", "ta", "te", "ar", "fa")
"""Languages that are often typed in Latin letters, and then pass for others."""
MIXED = (*ROMANISED, "id", "ms", "tl")
"""Languages that are often mixed with English words."""
ENOUGH = 0.6
"""Share of a message that must have entries where its language is in doubt."""
WHOLE = "_"
"""Ends a stem in the files that is a whole word."""
_LEAD = 2
_SENTENCES = re.compile(r"((?:[.!?;](?!\d)|[।۔؟。！？\n])+)")
_ASKS = frozenset("?؟？")
_BRACKETS = re.compile(r" *\([^)]*\)")
_POINT = "ǀ"
"""Stands for a decimal point, which would not outlast the folding."""
_DECIMAL = re.compile(r"(?<=\d)[.,٫](?=\d)")
_NUMBER = re.compile(rf"\d+{_POINT}\d+|\d\d+|\d(?![^\W\d_])")
"""A single figure may be a letter: "3andi"."""
_AND_THE = re.compile("[وف]?(?:[بلک]?ال|لل|[بلک])?")
"""What Arabic writes onto the front of a word: and, so, in, to, like, the."""

Glossary = Mapping[str, tuple[tuple[str, str], ...]]
"""Stems with their English, longest first, under their first characters; a whole word ends with a space."""


@dataclass(frozen=True, slots=True)
class Gloss:
    """A message word by word in English."""

    language: str
    text: str
    share: float
    """How much of the message had entries, by its letters."""


def gloss(text: str, spoken: str, languages: Languages) -> Gloss | None:
    """The text by the glossary that has entries for most of it; None for English.

    `spoken` is the language that it surely is in, if any. Where there is none, most of it must have entries.
    """
    if not (codes := languages.may_be(text)):
        return None
    if not spoken:
        codes = ROMANISED
    elif text.isascii():
        codes = (*codes, *ROMANISED)
    best = max((_gloss(text, code) for code in dict.fromkeys(codes)), key=lambda one: one.share)
    return best if best.share >= ENOUGH or (spoken and best.share) else None


@cache
def load_glossary(language: str) -> Glossary:
    """The glossary of a language; raises ArticleError where a line cannot be read."""
    path, stems, loans = GLOSSARIES / f"{language}.txt", dict[str, str](), dict[str, str]()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        english, _, listed = (part.strip() for part in _BRACKETS.sub("", line).partition(":"))
        if not english or not listed:
            raise ArticleError(path, number, "write 'english: stem, stem'")
        for stem in filter(None, (_stem(one, language) for one in listed.split(","))):
            stems.setdefault(stem, english)
        loans |= {f"{word} ": word for word in english.split() if language in MIXED}
    entries = loans | stems
    by_lead: dict[str, list[tuple[str, str]]] = {}
    for stem in sorted(entries, key=len, reverse=True):
        by_lead.setdefault(stem[:_LEAD].strip(), []).append((stem, entries[stem]))
    return {lead: tuple(listed) for lead, listed in by_lead.items()}


def _stem(written: str, language: str) -> str:
    words = _words(written.replace(WHOLE, " "), language)
    return f"{words} " if words and written.strip().endswith(WHOLE) and language not in UNSPACED else words


def _gloss(text: str, language: str) -> Gloss:
    glossary, told, known, letters = load_glossary(language), "", 0, 0
    for part in _SENTENCES.split(_DECIMAL.sub(_POINT, text)):
        words = _words(part, language)
        found = list(_entries(words, glossary, spaced=language not in UNSPACED))
        known, letters = known + sum(length for _, length in found), letters + len(words)
        told += " ".join(english for english, _ in found) if words else "? " if _ASKS & {*part} else ". "
    return Gloss(language, told.strip(), known / letters if letters else 0.0)


def _entries(words: str, glossary: Glossary, *, spaced: bool) -> Iterable[tuple[str, int]]:
    """The English of each entry or number met, and how many letters it takes."""
    ended, at = f"{words} ", 0
    while at < len(words):
        stem, english, past = _met(ended, at, glossary)
        if spaced:
            past = ended.index(" ", past)
        if stem:
            yield english, past - at
        at = past + spaced


def _met(words: str, at: int, glossary: Glossary) -> tuple[str, str, int]:
    """The number or the stem that starts there, its English, and where it ends."""
    if number := _NUMBER.match(words, at):
        return number[0], _figures(number[0]), number.end()
    for start in dict.fromkeys((at, _AND_THE.match(words, at).end())):  # type: ignore[union-attr]  # may match nothing
        stem, english = _longest(words, start, glossary)
        if stem:
            return stem, english, start + len(stem.rstrip())
    return "", "", at + 1


def _longest(words: str, at: int, glossary: Glossary) -> tuple[str, str]:
    leads = (words[at : at + _LEAD].strip(), words[at])
    met = (entry for lead in leads for entry in glossary.get(lead, ()) if words.startswith(entry[0], at))
    return next(met, ("", ""))


def _figures(number: str) -> str:
    return "".join("." if character == _POINT else str(unicodedata.digit(character)) for character in number)


def _words(text: str, language: str) -> str:
    return ("" if language in UNSPACED else " ").join(folded(text))
