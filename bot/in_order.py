"""Whether a sentence is a passage said again: a stretch of its words in their order, and no limit was left out.

Strict on purpose: paraphrases fail, and whoever asks looks further or falls back to quotes.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

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
LEFT_OUT = 2
"""Words that may be left out in one place before a sentence counts as spliced."""
MARK = re.compile(r"\[\d+\]")
"""A footnote's mark is no word."""
LOOSE = frozenset(stems("the a an that this these is are be it to and also"))
"""Words that may be added without saying more."""


def says_nothing(claim: str) -> bool:
    """Whether there is less than a statement in it, such as the lead-in alone."""
    return len(stems(FRAME.sub("", claim))) < FEWEST


def stands_in_order(claim: str, sources: Sequence[str]) -> bool:
    """Whether the sentence's words are a stretch of one passage, and no limit stands beside them."""
    words = _told(FRAME.sub("", claim))
    for source in map(_told, sources):
        for start in range(len(source) - len(words) + 1):
            beside = (*source[:start], *source[start + len(words) :])
            if words and source[start : start + len(words)] == words and LIMITING.isdisjoint(beside):
                return True
    return False


def is_spliced(claim: str, sources: Sequence[str]) -> bool:
    """Whether it joins two ends of a passage in the passage's own words, without what stands between them."""
    words = _told(FRAME.sub("", claim))
    places = [found for source in sources if (found := _places(words, _told(source)))]
    gaps = [max((after - before - 1 for before, after in pairwise(found)), default=0) for found in places]
    return bool(gaps) and min(gaps) > LEFT_OUT


def _told(text: str) -> list[str]:
    return [word for word in stems(MARK.sub(" ", text)) if word not in LOOSE]


def _places(words: Sequence[str], source: Sequence[str]) -> list[int]:
    """Where the words stand, one after the other; nothing when one is missing."""
    places: list[int] = []
    for word in words:
        at = next((i for i in range(places[-1] + 1 if places else 0, len(source)) if source[i] == word), None)
        if at is None:
            return []
        places.append(at)
    return places
