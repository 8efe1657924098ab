"""The embedding model as it answers: exported to ONNX by `python -m index`, after comparing it with the original."""

import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import ModelMissing
from index.embed import SentenceEmbedder, Vectors
from index.export import export
from index.lock import unused
from index.onnx_model import FILE, Exported, OnnxModel

SAME = {"fp32": 0.9999, "int8": 0.999}
"""Lowest cosine similarity of an exported model's vector to the original's."""
TUNED = re.compile(r"(?P<model>.+)\+(?P<tuning>[0-9a-f]{12})\.\w+")
"""The name of a tuned model's folder (index.tuning); a model that was not tuned has no `+`."""


class OnnxEmbedder:
    """An embedding model read from its export; many threads may use it at once."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self._model = OnnxModel(folder, name)

    def load(self) -> None:
        """Load the model now; raises ModelMissing as `embed` does."""
        self._model.load()

    def embed(self, texts: list[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), each of length 1.

        Raises:
            ModelMissing: it was not exported, or is damaged.
        """
        vectors = self._model.run(texts)
        if not np.isfinite(vectors).all():
            raise ModelMissing(f"the model in {self.folder} gives numbers that are not finite; run 'python -m index'")
        return vectors


def encoder_folder(root: Path, name: str, precision: str) -> Path:
    """Where the export of an embedding model lies."""
    return root / "_encoders" / f"{name.replace('/', '-')}.{precision}"


def is_exported(folder: Path, name: str) -> bool:
    """Whether the export is there and as it was written."""
    try:
        Exported.read(folder, name)
    except ModelMissing:
        return False
    return True


def export_encoder(original: SentenceEmbedder, folder: Path, precision: str, texts: Sequence[str]) -> None:
    """Export an embedding model, compare the vectors of these texts, and drop unused exports of its other tunings.

    Raises:
        ModelMissing: a vector is not the original's; what was exported before is untouched.
    """

    def check(unfinished: Path) -> None:
        exported = OnnxEmbedder(original.name, unfinished).embed(list(texts))
        lowest = float((exported * original.embed(list(texts))).sum(axis=1).min())
        if not lowest >= SAME[precision]:
            raise ModelMissing(
                f"{original.name} exported in {precision} gives other vectors (cosine {lowest:.6f}); install the "
                "pinned versions of torch, onnx and onnxruntime, and run 'python -m index' again"
            )

    transformer, longest = original.transformer()
    tokenizer = original.folder / "tokenizer.json"
    export(_pooled(transformer), tokenizer, folder, original.name, longest, precision, check=check)
    drop_other_tunings(folder)


def drop_other_tunings(folder: Path) -> None:
    """Remove the exports beside this one of the same model with other tunings, unless a process has them loaded."""
    own = TUNED.fullmatch(folder.name)
    for other in sorted(folder.parent.iterdir()) if own else ():
        found = TUNED.fullmatch(other.name)
        if own and found and found["model"] == own["model"] and found["tuning"] != own["tuning"]:
            with suppress(OSError), unused(other / FILE) as free:  # what cannot be locked or removed is left
                if free:
                    shutil.rmtree(other)


def _pooled(transformer: Any) -> Any:
    """The transformer with what sentence-transformers does after it: the mean over tokens, of length 1."""
    import torch

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            states = self.transformer(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            return torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)

    return Pooled().eval()
