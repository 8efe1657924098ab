"""The guard's rules about who does what: what a passage says of one thing must not be said of another.

Simple on purpose: no parser, only which of a few known things a clause speaks of, and which one stands before a deed.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from bot.guard_words import guard_words, pattern
from index.lexical import stems

CLAUSE = re.compile(r"[;.:]|,?\s+(?:whereas|while|but)\s+|,\s+and\s+", re.IGNORECASE)
ALIAS = re.compile(r"^(?P<one>.*?),?\s+(?:also (?:known as|called)|known as|or)\s+(?P<other>.{4,24})", re.IGNORECASE)
CLEFT = re.compile(r"\bit is\s+(?P<who>(?:\S+\s+){1,4}?)(?:that|who|which)\b", re.IGNORECASE)
CAUSE_OF = re.compile(
    r"^(.*?)\b(?:cause|reason|pathogenesis|result|effect|origin)s?\s+(?:of|for|behind)\b(.*)$", re.IGNORECASE
)
LONG, ENOUGH = 4, 2
"""Letters from which a word counts, and words out of place from which a clause is stopped."""


def told_of_another(claim: str, sources: Sequence[str]) -> str:
    """A clause whose words the passages say of something else."""
    for group in guard_words().things:
        for clause in CLAUSE.split(claim):
            spoken_of = _things(clause, group)
            if len(spoken_of) == 1 and (words := _out_of_place(clause, spoken_of[0], group, sources)):
                return f"'{words[0]}' is not said of {spoken_of[0]}"
    return ""


def another_name(claim: str, sources: Sequence[str]) -> str:
    """Two things made one by "also known as"."""
    found = ALIAS.search(claim)
    if not found:
        return ""
    one, other = _things(found["one"], "cells"), _things(found["other"], "cells")
    if not one or not other or one[-1] == other[0]:
        return ""
    return f"{one[-1]} and {other[0]} are not the same"


def another_doer(claim: str, sources: Sequence[str]) -> str:
    """A deed whose doer stands before it in no passage that tells of it."""
    for deed in guard_words().deeds:
        may = {thing for source in sources for thing in _doers(source, deed)}
        for clause in CLAUSE.split(claim):
            stressed = CLEFT.search(clause)  # "it is the vessels that release ..."
            doers = (_doers(clause, deed) and stressed and _things(stressed["who"], "cells")) or _doers(clause, deed)
            if may and doers and doers[0] not in may:
                return f"{doers[0]} is not what does this in the passage"
    return ""


def turned_around(claim: str, sources: Sequence[str]) -> str:
    """What causes and what is caused, exchanged around the same kind of word."""
    said = CAUSE_OF.search(claim)
    for source in sources if said else ():
        told = CAUSE_OF.search(source)
        if said and told:
            (one, other), (first, second) = ((set(stems(m[1])), set(stems(m[2]))) for m in (said, told))
            straight, crossed = len(one & first) + len(other & second), len(one & second) + len(other & first)
            if crossed > max(1, straight):
                return "cause and result are exchanged"
    return ""


def _out_of_place(clause: str, thing: str, group: str, sources: Sequence[str]) -> list[str]:
    of_it = [source for source in sources if thing in _things(source, group)]
    of_others = [source for source in sources if source not in of_it and _things(source, group)]
    if not of_it or not of_others:
        return []
    own = {word for source in sources if source not in of_others for word in stems(source)}
    others = {word for source in of_others for word in stems(source)} - own
    found = [word for word in stems(clause) if len(word) >= LONG and word in others]
    return found if len(found) >= ENOUGH else []


def _doers(text: str, deed: str) -> tuple[str, ...]:
    """The things before the deed, or those after "by" when the deed is done to something."""
    found = re.search(rf"\b{deed}\w*", text, re.IGNORECASE)
    if not found:
        return ()
    if re.search(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?$", text[: found.start()], re.IGNORECASE):
        after = re.search(r"\bby\b(.*)", text[found.end() :], re.IGNORECASE)
        return _things(after[1], "cells") if after else ()
    return _things(text[: found.start()], "cells")


@cache
def _things(text: str, group: str) -> tuple[str, ...]:
    """The things of a group that a text speaks of, in its order."""
    return tuple(thing for _, thing in sorted(_places(text, group)))


def _places(text: str, group: str) -> Iterator[tuple[int, str]]:
    for thing, forms in guard_words().things[group].items():
        if found := pattern(forms).search(text):
            yield found.start(), thing
