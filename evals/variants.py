"""Makes variants of a question that a person could have typed: with typos, in lower case, without punctuation.

Deterministic: a variant depends on the sample's id and question alone, so it is made anew in every run and never
stored. Meaning is kept: short words, numbers and the words that carry a type or a negation are left as they are.
"""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from evals.sample import Sample

SEED = 20240601
TYPO_EVERY = 6
"""One word in so many gets a typo, and at least one a question."""
WORD = re.compile(r"[A-Za-z]{5,}")
KEEP = frozenset({"never", "without", "cannot", "couldn", "doesn", "wouldn", "shouldn"})
NEIGHBOURS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (
            "sqwz",
            "vnhg",
            "xvdf",
            "serfcx",
            "wsdr",
            "drtgvc",
            "ftyhbv",
            "gyujnb",
            "ujko",
            "huiknm",
            "jiolm",
            "kop",
            "njk",
            "bhjm",
            "iklp",
            "ol",
            "wa",
            "edft",
            "awedxz",
            "rfgy",
            "yhji",
            "cfgb",
            "qase",
            "zsdc",
            "tghu",
            "asx",
        ),
        strict=True,
    )
)
"""Keys beside each other on a QWERTY keyboard."""


def variants(samples: Iterable[Sample]) -> Iterator[Sample]:
    """Every variant of every sample that differs from it."""
    for sample in samples:
        for name, change in CHANGES.items():
            question = change(sample.question, random.Random(f"{SEED} {name} {sample.id}"))  # noqa: S311  # no secret
            if question != sample.question and question.strip():
                yield replace(sample, id=f"{sample.id}~{name}", question=question, variant_of=sample.id)


def typos(text: str, chance: random.Random) -> str:
    """Swap, drop, double or mistype a letter in every sixth longer word."""
    words = [match.span() for match in WORD.finditer(text) if match.group().lower() not in KEEP]
    if not words:
        return text
    for start, end in sorted(chance.sample(words, max(1, len(words) // TYPO_EVERY)), reverse=True):
        text = text[:start] + _misspelt(text[start:end], chance) + text[end:]
    return text


def lower_case(text: str, chance: random.Random) -> str:
    """Everything in lower case."""
    return text.lower()


def no_punctuation(text: str, chance: random.Random) -> str:
    """Words and numbers only; apostrophes vanish, all else becomes a space."""
    return " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"['’]", "", text)).split())


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "typo": typos,
    "lower": lower_case,
    "bare": no_punctuation,
}


def _misspelt(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    match chance.randrange(4):
        case 0:
            return before + after[0] + letter + after[1:]
        case 1:
            return before + after
        case 2:
            return before + letter + letter + after
        case _:
            return before + chance.choice(NEIGHBOURS[letter.lower()]) + after
