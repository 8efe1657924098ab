"""Recognises a question that is not in English, and danger in it.

The language is told by py3langid, a naive Bayes classifier over byte sequences (Lui and Baldwin 2012). Danger is told
by the phrases of emergencies/other_languages.yaml, for speakers to review; bot.foreign says when one counts.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from corpus.yaml_file import read_yaml

PHRASES = Path(__file__).parent / "emergencies" / "other_languages.yaml"
ENGLISH = "en"
FOREIGN_FROM = 0.98
"""Probability from which a question counts as not English. A single Latin word never does: "angiogenesis"."""
ENGLISH_FROM = 0.8
"""Probability from which nothing but English is thought of; what is below may be English all the same."""
LIKELY = 3
UNSPACED = frozenset({"ja", "th", "zh"})
GAP = " ... "
"""Stands in a phrase where some words may come between."""
BETWEEN, BETWEEN_UNSPACED = 24, 8
"""How many characters these may be."""
_START = 3
_PAIR = 2
"""Characters that a phrase of one word, and one of a language without spaces, is looked up by."""
_SAME = str.maketrans(
    {"ي": "ی", "ك": "ک", "ى": "ی", "ł": "l", "đ": "d", "ı": "i", "ø": "o", "œ": "oe", "æ": "ae"}
    | dict.fromkeys("\u200b\u200c\u200d", "")
)
"""Letters that Arabic and Persian keyboards write differently, Latin ones that phones write plain, invisible ones."""
_PLAIN = re.compile("[a-z0-9]+")
_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u0655]")


Phrase = tuple[tuple[str, ...], ...]
"""What follows one another with little between, each part as its alternatives."""


@dataclass(frozen=True)
class _Phrases:
    """The phrases of one language, as written: danger to the body, and self-harm."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    danger: tuple[str, ...]
    self_harm: tuple[str, ...]


@dataclass(frozen=True)
class Languages:
    """The languages that have a fixed text, with the phrases that mean danger in each."""

    phrases: Mapping[str, tuple[Phrase, ...]]

    @classmethod
    def load(cls, path: Path = PHRASES) -> "Languages":
        """Read the phrases; raises ArticleError when the file cannot be used."""
        lists = read_yaml(path.read_text("utf-8"), dict[str, _Phrases], path)
        return cls(
            {
                code: tuple(_phrase(phrase, code) for phrase in (*listed.danger, *listed.self_harm))
                for code, listed in lists.items()
            }
        )

    def load_identifier(self) -> None:
        """Unpack the classifier now."""
        _ = self._identifier

    def danger_in(self, text: str) -> str:
        """The language of a phrase that means danger; empty when there is none."""
        spaced = f"{_words(text)} "
        forms = {"": spaced, "zh": spaced.replace(" ", "")}
        if not text.isascii():
            forms["ar"] = _without_and(spaced)
        meant = {
            code
            for form, words in forms.items()
            for start in self._by_start[form].keys() & _starts(words, form)
            for code, phrase in self._by_start[form][start]
            if _said(phrase, words, BETWEEN_UNSPACED if form == "zh" else BETWEEN)
        }
        return next((code for code in self.phrases if code in meant), "")

    @cached_property
    def _by_start(self) -> dict[str, dict[str, list[tuple[str, Phrase]]]]:
        """Language and phrase under the form of a text they are looked for in, and under their start."""
        index: dict[str, dict[str, list[tuple[str, Phrase]]]] = {"": {}, "ar": {}, "zh": {}}
        for code, phrases in self.phrases.items():
            for first, *rest in phrases:
                for one in first:
                    form = "zh" if code in UNSPACED else "ar" if code == "ar" and not one.isascii() else ""
                    index[form].setdefault(_start(one, form), []).append((code, ((one,), *rest)))
        return index

    def spoken(self, text: str) -> str:
        """The language of a question when it is surely not English and has a fixed text; otherwise empty."""
        if not any(map(str.isalpha, text)) or (len(text.split()) < 2 and latin(text)):
            return ""
        if self._identifier.classify(text)[0] == ENGLISH:
            return ""
        ranked = self._ranked(text)
        return "" if ranked[ENGLISH] > 1 - FOREIGN_FROM else max(ranked, key=lambda code: ranked[code])

    def may_be(self, text: str) -> tuple[str, ...]:
        """The languages that a text may well be in, likeliest first; none where it is most likely English."""
        ranked = self._ranked(text)
        if ranked.pop(ENGLISH) >= ENGLISH_FROM or not any(map(str.isalpha, text)):
            return ()
        return tuple(sorted(ranked, key=lambda code: -ranked[code])[:LIKELY])

    def likeliest(self, text: str, codes: Sequence[str]) -> str:
        """The language of these that a text is likeliest in; empty where there are none."""
        if len(codes) < 2:
            return "".join(codes)
        ranked = self._ranked(text)
        return max(codes, key=lambda code: ranked[code])

    def _ranked(self, text: str) -> dict[str, float]:
        """The probability of each language."""
        return dict(self._identifier.rank(text))

    @cached_property
    def _identifier(self) -> Any:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        every = LanguageIdentifier.from_model_file(MODEL_FILE)
        every.set_languages([ENGLISH, *self.phrases])
        kept = every.nb_ptc, every.nb_pc, every.nb_classes, every.tk_nextmove, every.tk_output
        slim = LanguageIdentifier(*kept, norm_probs=True, tk_row=every.tk_row)  # without the 28 MB of the others
        # What is read at each letter lies close together: less memory, and less waiting for it.
        slim.nb_ptc = np.ascontiguousarray(slim.nb_ptc)
        slim.tk_output, slim._rowbase = array("i", slim.tk_output), array("I", slim._rowbase)
        return slim


