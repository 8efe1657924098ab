"""Makes more pairs of those that were written: true sentences made false by a seeded edit, and true ones said again.

An edit of the claim alone makes a fault. The same edit of claim and premise leaves a true sentence true, so that no
word is a fault in itself: the reader has to compare.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from random import Random

from bot.pair_data import CONTRADICTED, SUPPORTED, UNSUPPORTED, Pair
from corpus.yaml_file import read_yaml
from index.lexical import stems

EDITS = Path(__file__).parent / "pairs" / "edits.yaml"
SHARED = 0.35
"""Share of a claim's words in another passage above which that passage may well say it too."""
Words = tuple[str, str]


@dataclass(frozen=True)
class Edits:
    """The file pairs/edits.yaml."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # pydantic reads this name
    families: tuple[tuple[str, ...], ...]
    opposites: tuple[Words, ...]
    negations: tuple[Words, ...]
    upgrades: tuple[Words, ...]
    numbers: tuple[Words, ...]
    adverbs: tuple[str, ...]
    tails: tuple[str, ...]
    openings: tuple[str, ...]

    @cached_property
    def swaps(self) -> dict[str, list[Words]]:
        """Replacements by kind."""
        within = [(a, b) for family in self.families for a in family for b in family if a != b]
        both_ways = [*self.opposites, *((b, a) for a, b in self.opposites)]
        return {
            "entity": within,
            "opposite": both_ways,
            "negation": list(self.negations),
            "upgrade": list(self.upgrades),
            "number": list(self.numbers),
        }


def load_edits() -> Edits:
    """Read the file."""
    return read_yaml(EDITS.read_text("utf-8"), Edits, EDITS)


def edited(pairs: Sequence[Pair], random: Random, edits: Edits) -> Iterator[Pair]:
    """For each supported pair one fault of nearly every kind that fits it, and true sentences beside them."""
    sound = [pair for pair in pairs if pair.supported]
    for pair in sound:
        for kind, swaps in edits.swaps.items():
            yield from _swapped(pair, kind, swaps, random)
        yield from _added(pair, edits, random)
        yield from _turned(pair)
        yield from _merged(pair, random.choice(sound), random)
        yield _elsewhere(pair, sound, random)
        yield _opened(pair, edits, random)
    for premise in sorted({pair.premise for pair in pairs}):
        yield Pair(premise, premise, SUPPORTED)


def _swapped(pair: Pair, kind: str, swaps: Sequence[Words], random: Random) -> Iterator[Pair]:
    fitting = [(old, new) for old, new in swaps if _has(pair.claim, old) and not _has(pair.premise, new)]
    if not fitting:
        return
    old, new = random.choice(fitting)
    label = CONTRADICTED if kind in ("opposite", "negation") else UNSUPPORTED
    claim = _put(pair.claim, old, new)
    yield Pair(pair.premise, claim, label, pair.claim, kind)
    if kind in ("entity", "opposite") and _has(pair.premise, old):
        yield Pair(_put(pair.premise, old, new), claim, SUPPORTED)
        yield Pair(_put(pair.premise, old, new), pair.claim, label, claim, kind)


def _added(pair: Pair, edits: Edits, random: Random) -> Iterator[Pair]:
    tail, end = random.choice(edits.tails), pair.claim.rstrip(" .!")
    comma = random.choice((" ", ", "))
    claim = f"{end}{comma}{tail}."
    yield Pair(pair.premise, claim, UNSUPPORTED, pair.claim, "tail")
    if random.random() < 0.5:
        yield Pair(f"{pair.premise.rstrip(' .')}{comma}{tail}.", claim, SUPPORTED)
    if found := VERB.search(pair.claim):
        adverb = random.choice(edits.adverbs)
        claim = f"{pair.claim[: found.start(1)]}{adverb} {pair.claim[found.start(1) :]}"
        yield Pair(pair.premise, claim, UNSUPPORTED, pair.claim, "adverb")


VERB = re.compile(
    r"\b(stimulates?|releases?|replaces?|secretes?|produces?|makes?|stores?|creates?|repairs?|helps?|treats?|improves?"
    r"|reduces?d?|lowers?|raises?|causes?d?|impairs?|damages?|shows?|shown|works?|turns?|becomes?|inhibits?|prevents?"
    r"|encourages?|promotes?|controls?|protects?|kills?|leads?|results?|induces?|increases?d?|decreases?d?|affects?"
    r"|differentiates?|regenerates?|responds?)\b"
)


def _turned(pair: Pair) -> Iterator[Pair]:
    """Who does it and whom it is done to, exchanged."""
    found = VERB.search(pair.claim)
    if not found or found.group(1) in ("shown", "results", "result"):
        return
    left, right = pair.claim[: found.start()].strip(" ,"), pair.claim[found.end() :].strip(" .,")
    if 1 <= len(left.split()) <= 6 and 1 <= len(right.split()) <= 8:
        claim = f"{right[0].upper()}{right[1:]} {found.group(1)} {_lowered(left)}."
        yield Pair(pair.premise, claim, UNSUPPORTED, "", "turned")


def _merged(pair: Pair, other: Pair, random: Random) -> Iterator[Pair]:
    if other.premise == pair.premise or len(pair.claim) + len(other.claim) > 260:
        return
    joint = random.choice((", and ", "; ", ", while ", ". "))
    claim = f"{pair.claim.rstrip(' .!')}{joint}{_lowered(other.claim) if joint != '. ' else other.claim}"
    both = [pair.premise, other.premise]
    random.shuffle(both)
    yield Pair(" ".join(both), claim, SUPPORTED)
    if not _shares(other.claim, pair.premise):
        yield Pair(pair.premise, claim, UNSUPPORTED, pair.claim, "mixed")
    yield Pair(" ".join(both), pair.claim, SUPPORTED)


def _elsewhere(pair: Pair, sound: Sequence[Pair], random: Random) -> Pair:
    """The same claim held against passages that say something else; some are near."""
    others = [other.premise for other in random.sample(sound, 12) if not _shares(pair.claim, other.premise)]
    premise = max(others, key=lambda text: _share(pair.claim, text), default="")
    return Pair(premise or "Nothing is known about it.", pair.claim, UNSUPPORTED, "", "elsewhere")


def _opened(pair: Pair, edits: Edits, random: Random) -> Pair:
    return replace(pair, claim=f"{random.choice(edits.openings)} {_lowered(pair.claim)}")


def _lowered(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if sum(letter.isupper() for letter in first) > 1 else text[:1].lower() + text[1:]


def _shares(claim: str, premise: str) -> bool:
    return _share(claim, premise) > SHARED


def _share(claim: str, premise: str) -> float:
    words = _content(claim)
    return len(words & _content(premise)) / max(1, len(words))


@cache
def _content(text: str) -> frozenset[str]:
    return frozenset(word for word in stems(text) if len(word) > 3)


def _has(text: str, words: str) -> bool:
    return _pattern(words).search(text) is not None


def _put(text: str, old: str, new: str) -> str:
    return _pattern(old).sub(
        lambda found: new.capitalize() if found.group()[0].isupper() and old != new else new, text, 1
    )


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(words)}\b", re.IGNORECASE)
