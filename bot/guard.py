"""Checks one sentence against the passages it claims to rest on, so that nothing unsupported reaches a patient.

Strict on purpose: a sentence passes only when its words stand in one passage in the same order, and nothing that
limits that passage (a hedge, a quantity, a negation, a type) was left out of it. Paraphrases are refused; whoever
asks falls back to quotes. Knows nothing of models.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.lexical import stems

FRAME = re.compile(
    r"^\W*((yes|no|so|in short|in plain words|simply put|to sum up|according to the article|"
    r"the article (says|states|notes|explains|mentions)( that)?)\b[\s,:]*)+",
    re.IGNORECASE,
)
LIMITING = frozenset(
    stems(
        "can could may might promising optimistic increasingly one main mainly some many multiple certain possibly "
        "not no never without 1 2 type affecting thus new hope option alternative good specific"
    )
)
"""Words that limit what a passage says: a sentence that leaves one out says more than the passage."""
LOOSE = frozenset(stems("the a an that this these is are be it to and also"))
"""Words that may be added without saying more."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence is supported, how much of it was found (0 to 1), and why."""

    supported: bool
    score: float
    reason: str


def check(claim: str, sources: Sequence[str]) -> Verdict:
    """Check a sentence against its passages; the most favourable passage decides."""
    words = stems(FRAME.sub("", claim))
    if not words:
        return Verdict(False, 0.0, "nothing is said")
    if not sources:
        return Verdict(False, 0.0, "no passage is given")
    return max(
        (_against(words, stems(source)) for source in sources), key=lambda verdict: (verdict.supported, verdict.score)
    )


def _against(words: Sequence[str], source: Sequence[str]) -> Verdict:
    used, position, found = set[int](), 0, 0
    added = ""
    for word in words:
        at = next((i for i in range(position, len(source)) if source[i] == word), None)
        if at is not None:
            used.add(at)
            position, found = at + 1, found + 1
        elif word in LOOSE:
            found += 1
        else:
            added = added or word
    score = found / len(words)
    if added:
        return Verdict(False, score, f"'{added}' is not there, or not in that place")
    lost = [word for i, word in enumerate(source) if word in LIMITING and i not in used]
    if lost:
        return Verdict(False, score, f"'{lost[0]}' was left out")
    return Verdict(True, score, "its words stand in the passage in this order, with every limit")
