"""Which turns of conversations were emergencies, and of what kind, so that what follows them carries a reminder.

A conversation sends its turns again with every question, and this spares judging them anew. It keeps no text: a turn
stands here by its digest.
"""

from collections.abc import Callable
from hashlib import blake2b

from bot.followup import completed, leaned_on
from bot.question import Question

MOST = 10_000
"""Turns that are remembered; then it starts again, and what is asked for is judged once more."""


class Earlier:
    """Remembers what kind of emergency a turn, with what it leans on, was. Many threads may use it at once."""

    def __init__(self, judge: Callable[[Question], str]) -> None:
        self._judge = judge
        self._known: dict[bytes, str] = {}

    def remember(self, question: Question, urgent: str) -> None:
        """Keep what kind of emergency a question turned out to be; empty for none."""
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[_digest(question)] = urgent

    def urgent(self, question: Question) -> str:
        """The kind of the last emergency among the turns before a question; empty where there was none."""
        turns = question.history
        kinds = [self._was(Question(turn, turn, turns[:at])) for at, turn in enumerate(turns)]
        return next(filter(None, reversed(kinds)), "")

    def _was(self, turn: Question) -> str:
        known = self._known.get(_digest(turn))
        return self._judge(turn) if known is None else known


def _digest(question: Question) -> bytes:
    """Of all that an emergency is told by: the text, and the turns that it leans on or completes."""
    told = f"{leaned_on(question)}\0{completed(question)}\0{question.text}"
    return blake2b(told.encode(), digest_size=16).digest()
