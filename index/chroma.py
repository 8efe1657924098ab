"""An index in Chroma: the two collections of an article, in a folder or on a server, filled, probed and opened.

langchain-chroma and chromadb are loaded when one is opened; a small index is answered without (index.search).
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import IndexDamaged
from corpus.load import Publication
from index.documents import IndexedText
from index.embed import Embedder, Vectors
from index.langchain_embeddings import LangChainEmbeddings
from index.manifest import Identity
from index.snapshot import of_sentences
from index.store import ANSWER_TIMEOUT, BUILD_TIMEOUT, Store, close, open_folder, open_server

CHROMA = "chroma"
SENTENCES, QUESTIONS = "sentences", "questions"
PROBES = 5
SAME = 0.999  # cosine similarity of a text with itself, as stored

Progress = Callable[[int, int], None]
"""Called with (texts done, texts in all)."""
Stores = tuple[Store, Store]
"""Sentences with their aliases, and the question bank."""


def collections(client: Any, embeddings: LangChainEmbeddings, prefix: str = "", *, create: bool = False) -> Stores:
    """The two collections of an index."""
    return (
        Store(client, embeddings, f"{prefix}{SENTENCES}", create=create),
        Store(client, embeddings, f"{prefix}{QUESTIONS}", create=create),
    )


def in_collections(texts: Sequence[IndexedText]) -> tuple[list[IndexedText], list[IndexedText]]:
    """Which texts go into which of the two collections."""
    return [text for text in texts if of_sentences(text)], [text for text in texts if not of_sentences(text)]


def fill(stores: Stores, texts: Sequence[IndexedText]) -> None:
    """Store every text, and nothing else."""
    for store, part in zip(stores, in_collections(texts), strict=True):
        store.hold(part)


def probe(stores: Stores, texts: Sequence[IndexedText], vectors: Vectors) -> bool:
    """Whether every count is right and most stored texts find themselves: among many, Chroma may miss one."""
    order = {text.id: row for row, text in enumerate(texts)}
    for store, part in zip(stores, in_collections(texts), strict=True):
        if store.count() != len(part):
            return False
        probes = part[:: max(1, len(part) // PROBES)]
        nearest = [found for text in probes for found in store.nearest(vectors[order[text.id]], 1)]
        if probes and sum(found.similarity >= SAME for found in nearest) * 2 <= len(probes):
            return False
    return True


def read_back(chroma: Path, texts: Sequence[IndexedText], vectors: Vectors) -> Vectors:
    """Open a Chroma folder, probe it, and give the vectors that it holds for the texts.

    Raises:
        IndexDamaged: a count is wrong, a stored text does not find itself, or a vector is not what was written.
    """
    client = open_folder(chroma)
    try:
        stores = collections(client, _never_embeds())
        good = probe(stores, texts, vectors)
        held = {text.id: vector for store in stores for text, vector in zip(*store.everything(), strict=True)}
    finally:
        close(client)
    if not good or not np.allclose([held[text.id] for text in texts], vectors, atol=1e-6):
        raise IndexDamaged(f"{chroma} does not read back what was written; run 'python -m index' again")
    return np.array([held[text.id] for text in texts], dtype=np.float32)


def open_copy(build: Path, texts: Sequence[IndexedText], vectors: Vectors, undo: ExitStack) -> Stores:
    """The collections of a verified build, opened in a private copy that is removed at the end.

    Raises:
        IndexDamaged: it does not find its own texts.
    """
    copy = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="ask-the-article-")))
    client = open_folder(Path(shutil.copytree(build / CHROMA, copy / CHROMA)))
    undo.callback(close, client)
    stores = collections(client, _never_embeds())
    if not probe(stores, texts, vectors):
        raise IndexDamaged(f"{build} does not find its own texts; run 'python -m index' to build it again")
    return stores


def server_prefix(publication: Publication, embedder: Embedder) -> str:
    """The name that an article's collections on a server start with; another text or model has another name."""
    return f"{publication.article.slug}-{Identity.of(publication, embedder).fingerprint}-"


def open_on_server(publication: Publication, embedder: Embedder, url: str, undo: ExitStack) -> Callable[[], Stores]:
    """Connect to a Chroma server, and give what looks up the article's collections there.

    That raises IndexMissing where the server has no index of this article and model.

    Raises:
        SettingsError: the address is malformed. StoreUnavailable: no server answers.
    """
    client = open_server(url, ANSWER_TIMEOUT)
    undo.callback(close, client)
    return lambda: collections(client, _never_embeds(), server_prefix(publication, embedder))


def build_on_server(
    publication: Publication, embedder: Embedder, url: str, texts: Sequence[IndexedText], vectors: Vectors
) -> None:
    """Fill the article's collections on a Chroma server under their own new name with what was built, and verify them.

    Raises:
        StoreUnavailable: no server answers. IndexDamaged: it does not read back what was written.
    """
    known = dict(zip((text.text for text in texts), vectors.tolist(), strict=True))
    client = open_server(url, BUILD_TIMEOUT)
    try:
        stores = collections(
            client, LangChainEmbeddings(embedder, known), server_prefix(publication, embedder), create=True
        )
        fill(stores, texts)
        good = probe(stores, texts, vectors)
    finally:
        close(client)
    if not good:
        raise IndexDamaged(
            f"the Chroma server at {url} does not read back what was written; run 'python -m index' again"
        )


def _never_embeds() -> LangChainEmbeddings:
    class Never:
        name = "never"

        def embed(self, texts: list[str]) -> Vectors:
            raise AssertionError("opening an index embeds nothing")

    return LangChainEmbeddings(Never())
