"""The vector store: Chroma through langchain-chroma, in a folder of ours or on a Chroma server.

Knows Chroma's traps: the embedding function is always ours, the space is cosine, telemetry is off, the HTTP client
gets a time limit. Knows nothing of how an index is built safely (index.build) or searched well (index.search).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np

from corpus.errors import IndexMissing, SettingsError, StoreUnavailable
from index.documents import IndexedText
from index.embed import Vectors

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

ANSWER_TIMEOUT, BUILD_TIMEOUT = 1.0, 30.0  # seconds; Chroma's own client would wait for ever
PORT = 8000  # Chroma's own
BATCH = 500
PAGE = 10_000


class Match(NamedTuple):  # a search makes some ninety, and a frozen dataclass takes three times as long to make
    """A stored text near a question: its cosine similarity and what it leads to."""

    text: IndexedText
    similarity: float


class Store:
    """One collection of indexed texts; the client belongs to whoever opened it."""

    def __init__(self, client: Any, embeddings: Embeddings, collection: str, *, create: bool = False) -> None:
        from chromadb.errors import NotFoundError
        from langchain_chroma import Chroma

        try:
            self.chroma = Chroma(
                collection,
                embeddings,
                client=client,
                collection_configuration={"hnsw": {"space": "cosine"}},
                create_collection_if_not_exists=create,
            )
        except NotFoundError:
            raise IndexMissing(f"the Chroma server has no collection '{collection}'; run 'python -m index'") from None

    def hold(self, texts: Sequence[IndexedText]) -> None:
        """Store these texts and no others; what is stored already is left as it is."""
        stored = {text.id: text for text in self.everything()[0]}
        if gone := stored.keys() - {text.id for text in texts}:
            self.chroma.delete(sorted(gone))
        new = [text for text in texts if stored.get(text.id) != text]
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self.chroma.add_texts(
                [text.text for text in batch],
                [{"kind": t.kind, "passages": " ".join(t.passages), "topic": t.topic} for t in batch],
                [text.id for text in batch],
            )

    def count(self) -> int:
        """How many texts are stored."""
        return sum(len(page["ids"]) for page in self._pages())

    def everything(self) -> tuple[list[IndexedText], Vectors]:
        """Every stored text with its vector, in the order of ids."""
        wanted = ("documents", "metadatas", "embeddings")
        rows = (row for page in self._pages(*wanted) for row in zip(*(page[k] for k in ("ids", *wanted)), strict=True))
        ordered = sorted(rows, key=lambda row: str(row[0]))
        texts = [_indexed_text(text_id, text, about) for text_id, text, about, _ in ordered]
        return texts, np.array([vector for *_, vector in ordered], dtype=np.float32)

    def _pages(self, *wanted: str) -> Iterator[dict[str, Any]]:
        """What is stored, so many at a time: the embedded Chroma can give only some 30,000 at once."""
        start = 0
        while (page := self.chroma.get(limit=PAGE, offset=start, include=list(wanted)))["ids"]:
            yield page
            start += PAGE

    def nearest(self, vector: Vectors, k: int) -> list[Match]:
        """The k texts most similar to a vector of shape (dimension,), best first."""
        found = self.chroma.similarity_search_by_vector_with_relevance_scores(vector.tolist(), k=k)
        return [
            Match(_indexed_text(document.id, document.page_content, document.metadata), 1.0 - distance)
            for document, distance in found
        ]


def _indexed_text(text_id: Any, text: str, about: Any) -> IndexedText:
    return IndexedText(str(text_id), about["kind"], text, tuple(about["passages"].split()), about["topic"])


def open_folder(folder: Path) -> Any:
    """A Chroma client on a folder that no other process has open: the embedded store is single-process."""
    import chromadb

    return chromadb.PersistentClient(str(folder), settings=chromadb.Settings(anonymized_telemetry=False))


def open_server(url: str, timeout: float) -> Any:
    """A client of the Chroma server at `url`, with a time limit in seconds on every request.

    Raises:
        SettingsError: the address is malformed. StoreUnavailable: nobody answers there.
    """
    import chromadb

    scheme, host, port = _parts(url)
    settings = chromadb.Settings(anonymized_telemetry=False)
    try:
        _await_answer(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/api/v2/heartbeat", timeout)
        client = chromadb.HttpClient(host, port, ssl=scheme == "https", settings=settings)
    except (OSError, HTTPException, ValueError):
        raise StoreUnavailable(
            f"no Chroma server answers at {url}; start one with 'chroma run', or unset CHROMA_URL"
        ) from None
    for session in _sessions(client):  # no public setting; a test holds it
        session.timeout = timeout
    return client


def _await_answer(url: str, timeout: float) -> None:
    """Wait for any answer, for Chroma's client opens without a time limit; raises OSError or HTTPException."""
    with suppress(HTTPError):  # refusing is an answer
        urlopen(url, timeout=timeout).close()  # noqa: S310  # the scheme has been checked


def _parts(url: str) -> tuple[str, str, int]:
    """Scheme, host and port; apart from connecting, so that no mistyped address is taken for a server that is down."""
    try:
        address = urlsplit(url)
        scheme, host, port = address.scheme, address.hostname, address.port or PORT
    except ValueError:  # a port that is no number or too high, brackets that do not close
        scheme, host, port = "", None, PORT
    if scheme not in ("http", "https") or not host:
        raise SettingsError(f"CHROMA_URL is '{url}'; it must look like http://host:8000")
    return scheme, host, port


def close(client: Any) -> None:
    """Let go of a client's files or connections."""
    sessions = _sessions(client)
    client.close()
    for session in sessions:  # Chroma leaves them open
        session.close()


def _sessions(client: Any) -> list[Any]:
    """The HTTP sessions of a server client; none of an embedded one."""
    parts = (client._server, client._admin_client._server)
    return [part._session for part in parts if hasattr(part, "_session")]
