"""Reads a premise and a claim together and says how likely the premise is to support the claim.

The packaged encoder with what `python -m bot.train --guard` changed in it; guard.npz holds the small heads as well. It
runs on onnxruntime; where it has not been exported yet, torch exports it once. Knows pairs of texts; knows nothing of
articles, rules or models that write.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelMissing
from index.encoder import encoder_folder, is_exported
from index.export import FP32
from index.lock import exclusive
from index.onnx_model import OnnxModel
from index.tuning import Tuning

WEIGHTS = Path(__file__).parent / "guard.npz"
LONGEST = 192
"""Tokens of both texts."""
RETRAIN = "run 'python -m bot.train --guard'"
EXPORT = "run 'python -m bot --guard < /dev/null'"

Scores = NDArray[np.float32]


class Reader(Protocol):
    """Anything that scores pairs; the seam for another engine or a test's stand-in."""

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Scores:
        """For each (premise, claim) the probability that the premise supports the claim."""


class PairReader:
    """The trained cross-encoder; loaded at the first pair."""

    def __init__(self, exports: Path, weights: Path = WEIGHTS) -> None:
        """Name the index folder, where exported models lie, and what was learned."""
        self.exports, self.weights = exports, weights

    def load(self) -> None:
        """Load it now, exporting it first where that has not been done.

        Raises:
            ModelMissing: it has not been exported and cannot be, or is damaged.
        """
        self._model.load()

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Scores:
        """For each (premise, claim) the probability that the premise supports the claim; raises as `load` does."""
        return self._model.run(pairs)[:, 0] if pairs else np.zeros(0, np.float32)

    @cached_property
    def _model(self) -> OnnxModel:
        tuning = Tuning.load(self.weights)
        name = f"guard/{tuning.name}"
        folder = encoder_folder(self.exports, name, FP32)
        if not is_exported(folder, name):
            _export(tuning, folder, name)
        return OnnxModel(folder, name)


def _export(tuning: Tuning, folder: Path, name: str) -> None:
    try:
        from bot.pair_network import export_network
    except ImportError:  # a server that only answers has no torch
        raise ModelMissing(
            f"the guard's reader has not been exported to {folder}, and that needs torch; {EXPORT} where "
            "'make install' was run, and copy the folder over"
        ) from None
    with exclusive(folder.parent / "export.lock", wait=True):
        if not is_exported(folder, name):  # of several processes that start together, one exports
            export_network(tuning, folder, name)
