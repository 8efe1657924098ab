"""Builds an index so that a crash at any moment leaves the old one or the new one, never a mix.

A build is written into a folder of its own (beginning with a copy of the last store, when little has changed), opened
and probed, hashed into a manifest, and only then renamed to `<fingerprint>-<number>`. Readers take its texts and
vectors, or a copy of it when it is large (index.search), so no two processes ever share an embedded Chroma.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpus.errors import IndexDamaged
from corpus.load import Publication
from index.chroma import CHROMA, Progress, collections, fill, read_back
from index.documents import IndexedText, indexed_texts
from index.embed import Embedder, Vectors
from index.langchain_embeddings import LangChainEmbeddings
from index.lock import exclusive, shared
from index.manifest import READABLE, Identity, Manifest, builds, hashes
from index.snapshot import load_texts, save_texts
from index.store import close, open_folder

UNFINISHED = "unfinished."  # no hyphen: it must not look like a build


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
        if like := _like(home, embedder.name, texts):
            shutil.copytree(like / CHROMA, folder / CHROMA)
        vectors = _write(folder, texts, LangChainEmbeddings(embedder, _known(home, embedder.name)), progress)
        save_texts(folder, texts, read_back(folder / CHROMA, texts, vectors))
        Manifest(identity, vectors.shape[1], len(texts), hashes(folder)).write(folder)
        return _publish(folder, home, identity)


def _write(folder: Path, texts: Sequence[IndexedText], embeddings: LangChainEmbeddings, progress: Progress) -> Vectors:
    client = open_folder(folder / CHROMA)
    try:
        embeddings.remember([text.text for text in texts], progress)
        fill(collections(client, embeddings, create=True), texts)
    finally:
        close(client)
    return np.asarray(embeddings.embed_documents([text.text for text in texts]), dtype=np.float32)


def _known(home: Path, model: str) -> dict[str, list[float]]:
    """Vectors of earlier builds with this model, so that unchanged texts are not embedded again."""
    known: dict[str, list[float]] = {}
    for _, folder in builds(home):
        try:
            if (manifest := Manifest.read(folder)).identity.model == model:
                manifest.check_files(folder)
                texts, vectors = load_texts(folder)
                known |= dict(zip((text.text for text in texts), vectors.tolist(), strict=True))
        except (IndexDamaged, OSError, ValueError):
            continue  # a damaged build gives nothing; its texts are embedded anew
    return known


def _like(home: Path, model: str, texts: Sequence[IndexedText]) -> Path | None:
    """An undamaged build with this model that differs little, so that only what differs has to be stored."""
    for _, folder in reversed(builds(home)):
        try:
            manifest = Manifest.read(folder)
            manifest.check_files(folder)
            if manifest.identity.model == model and len({*texts} & {*load_texts(folder)[0]}) > len(texts) / 2:
                return folder
        except (IndexDamaged, OSError, ValueError):
            continue
    return None


def _publish(folder: Path, home: Path, identity: Identity) -> Path:
    """Give a finished build its name, and drop the older ones once no reader is copying them."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    older = builds(home)
    folder.chmod(READABLE)
    target = folder.rename(home / f"{identity.fingerprint}-{max((number for number, _ in older), default=0) + 1}")
    with shared(home / "read.lock", alone=True):
        for _, path in older:  # renamed first: a build half removed must not look like one
            shutil.rmtree(path.rename(home / f"{UNFINISHED}{path.name.replace('-', '.')}"))
    return target
