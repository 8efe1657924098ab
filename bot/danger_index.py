"""What is worth trying on a message: patterns and rules by the words that they cannot do without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.danger_pattern import Pattern

if TYPE_CHECKING:
    from bot.danger_rules import Limit, Rule


def patterns_by_word(rules: Sequence[Rule], cues: Mapping[str, tuple[Pattern, ...]]) -> dict[str, tuple[Pattern, ...]]:
    """For each word, the patterns worth trying where a message has it."""
    index: dict[str, list[Pattern]] = {}
    of_rules = (item for rule in rules for items in (*rule.slots, rule.unless) for item in items)
    for item in (*of_rules, *(pattern for patterns in cues.values() for pattern in patterns)):
        if isinstance(item, Pattern):
            for word in item.lead:
                index.setdefault(word, []).append(item)
    return {word: tuple(patterns) for word, patterns in index.items()}


def rules_by_word(rules: Sequence[Rule]) -> dict[str, tuple[int, ...]]:
    """Every rule's number under the words of one slot; under no word (""), those that any message may fulfil."""
    index: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        needed = [words for slot in rule.slots if (words := _words_of(slot))]
        for word in min(needed, key=len, default=[""]):
            index.setdefault(word, []).append(number)
    return {word: tuple(numbers) for word, numbers in index.items()}


def _words_of(slot: Sequence[Pattern | Limit]) -> list[str]:
    """Words of which a message must have one to fill the slot; none when it can be filled without."""
    words: set[str] = set()
    for item in slot:
        if not isinstance(item, Pattern) or not item.lead:
            return []
        words |= item.lead
    return sorted(words)
