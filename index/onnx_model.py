"""A transformer that was exported to ONNX (index.export), run by onnxruntime: texts in, one row of output each.

Knows neither what the rows mean nor torch. An embedding model, a cross-encoder (it is given pairs of texts): any model
whose exported graph has one output with a row a text.
"""

import json
import os
import weakref
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelMissing
from index.lock import kept
from index.manifest import hashes

Rows = NDArray[np.float32]
Text = str | tuple[str, str]
"""A text, or a pair that the model reads together."""
GRAPH, TOKENIZER, FILE = "model.onnx", "tokenizer.json", "manifest.json"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
BATCH = 8
"""Texts that are run together; on a few cores more bring nothing but padding (docs/speed.md)."""
MOST_THREADS = 4
"""More do not help sentences of some twenty tokens."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What lies in a folder of an exported model, and the sha256 of each of its files."""

    name: str
    longest: int
    """Tokens a text may have; the rest is cut off."""
    precision: str
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write the manifest into the folder."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, folder: Path, name: str) -> "Exported":
        """Read and check the folder of the model of that name.

        Raises:
            ModelMissing: nothing was exported there, something else was, or a file is not as it was exported.
        """
        try:
            found = cls(**json.loads((folder / FILE).read_text()))
        except (OSError, ValueError, TypeError):
            raise ModelMissing(f"{name} has not been exported to {folder}; run 'python -m index'") from None
        if found.name != name or found.files != hashes(folder):
            raise ModelMissing(f"{folder} is not as it was exported; run 'python -m index' to export it again")
        return found


class OnnxModel:
    """An exported model; loaded with the first text. Many threads may use it at once."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name

    def run(self, texts: Sequence[Text]) -> Rows:
        """The output's rows, in the order of the texts, as 32-bit floats.

        Texts of like length share a batch that is padded to its longest; what a text shares it with does not matter.
        """
        session, tokenizer = self._loaded
        encoded = [tokenizer.encode(*((text,) if isinstance(text, str) else text)) for text in texts]
        order = sorted(range(len(encoded)), key=lambda at: len(encoded[at].ids))
        rows: list[Any] = [None] * len(encoded)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            (output,) = session.run(None, _padded([encoded[at] for at in batch]))
            for at, row in zip(batch, output, strict=True):
                rows[at] = row
        return np.asarray(rows, dtype=np.float32)

    def load(self) -> None:
        """Load it now.

        Raises:
            ModelMissing: it was not exported, or is damaged.
        """
        _ = self._loaded

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        with ExitStack() as undo:
            with suppress(OSError):  # where there is no such file, the next line says what to run
                undo.enter_context(kept(self.folder / FILE))
            Exported.read(self.folder, self.name)
            from tokenizers import Tokenizer

            session = _session(self.folder / GRAPH)
            weakref.finalize(session, undo.pop_all().close)  # until then no other export drops this one
            return session, Tokenizer.from_file(str(self.folder / TOKENIZER))


def _session(graph: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads()
    options.log_severity_level = 3  # errors only
    # Threads that wait by spinning save a lone question nothing, and take the cores from others' questions.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def threads() -> int:
    """OMP_NUM_THREADS, or as many as this process has cores, within reason."""
    named = os.environ.get("OMP_NUM_THREADS", "")
    return int(named) if named.isdecimal() and int(named) else min(MOST_THREADS, len(os.sched_getaffinity(0)))


def _padded(encoded: Sequence[Any]) -> dict[str, NDArray[np.int64]]:
    """The model's inputs; zeros to the right are not attended to."""
    inputs = {name: np.zeros((len(encoded), max(len(one.ids) for one in encoded)), np.int64) for name in INPUTS}
    for row, one in enumerate(encoded):
        length = len(one.ids)
        for name, values in zip(INPUTS, (one.ids, one.attention_mask, one.type_ids), strict=True):
            inputs[name][row, :length] = values
    return inputs
