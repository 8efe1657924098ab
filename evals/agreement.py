"""How well two readers of the test split agree, and whether every disagreement was settled in writing."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from corpus.yaml_file import read_yaml
from evals.sample import FOLDER, Sample, json_lines
from evals.statistics import kappa

SECOND, SETTLED = FOLDER / "second_reader.jsonl", FOLDER / "settled.yaml"


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader said of a case."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    kind: str
    gold_sets: tuple[tuple[str, ...], ...]
    also: tuple[str, ...] = ()

    @classmethod
    def of(cls, sample: Sample) -> "Label":
        return cls(sample.kind, sample.gold_sets, sample.also)

    @property
    def read_kind(self) -> str:
        """The kind as read with its history: a follow-up is answered or not."""
        if self.kind != "followup":
            return self.kind
        return "answerable" if self.gold_sets else "unanswerable"

    @property
    def gold(self) -> frozenset[str]:
        return frozenset[str]().union(*self.gold_sets)


@dataclass(frozen=True, slots=True)
class SettledCase:
    """A disagreement, what was decided after reading the article again, and why."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    id: str
    question: str
    first: Label
    decision: str
    reason: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The file settled.yaml."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    rules: tuple[str, ...]
    cases: tuple[SettledCase, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two readers before anything was settled."""

    cases: int
    kinds_agree: int
    kind_kappa: float | None
    evidence_cases: int
    evidence_agree: int
    evidence_kappa: float | None
    """Over every pair of case and sentence: is it in a minimal gold set?"""
    settled: int


def load_settled(path: Path = SETTLED) -> Settled:
    return read_yaml(path.read_text("utf-8"), Settled, path)


def first_labels(samples: Iterable[Sample], settled: Settled) -> dict[str, Label]:
    """What the first reader said, before disagreements were settled."""
    return {sample.id: Label.of(sample) for sample in samples} | {case.id: case.first for case in settled.cases}


def agreement(samples: Iterable[Sample], sentences: Iterable[str]) -> Agreement:
    """Compare both readers over the cases that both labelled; `sentences` are the article's."""
    settled = load_settled()
    first, second = first_labels(samples, settled), second_labels()
    both = [(first[case_id], second[case_id]) for case_id in first if case_id in second]
    kinds = [(one.read_kind, two.read_kind) for one, two in both]
    evidence = [(one, two) for one, two in both if one.read_kind == two.read_kind in ("answerable", "partial")]
    choices = [(str(s in one.gold), str(s in two.gold)) for one, two in evidence for s in sorted(sentences)]
    return Agreement(
        len(both),
        sum(one == two for one, two in kinds),
        kappa(kinds),
        len(evidence),
        sum(same_evidence(one, two) for one, two in evidence),
        kappa(choices),
        len(settled.cases),
    )


def same_evidence(one: Label, two: Label) -> bool:
    """Whether they share a sentence, and neither rests a minimal set on one that is not even fair to the other."""
    if not one.gold & two.gold:
        return one.gold == two.gold
    return one.gold <= two.gold | set(two.also) and two.gold <= one.gold | set(one.also)


def second_labels(path: Path = SECOND) -> dict[str, Label]:
    """The second reader's labels by case; a case reworded since has none."""
    return {
        row["id"]: Label(row["kind"], tuple(map(tuple, row["gold_sets"])), tuple(row["also"]))
        for _, row in json_lines(path)
    }
