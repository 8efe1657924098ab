"""The article's words as HTML: escaped, with its footnote marks and hard words made into things one can open.

The text of what is made here is the text that went in: marks and explanations only wrap it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from corpus.notes import Term


def text_html(text: str) -> str:
    """A text as HTML in which neither tags nor Markdown survive."""
    return "".join(c if c.isalnum() or c in " .,'" else escape(c) if c in '<>&"' else f"&#{ord(c)};" for c in text)


@dataclass(frozen=True)
class Glossary:
    """The editor's terms, found in a text."""

    terms: tuple[Term, ...]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {term.term.casefold(): number for number, term in enumerate(self.terms)}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted((re.escape(term.term) for term in self.terms), key=len, reverse=True)
        return re.compile(rf"\b({'|'.join(longest_first)})\b", re.IGNORECASE) if longest_first else re.compile("(?!)")

    def found(self, text: str, seen: set[int]) -> list[tuple[int, int, int]]:
        """(start, end, number) of each term where it first stands; `seen` keeps the ones already explained."""
        places = []
        for match in self._pattern.finditer(text):
            number = self._numbers[match[1].casefold()]
            if number not in seen:
                seen.add(number)
                places.append((match.start(), match.end(), number))
        return places


def quote_html(text: str, footnotes: Sequence[str], glossary: Glossary, seen: set[int]) -> str:
    """Some words of the article; `footnotes` are the labels of the article's own marks that may stand in them."""
    wraps = [(start, end, _term(number), "</span>") for start, end, number in glossary.found(text, seen)]
    for label in footnotes:
        if (start := text.find(f"[{label}]")) >= 0:
            wraps.append((start, start + len(label) + 2, _mark(label), "</a>"))
    parts, at = [], 0
    for start, end, opening, closing in sorted(wraps):
        if start >= at:
            parts += [text_html(text[at:start]), opening, text_html(text[start:end]), closing]
            at = end
    return "".join((*parts, text_html(text[at:])))


def _term(number: int) -> str:
    return f'<span class="ask-term ask-term-{number}" role="button" tabindex="0">'


def _mark(label: str) -> str:
    return f'<a class="ask-fn" href="#footnote-{text_html(label)}">'
