"""Hashes of everything that a figure depends on, so that two reports can be compared knowingly."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from bot.prompts import PROMPTS
from corpus.load import Publication
from evals.sample import Sample
from index.embed import Embedder
from index.manifest import Identity

ROOT = Path(__file__).parent.parent
CODE = ("corpus", "index", "bot", "evals")
SUFFIXES = frozenset({".py", ".yaml", ".txt", ".npz"})


def hashes(publication: Publication, embedder: Embedder, samples: Iterable[Sample]) -> dict[str, str]:
    """What was measured, and with what: the first 16 hexadecimal digits of a sha256 each."""
    return {
        "article": hashlib.sha256(publication.article.text.encode()).hexdigest()[:16],
        "article, notes and bank": publication.digest[:16],
        "index": Identity.of(publication, embedder).fingerprint,
        "model": embedder.name,
        "prompts": _files(PROMPTS, PROMPTS.rglob("*")),
        "code": _files(ROOT, (path for name in CODE for path in (ROOT / name).rglob("*") if _is_code(path))),
        "samples": hashlib.sha256("\0".join(map(repr, samples)).encode()).hexdigest()[:16],
    }


def _is_code(path: Path) -> bool:
    # The articles' own files are in the article's hash; samples in theirs.
    return path.suffix in SUFFIXES and not {"articles", "samples"} & set(path.parts)


def _files(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
