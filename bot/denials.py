"""Takes out of a gloss what is denied in it: "mother dizzy no sweat no sugar normal" leaves "mother sugar normal".

Glosses have the word order of their language, so a denial may stand before what it denies or after it. Only what
emergencies/deniable.txt lists can be taken out: "does not breathe" and "does not wake up" are dangers themselves. A
wish to die stays where anything is set against its denial ("does not want to die but cannot go on").
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

DENIABLE = Path(__file__).parent / "emergencies" / "deniable.txt"
_DEATH = re.compile(r"\b(die|dying|kill|suicide|suicidal|end it|harm|hurt myself)\b")
_SET_AGAINST = re.compile(r"\b(but|cannot|can not|no can|live|living|neither|longer|any ?more)\b")
_AUXILIARY = "(?:has|have|had|is|am|are|was|does|do|did|there is|feel|feels|come|came)"
_OF_OTHERS = ("answer", "respond", "wake", "breath", "breathe", "breathing", "move", "speak", "stop", "why", "or")
"""What a denial that follows belongs to: "answer not unconscious", "or not"."""
_BEFORE = (
    "".join(f"(?<!{word} )" for word in _OF_OTHERS)
    + rf"(?:{_AUXILIARY} )?(?:no|not|never|without|none|nothing|neither|nor)"
)
_AFTER = rf"(?:{_AUXILIARY} (?:no|not|never|none|nothing)|not|never|none|nothing|no(?! *$))"
"""A lone "no" at the end may belong to a verb that no glossary knows."""
_BETWEEN = "(?:(?:any|of|from|an?|the|have|has|had|is|in|at all|feel|get|got|one|some|my|her|his) )?"
_ENDS = (
    "(?= *(?:$|[.?,]|(?:just|only|all|fine|good|normal|also|and|or|is|are|very|thank|thanks|now|any|happened|ji|sir)"
    "\\b))"
)
"""What may follow a denial that stands behind: "pain not stop" and "pain not know what do" deny no pain."""
_OF_LATE = re.compile(r"\b(until|till|before|now|today|tonight|lately|recently|week|month|past)\b")
_SO_MUCH = re.compile(r"\b(so|this|that|such|much|more|lot|often|how|strong\w*|strength|heavy|serious\w*|very|like)\b")
"""In "never thought of suicide so much" nothing is denied."""
_THINK = "(?:think|thinks|thinking|thought|thoughts)"
_BESIDE_THINK = "(?: (?:of|about|at|on|to|I|have|had|has|any|even|once|ever|all|always|came))*"
_ONLY_NO = re.compile(r"(?:^|(?<=[.?,] ))(?:no|not)(?: no| not)*, ")
"""As in "no, chest pain", where nothing is denied, or in "no no, no pain"."""


def denies(gloss: str) -> bool:
    """Whether anything is denied in a gloss; a lone "no" denies nothing."""
    return _without_denied(gloss).split() != gloss.split()


def undenied(gloss: str) -> str:
    """The gloss without what is denied in it."""
    return " ".join(_ONLY_NO.sub("", _without_denied(gloss)).strip(" ,").split())


def _without_denied(gloss: str) -> str:
    denied_death = not _SET_AGAINST.search(gloss)
    left = _denial(death=denied_death).sub(" ", gloss)
    if denied_death and not _OF_LATE.search(gloss):  # "never thought of suicide until now" denies nothing
        clauses = re.split("(?<=[,.?])", left)
        left = "".join(one if _SO_MUCH.search(one) else _never_thought().sub(" ", one) for one in clauses)
    return left


@cache
def _never_thought() -> re.Pattern[str]:
    """What tells that there was no thought of dying, in whatever order a language says it."""
    death = _any(one for one in _deniable() if _DEATH.search(one))
    before = rf"(?:never|not|no){_BESIDE_THINK} {_THINK}{_BESIDE_THINK} {death}"
    after = rf"{death}{_BESIDE_THINK}(?: {_THINK})?{_BESIDE_THINK} (?:never|not|none|no){_BESIDE_THINK}"
    return re.compile(rf"\b(?:{before}\b|{after} (?:{_THINK}|came)\b{_ENDS})")


@cache
def _denial(*, death: bool) -> re.Pattern[str]:
    one = _any(one for one in _deniable() if death or not _DEATH.search(one))
    several = rf"{one}(?: (?:or |nor )?{one})*"
    return re.compile(rf"\b(?:{_BEFORE} {_BETWEEN}{several}\b|{several} {_BETWEEN}{_AFTER}\b{_ENDS})")


def _deniable() -> Iterable[str]:
    return filter(None, DENIABLE.read_text("utf-8").splitlines())


def _any(entries: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(entries, key=len, reverse=True)))})"
