"""Takes out of a gloss what is denied in it: "mother dizzy no sweat no sugar normal" leaves "mother sugar normal".

Glosses have the word order of their language, so a denial may stand before what it denies or after it. Only what
emergencies/deniable.txt lists can be taken out: "does not breathe" and "does not wake up" are dangers themselves.
"""

import re
from functools import cache
from pathlib import Path

DENIABLE = Path(__file__).parent / "emergencies" / "deniable.txt"
_AUXILIARY = "(?:has|have|had|is|am|are|was|does|do|did|there is|feel|feels|come|came)"
_BEFORE = rf"(?<!or )(?:{_AUXILIARY} )?(?:no|not|never|without|none|nothing|neither|nor)"
_AFTER = rf"(?:{_AUXILIARY} (?:no|not|never|none|nothing)|not|never|none|nothing|no(?! *$))"
"""A lone "no" at the end may belong to a verb that no glossary knows."""
_BETWEEN = "(?:(?:any|of|a|the|have|has|had|is|in|at all|feel|get|got|one|some|my|her|his) )?"
_ENDS = "(?= *(?:$|[.?]|(?:just|only|all|fine|good|normal|also|and|or|is|are|very|thank|thanks|now|any|happened)\\b))"
"""What may follow a denial that stands behind: "pain not stop" and "pain not know what do" deny no pain."""


def undenied(gloss: str) -> str:
    """The gloss without what is denied in it."""
    return " ".join(_denial().sub(" ", gloss).split())


@cache
def _denial() -> re.Pattern[str]:
    listed = sorted(filter(None, DENIABLE.read_text("utf-8").splitlines()), key=len, reverse=True)
    one = f"(?:{'|'.join(map(re.escape, listed))})"
    several = rf"{one}(?: (?:and |or |nor |also |of )?{one})*"
    return re.compile(rf"\b(?:{_BEFORE} {_BETWEEN}{several}\b|{several} {_BETWEEN}{_AFTER}\b{_ENDS})")
