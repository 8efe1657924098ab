"""Samples: what is asked and what a right answer rests on. One format, described in docs/evals.md.

Pure values and their reading; they do not know bots or scores. Evidence is held as the article's exact sentences, so a
file of samples fits every version of the article that still has them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from evals.errors import SampleError

FOLDER = Path(__file__).parent / "samples"
SPLITS = ("test", "dev")
OWN_KINDS = (
    "answerable",
    "partial",
    "unanswerable",
    "advice",
    "emergency",
    "injection",
    "offtopic",
    "greeting",
    "followup",
)
PUBLIC_KINDS = ("far_topic", "near_topic", "consumer", "look_alike", "harmful", "attack", "benign_trap")
KINDS = (*OWN_KINDS, *PUBLIC_KINDS, "")
"""The last one is a question of no known kind: only the invariants can be scored on it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One question with what is known about a right answer."""

    id: str
    question: str
    history: tuple[str, ...] = ()
    """Earlier user turns, oldest first."""
    kind: str = ""
    gold_sets: tuple[tuple[str, ...], ...] = ()
    """Minimal sets of exact article sentences, each of which suffices; empty when nothing should be quoted."""
    also: tuple[str, ...] = ()
    """Further sentences that are fair to quote."""
    must_not: tuple[str, ...] = ()
    """What no part of the answer may contain (the echoed question aside)."""
    topic: str = ""
    trap: str = ""
    source: str = ""
    split: str = ""
    variant_of: str = ""
    """The id of the sample this one was made from, for generated variants."""
    note: str = ""

    @property
    def fair(self) -> frozenset[str]:
        """Every sentence that an answer may quote."""
        return frozenset(self.also).union(*self.gold_sets)


@dataclass(frozen=True, slots=True)
class SampleFile:
    """The samples of a file, and in plain words what of it cannot be scored."""

    samples: tuple[Sample, ...]
    unscored: tuple[str, ...] = field(default=())


def own_samples() -> tuple[Sample, ...]:
    """The project's samples: the test split, then the development split."""
    return tuple(sample for split in SPLITS for sample in read_rows(FOLDER / f"{split}.jsonl"))


def read_rows(path: Path) -> Iterator[Sample]:
    """The samples of a file in the project's format, or in the earlier one with `gold` and `must`."""
    seen: set[str] = set()
    for number, row in json_lines(path):
        try:
            sample = to_sample(row)
        except (TypeError, ValueError, KeyError) as error:
            raise SampleError(path, number, f"no sample: {error}") from None
        if sample.id in seen:
            raise SampleError(path, number, f"the id '{sample.id}' was used above; give every sample its own")
        seen.add(sample.id)
        yield sample


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of every line that is not empty.

    Raises:
        SampleError: no such file, or a line that is no JSON object.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SampleError(path, 1, f"cannot be read ({error})") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise SampleError(path, number, f"not JSON: {error}") from None
        if not isinstance(row, dict):
            raise SampleError(path, number, "not a JSON object")
        yield number, row


def to_sample(row: dict[str, Any]) -> Sample:
    """One row as a Sample. With `must` (at least one of these) every sentence of it is a minimal set of its own.

    Raises:
        TypeError, ValueError: a key is unknown or missing, or a value has the wrong type.
    """
    row = dict(row)
    if "gold" in row or "must" in row:
        gold, must = row.pop("gold", []), row.pop("must", [])
        row["gold_sets"] = [[sentence] for sentence in must] or [[sentence] for sentence in gold]
        row["also"] = [sentence for sentence in gold if sentence not in must]
    known = {field.name for field in fields(Sample)}
    if unknown := sorted(row.keys() - known):
        raise ValueError(f"unknown key '{unknown[0]}'; known are {', '.join(sorted(known))}, gold and must")
    sample = Sample(**{name: _frozen(name, value) for name, value in row.items()})
    if sample.kind not in KINDS:
        raise ValueError(f"unknown kind '{sample.kind}'; known are {', '.join(filter(None, KINDS))}")
    return sample


def _frozen(name: str, value: Any) -> Any:
    if name == "gold_sets":
        return tuple(_strings(name, item) for item in value)
    if name in ("history", "also", "must_not"):
        return _strings(name, value or [])
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a string")
    return value


def _strings(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"{name} is not a list of strings")
    return tuple(value)
