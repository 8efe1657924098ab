"""What fine-tuning changed in the embedding model, as small matrices; `python -m bot.train` makes it.

A matrix's change is kept as up @ down of a low rank, a vector's change whole, both in half precision.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelMissing

Matrix = NDArray[np.float16]
UP, DOWN, BASE = ".up", ".down", "base"


@dataclass(frozen=True)
class Tuning:
    """The changes by parameter name (with .up and .down for a matrix), and the model that they belong to."""

    changes: Mapping[str, Matrix]
    base: str

    @classmethod
    def of(cls, change: Mapping[str, NDArray[np.float32]], rank: int, base: str) -> "Tuning":
        """The best approximation of that rank; parameters that did not change are left out."""
        changes: dict[str, Matrix] = {}
        for name, delta in sorted(change.items()):
            if not np.issubdtype(delta.dtype, np.floating) or not delta.any():
                continue
            if delta.ndim == 1:
                changes[name] = delta.astype(np.float16)
                continue
            left, sizes, right = np.linalg.svd(delta, full_matrices=False)
            root = np.sqrt(sizes[:rank])
            changes[name + UP] = (left[:, :rank] * root).astype(np.float16)
            changes[name + DOWN] = (root[:, None] * right[:rank]).astype(np.float16)
        return cls(changes, base)

    @classmethod
    def load(cls, path: Path) -> "Tuning":
        """Raises ModelMissing when the file cannot be read."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                changes = {name: stored[name] for name in stored.files if name != BASE}
                return cls(changes, str(stored[BASE]))
        except (OSError, KeyError, ValueError):
            raise ModelMissing(f"{path} cannot be read; run 'python -m bot.train'") from None

    def save(self, path: Path) -> None:
        """Write the file."""
        np.savez(path, allow_pickle=False, **{BASE: np.array(self.base)}, **self.changes)

    @cached_property
    def digest(self) -> str:
        """Identifies the changes."""
        found = hashlib.sha256(self.base.encode())
        for name, change in sorted(self.changes.items()):
            found.update(name.encode() + change.tobytes())
        return found.hexdigest()[:12]

    @property
    def name(self) -> str:
        """What the tuned model is called."""
        return f"{self.base}+{self.digest}"

    def apply(self, state: Mapping[str, Any]) -> None:
        """Add the changes to a torch model's parameters, in place."""
        import torch

        for name, change in self.changes.items():
            if name.endswith(UP):
                matrix = name.removesuffix(UP)
                delta = change.astype(np.float32) @ self.changes[matrix + DOWN].astype(np.float32)
                state[matrix].add_(torch.from_numpy(delta))
            elif not name.endswith(DOWN):
                state[name].add_(torch.from_numpy(change.astype(np.float32)))
