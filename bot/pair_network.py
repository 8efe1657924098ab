"""The torch network of the guard's reader: the packaged encoder with two small heads on top.

Imported only to train it and to export it, for torch takes seconds to load.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer
from transformers.utils.logging import disable_progress_bar, set_verbosity_error

from bot.pair_data import LABELS, kept_pairs
from bot.reader import EXPORT, LONGEST, RETRAIN, Scores
from corpus.errors import ModelMissing
from index.embed import base_name, packaged_model
from index.encoder import drop_other_tunings
from index.export import export
from index.onnx_model import OnnxModel
from index.tuning import Tuning

HEADS = ("labels", "faults")
COMPARED_EVERY = 10
SAME = 1e-3
"""Highest difference of an exported probability to torch's."""


class Network(torch.nn.Module):
    """Reads a premise and a claim as one text."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        disable_progress_bar()
        set_verbosity_error()  # it reports that a pooling layer, which is not used, is left out
        self.encoder: Any = AutoModel.from_pretrained(folder, add_pooling_layer=False)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        size = self.encoder.config.hidden_size
        self.labels = torch.nn.Linear(3 * size, len(LABELS))
        self.faults = torch.nn.Linear(size, 1)
        for name, parameter in self.encoder.named_parameters():
            parameter.requires_grad = name.startswith("encoder.") or "token_type" in name

    def encode(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """Tokens of (premise, claim); of a long premise the end is cut off."""
        premises, claims = zip(*pairs, strict=True)
        return self.tokenizer(
            list(premises),
            list(claims),
            padding=True,
            truncation="only_first",
            max_length=LONGEST,
            return_tensors="pt",
        )

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> tuple[Any, Any]:
        """Logits of the labels, and of each token for being a fault."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        claim = (token_type_ids * attention_mask).unsqueeze(-1)
        mean = (states * claim).sum(1) / claim.sum(1)
        most = states.masked_fill(claim == 0, -1e4).amax(1)
        return self.labels(torch.cat([states[:, 0], mean, most], -1)), self.faults(states).squeeze(-1)

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Scores:
        """For each (premise, claim) the probability that the claim is supported."""
        with torch.inference_mode():
            labels, _ = self(**self.encode(pairs))
        return np.asarray(labels.softmax(-1)[:, 0].numpy(), dtype=np.float32)

    def heads(self) -> dict[str, Any]:
        """The parameters of the heads by name."""
        return {name: value for name, value in self.state_dict().items() if name.startswith(HEADS)}

    def load(self, tuning: Tuning) -> None:
        """Take over what was learned."""
        changes = {name: value for name, value in tuning.changes.items() if not name.startswith(HEADS)}
        Tuning(changes, tuning.base).apply(self.encoder.state_dict())
        for name, parameter in self.heads().items():
            parameter.copy_(torch.from_numpy(tuning.changes[name].astype(np.float32)))
        self.eval()


def export_network(tuning: Tuning, folder: Path, name: str) -> None:
    """Export the trained network, as one that gives each pair's probability, and compare it with the original.

    Exports of other trainings that nobody has loaded are dropped.

    Raises:
        ModelMissing: there is no packaged encoder, it is not the one that was tuned, or the export is not the same.
    """
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    packaged = packaged_model()
    if tuning.base != (base := base_name(packaged)):
        raise ModelMissing(f"bot/guard.npz was tuned for {tuning.base}, not {base}; {RETRAIN}")
    network = Network(str(packaged))
    network.load(tuning)

    def check(unfinished: Path) -> None:
        pairs = [(pair.premise, pair.claim) for pair in kept_pairs()[::COMPARED_EVERY]]
        exported = OnnxModel(unfinished, name).run(pairs)[:, 0]
        if not np.abs(exported - network.probabilities(pairs)).max() <= SAME:
            raise ModelMissing(
                "the guard's reader gives other probabilities once it is exported; install the pinned versions of "
                f"torch, onnx and onnxruntime, and {EXPORT} again"
            )

    export(_Probability(network).eval(), packaged / "tokenizer.json", folder, name, LONGEST, check=check)
    drop_other_tunings(folder)


class _Probability(torch.nn.Module):
    """The network with the probability of support as its one output, of shape (pairs, 1)."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
        labels, _ = self.network(input_ids, attention_mask, token_type_ids)
        return labels.softmax(-1)[:, :1]
