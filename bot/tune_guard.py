"""Fine-tunes the packaged encoder into a reader of pairs: does the premise say what the claim says?

A cross-encoder: both texts go in together, so every word of the claim can be compared with the premise. It learns the
pairs of bot/pairs/ and, anew in each round, seeded edits of them. Where it is known which words of a claim are the
fault, it learns those words too. The change of each matrix is stored as its best approximation of rank RANK.
"""

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import count
from random import Random
from typing import Any

import numpy as np

from bot.descent import Part, descend
from bot.pair_data import LABELS, Pair
from bot.pair_edits import Edits, edited
from index.tuning import Tuning

SEED, EPOCHS, BATCH, RATE, HEAD_RATE = 0, 5, 32, 1.5e-4, 1e-3
SMOOTH, TOKENS = 0.03, 0.5
EDITED = 1.2
"""Edited pairs in a round, for each written one."""
RANK = 96
SORTED = 16
"""Batches that are filled together, by length, so that little is padded."""

Progress = Callable[[int, int, float], None]


def tune_guard(folder: str, base: str, pairs: Sequence[Pair], edits: Edits, progress: Progress) -> Tuning:
    """Fine-tune the model in `folder` (identified as `base`); minutes on two cores, the same seed each time."""
    import torch

    from bot.pair_network import Network

    torch.manual_seed(SEED)
    network = Network(folder)
    before = {name: tensor.clone() for name, tensor in network.encoder.state_dict().items()}
    _run(network, pairs, edits, progress)
    change = {name: (tensor - before[name]).numpy() for name, tensor in network.encoder.state_dict().items()}
    tuning = Tuning.of(change, RANK, base)
    heads = {name: value.numpy().astype(np.float16) for name, value in network.heads().items()}
    return Tuning({**tuning.changes, **heads}, base)


def _run(network: Any, pairs: Sequence[Pair], edits: Edits, progress: Progress) -> None:
    random = Random(SEED)  # noqa: S311  # chooses lessons
    tuned = [parameter for parameter in network.encoder.parameters() if parameter.requires_grad]
    heads = [*network.labels.parameters(), *network.faults.parameters()]
    steps, done = EPOCHS * (int(len(pairs) * (1 + EDITED)) // BATCH), count(1)
    batches = (batch for _ in range(EPOCHS) for batch in _batches(_round(pairs, edits, random), random))
    losses = (_loss(network, batch) for batch in batches)
    network.train()
    descend(Part(tuned, RATE), Part(heads, HEAD_RATE), steps, losses, lambda loss: progress(next(done), steps, loss))
    network.eval()


def _round(pairs: Sequence[Pair], edits: Edits, random: Random) -> list[Pair]:
    """The lessons of a round: every written pair and some edited ones, as many in all each time."""
    made = list(edited(pairs, random, edits))
    return [*pairs, *random.sample(made, min(len(made), int(len(pairs) * EDITED)))]


def _batches(lessons: list[Pair], random: Random) -> Iterator[list[Pair]]:
    random.shuffle(lessons)
    size = BATCH * SORTED
    for start in range(0, len(lessons), size):
        block = sorted(lessons[start : start + size], key=lambda pair: len(pair.premise) + len(pair.claim))
        batches = [block[at : at + BATCH] for at in range(0, len(block), BATCH)]
        random.shuffle(batches)
        yield from (batch for batch in batches if len(batch) == BATCH)


def _loss(network: Any, batch: Sequence[Pair]) -> Any:
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

    encoded = network.encode([(pair.premise, pair.claim) for pair in batch])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, tokens = network(**encoded)
    wanted = torch.tensor([LABELS.index(pair.label) for pair in batch])
    loss = cross_entropy(logits.float(), wanted, label_smoothing=SMOOTH)
    marks = torch.full(tokens.shape, -1.0)
    for row, pair in enumerate(batch):
        for place, mark in _marked(encoded.encodings[row], pair):
            marks[row, place] = mark
    known = marks >= 0
    if known.any():
        loss = loss + TOKENS * binary_cross_entropy_with_logits(tokens.float()[known], marks[known])
    return loss


def _marked(encoding: Any, pair: Pair) -> Iterator[tuple[int, float]]:
    """Places of the claim's tokens: 1 where it departs from the faithful sentence, 0 elsewhere."""
    if not pair.supported and not pair.near:
        return
    faults = set[int]() if pair.supported else _departures(pair.near, pair.claim)
    for place, (part, (start, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True)):
        if part == 1 and end > start:
            yield place, float(any(at in faults for at in range(start, end)))


def _departures(near: str, claim: str) -> set[int]:
    """Characters of the claim's words that the faithful sentence does not have there."""
    words, at = claim.split(), 0
    spans = []
    for word in words:
        at = claim.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    matcher = SequenceMatcher(
        None, [_bare(word) for word in near.split()], [_bare(word) for word in words], autojunk=False
    )
    found = set[int]()
    for kind, _, _, first, last in matcher.get_opcodes():
        if kind == "delete":  # what was left out is marked at its neighbours
            first, last = max(0, first - 1), min(len(words), first + 1)
        if kind != "equal":
            found |= {place for start, end in spans[first:last] for place in range(start, end)}
    return found


def _bare(word: str) -> str:
    return word.strip(".,;:!?\"'").lower()
