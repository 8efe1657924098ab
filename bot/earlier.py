"""Which turns of conversations were emergencies, so that what follows them carries a reminder.

A conversation sends its turns again with every question, and this spares judging them anew. It keeps no text: a turn
stands here by its digest.
"""

from collections.abc import Callable
from hashlib import blake2b

from bot.followup import leaned_on
from bot.question import Question

MOST = 10_000
"""Turns that are remembered; then it starts again, and what is asked for is judged once more."""


class Earlier:
    """Remembers whether a turn, with the turn that it leans on, was an emergency. Many threads may use it at once."""

    def __init__(self, judge: Callable[[Question], bool]) -> None:
        self._judge = judge
        self._known: dict[bytes, bool] = {}

    def remember(self, question: Question, emergency: bool) -> None:
        """Keep what a question turned out to be."""
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[_digest(question)] = emergency

    def emergency(self, question: Question) -> bool:
        """Whether any of the turns before a question was an emergency."""
        turns = question.history
        return any(self._was(Question(turn, turn, turns[:at])) for at, turn in enumerate(turns))

    def _was(self, turn: Question) -> bool:
        known = self._known.get(_digest(turn))
        return self._judge(turn) if known is None else known


def _digest(question: Question) -> bytes:
    return blake2b(f"{leaned_on(question)}\0{question.text}".encode(), digest_size=16).digest()
