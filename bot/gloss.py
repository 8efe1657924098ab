"""Turns a message in another language into rough English, word by word, so that danger is noticed in it.

By the glossaries of emergencies/glossaries/, a file a language, for speakers to review: "papá no despierta" becomes
"father does not wake", which the triage can read. No reader ever sees it. At each word the longest entry counts;
words without an entry are left out, and numbers are kept.
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
ENOUGH, FEWEST = 0.6, 3
"""Share of a message that must have entries where its language is in doubt, and its words."""
WHOLE = "_"
"""Ends a stem in the files that is a whole word."""
_LEAD = 2
_STOPS = re.compile(r"((?:[.!?;,](?!\d)|[।۔؟。！？\n،、，])+)")
_PAUSES = frozenset(",،、，")
_ASKS = frozenset("?؟？")
_BRACKETS = re.compile(r" *\([^)]*\)")
_POINT = "ǀ"
"""Stands for a decimal point, which would not outlast the folding."""
_DECIMAL = re.compile(r"(?<=\d)[.,٫](?=\d)")
_NUMBER = re.compile(rf"\d+{_POINT}\d+|\d\d+|\d(?![^\W\d_])")
"""A single figure may be a letter: "3andi"."""
_AND_THE = re.compile("[وف]?(?:[بلک]?ال|لل|[بلک])?")
"""What Arabic writes onto the front of a word: and, so, in, to, like, the."""

Entry = tuple[str, str, bool]
"""A stem (a whole word ends with a space), its English, and whether it tells the language: an English loan does not."""
Glossary = Mapping[str, tuple[Entry, ...]]
"""Entries, longest first, under their first characters."""
_NONE: Entry = ("", "", False)


@dataclass(frozen=True, slots=True)
class Gloss:
    """A message word by word in English."""

    language: str
    text: str
    share: float
    """How much of the message had entries, by its letters."""


def gloss(text: str, spoken: str, languages: Languages) -> Gloss | None:
    """The text by the glossary that has entries for the most of it; None for English.

    `spoken` is the language that it surely is in, if any; another's glossary may fit better. Where there is none,
    only languages that are often romanised are tried, and most of the text must have entries.
    """
    if not (codes := languages.may_be(text)):
        return None
    if not spoken:
        codes = ROMANISED if len(text.split()) >= FEWEST else ()
    elif text.isascii():
        codes = (*codes, *ROMANISED)
    best = max((in_english(text, code) for code in dict.fromkeys(codes)), key=lambda one: one.share, default=None)
    return best if best and (best.share >= ENOUGH or (spoken and best.share)) else None


@cache
def load_glossary(language: str) -> Glossary:
    """The glossary of a language; raises ArticleError where a line cannot be read."""
    path, stems, own = GLOSSARIES / f"{language}.txt", dict[str, str](), set[str]()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        english, _, listed = (part.strip() for part in _BRACKETS.sub("", line).partition(":"))
        if not english or not listed:
            raise ArticleError(path, number, "write 'english: stem, stem'")
        own |= {*english.split()}
        for stem in filter(None, (_stem(one, language) for one in listed.split(","))):
            stems.setdefault(stem, english)
    entries = {f"{word} ": word for word in own if language in MIXED} | stems
    by_lead: dict[str, list[Entry]] = {}
    for stem in sorted(entries, key=len, reverse=True):
        counts = not own.issuperset(stem.split())
        by_lead.setdefault(stem[:_LEAD].strip(), []).append((stem, entries[stem], counts))
    return {lead: tuple(listed) for lead, listed in by_lead.items()}


def _stem(written: str, language: str) -> str:
    words = _words(written.replace(WHOLE, " "), language)
    return f"{words} " if words and written.strip().endswith(WHOLE) and language not in UNSPACED else words


def in_english(text: str, language: str) -> Gloss:
    """The text by the glossary of a language."""
    glossary, told, known, letters = load_glossary(language), "", 0, 0
    for part in _STOPS.split(_DECIMAL.sub(_POINT, text)):
        words = _words(part, language)
        found = list(_entries(words, glossary, spaced=language not in UNSPACED))
        known += sum(length for _, length, counts in found if counts)
        letters += len(words) - sum(length for _, length, counts in found if not counts)
        told += " ".join(english for english, *_ in found) if words else _stop(part)
    return Gloss(language, told.strip(), known / letters if letters else 0.0)


def _stop(marks: str) -> str:
    if not marks:  # before a mark that starts the text, or after one that ends it
        return ""
    return "? " if _ASKS & {*marks} else ", " if _PAUSES.issuperset(marks) else ". "


def _entries(words: str, glossary: Glossary, *, spaced: bool) -> Iterable[tuple[str, int, bool]]:
    """The English of each entry or number met, how many letters it takes, and whether it tells the language."""
    ended, at = f"{words} ", 0
    while at < len(words):
        (stem, english, counts), past = _met(ended, at, glossary)
        if spaced:
            past = ended.index(" ", past)
        if stem:
            yield english, past - at, counts
        at = past + spaced


def _met(words: str, at: int, glossary: Glossary) -> tuple[Entry, int]:
    """The number or the stem that starts there, and where it ends."""
    if number := _NUMBER.match(words, at):
        return (number[0], _figures(number[0]), False), number.end()
    for start in dict.fromkeys((at, _AND_THE.match(words, at).end())):  # type: ignore[union-attr]  # may match nothing
        entry = _longest(words, start, glossary)
        if entry[0]:
            return entry, start + len(entry[0].rstrip())
    return _NONE, at + 1


def _longest(words: str, at: int, glossary: Glossary) -> Entry:
    leads = (words[at : at + _LEAD].strip(), words[at])
    met = (entry for lead in leads for entry in glossary.get(lead, ()) if words.startswith(entry[0], at))
    return next(met, _NONE)


def _figures(number: str) -> str:
    return "".join("." if character == _POINT else str(unicodedata.digit(character)) for character in number)


def _words(text: str, language: str) -> str:
    return ("" if language in UNSPACED else " ").join(folded(text))