def latin(text: str) -> bool:
    """Whether most of the letters are Latin."""
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(letter.isascii() or "LATIN" in unicodedata.name(letter, "") for letter in letters) > len(letters)


def _start(phrase: str, form: str) -> str:
    """What a phrase is looked up by: its first word, of which a text must have the whole, or its first characters."""
    if form == "zh":
        return phrase[:_PAIR]
    first = f" {phrase.split()[0]} "
    return first if phrase.startswith(first) else phrase[:_START]


def _starts(words: str, form: str) -> set[str]:
    """What a phrase found in a text of that form may be looked up by."""
    if form == "zh":
        return {*map("".join, pairwise(words))}
    spaced = [f" {word} " for word in words.split()]
    return {*spaced, *[word[:_START] for word in spaced]}


def _without_and(words: str) -> str:
    """The words, and once more without the letters for "and" and "so" that Arabic writes onto the next word."""
    return words + re.sub(r" [وف](?=\w)", " ", words)


def _said(phrase: Sequence[tuple[str, ...]], words: str, between: int, start: int = 0, end: int | None = None) -> bool:
    """Whether the parts of a phrase follow one another, with at most so many characters between them."""
    first, *rest = phrase
    for one in first:
        at = words.find(one, start, end and end + len(one))
        while at >= 0:
            past = at + len(one)
            if not rest or _said(rest, words, between, past, past + between):
                return True
            at = words.find(one, at + 1, end and end + len(one))
    return False


def _phrase(phrase: str, code: str) -> Phrase:
    """A phrase as it is looked for; what is written with a space at its end ends where a word does."""
    return tuple(
        tuple(dict.fromkeys(_words(one, code) + " " * one.endswith(" ") for one in _alternatives(part)))
        for part in phrase.split(GAP)
    )


def _alternatives(part: str) -> Iterator[str]:
    """What "a{b|c}" stands for: "ab" and "ac"."""
    before, opening, rest = part.partition("{")
    if not opening:
        yield part
        return
    inside, _, after = rest.partition("}")
    for end in _alternatives(after):
        yield from (before + one + end for one in inside.split("|"))


def _words(text: str, code: str = "") -> str:
    """The words, each with a space before it, so that a phrase starts where a word does."""
    words = folded(text)
    return "".join(words) if code in UNSPACED else "".join(f" {word}" for word in words)


def folded(text: str) -> list[str]:
    """Words without accents, case or punctuation."""
    if text.isascii():
        return _PLAIN.findall(text.casefold())
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())
    plain = unicodedata.normalize("NFC", plain).translate(_SAME)
    return "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in plain).split()
