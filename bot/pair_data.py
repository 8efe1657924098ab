"""What the guard's reader learns from: claims with the passages they were written about (bot/pairs/).

Each line is a line of a claims file (evals/claims.py); `near` is the faithful sentence that a faulty one was made of.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAIRS = Path(__file__).parent / "pairs"
HEALTH = PAIRS / "health.jsonl"
KEPT = 20
"""Percent of the other health passages whose pairs are kept for measuring."""
SUPPORTED, UNSUPPORTED, CONTRADICTED = LABELS = ("supported", "unsupported", "contradicted")


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim, what it is held against, and whether that says it."""

    premise: str
    claim: str
    label: str
    near: str = ""
    """The faithful sentence that a faulty claim was made of; empty when unknown."""
    error: str = ""

    @property
    def supported(self) -> bool:
        return self.label == SUPPORTED


def joined(sources: Sequence[str]) -> str:
    """Passages as one premise."""
    return " ".join(source.strip() for source in sources)


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a file."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Pair(joined(row["sources"]), row["claim"], row["label"], row.get("near") or "", row.get("error") or "")
        for row in rows
    ]


def lessons() -> list[Pair]:
    """What is learned: all but the pairs that are kept for measuring."""
    return [*read_pairs(PAIRS / "article.jsonl"), *(pair for pair in read_pairs(HEALTH) if not _kept(pair))]


def kept_pairs() -> list[Pair]:
    """What nobody learns from: the pairs of a fifth of the other health passages."""
    return [pair for pair in read_pairs(HEALTH) if _kept(pair)]


def _kept(pair: Pair) -> bool:
    return int(hashlib.sha256(pair.premise.encode()).hexdigest(), 16) % 100 < KEPT
