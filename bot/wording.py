"""Words an answer: what a writer drafts, and the guard passes.

The only maker of `Supported`, so that a sentence of a model can reach an answer in no other way.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.drafts import Draft, NoDraft
from bot.guard import Guard
from bot.language import Languages
from corpus.article import Passage

LOG = logging.getLogger("ask_the_article.writer")


class Writer(Protocol):
    """Anything that drafts sentences; the seam for another way to write."""

    def drafts(self, question: str, passages: Sequence[str]) -> Iterator[Draft | None]:
        """The sentences as they come, and None after each moment without one. Raises NoDraft when it fails."""


@dataclass(frozen=True, slots=True)
class Supported:
    """A sentence that the guard has passed, and what it rests on."""

    text: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Wording:
    """A writer with the guard behind it."""

    writer: Writer
    guard: Guard
    languages: Languages
    close: Callable[[], None] = lambda: None

    def sentences(self, question: str, passages: Sequence[Passage]) -> Iterator[Supported | None]:
        """Supported sentences as they come, none twice; None after each moment without one.

        Raises:
            NoDraft: the writer or the guard failed, or nothing that was written is supported. One line about it is
                logged, without any text.
        """
        said = set[str]()
        try:
            for draft in self.writer.drafts(question, [passage.text for passage in passages]):
                supported = self._supported(draft, passages) if draft and draft.text not in said else None
                said |= {supported.text} if supported else set()
                yield supported
            if not said:
                raise NoDraft("nothing that the guard passes")
        except NoDraft as problem:
            LOG.warning("quotes instead of the model's words: %s", problem)
            raise

    def _supported(self, draft: Draft, passages: Sequence[Passage]) -> Supported | None:
        """The draft if it may be shown; raises NoDraft where the guard cannot tell."""
        cited = tuple(passages[number - 1] for number in draft.passages)
        try:
            if self.languages.spoken(draft.text) or not self.guard.check(draft.text, [p.text for p in cited]).supported:
                return None
        except Exception as error:  # whatever fails in it, a sentence that was not checked is not shown
            raise NoDraft(type(error).__name__) from error
        return Supported(draft.text, cited)
