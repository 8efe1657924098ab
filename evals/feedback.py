"""`python -m evals --feedback`: what readers said of the answers, as counts and as samples to settle.

Only verdicts on questions that the page offered, or whose words the operator keeps, can become samples; the others are
ids without a question and are counted by sentence. Nothing made here joins the project's samples by itself: a reader
has to settle each first.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.feedback import Feedback, version_of
from corpus.load import Publication

Row = dict[str, Any]


def to_samples(feedback: Sequence[Feedback], publication: Publication) -> Iterator[Row]:
    """A sample in the project's format for each question that readers judged, in the order of their first verdict.

    A quote that "does not say that" is one that the answer must not have; a helpful answer's quotes are its gold.
    """
    for question, verdicts in _by_question(feedback, publication).items():
        flagged = {verdict.about for verdict in verdicts if verdict.verdict == "wrong"}
        liked = [v for v in verdicts if v.verdict == "good" and v.passages and not flagged & set(v.passages.split())]
        texts = {passage.id: passage.text for passage in publication.article.passages}
        gold = [texts[passage] for passage in liked[-1].passages.split()] if liked else []
        counts = Counter(verdict.verdict for verdict in verdicts)
        yield {
            "id": f"feedback-{verdicts[0].answer}",
            "question": question,
            "history": [],
            "kind": "answerable" if gold else "",
            "gold_sets": [gold] if gold else [],
            "also": [],
            "must_not": sorted(texts[passage] for passage in flagged if passage in texts),
            "source": "feedback",
            "note": "to settle: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())),
        }


def counts(feedback: Sequence[Feedback], publication: Publication) -> list[str]:
    """What was said, for the terminal: by verdict, and for each sentence that a reader did not find in its quote."""
    current = version_of(publication)
    old = sum(verdict.version != current for verdict in feedback)
    verdicts = Counter(verdict.verdict for verdict in feedback)
    lines = [f"{count} {verdict}" for verdict, count in sorted(verdicts.items())]
    flagged = Counter(verdict.about for verdict in feedback if verdict.verdict == "wrong")
    lines += [f"{count} readers: {passage} does not say that" for passage, count in flagged.most_common()]
    return [*lines, f"{old} are about another version of the article"] if old else lines


def write_samples(feedback: Sequence[Feedback], publication: Publication, path: Path) -> int:
    """Write the samples as JSON lines; gives their number."""
    rows = list(to_samples(feedback, publication))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return len(rows)


def _by_question(feedback: Sequence[Feedback], publication: Publication) -> dict[str, list[Feedback]]:
    ids = {passage.text: passage.id for passage in publication.article.passages}
    asks = {ids[note.quote]: note.ask for note in publication.notes.sentences if note.ask}
    found: dict[str, list[Feedback]] = {}
    for verdict in feedback:
        known = verdict.article == publication.article.slug and verdict.version == version_of(publication)
        if known and (question := verdict.question or asks.get(verdict.offered, "")):
            found.setdefault(question, []).append(verdict)
    return found
