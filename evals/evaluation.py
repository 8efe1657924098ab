"""Puts an evaluation together: samples and replies in, everything a report shows out. Asks nothing itself."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.answer import Outcome
from evals.agreement import Agreement, agreement
from evals.baseline import Baseline, Change, changes
from evals.case import Case, Reply
from evals.claims import Checked, claim_figures
from evals.figures import Figure, Scored, figure, score_all
from evals.gates import Gates, RateGate, Verdict, check_invariants, check_losses, check_rates
from evals.grounds import Grounds
from evals.metrics import BY_NAME, METRICS
from evals.sample import SPLITS, Sample
from evals.slices import Slice, slices

WORST = 10


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked to be evaluated."""

    title: str
    samples: tuple[Sample, ...]
    own: bool
    """Whether these are the project's samples, whose rates have gates of their own."""
    whole: bool = True
    """Whether it is all of them, not a slice."""
    unscored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything a report shows; pure values, so the same evaluation always gives the same report."""

    run: Run
    hashes: Mapping[str, str]
    scored: tuple[Scored, ...]
    figures: Mapping[str, Mapping[str, Figure]]
    """By split, then by metric; a file without splits has the one split ''."""
    verdicts: tuple[Verdict, ...]
    changes: tuple[Change, ...]
    slices: tuple[Slice, ...]
    checked: tuple[Checked, ...]
    agreement: Agreement | None
    bounds: Mapping[str, RateGate]
    """The gates on rates, by metric."""
    timing: Mapping[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every gate that could be scored holds, and there was one."""
        held = [verdict.held for verdict in self.verdicts]
        return "holds" in held and "fails" not in held

    @property
    def size(self) -> str:
        """How much was measured, in words."""
        counts = ((len(self.scored), "cases"), (len(self.checked), "claims"))
        return " and ".join(f"{count} {what}" for count, what in counts if count) or "no cases"

    @property
    def main(self) -> Mapping[str, Figure]:
        """The figures that the gates look at."""
        return self.figures.get(SPLITS[0]) or next(iter(self.figures.values()), {})

    @property
    def compared(self) -> list[Figure]:
        """The figures that a baseline remembers: invariants must hold whatever was before."""
        return remembered(self.main)

    @property
    def main_scored(self) -> tuple[Scored, ...]:
        """The cases behind them, variants included."""
        split = SPLITS[0] if SPLITS[0] in self.figures else None
        return tuple(item for item in self.scored if split is None or item.case.sample.split == split)

    @property
    def confusion(self) -> dict[str, Counter[Outcome]]:
        """Outcomes by kind, of the cases behind the main figures."""
        table: dict[str, Counter[Outcome]] = {}
        for item in self.main_scored:
            if not item.case.sample.variant_of:
                table.setdefault(item.case.sample.kind or "no kind", Counter())[item.case.answer.outcome] += 1
        return table

    @property
    def worst(self) -> list[tuple[Scored, list[str]]]:
        """The worst cases with the metrics they failed, by the summed weight of these."""
        failed = [(item, failures(item)) for item in self.main_scored]
        ranked = sorted(failed, key=lambda pair: (-sum(BY_NAME[name].weight for name in pair[1]), pair[0].id))
        return [(item, names) for item, names in ranked if names][:WORST]


def remembered(figures: Mapping[str, Figure]) -> list[Figure]:
    """The figures of rates, not of invariants."""
    return [found for name, found in figures.items() if BY_NAME[name].scope != "all"]


def failures(item: Scored) -> list[str]:
    """The weighty metrics that a case fails."""
    return [name for name, score in item.scores.items() if BY_NAME[name].weight and not BY_NAME[name].passed(score)]


def cases(samples: Sequence[Sample], replies: Iterable[Reply], grounds: Grounds) -> list[Case]:
    """Samples with their replies; a variant also gets the case it was made from, which must come first."""
    by_id: dict[str, Case] = {}
    for sample, reply in zip(samples, replies, strict=True):
        by_id[sample.id] = Case(sample, reply, grounds, by_id.get(sample.variant_of))
    return list(by_id.values())


def evaluate(
    run: Run, found: Sequence[Case], gates: Gates, baseline: Baseline, checked: Sequence[Checked] = ()
) -> Evaluation:
    """Score the cases and hold every gate against them."""
    scored = score_all(found, METRICS)
    by_split = (
        {split: [item for item in scored if item.case.sample.split == split] for split in SPLITS}
        if run.own
        else {"": scored}
    )
    figures = {
        split: {metric.name: figure(metric, items) for metric in METRICS} for split, items in by_split.items() if items
    }
    evaluation = Evaluation(
        run,
        {},
        tuple(scored),
        figures,
        (),
        tuple(changes(baseline, remembered(figures[SPLITS[0]]))) if run.own and SPLITS[0] in figures else (),
        tuple(slices(by_split[SPLITS[0]] if run.own else scored)),
        tuple(checked),
        agreement(run.samples, found[0].grounds.passages) if run.own and run.whole and found else None,
        {gate.metric: gate for gate in (*gates.rates, *gates.public, *gates.claims)},
    )
    return _judged(evaluation, gates)


def _judged(evaluation: Evaluation, gates: Gates) -> Evaluation:
    run, verdicts = evaluation.run, list[Verdict]()
    if evaluation.scored:
        verdicts += check_invariants(gates, evaluation.scored, BY_NAME)
        exactly = run.own and run.whole
        verdicts += check_rates(gates.rates, evaluation.main, exactly=exactly, all_needed=exactly)
        verdicts += check_rates(gates.public, evaluation.main, exactly=False, all_needed=False) if not run.own else []
        verdicts += check_losses(gates.losses, evaluation.changes)
    if evaluation.checked:
        found = claim_figures(evaluation.checked)
        verdicts += check_rates(gates.claims, found, exactly=False, all_needed=False)
    return replace(evaluation, verdicts=tuple(verdicts))
