"""Opens an index and searches it: dense and lexical over the sentences, dense over the question bank.

One embedding of the question serves everything. Knows nothing of whether the article answers (bot.decide).
"""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.article import Passage
from corpus.errors import IndexDamaged, IndexMissing, IndexStale
from corpus.load import Publication
from index.build import CHROMA, Progress, collections, fill, load_texts, probe
from index.documents import IndexedText, indexed_texts
from index.embed import Embedder, LangChainEmbeddings, Vectors
from index.lexical import LexicalIndex
from index.lock import shared
from index.manifest import FILE, Identity, Manifest
from index.store import Match, Store, close, open_folder, open_server

FUSION = 60  # reciprocal rank fusion's constant (Cormack, Clarke, Buettcher 2009)
NEIGHBOURS = 24
COMMAND = "run 'python -m index' to build it"


@dataclass(frozen=True, slots=True)
class Hit:
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


class Index:
    """The index of one article, open for search."""

    def __init__(
        self, publication: Publication, embedder: Embedder, stores: tuple[Store, Store], resources: ExitStack
    ) -> None:
        self.publication, self.embedder = publication, embedder
        self._sentences, self._questions = stores
        self._lexical = LexicalIndex(publication)
        self._resources = resources

    @classmethod
    def open(cls, publication: Publication, embedder: Embedder, root: Path) -> "Index":
        """Open the built index of this article: a private copy, verified before Chroma sees it.

        Raises:
            IndexMissing: nothing was built. IndexStale: only another article text or model was.
            IndexDamaged: the files are not those that were built.
        """
        home, identity = root / publication.article.slug, Identity.of(publication, embedder)
        with ExitStack() as undo:
            copy = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="ask-the-article-")))
            with shared(home / "read.lock"):
                build = newest_build(home, identity)
                folder = Path(shutil.copytree(build, copy / build.name))
            try:
                Manifest.read(folder).check_files(folder)
            except IndexDamaged as error:
                raise IndexDamaged(str(error).replace(str(folder), str(build))) from None
            client = open_folder(folder / CHROMA)
            undo.callback(close, client)
            stores = collections(client, LangChainEmbeddings(embedder))
            if not probe(stores, *load_texts(folder)):
                raise IndexDamaged(f"{build} does not find its own texts; {COMMAND} again")
            return cls(publication, embedder, stores, undo.pop_all())

    @classmethod
    def open_server(cls, publication: Publication, embedder: Embedder, url: str) -> "Index":
        """Open the article's collections on a Chroma server.

        Raises:
            SettingsError: no server answers. IndexMissing: it has no index of this article and model.
        """
        prefix = server_prefix(publication, embedder)
        with ExitStack() as undo:
            client = open_server(url)
            undo.callback(close, client)
            stores = collections(client, LangChainEmbeddings(embedder), prefix)
            return cls(publication, embedder, stores, undo.pop_all())

    def search(self, question: str, vector: Vectors) -> Found:
        """Search with a question and its vector of shape (dimension,)."""
        passages = self.publication.article.passages
        dense = dict.fromkeys((passage.id for passage in passages), 0.0)
        for match in self._sentences.nearest(vector, 3 * len(passages)):
            passage_id = match.text.passages[0]
            dense[passage_id] = max(dense[passage_id], match.similarity)
        lexical = dict(zip(dense, self._lexical.scores(question).tolist(), strict=True))
        score = _fuse([dense, lexical])
        hits = [Hit(passage, score[passage.id], dense[passage.id], lexical[passage.id]) for passage in passages]
        neighbours = self._questions.nearest(vector, NEIGHBOURS)
        return Found(tuple(sorted(hits, key=lambda hit: -hit.score)), tuple(neighbours))

    def bank(self) -> tuple[list[IndexedText], Vectors]:
        """Every question of the bank with its vector."""
        return self._questions.everything()

    def close(self) -> None:
        """Let go of the store and remove the private copy."""
        self._resources.close()


def newest_build(home: Path, identity: Identity) -> Path:
    """The newest finished build of that identity; raises IndexMissing or IndexStale."""
    builds = sorted(
        (path.parent for path in home.glob(f"*-*/{FILE}")), key=lambda path: int(path.name.rsplit("-", 1)[1])
    )
    if not builds:
        raise IndexMissing(f"no index in {home}; {COMMAND}")
    fitting = [path for path in builds if path.name.startswith(identity.fingerprint)]
    if not fitting:
        changed = identity.difference(Manifest.read(builds[-1]).identity)
        raise IndexStale(f"the index in {home} was built for another {changed}; {COMMAND}")
    return fitting[-1]


def server_prefix(publication: Publication, embedder: Embedder) -> str:
    """The name that an article's collections on a server start with; another text or model has another name."""
    return f"{publication.article.slug}-{Identity.of(publication, embedder).fingerprint}-"


def build_on_server(publication: Publication, embedder: Embedder, url: str, progress: Progress) -> None:
    """Build the article's collections on a Chroma server under their own new name, and verify them."""
    texts, embeddings = indexed_texts(publication), LangChainEmbeddings(embedder)
    embeddings.remember([text.text for text in texts], progress)
    vectors = np.asarray(embeddings.embed_documents([text.text for text in texts]), dtype=np.float32)
    client = open_server(url)
    try:
        stores = collections(client, embeddings, server_prefix(publication, embedder), create=True)
        fill(stores, texts, lambda done, total: None)
        good = probe(stores, texts, vectors)
    finally:
        close(client)
    if not good:
        raise IndexDamaged(f"the Chroma server at {url} does not read back what was written; {COMMAND} again")


def _fuse(rankings: Sequence[dict[str, float]]) -> dict[str, float]:
    """Reciprocal rank fusion; what scores 0 in a ranking gets nothing from it."""
    fused = dict.fromkeys(rankings[0], 0.0)
    for ranking in rankings:
        ordered = sorted((name for name in ranking if ranking[name] > 0), key=lambda name: -ranking[name])
        for rank, name in enumerate(ordered, 1):
            fused[name] += 1 / (FUSION + rank)
    return fused
