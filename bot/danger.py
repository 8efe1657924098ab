"""Recognise emergencies and self-harm in a patient's message, by the rules of emergencies/.

Deterministic: the same text gives the same result, and nothing outside the text plays a part. This module knows how
rules combine and what sets a match aside (negation, the past, a general question). It holds no medical words and no
words for patients, and it does not know how danger is answered.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace

from bot.danger_pattern import Pattern, places
from bot.danger_readings import readings
from bot.danger_rules import load_danger_rules
from bot.danger_text import Message, Span, read
from bot.danger_values import DangerRules, Limit, Rule, Slot

__all__ = ["OTHER_DANGER", "Danger", "DangerRules", "find_danger", "load_danger_rules"]

OTHER_DANGER = "other_acute"
"""The group of a danger that no rule names."""
_REACH = {"sentence": 0, "nearby": 2, "message": 10**6}
_PAST_WORDS, _GENERAL_WORDS, _NEAR_WORDS = 20, 10, 3
_REACH_LETTERS = 400


@dataclass(frozen=True)
class Danger:
    """What was recognised: the group, the rule that says so, and the words that it matched (as normalised)."""

    group: str
    rule: str
    matched: str
    clause: str = ""
    """Where it is in doubt: those words and the rest of their clause, for what they mean decides (docs/ablation.md)."""


def find_danger(text: str, rules: DangerRules) -> Danger | None:
    """What the first rule says that the text fulfils, or None; it is in doubt where only doubtful rules are fulfilled.

    Only the text counts, never what came before it.
    """
    view = _View(read(text, rules.speller), rules)
    numbers = {number for word in ("", *view.places.stems) for number in rules.rules_by_word.get(word, ())}
    first: Danger | None = None
    for rule in (rules.rules[number] for number in sorted(numbers)):  # in the order of the files
        if (not first or not rule.doubtful) and (spans := _fulfilled(rule, view)):
            matched = " + ".join(view.message.text[start:end].strip() for start, end in spans)
            clause = view.message.clause(spans) if rule.doubtful else ""
            first = replace(first, clause=clause) if first else Danger(rule.group, rule.id, matched, clause)
            if not rule.doubtful:
                break
    return first


class _View:
    """A message with what several rules ask of it: its words' places, values and cues, each worked out once."""

    def __init__(self, message: Message, rules: DangerRules) -> None:
        self.message = message
        self.rules = rules
        self.places = places(message)
        led = {pattern for stem in self.places.stems for pattern in rules.by_lead.get(stem, ())}
        self.possible = {pattern for pattern in led if pattern.may_occur(self.places)}
        self._found: dict[Slot, list[Span]] = {}
        self.values = tuple(readings(message, rules, self.has))

    def may_fill(self, slot: Slot) -> bool:
        """Whether anything of the slot can be met at all."""
        return bool(slot.always) or not slot.led.isdisjoint(self.possible)

    def found(self, slot: Slot) -> list[Span]:
        """Where anything of a slot is met, in order."""
        if slot not in self._found:
            items = (*slot.led & self.possible, *slot.always)
            self._found[slot] = sorted({span for item in items for span in self._spans(item)})
        return self._found[slot]

    def _spans(self, item: Pattern | Limit) -> list[Span]:
        if isinstance(item, Limit):
            return [span for kind, value, span in self.values if kind == item.kind and item.holds(value)]
        return item.spans(self.message, self.places)

    def has(self, name: str) -> bool:
        """Whether a cue of this name stands anywhere in the message."""
        return bool(self.found(self.rules.cues[name]))

    def cues(self, name: str, low: int, high: int) -> list[Span]:
        """The cues of this name that start from `low` to before `high`."""
        cues = self.found(self.rules.cues[name])
        return cues[bisect_left(cues, (low, 0)) : bisect_left(cues, (high, 0))]

    def words_between(self, one: Span, two: Span) -> int:
        """How many words stand between the two."""
        return self._between(one, two).count(" ")

    def pause_between(self, one: Span, two: Span) -> bool:
        """Whether a comma or the end of a sentence stands between the two."""
        return not {",", "."}.isdisjoint(self._between(one, two).split())

    def _between(self, one: Span, two: Span) -> str:
        first, second = sorted((one, two))
        return self.message.text[first[1] : max(first[1], second[0])]

    def around(self, span: Span) -> Span:
        """As much of the span's sentence as can bear on it."""
        low, high = self.message.bounds(span[0])
        return max(low, span[0] - _REACH_LETTERS), min(high, span[1] + _REACH_LETTERS)


