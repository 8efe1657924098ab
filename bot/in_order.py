"""Whether a sentence is a passage said again: its words stand there in the same order, and no limit was left out.

Strict on purpose: paraphrases fail, and whoever asks looks further or falls back to quotes.
"""

import re
from collections.abc import Sequence

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
FEWEST = 4
"""Words of a statement."""
LOOSE = frozenset(stems("the a an that this these is are be it to and also"))
"""Words that may be added without saying more."""


def says_nothing(claim: str) -> bool:
    """Whether there is less than a statement in it, such as the lead-in alone."""
    return len(stems(FRAME.sub("", claim))) < FEWEST


def stands_in_order(claim: str, sources: Sequence[str]) -> bool:
    """Whether one of the passages has the sentence's words in their order, and no limit beside them."""
    words = stems(FRAME.sub("", claim))
    return bool(words) and any(_against(words, stems(source)) for source in sources)


def _against(words: Sequence[str], source: Sequence[str]) -> bool:
    used, position = set[int](), 0
    for word in words:
        at = next((i for i in range(position, len(source)) if source[i] == word), None)
        if at is not None:
            used.add(at)
            position = at + 1
        elif word not in LOOSE:
            return False
    return not any(word in LIMITING for i, word in enumerate(source) if i not in used)
