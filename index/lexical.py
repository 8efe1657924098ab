"""Lexical search over an article's sentences: BM25 on stemmed words, the editor's aliases included."""

import re
from functools import cached_property
from typing import Any

import numpy as np

from corpus.load import Publication
from index.embed import Vectors

WORD = re.compile(r"\w+")


class LexicalIndex:
    """BM25 (Lucene's form, k1 1.5, b .75) over the passages of one article."""

    def __init__(self, publication: Publication) -> None:
        self.passage_ids = [passage.id for passage in publication.article.passages]
        self._texts = _texts_with_aliases(publication)

    def scores(self, question: str) -> Vectors:
        """One score a passage, in the article's order; 0 where no word is shared."""
        known = [word for word in stems(question) if word in self._bm25.vocab_dict]
        if not known:
            return np.zeros(len(self.passage_ids), dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def load(self) -> None:
        """Count the words now."""
        _ = self._bm25

    @cached_property
    def _bm25(self) -> Any:
        import bm25s

        bm25 = bm25s.BM25()
        bm25.index([stems(text) for text in self._texts], show_progress=False)
        return bm25


def stems(text: str) -> list[str]:
    """Lower-case words cut to their English (Porter 2) stems."""
    return list(_stemmer().stemWords(WORD.findall(text.casefold())))


def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def _texts_with_aliases(publication: Publication) -> list[str]:
    notes = {note.quote: note for note in publication.notes.sentences}
    texts = []
    for passage in publication.article.passages:
        words = [passage.text, passage.section]
        if passage.text in notes:
            words += notes[passage.text].aliases
        lowered = passage.text.casefold()
        words += [
            alias for term in publication.notes.terms if term.term.casefold() in lowered for alias in term.aliases
        ]
        texts.append(" ".join(words))
    return texts