def _fulfilled(rule: Rule, view: _View) -> tuple[Span, ...]:
    """The spans, one per slot, that fulfil the rule; empty where it is not fulfilled."""
    if not all(view.may_fill(slot) for slot in rule.slots):
        return ()
    per_slot: list[dict[int, Span]] = []
    for slot in rule.slots:
        found = reversed(view.found(slot))
        standing = {view.message.sentence(span[0]): span for span in found if not _set_aside(rule, span, view)}
        if not standing:
            return ()
        per_slot.append(standing)
    for first in sorted({number for standing in per_slot for number in standing}):
        spans = [_within_reach(standing, first, _REACH[rule.within]) for standing in per_slot]
        if all(spans):
            return tuple(span for span in spans if span)
    return ()


def _within_reach(standing: dict[int, Span], first: int, reach: int) -> Span | None:
    """A span in the sentence `first` or up to `reach` sentences on."""
    return next((span for number, span in reversed(standing.items()) if first <= number <= first + reach), None)


def _set_aside(rule: Rule, span: Span, view: _View) -> bool:
    """Whether the words around this match take the danger out of it."""
    return (
        any(_overlap(span, other) and not _turns_to_now(other, span, view) for other in view.found(rule.unless))
        or any(_close(span, other, view) for other in view.found(rule.near))
        or ("negated" not in rule.even_if and _negated(span, view))
        or ("past" not in rule.even_if and _past(span, view))
        or ("general" not in rule.even_if and _general(span, view))
    )


def _close(span: Span, other: Span, view: _View) -> bool:
    near = span[0] - _REACH_LETTERS < other[0] < span[1] + _REACH_LETTERS
    if not near or view.words_between(span, other) > _NEAR_WORDS or view.pause_between(span, other):
        return False
    return not _turns_to_now(other, span, view)


def _negated(span: Span, view: _View) -> bool:
    low, _ = view.message.bounds(span[0])
    if not view.rules.negated.search(view.message.text[max(low, span[0] - 80) : span[0]]):
        return False
    return not any(span[0] <= cue[1] for cue in view.cues("emphasis", low, span[0]))


def _past(span: Span, view: _View) -> bool:
    """A word for the past stands near in the same sentence, and no word for now does."""
    low, high = view.around(span)
    past = view.cues("past", low, high)
    for cue in (*view.cues("now", low, high), *view.cues("right_now", low, high)):
        # "fine now" and "for years now" speak of the past in spite of their "now".
        if not any(_overlap(cue, other) for other in past):
            return False
    not_past = view.cues("not_past", low, high)
    return any(
        view.words_between(span, cue) <= _PAST_WORDS
        and not any(_overlap(cue, other) for other in not_past)
        and not _turns_to_now(cue, span, view)
        and not view.cues("then", span[1], cue[0])
        for cue in past
    )


def _turns_to_now(cue: Span, span: Span, view: _View) -> bool:
    """Whether the match is told of the present, and what sets it aside was told before that.

    As in "he had the ulcer for years, but the foot is black".
    """
    return bool(view.cues("present", cue[1], span[0] + 1))


def _overlap(one: Span, two: Span) -> bool:
    return one[0] < two[1] and two[0] < one[1]


def _general(span: Span, view: _View) -> bool:
    """A general question in the same breath, with no person between its words and the match; or a story.

    Where the words follow the match, no person may stand before it in the sentence either. A story may have persons.
    """
    low, high = view.around(span)
    if view.cues("right_now", low, high):
        return False
    stories = view.cues("fiction", low, high)
    for cue in (*stories, *view.cues("general", low, span[0] + 1), *view.cues("general_either", low, high)):
        if view.words_between(span, cue) > _GENERAL_WORDS or view.pause_between(span, cue):
            continue
        first, second = sorted((span, cue))
        start, end = (cue[1], span[1]) if cue[0] <= span[0] else (low, cue[0])
        if view.cues("turn", first[1], second[0]):
            continue
        if cue in stories or not view.cues("person", start, end):
            return True
    return False
