"""From scores of cases to figures: a value, how many it rests on, and how sure it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.case import Case, Metric, Score
from evals.statistics import bootstrap, wilson

DIGITS = 4
"""Figures are rounded, so that another processor's last bits give the same report."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over some cases; `value` is None when there was nothing to score."""

    metric: str
    n: int
    value: float | None
    low: float
    high: float
    failed: tuple[str, ...] = ()
    """Ids of the cases with something wrong."""
    passed: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The value for people: 'n/a (n=0)', a percentage, or a number."""
        return "n/a (n=0)" if self.value is None else percent(self.value)


@dataclass(frozen=True, slots=True)
class Scored:
    """A case with all its scores."""

    case: Case
    scores: dict[str, Score]

    @property
    def id(self) -> str:
        return self.case.sample.id


def score_all(cases: Iterable[Case], metrics: Sequence[Metric]) -> list[Scored]:
    """Score every case by every metric that has something to say about it."""
    return [Scored(case, {m.name: s for m in metrics if (s := m.scores(case)) is not None}) for case in cases]


def figure(metric: Metric, scored: Sequence[Scored]) -> Figure:
    """The metric over these cases."""
    found = [(item.id, item.scores[metric.name]) for item in scored if metric.name in item.scores]
    hits, out_of = [s.hits for _, s in found], [s.out_of for _, s in found]
    total = sum(out_of)
    if not total:
        return Figure(metric.name, 0, None, 0.0, 1.0)
    low, high = wilson(sum(hits), total) if metric.interval == "wilson" else bootstrap(hits, out_of)
    good = {case_id: metric.passed(score) for case_id, score in found} if metric.interval == "wilson" else {}
    return Figure(
        metric.name,
        round(total) if metric.interval == "wilson" else len(found),
        round(sum(hits) / total, DIGITS),
        round(low, DIGITS),
        round(high, DIGITS),
        tuple(case_id for case_id, fine in good.items() if not fine),
        tuple(case_id for case_id, fine in good.items() if fine),
    )


def percent(value: float) -> str:
    """A share as '93.1 %', anything above 1 as a number."""
    return f"{100 * value:.1f} %" if value <= 1 else f"{value:.1f}"
