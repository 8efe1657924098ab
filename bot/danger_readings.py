"""Finds measured values in a message: sugar, ketones, temperature, oxygen.

This module knows kinds and units as readings.yaml lists them. It does not know which values are dangerous.
"""

from collections.abc import Callable, Iterator

from bot.danger_text import Message, Span
from bot.danger_values import DangerRules

_LOOK_BACK, _LOOK_AHEAD = 8, 4


def readings(message: Message, rules: DangerRules, says: Callable[[str], bool]) -> Iterator[tuple[str, float, Span]]:
    """The measured values in a message: kind, value in the usual unit (mmol/L, °C), place.

    `says` tells whether a cue of that name stands in the message.
    """
    words = message.words
    for i, word in enumerate(words):
        if not word[0].isdecimal():
            continue
        before, after = words[max(0, i - _LOOK_BACK) : i], words[i + 1 : i + 1 + _LOOK_AHEAD]
        unit = after[0] if after else ""
        if unit in rules.not_values or f"{before[-1] if before else ''} #" in rules.not_values:
            continue
        kind = _kind(word, before, after, rules)
        if kind is None or not _plain_value(word, unit, before, kind, rules):
            continue
        for told, value in _usual(kind, word, unit, says):
            if rules.kinds[told].lowest <= value <= rules.kinds[told].highest:
                yield told, value, (message.starts[i], message.starts[i] + len(word))


def _kind(word: str, before: tuple[str, ...], after: tuple[str, ...], rules: DangerRules) -> str | None:
    """The kind whose word stands nearest before the number, or else after it, or else whose unit it has."""
    same_sentence = before[len(before) - before[::-1].index(".") :] if "." in before else before
    ahead = after if "." in word or float(word) >= 20 else ()
    stop = next((i for i, next_word in enumerate(ahead) if next_word in ".,"), None)
    around = (*reversed(same_sentence), *ahead[:stop])
    for names in ({name: kind.words for name, kind in rules.kinds.items()}, _devices(rules)):
        for near in around:
            for name, announced in names.items():
                if near in announced:
                    return name
    return next((name for name, kind in rules.kinds.items() if after and after[0] in kind.units), None)


def _devices(rules: DangerRules) -> dict[str, frozenset[str]]:
    """Words such as "meter" announce their kind only where no word of a kind itself is near."""
    return {name: kind.devices for name, kind in rules.kinds.items()}


def _plain_value(word: str, unit: str, before: tuple[str, ...], kind: str, rules: DangerRules) -> bool:
    """Not with another kind's unit; a small whole number only with a unit or straight after "is" or the like."""
    units = rules.kinds[kind].units
    if unit not in units and any(unit in other.units for other in rules.kinds.values()):
        return False
    if "." in word or float(word) >= 10 or unit in units or not before:
        return True
    return before[-1] in rules.kinds[kind].words | rules.kinds[kind].devices or before[-1] in rules.value_verbs


def _usual(kind: str, word: str, unit: str, says: Callable[[str], bool]) -> tuple[tuple[str, float], ...]:
    """Kinds and values in mmol/L or °C.

    A bare glucose of 14 to 54 may be high in mmol/L or low in mg/dL, which is never told in decimals. Where the message
    does not say which, it is `unclear` too, since what helps in the one case harms in the other.
    """
    value = float(word)
    if kind == "temperature":
        return ((kind, (value - 32) / 1.8 if value > 90 else value),)
    if kind != "glucose" or unit == "mmol" or "." in word or (unit != "mgdl" and value < 14):
        return ((kind, value),)
    if unit == "mgdl" or value > 54:
        return ((kind, value / 18),)
    high, low = says("reads_high"), says("reads_low")
    if high != low:
        return ((kind, value if high or value < 28 else value / 18),)
    return (("unclear", value),) if value >= 28 else ((kind, value), ("unclear", value))
