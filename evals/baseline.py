"""The committed baseline: which cases passed which metric when somebody last accepted the figures."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.errors import GateError
from evals.figures import Figure
from evals.statistics import mcnemar

BASELINE = Path(__file__).parent / "baseline.json"
Baseline = Mapping[str, Mapping[str, bool]]
"""Passed or not, by metric and case."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one metric since the baseline, on the cases that both have."""

    metric: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    pairs: int

    @property
    def p(self) -> float:
        """Exact McNemar, two-sided."""
        return mcnemar(len(self.lost), len(self.gained))


def read_baseline(path: Path = BASELINE) -> Baseline:
    """The committed baseline; empty when there is none yet.

    Raises:
        GateError: the file is not one that `--update-baseline` wrote.
    """
    if not path.is_file():
        return {}
    try:
        stored = json.loads(path.read_text("utf-8"))
        return {
            name: dict.fromkeys(cases["passed"], True) | dict.fromkeys(cases["failed"], False)
            for name, cases in stored.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise GateError(f"{path} cannot be read; run 'python -m evals --update-baseline'") from None


def write_baseline(figures: Iterable[Figure], path: Path = BASELINE) -> None:
    """Write the cases that passed and failed, a line each, so that a change is readable in a diff."""
    stored = {
        found.metric: {"passed": found.passed, "failed": found.failed}
        for found in figures
        if found.passed or found.failed
    }
    path.write_text(_lines(stored), "utf-8")


def changes(baseline: Baseline, figures: Iterable[Figure]) -> Iterator[Change]:
    """What changed, metric by metric; a metric or case that the baseline does not know is left out."""
    for found in figures:
        before = baseline.get(found.metric, {})
        lost = tuple(case_id for case_id in found.failed if before.get(case_id) is True)
        gained = tuple(case_id for case_id in found.passed if before.get(case_id) is False)
        pairs = sum(case_id in before for case_id in (*found.failed, *found.passed))
        if pairs:
            yield Change(found.metric, lost, gained, pairs)


def _lines(stored: Mapping[str, Mapping[str, tuple[str, ...]]]) -> str:
    parts = [
        f" {json.dumps(name)}: {{\n"
        + ",\n".join(f"  {json.dumps(k)}: {json.dumps(ids)}" for k, ids in cases.items())
        + "\n }"
        for name, cases in stored.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"
