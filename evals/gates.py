"""Gates: what must hold, read from gates.yaml, held against the figures. Knows no metric by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from corpus.yaml_file import read_yaml
from evals.baseline import Change
from evals.case import Metric
from evals.errors import GateError
from evals.figures import Figure, Scored, figure, percent

GATES = Path(__file__).parent / "gates.yaml"
LOSS = " against the baseline"
Held = Literal["holds", "fails", "not scored"]


@dataclass(frozen=True, slots=True)
class Invariant:
    """A metric that must be perfect in every case."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    metric: str
    why: str


@dataclass(frozen=True, slots=True)
class RateGate:
    """A bound on a metric, where the product wants to be, and why it matters."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    metric: str
    reach: float
    why: str
    at_least: float | None = None
    at_most: float | None = None

    def beyond(self, value: float) -> bool:
        """Whether a value is on the wrong side."""
        return (self.at_least is not None and value < self.at_least) or (
            self.at_most is not None and value > self.at_most
        )

    @property
    def bound(self) -> str:
        """The gate in words."""
        return (
            f"at least {percent(self.at_least)}"
            if self.at_least is not None
            else f"at most {percent(self.at_most or 0)}"
        )


@dataclass(frozen=True, slots=True)
class Losses:
    """When a change against the baseline counts as a loss."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    significance: float


@dataclass(frozen=True, slots=True)
class Gates:
    """The file gates.yaml."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    invariants: tuple[Invariant, ...]
    rates: tuple[RateGate, ...]
    public: tuple[RateGate, ...]
    claims: tuple[RateGate, ...]
    losses: Losses


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one gate."""

    gate: str
    held: Held
    text: str
    why: str = ""
    cases: tuple[str, ...] = ()
    """Cases to look at, for a gate that fails."""


def load_gates(metrics: Iterable[str], path: Path = GATES) -> Gates:
    """Read the gates.

    Raises:
        ArticleError: the file is malformed. GateError: a gate names no metric, or has no bound or two.
    """
    gates, known = read_yaml(path.read_text("utf-8"), Gates, path), set(metrics)
    rates = (*gates.rates, *gates.public, *gates.claims)
    for name in (*(gate.metric for gate in gates.invariants), *(gate.metric for gate in rates)):
        if name not in known:
            raise GateError(f"{path}: there is no metric '{name}'; correct the name")
    for gate in rates:
        if (gate.at_least is None) == (gate.at_most is None):
            raise GateError(f"{path}: '{gate.metric}' needs either at_least or at_most")
    return gates


def check_invariants(gates: Gates, scored: Sequence[Scored], metrics: Mapping[str, Metric]) -> list[Verdict]:
    """One verdict an invariant; a failed one shows the first case."""
    return [_invariant(gate, metrics[gate.metric], scored) for gate in gates.invariants]


def check_rates(
    rates: Iterable[RateGate], figures: Mapping[str, Figure], *, exactly: bool, all_needed: bool
) -> list[Verdict]:
    """One verdict a rate: by its value if `exactly`, else by the kinder end of its interval.

    With `all_needed` a gate with nothing to score fails: a gate that checks nothing does not hold.
    """
    return [_rate(gate, figures[gate.metric], exactly, all_needed) for gate in rates]


def check_losses(losses: Losses, changes: Iterable[Change]) -> list[Verdict]:
    """One verdict a metric that was compared with the baseline."""
    return [_loss(losses, change) for change in changes]


def _invariant(gate: Invariant, metric: Metric, scored: Sequence[Scored]) -> Verdict:
    found = figure(metric, scored)
    if not found.n:
        return Verdict(gate.metric, "not scored", "no case to score", gate.why)
    if not found.failed:
        return Verdict(gate.metric, "holds", f"no violation in {found.n}", gate.why)
    first = next(item for item in scored if item.id == found.failed[0])
    said = f"{len(found.failed)} cases violate it, first {first.id} ({first.case.sample.question[:80]!r}): "
    return Verdict(gate.metric, "fails", said + first.scores[gate.metric].why[:300], gate.why, found.failed)


def _rate(gate: RateGate, found: Figure, exactly: bool, all_needed: bool) -> Verdict:
    if found.value is None:
        return Verdict(gate.metric, "fails" if all_needed else "not scored", "n=0, nothing to score", gate.why)
    kinder = found.high if gate.at_least is not None else found.low
    held: Held = "fails" if gate.beyond(found.value if exactly else kinder) else "holds"
    interval = f"[{percent(found.low)}, {percent(found.high)}], n={found.n}"
    return Verdict(gate.metric, held, f"{found.shown} {interval}, gate {gate.bound}", gate.why, found.failed)


def _loss(losses: Losses, change: Change) -> Verdict:
    worse = len(change.lost) > len(change.gained) and change.p < losses.significance
    text = f"{len(change.lost)} lost, {len(change.gained)} gained, p={change.p:.3f}"
    return Verdict(f"{change.metric}{LOSS}", "fails" if worse else "holds", text, "", change.lost)
