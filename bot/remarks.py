"""What stands beside quotes: remarks on a claim and on a word, and questions to go on with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.prompts import Prompts
from corpus.article import Passage
from corpus.load import Publication
from index.search import Found

SUGGESTIONS = 3


@dataclass(frozen=True)
class Remarks:
    """The remarks on one article's quotes, by its editor's notes."""

    publication: Publication
    prompts: Prompts

    def on(self, text: str, quoted: Sequence[Passage], missing: str) -> list[str]:
        """The notices beside what is quoted for a question; `missing` names what it asks for besides."""
        notice, quotes = self.prompts.notice, {passage.text for passage in quoted}
        said = [notice("partly", topic=missing)] if missing else []
        said += [notice("not_its_word", word=word) for word in self._not_its_words(text)[:1]]
        return said + ([notice("provider_claim")] if quotes & self._praise else [])

    def suggest(self, found: Found, cited: Sequence[Passage] = ()) -> tuple[str, ...]:
        """Editor's questions for the nearest sentences that were not quoted."""
        near = (hit.passage for hit in found.hits if hit.passage not in cited and hit.passage.text in self._asks)
        return tuple(dict.fromkeys(self._asks[passage.text] for passage in near))[:SUGGESTIONS]

    def _not_its_words(self, text: str) -> list[str]:
        """Words of the question that promise much and that the article does not have."""
        asked = _words(text)
        return [word for word, forms in self._strong.items() if asked & forms]

    @cached_property
    def _strong(self) -> dict[str, set[str]]:
        said = _words(self.publication.article.text)
        return {word: set(forms) - said for word, forms in self.prompts.strong_words.items()}

    @cached_property
    def _praise(self) -> set[str]:
        """Sentences that praise the therapy or its provider."""
        return {note.quote for note in self.publication.notes.sentences if note.claim in ("benefit", "provider")}

    @cached_property
    def _asks(self) -> dict[str, str]:
        return {note.quote: note.ask for note in self.publication.notes.sentences if note.ask}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[\w%]+(?:-\w+)*", text.lower()))
