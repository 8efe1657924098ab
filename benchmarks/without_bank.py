"""What a question bank is worth: articles without one, then this project's article with and without its bank.

    python benchmarks/without_bank.py MEDQUAD.jsonl [--articles 5]

MEDQUAD.jsonl holds rows {"focus", "question", "answer"} (abachaa/MedQuAD, CC BY 4.0); the focuses with most questions
become articles, one unnamed section an answer. A right answer cites a sentence of its own section. Questions of the
file's other focuses must be met with silence.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.chain import Bot
from bot.open import open_bot
from corpus.load import ARTICLES
from corpus.settings import Settings
from evals.sample import Sample, own_samples
from index.open import build_index, open_publication

Row = dict[str, str]
HEADER = (
    "---\ntitle: {title}\npublisher: MedQuAD\npublisher_offers_therapy: false\nlanguage: en\nlicence: CC BY 4.0\n---\n"
)
OTHERS = 60


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("medquad", type=Path)
    parser.add_argument("--articles", type=int, default=5)
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.medquad.read_text("utf-8").splitlines()]
    by_focus: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_focus[row["focus"]].append(row)
    chosen = sorted(by_focus, key=lambda focus: -len(by_focus[focus]))[: arguments.articles]
    print(f"{'article without a bank':60} {'right':>8} {'other section':>14} {'silent':>7} {'others answered':>16}")
    with tempfile.TemporaryDirectory() as folder:
        for focus in chosen:
            others = [row for row in rows if row["focus"] not in chosen][:: max(1, len(rows) // OTHERS)]
            print(f"{focus[:60]:60} {medquad(Path(folder), focus, by_focus[focus], others)}", flush=True)
        print(f"\n{'this project’s article':60} {'right':>8} {'other':>14} {'silent':>7} {'false answers':>16}")
        for label, bot in own_bots(Path(folder)):
            print(f"{label:60} {own(bot)}", flush=True)
            bot.index.close()
    return 0


def medquad(folder: Path, focus: str, rows: list[Row], others: list[Row]) -> str:
    """Make an article of the rows, ask its own questions and those of others."""
    slug = re.sub(r"\W+", "-", focus.lower()).strip("-")[:40]
    home = folder / slug / slug
    home.mkdir(parents=True)
    parts = [f"<!-- section: Part {number} -->\n\n{plain(row['answer'])}" for number, row in enumerate(rows, 1)]
    title = plain(focus).replace(":", " -")
    (home / "article.md").write_text("\n\n".join([HEADER.format(title=title), f"# {title}", *parts]), "utf-8")
    bot = opened(Settings(articles=home.parent, index=folder / "index"))
    right = wrong = 0
    for number, row in enumerate(rows, 1):
        labels = {citation.label for citation in bot.ask(row["question"]).citations}
        right += f"Part {number}" in labels
        wrong += bool(labels) and f"Part {number}" not in labels
    answered = sum(bot.ask(row["question"]).outcome == "answered" for row in others)
    bot.index.close()
    silent = len(rows) - right - wrong
    return f"{right:>5}/{len(rows):<2} {wrong:>14} {silent:>7} {answered:>11}/{len(others)}"


def plain(text: str) -> str:
    """Text that Markdown reads as a paragraph of itself."""
    return re.sub(r"[^\w\s.,;:?!()'’%/-]", " ", " ".join(text.split())).strip(" -")


def own_bots(folder: Path) -> Iterator[tuple[str, Bot]]:
    yield "with its bank", open_bot(Settings())
    copy = folder / "own"
    shutil.copytree(ARTICLES, copy)
    for bank in copy.glob("*/bank.yaml"):
        bank.unlink()
    yield "without its bank, with the editor's notes", opened(Settings(articles=copy, index=folder / "own-index"))
    for notes in copy.glob("*/notes.yaml"):
        notes.unlink()
    yield "without bank and notes", opened(Settings(articles=copy, index=folder / "own-index"))


def opened(settings: Settings) -> Bot:
    publication = open_publication(settings)
    build_index(settings, publication, lambda done, total: None)
    return open_bot(settings)


def own(bot: Bot) -> str:
    """Score the development questions."""
    samples = [sample for sample in own_samples() if sample.split == "dev" and not sample.history]
    answerable = [sample for sample in samples if sample.kind == "answerable"]
    cited = [{citation.quote for citation in bot.ask(sample.question).citations} for sample in answerable]
    right = sum(fits(sample, quotes) for sample, quotes in zip(answerable, cited, strict=True))
    silent = sum(not quotes for quotes in cited)
    must_not = [sample for sample in samples if sample.kind in ("unanswerable", "advice", "offtopic")]
    false = sum(bot.ask(sample.question).outcome == "answered" for sample in must_not)
    return (
        f"{right:>4}/{len(answerable)} {len(answerable) - right - silent:>13} {silent:>7} {false:>11}/{len(must_not)}"
    )


def fits(sample: Sample, quotes: set[str]) -> bool:
    return any(set(gold) <= quotes for gold in sample.gold_sets)


if __name__ == "__main__":
    sys.exit(main())
