"""Scores the guard on claims: it should stop what the passages do not say, and let pass what they do.

A line of a claims file: id, claim, label (supported | unsupported | contradicted), error (the kind of fault), sources.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.guard import Guard, Verdict
from evals.errors import SampleError
from evals.figures import DIGITS, Figure
from evals.sample import json_lines
from evals.statistics import wilson

LABELS = ("supported", "unsupported", "contradicted")
CLAIM_METRICS = {
    "fault_recall": "Faulty claims that the guard stops",
    "pass_through": "Supported claims that the guard lets pass",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence with the passages that it is checked against."""

    id: str
    claim: str
    label: str
    error: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim with what the guard said."""

    claim: Claim
    verdict: Verdict

    @property
    def right(self) -> bool:
        return self.verdict.supported == (self.claim.label == "supported")


def read_claims(path: Path) -> list[Claim]:
    """The claims of a file.

    Raises:
        SampleError: a line is no claim.
    """
    claims = []
    for number, row in json_lines(path):
        try:
            claim = Claim(row["id"], row["claim"], row["label"], row.get("error") or "", tuple(row["sources"]))
        except (KeyError, TypeError) as error:
            raise SampleError(path, number, f"no claim: {error} is missing or of the wrong type") from None
        if claim.label not in LABELS:
            raise SampleError(path, number, f"label '{claim.label}' is none of {', '.join(LABELS)}")
        claims.append(claim)
    return claims


def check_claims(claims: Iterable[Claim], guard: Guard) -> list[Checked]:
    """Ask the guard about every claim."""
    claims = list(claims)
    verdicts = guard.check_all((claim.claim, claim.sources) for claim in claims)
    return [Checked(claim, verdict) for claim, verdict in zip(claims, verdicts, strict=True)]


def claim_figures(checked: Sequence[Checked]) -> dict[str, Figure]:
    """Fault recall and pass-through, with the claims that went wrong."""
    faulty = [item for item in checked if item.claim.label != "supported"]
    sound = [item for item in checked if item.claim.label == "supported"]
    return {"fault_recall": _rate("fault_recall", faulty), "pass_through": _rate("pass_through", sound)}


def by_error(checked: Sequence[Checked]) -> list[Figure]:
    """Fault recall of every kind of fault, worst first."""
    kinds = sorted({item.claim.error for item in checked if item.claim.error})
    figures = [_rate(kind, [item for item in checked if item.claim.error == kind]) for kind in kinds]
    return sorted(figures, key=lambda found: (found.value or 0, found.metric))


def _rate(name: str, checked: Sequence[Checked]) -> Figure:
    n, good = len(checked), [item.claim.id for item in checked if item.right]
    low, high = wilson(len(good), n)
    failed = tuple(item.claim.id for item in checked if not item.right)
    value = round(len(good) / n, DIGITS) if n else None
    return Figure(name, n, value, round(low, DIGITS), round(high, DIGITS), failed, tuple(good))
