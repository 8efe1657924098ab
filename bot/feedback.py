"""What readers think of an answer, kept in SQLite as ids: which sentences, which verdict, which version, which day.

A question's words are stored only when the operator has switched that on. A question that we offered ourselves is
known by the id of its sentence, which says nothing about a person.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from bot.answer import Outcome
from corpus.load import Publication

Verdict = Literal["good", "bad", "wrong"]
"""Helpful; not helpful; "this quote does not say that"."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
VERSION = 12
"""Letters of the digest that name an article's version."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One verdict on one answer, or on one of its citations."""

    answer: str
    """A random id that the visitor's tab gave the answer, so that a change of mind replaces the earlier verdict."""
    about: str
    """The passage whose quote is meant; empty for the answer as a whole."""
    verdict: Verdict
    outcome: str
    passages: str
    """Ids of the cited passages, separated by spaces."""
    offered: str
    """The passage whose offered question was asked; empty for words of the visitor's own."""
    article: str
    version: str
    day: str
    question: str = ""
    """Empty unless the operator keeps texts."""


COLUMNS = tuple(field.name for field in fields(Feedback))
TABLE = (
    f"CREATE TABLE IF NOT EXISTS feedback ({', '.join(f'{name} TEXT NOT NULL' for name in COLUMNS)}, "
    "PRIMARY KEY (answer, about))"
)


@dataclass(frozen=True)
class FeedbackStore:
    """The SQLite file; made when the first verdict comes."""

    file: Path

    def put(self, feedback: Feedback) -> None:
        """Store a verdict in place of an earlier one on the same thing."""
        marks = ", ".join("?" for _ in COLUMNS)
        with self._open() as database:
            database.execute(f"INSERT OR REPLACE INTO feedback VALUES ({marks})", astuple(feedback))  # noqa: S608

    def take_back(self, answer: str, about: str) -> None:
        """Forget a verdict."""
        with self._open() as database:
            database.execute("DELETE FROM feedback WHERE answer = ? AND about = ?", (answer, about))

    def all(self) -> list[Feedback]:
        """Every verdict, oldest first."""
        if not self.file.is_file():
            return []
        with self._open() as database:
            rows = database.execute(f"SELECT {', '.join(COLUMNS)} FROM feedback ORDER BY day, rowid")  # noqa: S608
            return [Feedback(*row) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.file, timeout=5)) as database, database:
            database.execute(TABLE)
            yield database


def version_of(publication: Publication) -> str:
    """The short name of an article's version."""
    return publication.digest[:VERSION]


def today() -> str:
    """The day in UTC; nothing finer is kept."""
    return datetime.now(UTC).date().isoformat()


def offered_by(question: str, publication: Publication) -> str:
    """The passage whose offered question this is, word for word; empty when it is not one of ours."""
    ids = {passage.text: passage.id for passage in publication.article.passages}
    return next((ids[note.quote] for note in publication.notes.sentences if note.ask and note.ask == question), "")
