"""Draws docs/speed.svg from benchmarks/peers.json: `python benchmarks/plot.py`."""

import json
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROW, LEFT, WIDTH, RIGHT = 30, 190, 380, 190


def bars(rows: dict[str, float], captions: dict[str, str], title: str) -> str:
    """Horizontal bars, the shortest first."""
    most = max(rows.values())
    parts = []
    for number, (name, value) in enumerate(sorted(rows.items(), key=lambda row: row[1])):
        top, long = 44 + number * ROW, max(2.0, value / most * WIDTH)
        colour = "#0b6e4f" if name == "this project" else "#8a94a6"
        parts.append(
            f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LEFT}" y="{top}" width="{long:.1f}" height="{ROW - 10}" rx="2" fill="{colour}"/>'
            f'<text x="{LEFT + long + 6:.1f}" y="{top + 15}">{escape(captions[name])}</text>'
        )
    height = 54 + len(rows) * ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/><text x="12" y="24" font-weight="600">{escape(title)}</text>'
        f"{''.join(parts)}</svg>\n"
    )


def main() -> int:
    systems = json.loads((ROOT / "benchmarks" / "peers.json").read_text())["systems"]
    rows = {name: row["median_ms"] for name, row in systems.items()}
    captions = {name: f"{row['median_ms']} ms, recall at 3: {row['recall_at_3']:.0%}" for name, row in systems.items()}
    title = "Median retrieval of one question, same model and sentences, in turns"
    (ROOT / "docs" / "speed.svg").write_text(bars(rows, captions, title), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
