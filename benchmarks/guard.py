"""What the guard stops and lets pass: figures and the trade-off curve of docs/guard.md.

    python benchmarks/guard.py [CLAIMS.jsonl ...]

Measures the pairs of bot/pairs/ that nothing learned from, and any file of claims (see docs/evals.md). Writes
docs/guard.svg and prints the tables.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.guard import Guard
from bot.guard_rules import broken_rule
from bot.in_order import is_spliced, stands_in_order
from bot.pair_data import kept_pairs
from corpus.settings import Settings
from evals.claims import Claim, read_claims
from evals.statistics import wilson

PICTURE = Path(__file__).parent.parent / "docs" / "guard.svg"
STEPS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99)
SIDE, MARGIN = 360, 46
COLOURS = ("#1f6feb", "#b35900", "#2d7d46", "#8250df")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claims", type=Path, nargs="*")
    sets = {"other health texts, kept apart": _kept()}
    sets |= {path.stem: read_claims(path) for path in parser.parse_args().claims}
    curves = {}
    for name, claims in sets.items():
        curves[name] = _measure(name, claims)
    PICTURE.write_text(_picture(curves), "utf-8")
    print(f"\n{PICTURE}")
    return 0


def _kept() -> list[Claim]:
    return [Claim(str(n), p.claim, p.label, p.error, (p.premise,)) for n, p in enumerate(kept_pairs())]


def _measure(name: str, claims: Sequence[Claim]) -> list[tuple[float, float]]:
    """Print the set's figures; returns (pass-through, fault recall) by the reader's probability."""
    started = time.perf_counter()
    verdicts = Guard.packaged(Settings.from_env(os.environ).index).check_all(
        (claim.claim, claim.sources) for claim in claims
    )
    each = (time.perf_counter() - started) / len(claims) * 1000
    sound = np.array([claim.label == "supported" for claim in claims])
    ranked = np.array([verdict.score for verdict in verdicts])
    copied = np.array([stands_in_order(claim.claim, claim.sources) for claim in claims])
    broken = np.array([is_spliced(c.claim, c.sources) or bool(broken_rule(c.claim, c.sources)) for c in claims])
    passed = np.array([verdict.supported for verdict in verdicts])
    area = auroc(ranked, sound)
    print(f"\n{name}: {sound.sum()} sound, {(~sound).sum()} faulty, {each:.1f} ms a claim, AUROC {area:.3f}")
    print(f"guard   stops {_rate(~passed[~sound])} of the faulty, lets {_rate(passed[sound])} of the sound pass")
    print(f"rules   stop  {_rate(broken[~sound])} of the faulty, let  {_rate(~broken[sound])} of the sound pass")
    for kind in sorted({claim.error for claim in claims if claim.label != "supported"}):
        of_kind = np.array([claim.error == kind and claim.label != "supported" for claim in claims])
        print(f"        {kind or 'unnamed'}: {_rate(~passed[of_kind])}")
    probability = np.where(broken, 0.0, np.where(copied, 1.0, ranked))
    curve = []
    print("sure    fault recall  pass-through")
    for step in STEPS:
        print(f"{step:<7} {np.mean(probability[~sound] < step):.3f}         {np.mean(probability[sound] >= step):.3f}")
    for step in np.unique(np.concatenate([[0.0], probability, [1.01]])):
        curve.append((float(np.mean(probability[sound] >= step)), float(np.mean(probability[~sound] < step))))
    return curve


def auroc(scores: np.ndarray, sound: np.ndarray) -> float:
    """The chance that a sound claim ranks above a faulty one; ties count half."""
    higher = (scores[sound][:, None] > scores[~sound][None, :]).mean()
    return float(higher + (scores[sound][:, None] == scores[~sound][None, :]).mean() / 2)


def _rate(hits: np.ndarray) -> str:
    low, high = wilson(int(hits.sum()), len(hits))
    return f"{hits.mean():.3f} [{low:.3f}, {high:.3f}]"


def _picture(curves: dict[str, list[tuple[float, float]]]) -> str:
    """Pass-through to the right, fault recall upwards."""
    size = SIDE + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size + 22 * len(curves)}" '
        f'font-family="system-ui, sans-serif" font-size="12" role="img" '
        f'aria-label="Fault recall against pass-through of the guard"><rect width="100%" height="100%" fill="#fff"/>'
    ]
    for tenth in range(0, 11, 2):
        at = tenth / 10
        x, y = _place(at, at)
        parts.append(
            f'<path d="M{x} {MARGIN}V{MARGIN + SIDE}M{MARGIN} {y}H{MARGIN + SIDE}" stroke="#ddd" fill="none"/>'
        )
        parts.append(f'<text x="{x}" y="{MARGIN + SIDE + 16}" text-anchor="middle">{at:.1f}</text>')
        parts.append(f'<text x="{MARGIN - 6}" y="{y + 4}" text-anchor="end">{at:.1f}</text>')
    for number, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join("{},{}".format(*_place(*point)) for point in curve)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = size + 22 * number
        parts.append(f'<rect x="{MARGIN}" y="{y - 2}" width="18" height="4" fill="{colour}"/>')
        parts.append(f'<text x="{MARGIN + 26}" y="{y + 5}">{name}</text>')
    middle, below = MARGIN + SIDE / 2, MARGIN + SIDE + 34
    parts.append(f'<text x="{middle}" y="{below}" text-anchor="middle">sound claims that pass</text>')
    upright = f"translate(12 {middle}) rotate(-90)"
    parts.append(f'<text transform="{upright}" text-anchor="middle">faulty claims stopped</text>')
    return "".join((*parts, "</svg>\n"))


def _place(passed: float, stopped: float) -> tuple[float, float]:
    return round(MARGIN + SIDE * passed, 1), round(MARGIN + SIDE * (1 - stopped), 1)


if __name__ == "__main__":
    sys.exit(main())
