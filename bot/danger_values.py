"""What a rule of emergencies/ is once it is compiled, and the words under which rules and patterns are looked up."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.danger_pattern import Pattern, commonness
from bot.danger_text import Speller


@dataclass(frozen=True)
class Kind:
    """A kind of measured value: the words that announce it, its units, and what is plausible."""

    words: frozenset[str]
    devices: frozenset[str]
    units: frozenset[str]
    lowest: float
    highest: float


@dataclass(frozen=True)
class Limit:
    """A condition on a measured value of one kind."""

    kind: str
    below: float
    at_least: float

    def holds(self, value: float) -> bool:
        return self.at_least <= value < self.below


class Slot:
    """What may fill a place, any of it: patterns that a message's words bring up, and items to be tried always."""

    def __init__(self, items: Iterable[Pattern | Limit]) -> None:
        self.items = tuple(items)
        self.led = frozenset(item for item in self.items if isinstance(item, Pattern) and item.lead)
        self.always = tuple(item for item in self.items if item not in self.led)


@dataclass(frozen=True)
class Rule:
    """All slots must be found, near enough to each other; a slot is found by any of its patterns or limits."""

    group: str
    id: str
    source: str
    slots: tuple[Slot, ...]
    within: str
    even_if: frozenset[str]
    unless: Slot
    """Sets a match aside that it shares a word with."""
    near: Slot
    """Sets a match aside that it touches or stands near."""
    doubtful: bool
    """Its words do not settle it alone."""


@dataclass(frozen=True)
class DangerRules:
    """Everything in emergencies/, compiled."""

    rules: tuple[Rule, ...]
    speller: Speller = field(repr=False)
    kinds: Mapping[str, Kind] = field(repr=False)
    not_values: frozenset[str] = field(repr=False)
    value_verbs: frozenset[str] = field(repr=False)
    cues: Mapping[str, Slot] = field(repr=False)
    negated: re.Pattern[str] = field(repr=False)
    by_lead: Mapping[str, tuple[Pattern, ...]] = field(repr=False)
    rules_by_word: Mapping[str, tuple[int, ...]] = field(repr=False)
    """For each word, the rules that it may fulfil; under no word (""), those that any message may."""


def patterns_by_word(rules: tuple[Rule, ...], cues: Mapping[str, Slot]) -> dict[str, tuple[Pattern, ...]]:
    """For each word, the patterns worth trying where a message has it."""
    index: dict[str, list[Pattern]] = {}
    of_rules = (slot for rule in rules for slot in (*rule.slots, rule.unless, rule.near))
    for pattern in (pattern for slot in (*of_rules, *cues.values()) for pattern in slot.led):
        for word in pattern.lead:
            index.setdefault(word, []).append(pattern)
    return {word: tuple(patterns) for word, patterns in index.items()}


def rules_by_word(rules: tuple[Rule, ...]) -> dict[str, tuple[int, ...]]:
    """Every rule under the words of one slot: without any of them it cannot be fulfilled."""
    index: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        led = [words for slot in rule.slots if (words := _words_of(slot))]
        for word in min(led, key=commonness, default=[""]):
            index.setdefault(word, []).append(number)
    return {word: tuple(numbers) for word, numbers in index.items()}


def _words_of(slot: Slot) -> list[str]:
    """Words of which a message must have one to fill the slot; none when it can be filled without."""
    return [] if slot.always else sorted({word for pattern in slot.led for word in pattern.lead})
