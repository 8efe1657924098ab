"""Recognises a question that is not in English, and danger in it.

The language is told by py3langid, a naive Bayes classifier over byte sequences (Lui and Baldwin 2012). Danger is told
by the phrases of danger_phrases.yaml, for speakers to review; like the English rules they come before anything learned.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from corpus.yaml_file import read_yaml

PHRASES = Path(__file__).parent / "danger_phrases.yaml"
ENGLISH = "en"
FOREIGN_FROM = 0.98
"""Probability from which a question counts as not English. A single Latin word never does: "angiogenesis"."""
UNSPACED = frozenset({"ja", "th", "zh"})
_SAME = {ord("ي"): "ی", ord("ك"): "ک", ord("ى"): "ی", **dict.fromkeys(map(ord, "\u200b\u200c\u200d"), None)}
"""Letters that Arabic and Persian keyboards write differently, and invisible ones."""
_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u0652]")


@dataclass(frozen=True)
class _Phrases:
    """The phrases of one language, as written: danger to the body, and self-harm."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    danger: tuple[str, ...]
    self_harm: tuple[str, ...]


@dataclass(frozen=True)
class Languages:
    """The languages that have a fixed text, with the phrases that mean danger in each."""

    phrases: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, path: Path = PHRASES) -> "Languages":
        """Read the phrases; raises ArticleError when the file cannot be used."""
        lists = read_yaml(path.read_text("utf-8"), dict[str, _Phrases], path)
        return cls(
            {
                code: tuple(_words(phrase, code) for phrase in (*listed.danger, *listed.self_harm))
                for code, listed in lists.items()
            }
        )

    def load_identifier(self) -> None:
        """Unpack the classifier now."""
        _ = self._identifier

    def danger_in(self, text: str) -> str:
        """The language of a phrase that means danger; empty when there is none."""
        spaced, unspaced = _words(text), _words(text, "zh")
        for code, phrases in self.phrases.items():
            words = unspaced if code in UNSPACED else _without_and(spaced) if code == "ar" else spaced
            if any(phrase in words for phrase in phrases):
                return code
        return ""

    def spoken(self, text: str) -> str:
        """The language of a question when it is surely not English and has a fixed text; otherwise empty."""
        letters = [character for character in text if character.isalpha()]
        latin = sum("LATIN" in unicodedata.name(letter, "") for letter in letters)
        if not letters or (2 * latin > len(letters) and len(text.split()) < 2):
            return ""
        ranked: dict[str, float] = dict(self._identifier.rank(text))
        if ranked.pop(ENGLISH) > 1 - FOREIGN_FROM:
            return ""
        return max(ranked, key=lambda code: ranked[code])

    @cached_property
    def _identifier(self) -> Any:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        identifier.set_languages([ENGLISH, *self.phrases])
        return identifier


def _without_and(words: str) -> str:
    """The words, and once more without the letters for "and" and "so" that Arabic writes onto the next word."""
    return words + re.sub(r" [وف](?=\w)", " ", words)


def _words(text: str, code: str = "") -> str:
    """Words without accents or punctuation; each with a space before it, so that a phrase starts where a word does."""
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())
    folded = unicodedata.normalize("NFC", folded).translate(_SAME)
    words = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded).split()
    return "".join(words) if code in UNSPACED else "".join(f" {word}" for word in words)
