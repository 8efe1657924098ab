"""The manifest that pins a built index to its article, splitter and model, file by file."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.errors import IndexDamaged
from corpus.load import Publication
from corpus.split import SPLITTER
from index.embed import Embedder

FORMAT = 2
"""Change it when an index built by older code can no longer be read."""
FILE = "manifest.json"
READABLE = 0o755
"""The mode of a finished folder: one made by tempfile is for its own user alone, and the server may be another."""
BUILD = re.compile(r"[0-9a-f]{16}-([0-9]+)")


@dataclass(frozen=True, slots=True)
class Identity:
    """What an index must be built from to be the right one."""

    format: int
    article: str
    content: str
    splitter: str
    model: str

    @classmethod
    def of(cls, publication: Publication, embedder: Embedder) -> "Identity":
        """The identity that an index of this publication and model must have."""
        return cls(FORMAT, publication.article.slug, publication.digest, SPLITTER, embedder.name)

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that name builds and collections."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:16]

    def difference(self, other: "Identity") -> str:
        """Which parts differ, in words for an error message."""
        mine, its = asdict(self), asdict(other)
        return " and ".join(name for name in mine if mine[name] != its[name]) or "nothing"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Identity, size, and the sha256 of every file of a build."""

    identity: Identity
    dimension: int
    texts: int
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write the manifest into a build."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read a build's manifest.

        Raises:
            IndexDamaged: it is missing or not a manifest.
        """
        try:
            data = json.loads((folder / FILE).read_text())
            return cls(Identity(**data["identity"]), data["dimension"], data["texts"], data["files"])
        except (OSError, ValueError, KeyError, TypeError):
            raise IndexDamaged(f"{folder / FILE} cannot be read; run 'python -m index' to build it again") from None

    def check_files(self, folder: Path) -> None:
        """Compare every file with the hash taken when it was built.

        A damaged vector file can crash the whole process when Chroma opens it, so this comes first.

        Raises:
            IndexDamaged: a file is missing, added or changed.
        """
        found = hashes(folder)
        wrong = sorted(name for name in self.files.keys() | found.keys() if self.files.get(name) != found.get(name))
        if wrong:
            raise IndexDamaged(f"{folder / wrong[0]} is not as it was built; run 'python -m index' to build it again")


def builds(home: Path) -> list[tuple[int, Path]]:
    """The finished builds of an article with their numbers, oldest first; a copy that somebody put beside is none."""
    found = ((BUILD.fullmatch(path.parent.name), path.parent) for path in home.glob(f"*-*/{FILE}"))
    return sorted((int(name[1]), folder) for name, folder in found if name)


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 of every file below a folder but the manifest, by relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != FILE)
    return {str(path.relative_to(folder)): _hash(path) for path in files}


def _hash(path: Path) -> str:
    with path.open("rb") as file:  # in pieces: large reads leave holes in a process's memory
        return hashlib.file_digest(file, "sha256").hexdigest()
