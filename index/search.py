"""Opens an index and searches it: dense and lexical over the sentences, dense over the question bank.

One embedding of the question serves everything. Knows nothing of whether the article answers (bot.decide).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from corpus.article import Passage
from corpus.errors import IndexMissing, IndexStale
from corpus.load import Publication
from index.documents import IndexedText
from index.embed import Embedder, Vectors
from index.exact import Exact
from index.lexical import LexicalIndex
from index.lock import shared
from index.manifest import Identity, Manifest, builds
from index.remote import Remote, RemoteCollection
from index.snapshot import load_texts, of_sentences
from index.store import Match

FUSION = 60  # reciprocal rank fusion's constant (Cormack, Clarke, Buettcher 2009)
NEIGHBOURS = 24
MOST_HITS = 64
"""Passages that are ranked: all of a short article's, the nearest of a long one's."""
EXACT_UP_TO = 25_000
"""Texts up to which all are compared; with more, Chroma's HNSW index is faster (docs/speed.md)."""
COMMAND = "run 'python -m index' to build it"


class Hit(NamedTuple):
    """A passage with its scores for one question."""

    passage: Passage
    score: float
    """Reciprocal rank fusion of the two rankings below; only its order means anything."""
    dense: float
    """Highest cosine similarity over the passage and its aliases; 0 when it is not among the nearest."""
    lexical: float
    """BM25."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the index has near a question: passages, best first, and the nearest bank questions."""

    hits: tuple[Hit, ...]
    neighbours: tuple[Match, ...]


class Searcher(Protocol):
    """Whatever finds the texts near a vector: `index.exact.Exact`, `index.store.Store`."""

    def nearest(self, vector: Vectors, k: int) -> list[Match]:
        """The k texts most similar to a vector of shape (dimension,), best first."""


class Index:
    """The index of one article, open for search."""

    def __init__(
        self,
        publication: Publication,
        embedder: Embedder,
        searchers: tuple[Searcher, Searcher],
        resources: ExitStack,
        remote: Remote | None = None,
    ) -> None:
        self.publication, self.embedder = publication, embedder
        self.sentences, self.questions = searchers
        self._lexical = LexicalIndex(publication)
        self._passages = {passage.id: at for at, passage in enumerate(publication.article.passages)}
        self._resources, self._remote = resources, remote

    @classmethod
    def open(cls, publication: Publication, embedder: Embedder, root: Path) -> "Index":
        """Open the built index of this article, verified before anything is read.

        Raises:
            IndexMissing: nothing was built. IndexStale: only another article text or model was.
            IndexDamaged: the files are not those that were built.
        """
        with ExitStack() as undo, verified(publication, embedder, root) as (build, texts, vectors):
            searchers: tuple[Searcher, Searcher] = exact(texts, vectors)
            if len(texts) > EXACT_UP_TO:
                from index.chroma import open_copy  # a small index does without Chroma's second of loading

                searchers = open_copy(build, texts, vectors, undo)
            return cls(publication, embedder, searchers, undo.pop_all())

    @classmethod
    def open_server(cls, publication: Publication, embedder: Embedder, url: str, root: Path) -> "Index":
        """Open the article's collections on a Chroma server; what was built below `root` stands in when it fails.

        Raises:
            StoreUnavailable: no server answers, and nothing was built here. SettingsError: `url` is malformed.
            IndexMissing: it has no index of this article and model. IndexDamaged: what was built here is damaged.
        """
        from index.chroma import open_on_server

        try:
            with verified(publication, embedder, root) as (_, texts, vectors):
                kept: tuple[Exact, Exact] | None = exact(texts, vectors)
        except (IndexMissing, IndexStale):
            kept = None
        remote = Remote(lambda undo: open_on_server(publication, embedder, url, undo), kept, url)
        with ExitStack() as undo:
            undo.callback(remote.close)
            remote.connect()
            both = RemoteCollection(remote, 0), RemoteCollection(remote, 1)
            return cls(publication, embedder, both, undo.pop_all(), remote)

    def search(self, question: str, vector: Vectors) -> Found:
        """Search with a question and its vector of shape (dimension,)."""
        passages = self.publication.article.passages
        dense = self._dense(vector)
        lexical = self._lexical.scores(question)
        best = np.argpartition(-lexical, MOST_HITS)[:MOST_HITS].tolist() if len(passages) > MOST_HITS else []
        near = sorted({*dense, *best}) if len(passages) > MOST_HITS else range(len(passages))
        by_dense = {at: dense.get(at, 0.0) for at in near}
        by_words = {at: float(lexical[at]) for at in near}
        score = _fuse([by_dense, by_words])
        hits = [Hit(passages[at], score[at], by_dense[at], by_words[at]) for at in near]
        hits.sort(key=lambda hit: -hit.score)
        return Found(tuple(hits), tuple(self.questions.nearest(vector, NEIGHBOURS)))

    @property
    def problem(self) -> str:
        """What the operator should know though questions are answered; empty when all is well."""
        return self._remote.problem if self._remote else ""

    def load(self) -> None:
        """Make ready what the first search would."""
        self._lexical.load()

    def close(self) -> None:
        """Let go of the store and remove the private copy."""
        self._resources.close()

    def _dense(self, vector: Vectors) -> dict[int, float]:
        """Similarities of the nearest passages, each the highest of its own and its aliases'."""
        best: dict[int, float] = {}
        for match in self.sentences.nearest(vector, min(3 * len(self._passages), MOST_HITS)):
            at = self._passages[match.text.passages[0]]
            best[at] = max(best.get(at, 0.0), match.similarity)
        return best


def exact(texts: Sequence[IndexedText], vectors: Vectors) -> tuple[Exact, Exact]:
    """Sentences and questions, each searched exactly."""

    def among(*, sentences: bool) -> Exact:
        rows = [at for at, text in enumerate(texts) if of_sentences(text) == sentences]
        return Exact([texts[at] for at in rows], vectors[rows])

    return among(sentences=True), among(sentences=False)


@contextmanager
def verified(
    publication: Publication, embedder: Embedder, root: Path
) -> Iterator[tuple[Path, list[IndexedText], Vectors]]:
    """The newest build of this article and model with its texts, checked, and kept while it is read."""
    home = root / publication.article.slug
    with shared(home / "read.lock"):
        build = newest_build(home, Identity.of(publication, embedder))
        Manifest.read(build).check_files(build)
        yield build, *load_texts(build)


def newest_build(home: Path, identity: Identity) -> Path:
    """The newest finished build of that identity; raises IndexMissing or IndexStale."""
    there = [folder for _, folder in builds(home)]
    if not there:
        raise IndexMissing(f"no index in {home}; {COMMAND}")
    fitting = [folder for folder in there if folder.name.startswith(identity.fingerprint)]
    if not fitting:
        changed = identity.difference(Manifest.read(there[-1]).identity)
        raise IndexStale(f"the index in {home} was built for another {changed}; {COMMAND}")
    return fitting[-1]


def _fuse(rankings: Sequence[dict[int, float]]) -> dict[int, float]:
    """Reciprocal rank fusion; what scores 0 in a ranking gets nothing from it."""
    fused = dict.fromkeys(rankings[0], 0.0)
    for ranking in rankings:
        ordered = sorted((at for at in ranking if ranking[at] > 0), key=lambda at: -ranking[at])
        for rank, at in enumerate(ordered, 1):
            fused[at] += 1 / (FUSION + rank)
    return fused
