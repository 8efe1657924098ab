"""Which cases a run takes, and how its figures are cut up for reading."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.figures import Figure, Scored, figure
from evals.metrics import BY_NAME
from evals.sample import Sample

SMALLEST = 3
"""A topic with fewer cases is not shown as a slice of its own."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The share of right cases among some; for variants, the share that is lost."""

    by: str
    name: str
    figure: Figure


def take(samples: Iterable[Sample], n: int) -> list[Sample]:
    """A fixed selection of n samples: one of every kind, then each kind by its share; order is kept."""
    samples = list(samples)
    by_kind: dict[str, list[Sample]] = defaultdict(list)
    for sample in sorted(samples, key=lambda s: hashlib.sha256(s.id.encode()).digest()):
        by_kind[sample.kind].append(sample)
    # Rank by size spreads every kind evenly over 0 to 1, and puts the first of each at 0.
    places = [(rank / len(group), s.id) for group in by_kind.values() for rank, s in enumerate(group)]
    ids = {sample_id for _, sample_id in sorted(places)[:n]}
    return [sample for sample in samples if sample.id in ids]


def slices(scored: Sequence[Scored]) -> list[Slice]:
    """Right cases by kind, trap, variant, source and topic; worst first within each."""
    found = []
    for by, smallest in (("kind", 1), ("trap", 1), ("variant", 1), ("source", 1), ("topic", SMALLEST)):
        groups: dict[str, list[Scored]] = defaultdict(list)
        for item in scored:
            if name := _name(by, item):
                groups[name].append(item)
        metric = BY_NAME["robustness_drop" if by == "variant" else "right"]
        cut = [Slice(by, name, figure(metric, items)) for name, items in groups.items() if len(items) >= smallest]
        found += sorted(cut, key=lambda one: (one.figure.value is None, one.figure.value or 0, one.name))
    return [one for one in found if one.figure.n]


def _name(by: str, item: Scored) -> str:
    sample = item.case.sample
    if by == "variant":
        return sample.id.partition("~")[2]
    return "" if sample.variant_of else str(getattr(sample, by))
