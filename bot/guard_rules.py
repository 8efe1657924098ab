"""The guard's rules: each takes a claim and its passages and says why the claim must not be shown, or nothing.

A rule knows one kind of fault and errs on the side of stopping: what it stops wrongly is a sentence that the patient
reads as a quote instead.
"""

import re
from collections.abc import Callable, Sequence

from bot.guard_roles import another_doer, another_name, told_of_another, turned_around
from bot.guard_words import added, guard_words, pattern

Rule = Callable[[str, Sequence[str]], str]

FOOTNOTE_MARK = re.compile(r"\[\d+\]")
TYPE = re.compile(r"\btype[\s-]*(1|2|3|one|two|three|i{1,3})\b|\bt([123])dm?\b", re.IGNORECASE)
TYPE_NAMES = {"one": "1", "two": "2", "three": "3", "i": "1", "ii": "2", "iii": "3"}
DIGITS = {"zero": "0", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8"}
DIGITS |= {"nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14"}
DIGITS |= {"fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19"}
DIGITS |= {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70"}
DIGITS |= {"eighty": "80", "ninety": "90"}
# Not "one", which seldom counts ("damaged ones", "one may ask"): of the sentences in bot/pairs/article.jsonl it would
# stop 33 sound ones and 17 faulty ones more.
LARGE = ["hundred", "thousand", "million", "billion"]
NUMBER = re.compile(rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join((*DIGITS, *LARGE))})(?:s|th)?\b|%", re.IGNORECASE)
CONTACT = re.compile(
    r"https?:|www\.|\S+@\S+|\b\w+\.(?:com|org|net|example|my|sg)\b|\+?\d[\d\s()-]{6,}\d", re.IGNORECASE
)
CAUSE = "culprit|trigger|contributor|problem|cause|reason|driver|factor|mechanism|pathogenesis|origin|source"
THE_ONE = re.compile(
    rf"(?<!of )\bthe\s+(?:main|only|sole|primary|chief|principal|leading|root|real|true)\s+(?:\w+\s+)?(?:{CAUSE})\b",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"\?|\b(?:ask|wonder|question|whether|may|might|could|can|title|headline|heading|about)", re.IGNORECASE
)
ONE_OF = re.compile(r"\bone of the\b|\bamong\b", re.IGNORECASE)


def type_of_diabetes(claim: str, sources: Sequence[str]) -> str:
    new = _types(claim) - _types(" ".join(sources))
    return f"type {min(new)} is not what the passage speaks of" if new else ""


def type_left_out(claim: str, sources: Sequence[str]) -> str:
    """What is said of one type of diabetes, told as if it held for all."""
    every = sources and all(_types(source) for source in sources)
    return "which type of diabetes it is about is left out" if every and not _types(claim) else ""


def number(claim: str, sources: Sequence[str]) -> str:
    new = _numbers(claim) - _numbers(" ".join(sources))
    return f"the number {min(new)} is not in the passage" if new else ""


def contact(claim: str, sources: Sequence[str]) -> str:
    if found := CONTACT.search(claim):
        return (
            "" if found.group() in " ".join(sources) else f"the contact '{found.group().strip()}' is not in the passage"
        )
    return _added("contact", claim, sources)


def certainty(claim: str, sources: Sequence[str]) -> str:
    return _added("certainty", claim, sources)


def safety(claim: str, sources: Sequence[str]) -> str:
    return _added("safety", claim, sources)


def advice(claim: str, sources: Sequence[str]) -> str:
    words, premise = guard_words(), " ".join(sources)
    if pattern(words.telling).search(premise):
        return ""
    first = claim.strip(" -*").split(" ", 1)[0].lower()
    followed = re.match(r"\W*\w+\s+(?:a|an|the|your|us|it|to|up|with|taking|for|all|insulin|this|about|out)\b", claim)
    if first in words.imperative and followed:
        return f"'{first}' tells the reader what to do"
    return _added("advice", claim, sources)


def quantity(claim: str, sources: Sequence[str]) -> str:
    return _added("quantity", claim, sources)


def time(claim: str, sources: Sequence[str]) -> str:
    return _added("time", claim, sources)


def source_of_knowledge(claim: str, sources: Sequence[str]) -> str:
    return _added("source", claim, sources)


def person(claim: str, sources: Sequence[str]) -> str:
    return _added("person", claim, sources)


def medical_term(claim: str, sources: Sequence[str]) -> str:
    return _added("medical", claim, sources)


def polarity(claim: str, sources: Sequence[str]) -> str:
    negation, premise = pattern(guard_words().negation), _spelt_out(" ".join(sources))
    found = negation.search(_spelt_out(claim))
    return f"'{found.group()}' turns the passage around" if found and not negation.search(premise) else ""


def opposite(claim: str, sources: Sequence[str]) -> str:
    premise = " ".join(sources)
    for sides in guard_words().opposites:
        for one, other in (sides, sides[::-1]):
            found = pattern(one).search(claim)
            if (
                found
                and pattern(other).search(premise)
                and not (pattern(one).search(premise) or pattern(other).search(claim))
            ):
                return f"'{found.group()}' is the opposite of what the passage says"
    return ""


def name(claim: str, sources: Sequence[str]) -> str:
    """A proper name or abbreviation that the passages do not have; the first word of a sentence does not count."""
    known = {word.lower() for word in re.findall(r"\w+", " ".join(sources))} | {*guard_words().names}
    words = re.findall(r"\w+", claim)[1:]
    new = next(
        (w for w in words if w[0].isupper() and w.lower() not in known and w.lower().rstrip("s") not in known), ""
    )
    return f"the name '{new}' is not in the passage" if new else ""


def hedge(claim: str, sources: Sequence[str]) -> str:
    hedges = pattern(guard_words().hedges)
    if not hedges.search(claim) and sources and all(hedges.search(source) for source in sources):
        return "the passage says it with a reserve that is missing"
    return ""


def many_left_out(claim: str, sources: Sequence[str]) -> str:
    """Many patients become patients in general."""
    words = guard_words()
    of_many = all(pattern(("many",)).search(source) for source in sources)
    if of_many and pattern(words.counted).search(claim) and not pattern(words.many).search(claim):
        return "'many' was left out"
    return ""


def asked(claim: str, sources: Sequence[str]) -> str:
    if all(source.rstrip().endswith("?") for source in sources) and not ASKING.search(claim):
        return "the passage asks it and does not say it"
    return ""


def one_of_many(claim: str, sources: Sequence[str]) -> str:
    if THE_ONE.search(claim) and ONE_OF.search(" ".join(sources)):
        return "the passage names it as one among others"
    return ""


RULES: tuple[Rule, ...] = (
    type_of_diabetes,
    number,
    contact,
    advice,
    safety,
    certainty,
    quantity,
    time,
    source_of_knowledge,
    person,
    medical_term,
    polarity,
    opposite,
    name,
    hedge,
    asked,
    one_of_many,
    many_left_out,
    turned_around,
    told_of_another,
    another_name,
    another_doer,
    type_left_out,
)


def broken_rule(claim: str, sources: Sequence[str]) -> str:
    """Why a rule stops the claim, or nothing."""
    sources = [FOOTNOTE_MARK.sub(" ", source) for source in sources]
    claim = pattern(guard_words().empty).sub(" ", claim)
    return next((reason for rule in RULES if (reason := rule(claim, sources))), "")


def _added(kind: str, claim: str, sources: Sequence[str]) -> str:
    word = added(getattr(guard_words(), kind), claim, " ".join(sources))
    return f"'{word}' is not in the passage" if word else ""


def _spelt_out(text: str) -> str:
    return re.sub(r"n't\b", " not", text.replace("’", "'"))


def _types(text: str) -> set[str]:
    found = {a or b for a, b in TYPE.findall(text)}
    return {TYPE_NAMES.get(name.lower(), name) for name in found}


def _numbers(text: str) -> set[str]:
    text = TYPE.sub(" ", FOOTNOTE_MARK.sub(" ", text))
    found = (one.lower().rstrip(".,") for one in NUMBER.findall(text))
    return {DIGITS.get(one, one) for one in found}
