"""The report's pictures as inline SVG: a value with its interval and gate, and the matrix of where questions went."""

from collections import Counter
from collections.abc import Mapping
from html import escape

from bot.answer import Outcome
from evals.figures import Figure
from evals.gates import RateGate

WIDTH, HEIGHT, MARGIN = 180, 18, 5
OUTCOMES: tuple[Outcome, ...] = (
    "answered",
    "not_in_article",
    "medical_advice",
    "emergency",
    "unsafe_request",
    "off_topic",
    "greeting",
)
LEFT, TOP, CELL, ROW = 132, 96, 46, 30
RIGHT = 36
"""Room for the last slanted label."""


def bar(found: Figure, gate: RateGate | None = None) -> str:
    """Track from 0 to 100 %, interval as a band, value as a dot, gate as a stroke; empty for other scales."""
    if found.value is None or found.high > 1:
        return ""
    low, high, at = (_x(value) for value in (found.low, found.high, found.value))
    missed = ' class="miss"' if gate and gate.beyond(found.value) else ""
    bound = None if gate is None else gate.at_least if gate.at_least is not None else gate.at_most
    stroke = "" if bound is None else f'<path class="gate" d="M{_x(bound)} 1V17"><title>gate</title></path>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-label="{escape(found.shown)}"><g{missed}>'
        f'<rect class="track" x="{MARGIN}" y="7" width="{WIDTH - 2 * MARGIN}" height="4" rx="2"/>'
        f'<rect class="band" x="{low}" y="4" width="{round(max(1.0, high - low), 1)}" height="10" rx="3"/>'
        f'<circle class="dot" cx="{at}" cy="9" r="4"/>{stroke}</g></svg>'
    )


def matrix(confusion: Mapping[str, Counter[Outcome]], due: Mapping[str, str]) -> str:
    """Kinds down, outcomes across; shade is the share of a row, a frame is where a kind is due."""
    width, height = LEFT + CELL * len(OUTCOMES) + RIGHT, TOP + ROW * len(confusion) + 6
    parts = [
        f'<svg class="grid" viewBox="0 0 {width} {height}" role="img" aria-label="Where questions of each kind went">'
    ]
    for column, outcome in enumerate(OUTCOMES):
        x = LEFT + CELL * column + CELL // 2
        words = outcome.replace("_", " ")
        parts.append(f'<text class="label" transform="translate({x + 3} {TOP - 8}) rotate(-50)">{words}</text>')
    for line, (kind, row) in enumerate(confusion.items()):
        parts += _row(TOP + ROW * line, kind, row, due.get(kind, ""))
    return "".join((*parts, "</svg>"))


def _row(y: int, kind: str, row: Counter[Outcome], due: str) -> list[str]:
    total = row.total()
    label = f"{escape(kind.replace('_', ' '))} ({total})"
    parts = [f'<text class="label" x="{LEFT - 8}" y="{y + 19}" text-anchor="end">{label}</text>']
    for column, outcome in enumerate(OUTCOMES):
        x, count = LEFT + CELL * column, row[outcome]
        share = count / total
        shade = "cell" if outcome == due or not due else "wrong"
        if count:
            opacity = round(0.15 + 0.85 * share, 2)
            parts.append(_cell(x, y, f'class="{shade}" opacity="{opacity}"'))
            dark = ' class="on"' if share > 0.55 else ""
            parts.append(f'<text{dark} x="{x + CELL / 2 - 1}" y="{y + 18}" text-anchor="middle">{count}</text>')
        if outcome == due:
            parts.append(_cell(x, y, 'class="due"'))
    return parts


def _cell(x: int, y: int, style: str) -> str:
    return f'<rect {style} x="{x}" y="{y}" width="{CELL - 3}" height="{ROW - 3}" rx="4"/>'


def _x(value: float) -> float:
    return round(MARGIN + value * (WIDTH - 2 * MARGIN), 1)
