"""Builds an index so that a crash at any moment leaves the old one or the new one, never a mix.

A build is written into a folder of its own, opened and probed, hashed into a manifest, and only then renamed to
`<fingerprint>-<number>`. Readers copy the newest build of the right fingerprint (index.open), so no two processes
ever share an embedded Chroma.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import IndexDamaged
from corpus.load import Publication
from index.documents import IndexedText, indexed_texts
from index.embed import Embedder, LangChainEmbeddings, Vectors
from index.lock import exclusive, shared
from index.manifest import FILE, Identity, Manifest, hashes
from index.store import Store, close, open_folder

CHROMA, TEXTS, VECTORS = "chroma", "texts.json", "vectors.npy"
SENTENCES, QUESTIONS = "sentences", "questions"
UNFINISHED = "unfinished."  # no hyphen: it must not look like a build
PROBES = 5
SAME = 0.999  # cosine similarity of a text with itself, as stored

Progress = Callable[[int, int], None]
"""Called with (texts done, texts in all)."""


def build(
    publication: Publication, embedder: Embedder, root: Path, progress: Progress = lambda done, total: None
) -> Path:
    """Build the index of one article below `root` and return its folder.

    Raises:
        IndexInUse: another process is building here.
        IndexDamaged: what was written does not read back; the previous index is untouched.
    """
    home = root / publication.article.slug
    with exclusive(home / "build.lock"):
        for leftover in home.glob(f"{UNFINISHED}*"):
            shutil.rmtree(leftover)
        identity = Identity.of(publication, embedder)
        texts = indexed_texts(publication)
        folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=home))
        vectors = _write(folder, texts, LangChainEmbeddings(embedder, _known(home, embedder.name)), progress)
        check_readable(folder / CHROMA, texts, vectors)
        _save(folder, texts, vectors)
        Manifest(identity, vectors.shape[1], len(texts), hashes(folder)).write(folder)
        return _publish(folder, home, identity)


def collections(
    client: Any, embeddings: LangChainEmbeddings, prefix: str = "", *, create: bool = False
) -> tuple[Store, Store]:
    """The two collections of an index: sentences with their aliases, and the question bank."""
    return (
        Store(client, embeddings, f"{prefix}{SENTENCES}", create=create),
        Store(client, embeddings, f"{prefix}{QUESTIONS}", create=create),
    )


def in_collections(texts: Sequence[IndexedText]) -> tuple[list[IndexedText], list[IndexedText]]:
    """Which texts go into which of the two collections."""
    sentences = [text for text in texts if text.kind in ("passage", "alias")]
    return sentences, [text for text in texts if text.kind not in ("passage", "alias")]


def fill(stores: tuple[Store, Store], texts: Sequence[IndexedText], progress: Progress) -> None:
    """Embed and store every text, reporting progress."""
    before = 0
    for store, part in zip(stores, in_collections(texts), strict=True):
        for done in store.add(part):
            progress(before + done, len(texts))
        before += len(part)


def probe(stores: tuple[Store, Store], texts: Sequence[IndexedText], vectors: Vectors) -> bool:
    """Whether every count is right and stored texts find themselves."""
    order = {text.id: row for row, text in enumerate(texts)}
    for store, part in zip(stores, in_collections(texts), strict=True):
        if store.count() != len(part):
            return False
        for text in part[:: max(1, len(part) // PROBES)]:
            nearest = store.nearest(vectors[order[text.id]], 1)
            if not nearest or nearest[0].similarity < SAME:
                return False
    return True


def check_readable(chroma: Path, texts: Sequence[IndexedText], vectors: Vectors) -> None:
    """Open a Chroma folder and probe it.

    Raises:
        IndexDamaged: a count is wrong or a stored text does not find itself.
    """
    client = open_folder(chroma)
    try:
        good = probe(collections(client, _never_embeds()), texts, vectors)
    finally:
        close(client)
    if not good:
        raise IndexDamaged(f"{chroma} does not read back what was written; run 'python -m index' again")


def load_texts(folder: Path) -> tuple[list[IndexedText], Vectors]:
    """The texts of a build and their vectors, row by row."""
    rows = json.loads((folder / TEXTS).read_text("utf-8"))
    texts = [IndexedText(**{**row, "passages": tuple(row["passages"])}) for row in rows]
    return texts, np.load(folder / VECTORS, allow_pickle=False)


def _never_embeds() -> LangChainEmbeddings:
    class Never:
        name = "never"

        def embed(self, texts: list[str]) -> Vectors:
            raise AssertionError("opening an index embeds nothing")

    return LangChainEmbeddings(Never())


def _write(folder: Path, texts: Sequence[IndexedText], embeddings: LangChainEmbeddings, progress: Progress) -> Vectors:
    client = open_folder(folder / CHROMA)
    try:
        embeddings.remember([text.text for text in texts], progress)
        fill(collections(client, embeddings, create=True), texts, lambda done, total: None)
    finally:
        close(client)
    return np.asarray(embeddings.embed_documents([text.text for text in texts]), dtype=np.float32)


def _known(home: Path, model: str) -> dict[str, list[float]]:
    """Vectors of earlier builds with this model, so that unchanged texts are not embedded again."""
    known: dict[str, list[float]] = {}
    for folder in sorted(home.glob("*-*")):
        try:
            if folder.is_dir() and Manifest.read(folder).identity.model == model:
                texts, vectors = load_texts(folder)
                known |= dict(zip((text.text for text in texts), vectors.tolist(), strict=True))
        except (IndexDamaged, OSError, ValueError):
            continue  # a damaged build gives nothing; its texts are embedded anew
    return known


def _save(folder: Path, texts: Sequence[IndexedText], vectors: Vectors) -> None:
    (folder / TEXTS).write_text(json.dumps([asdict(text) for text in texts], ensure_ascii=False), "utf-8")
    np.save(folder / VECTORS, vectors, allow_pickle=False)


def _publish(folder: Path, home: Path, identity: Identity) -> Path:
    """Give a finished build its name, and drop the older ones once no reader is copying them."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    older = [path.parent for path in home.glob(f"*-*/{FILE}") if path.parent != folder]
    numbers = [int(path.name.rsplit("-", 1)[1]) for path in older]
    target = folder.rename(home / f"{identity.fingerprint}-{max(numbers, default=0) + 1}")
    with shared(home / "read.lock", alone=True):
        for path in older:  # renamed first: a build half removed must not look like one
            shutil.rmtree(path.rename(home / f"{UNFINISHED}{path.name.replace('-', '.')}"))
    return target
