"""How both trainings descend: one optimiser, a rate that warms up and falls, gradients of bounded length.

Knows neither what is learned nor from what: losses come in, one a step, each made after the step before it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

WARM_UP, LEAST, DECAY, LONGEST = 0.06, 0.02, 0.01, 1.0
"""Share of the steps in which the rate rises; what is left of it at the end; weight decay; length of a gradient."""

Told = Callable[[float], None]
"""Told the loss after each step."""


class Part(NamedTuple):
    """Parameters that learn at a rate of their own."""

    parameters: Sequence[Any]
    rate: float


def descend(tuned: Part, heads: Part, steps: int, losses: Iterable[Any], told: Told) -> None:
    """Take a step down each loss; only the gradients of what is tuned are bounded, for the heads start from chance."""
    import torch

    groups = [{"params": [*part.parameters], "lr": part.rate} for part in (tuned, heads)]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(LEAST, 1 - step / steps)
    )
    for loss in losses:
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tuned.parameters, LONGEST)
        optimizer.step()
        schedule.step()
        told(float(loss.detach()))
