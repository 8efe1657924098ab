"""What is embedded for an article: its sentences in context, the editor's aliases, and the question bank.

Each document points at the passages it stands for, so a patient's question that sounds like an alias or like a bank
question finds the sentence, while only the sentence itself is ever shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.article import Article, Passage
from corpus.load import Publication

DocumentKind = Literal["passage", "alias", "question", "missing"]
TOGETHER = 3
"""Passages that a question stands for, at most, with those that complete its answer."""


@dataclass(frozen=True, slots=True)
class IndexedText:
    """One text to embed and what it leads to."""

    id: str
    kind: DocumentKind
    text: str
    passages: tuple[str, ...]
    """Ids of the passages it stands for, best first; empty for a question that the article does not answer."""
    topic: str = ""
    """What is missing, for kind "missing"."""


def indexed_texts(publication: Publication) -> list[IndexedText]:
    """Every text that goes into the index of one article."""
    return [*_passages(publication.article), *_aliases(publication), *_bank(publication)]


def in_context(article: Article, passage: Passage) -> str:
    """The text that is embedded for a passage: with title and section, which are not shown with it."""
    return f"{article.header.title} {passage.section}: {passage.text}"


def _passages(article: Article) -> Iterator[IndexedText]:
    for passage in article.passages:
        yield IndexedText(passage.id, "passage", in_context(article, passage), (passage.id,))


def _aliases(publication: Publication) -> Iterator[IndexedText]:
    ids = {passage.text: passage.id for passage in publication.article.passages}
    for note in publication.notes.sentences:
        for number, alias in enumerate(note.aliases, 1):
            yield IndexedText(f"{ids[note.quote]}/alias{number}", "alias", alias, (ids[note.quote],))


def _bank(publication: Publication) -> Iterator[IndexedText]:
    ids = {passage.text: passage.id for passage in publication.article.passages}
    beside = {note.quote: note.beside for note in publication.notes.sentences}
    for note in publication.notes.sentences:
        if note.ask:  # a question that is offered must be one that is answered
            passages = tuple(ids[quote] for quote in _completed((note.quote,), beside))
            yield IndexedText(f"{ids[note.quote]}/ask", "question", note.ask, passages)
    for group_number, group in enumerate(publication.bank.answered, 1):
        passages = tuple(ids[quote] for quote in _completed(group.quotes, beside))
        for number, question in enumerate(group.questions, 1):
            yield IndexedText(f"answered{group_number}/{number}", "question", question, passages)
    for group_number, missing in enumerate(publication.bank.missing, 1):
        for number, question in enumerate(missing.questions, 1):
            yield IndexedText(f"missing{group_number}/{number}", "missing", question, (), missing.topic)


def _completed(quotes: Sequence[str], beside: Mapping[str, Sequence[str]]) -> list[str]:
    """The quotes, then what completes them as far as there is room."""
    others = (other for quote in quotes for other in beside.get(quote, ()))
    return list(dict.fromkeys([*quotes, *others]))[: max(TOGETHER, len(quotes))]
