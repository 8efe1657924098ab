"""The values everything else is built on: an article, its sections, footnotes and sentences.

Pure values: they do not know files, Markdown, embeddings or the web.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

Kind = Literal["body", "footnote"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence, the unit that is retrieved and quoted: `article.text[start:end] == text`."""

    id: str
    section: str
    kind: Kind
    text: str
    start: int
    end: int
    footnotes: tuple[str, ...] = ()
    """Labels of the article's own footnotes that this sentence refers to."""


@dataclass(frozen=True, slots=True)
class Section:
    """A labelled part of the body, such as "Point 1: type 1 diabetes"."""

    label: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote: a source of its own, with its own sentences."""

    label: str
    text: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """What the article's file says about the article, none of it quoted as the article's words."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    title: str
    publisher: str
    publisher_offers_therapy: bool
    language: str
    licence: str


@dataclass(frozen=True)
class Article:
    """A published article as a reader sees it."""

    slug: str
    header: Header
    text: str
    """The whole reading text; a footnote mark reads `[1]`. All offsets count its characters."""
    sections: tuple[Section, ...]
    footnotes: tuple[Footnote, ...]

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every sentence in reading order, footnotes last."""
        parts: tuple[Section | Footnote, ...] = (*self.sections, *self.footnotes)
        return tuple(passage for part in parts for passage in part.passages)

    def passage(self, passage_id: str) -> Passage:
        """The passage of that id; KeyError when there is none."""
        for passage in self.passages:
            if passage.id == passage_id:
                return passage
        raise KeyError(passage_id)
