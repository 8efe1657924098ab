"""Recognise emergencies and self-harm in a patient's message, by the rules of danger.yaml.

Deterministic: the same text gives the same result, and nothing outside the text plays a part. This module knows how
rules combine and what sets a match aside (negation, the past, a general question). It holds no medical words and no
words for patients, and it does not know how danger is answered.
"""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.danger_text import Message, Pattern, Span, Speller, compile_pattern, neighbours, read, stems

_Lists = Mapping[str, tuple[str, ...]]

_CUES = ("right_now", "now", "past", "past_next_sentence", "not_past", "general", "general_either", "person")
_PATTERNS = ("words", "context", "groups")
_REACH = {"sentence": 0, "nearby": 2, "message": 10**6}
_LIMIT = re.compile(r"\((?P<kind>\w+) (?P<side>below|at least) (?P<bound>\d+(?:\.\d+)?)\)")
_SETTINGS = {"negated", "past", "general"}
_NEAR_WORDS = 20
_LOOK_BACK, _LOOK_AHEAD = 8, 4


@dataclass(frozen=True)
class Danger:
    """What was recognised: the group, the rule that says so, and the words that it matched (as normalised)."""

    group: str
    rule: str
    matched: str


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


@dataclass(frozen=True)
class Rule:
    """All slots must be found, near enough to each other; a slot is found by any of its patterns or limits."""

    group: str
    id: str
    source: str
    slots: tuple[tuple[Pattern | Limit, ...], ...]
    within: str
    even_if: frozenset[str]
    unless: tuple[Pattern, ...]


@dataclass(frozen=True)
class DangerRules:
    """Everything in danger.yaml, compiled."""

    rules: tuple[Rule, ...]
    speller: Speller = field(repr=False)
    kinds: Mapping[str, Kind] = field(repr=False)
    not_values: frozenset[str] = field(repr=False)
    value_verbs: frozenset[str] = field(repr=False)
    cues: Mapping[str, tuple[Pattern, ...]] = field(repr=False)
    negated: re.Pattern[str] = field(repr=False)


def find_danger(text: str, rules: DangerRules) -> Danger | None:
    """The first rule of the file that the text fulfils, or None. Only the text counts, never what came before it."""
    view = _View(read(text, rules.speller), rules)
    for rule in rules.rules:
        if spans := _fulfilled(rule, view):
            matched = " + ".join(view.message.text[start:end].strip() for start, end in spans)
            return Danger(rule.group, rule.id, matched)
    return None


class _View:
    """A message with what several rules ask of it: its word stems, values and cues, each worked out once."""

    def __init__(self, message: Message, rules: DangerRules) -> None:
        self.message = message
        self.rules = rules
        self.stems = stems(message)
        self.values = tuple(_values(message, rules))
        self._cues: dict[str, list[Span]] = {}

    def found(self, item: Pattern | Limit) -> Iterator[Span]:
        if isinstance(item, Pattern):
            return item.spans(self.message, self.stems)
        return (
            span for kind, value, span in self.values if kind == item.kind and item.at_least <= value < item.below
        )

    def cue(self, name: str) -> list[Span]:
        if name not in self._cues:
            self._cues[name] = [span for pattern in self.rules.cues[name] for span in self.found(pattern)]
        return self._cues[name]

    def words_between(self, one: Span, two: Span) -> int:
        start, end = sorted((one, two))
        return self.message.text.count(" ", start[1], max(start[1], end[0]))


def _fulfilled(rule: Rule, view: _View) -> tuple[Span, ...]:
    """The spans, one per slot, that fulfil the rule; empty where it is not fulfilled."""
    per_slot: list[list[Span]] = []
    for slot in rule.slots:
        spans = [span for item in slot for span in view.found(item) if not _set_aside(rule, span, view)]
        if not spans:
            return ()
        per_slot.append(sorted(set(spans))[:12])
    for spans_chosen in product(*per_slot):
        numbers = [view.message.sentence(start) for start, _ in spans_chosen]
        if max(numbers) - min(numbers) <= _REACH[rule.within]:
            return spans_chosen
    return ()


def _set_aside(rule: Rule, span: Span, view: _View) -> bool:
    """Whether the words around this match take the danger out of it."""
    return (
        any(_close(span, other, view) for pattern in rule.unless for other in view.found(pattern))
        or ("negated" not in rule.even_if and _negated(span, view))
        or ("past" not in rule.even_if and _past(span, view))
        or ("general" not in rule.even_if and _general(span, view))
    )


def _close(span: Span, other: Span, view: _View) -> bool:
    low, high = view.message.bounds(span[0])
    return low <= other[0] <= high and view.words_between(span, other) <= 8


def _negated(span: Span, view: _View) -> bool:
    low, _ = view.message.bounds(span[0])
    return bool(view.rules.negated.search(view.message.text[max(low, span[0] - 80) : span[0]]))


def _past(span: Span, view: _View) -> bool:
    """A word for the past stands near in the same sentence (or opens the next one), and no word for now does."""
    low, high = view.message.bounds(span[0])
    past, ahead = view.cue("past"), view.cue("past_next_sentence")
    if any(high <= start <= high + 4 for start, _ in ahead):
        return True
    for cue in (*view.cue("now"), *view.cue("right_now")):
        # "fine now" and "for years now" speak of the past in spite of their "now".
        if low <= cue[0] <= high and not any(_overlap(cue, other) for other in past):
            return False
    return any(
        low <= cue[0] <= high
        and view.words_between(span, cue) <= _NEAR_WORDS
        and not any(_overlap(cue, other) for other in view.cue("not_past"))
        for cue in past
    )


def _overlap(one: Span, two: Span) -> bool:
    return one[0] < two[1] and two[0] < one[1]


def _general(span: Span, view: _View) -> bool:
    """A general question or a story, with no person between the cue and the end of the match."""
    low, high = view.message.bounds(span[0])
    if any(low <= start <= high for start, _ in view.cue("right_now")):
        return False
    return any(
        low <= cue[0] <= high
        and not any(min(cue[1], span[0]) <= person[0] < max(span[1], cue[0]) for person in view.cue("person"))
        for cue in (*(cue for cue in view.cue("general") if cue[0] <= span[0]), *view.cue("general_either"))
    )


def _values(message: Message, rules: DangerRules) -> Iterator[tuple[str, float, Span]]:
    """The measured values in the message: kind, value in the usual unit (mmol/L, °C), place."""
    words = message.words
    for i, word in enumerate(words):
        if not word[0].isdigit():
            continue
        before, after = words[max(0, i - _LOOK_BACK) : i], words[i + 1 : i + 1 + _LOOK_AHEAD]
        unit = after[0] if after else ""
        if unit in rules.not_values or f"{before[-1] if before else ''} #" in rules.not_values:
            continue
        kind = _kind(word, before, after, rules)
        if kind is None or not _plain_value(word, unit, before, kind, rules):
            continue
        for value in _usual(kind, float(word), unit):
            if rules.kinds[kind].lowest <= value <= rules.kinds[kind].highest:
                yield kind, value, (message.starts[i], message.starts[i] + len(word))


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


def _usual(kind: str, value: float, unit: str) -> tuple[float, ...]:
    """The value in mmol/L or °C. A bare glucose of 28 to 54 may be either unit, and is dangerous in both."""
    if kind == "temperature":
        return ((value - 32) / 1.8 if value > 90 else value,)
    if kind != "glucose" or unit == "mmol" or (unit != "mgdl" and value < 28):
        return (value,)
    return (value / 18,) if unit == "mgdl" or value > 54 else (value, value / 18)


def load_danger_rules(path: Path) -> DangerRules:
    """Read and check the rules. Raises ValueError, naming the file and the rule, for anything out of place."""
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError) as error:
        raise ValueError(f"{path}: cannot be read as YAML: {error}") from error
    try:
        return _compile(_mapping(data, "the file", {"spelling", "words", "readings", "context", "groups"}))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _compile(data: dict[str, object]) -> DangerRules:
    lists = {name: _texts(entries, f"the list <{name}>") for name, entries in _mapping(data["words"], "words").items()}
    context = _mapping(data["context"], "context", {*_CUES, "negation", "negation_bridge"})
    cues = {name: _patterns(context[name], lists, f"context {name}") for name in _CUES}
    readings = _mapping(data["readings"], "readings", {"kinds", "not_values", "value_verbs"})
    kinds = {name: _kind_of(entry, name) for name, entry in _mapping(readings["kinds"], "kinds").items()}
    rules = tuple(
        _rule(entry, group, lists, kinds)
        for group, entries in _mapping(data["groups"], "groups").items()
        for entry in _entries(entries, f"group {group}")
    )
    twice = sorted({rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1})
    if twice:
        raise ValueError(f"two rules are called {twice[0]}")
    return DangerRules(
        rules=rules,
        speller=_speller(data["spelling"], set(re.findall(r"\w+\*?", str([data[key] for key in _PATTERNS])))),
        kinds=kinds,
        not_values=frozenset(_texts(readings["not_values"], "not_values")),
        value_verbs=frozenset(_texts(readings["value_verbs"], "value_verbs")),
        cues=cues,
        negated=_negation(context, lists),
    )


def _rule(entry: object, group: str, lists: _Lists, kinds: Mapping[str, Kind]) -> Rule:
    name = entry.get("id") if isinstance(entry, dict) else None
    where = f"rule {name}" if isinstance(name, str) else f"a rule without an id in group {group}"
    fields = _mapping(entry, where, {"id", "source"}, {"any", "all", "within", "even_if", "unless"})
    if not isinstance(name, str) or not isinstance(fields["source"], str) or ("any" in fields) == ("all" in fields):
        raise ValueError(f"{where}: needs an id and a source in words, and either any or all")
    within, even_if = fields.get("within", "nearby"), frozenset(str(fields.get("even_if", "")).split())
    if within not in _REACH or not even_if <= _SETTINGS:
        raise ValueError(f"{where}: within is one of {sorted(_REACH)}, even_if some of {sorted(_SETTINGS)}")
    slots = [fields["any"]] if "any" in fields else _entries(fields["all"], where)
    return Rule(
        group=group,
        id=name,
        source=fields["source"],
        slots=tuple(_slot(slot, lists, kinds, where) for slot in slots),
        within=str(within),
        even_if=even_if,
        unless=_patterns(fields.get("unless", ""), lists, where),
    )


def _slot(slot: object, lists: _Lists, kinds: Mapping[str, Kind], where: str) -> tuple[Pattern | Limit, ...]:
    items = _texts(slot, where)
    if not items:
        raise ValueError(f"{where}: a slot is empty")
    return tuple(_item(item, lists, kinds, where) for item in items)


def _item(item: str, lists: _Lists, kinds: Mapping[str, Kind], where: str) -> Pattern | Limit:
    if not item.startswith("("):
        return _patterns(item, lists, where)[0]
    limit = _LIMIT.fullmatch(item)
    if limit is None or limit["kind"] not in kinds:
        raise ValueError(f"{where}: {item} should read like (glucose below 3.0), with one of {sorted(kinds)}")
    bound = float(limit["bound"])
    if limit["side"] == "below":
        return Limit(limit["kind"], below=bound, at_least=float("-inf"))
    return Limit(limit["kind"], below=float("inf"), at_least=bound)


def _kind_of(entry: object, name: str) -> Kind:
    fields = _mapping(entry, f"kind {name}", {"words", "units", "plausible"}, {"devices"})
    bounds = fields["plausible"]
    if not (isinstance(bounds, list) and len(bounds) == 2 and all(isinstance(bound, int | float) for bound in bounds)):
        raise ValueError(f"kind {name}: plausible is the lowest and the highest value")
    words, devices, units = (
        frozenset(_texts(fields.get(key, ""), f"kind {name}")) for key in ("words", "devices", "units")
    )
    return Kind(words, devices, units, float(bounds[0]), float(bounds[1]))


def _speller(spelling: object, used: set[str]) -> Speller:
    """`used` are all words of the patterns: they are right as they are, and so is what begins with a stem of theirs."""
    fields = _mapping(spelling, "spelling", {"forms", "mend", "ordinary"})
    entries = _mapping(fields["forms"], "spelling forms").items()
    forms = {wrong: right for right, texts in entries for wrong in _texts(texts, f"spelling of {right}")}
    mend = frozenset(_texts(fields["mend"], "spelling mend"))
    ordinary = {word for line in _texts(fields["ordinary"], "spelling ordinary") for word in line.split()}
    known = frozenset(ordinary | mend | {word for word in used if not word.endswith("*")})
    beginnings = tuple(sorted(word[:-1] for word in used if word.endswith("*") and len(word) > 4))
    return Speller(known, beginnings, forms, neighbours(mend))


def _negation(context: dict[str, object], lists: _Lists) -> re.Pattern[str]:
    words, bridge = (
        "|".join(pattern.regex.pattern for pattern in _patterns(context[key], lists, key))
        for key in ("negation", "negation_bridge")
    )
    return re.compile(rf"(?:{words})(?:{bridge})*$")


def _patterns(entries: object, lists: _Lists, where: str) -> tuple[Pattern, ...]:
    try:
        return tuple(compile_pattern(source, lists) for source in _texts(entries, where))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def _mapping(
    value: object, where: str, required: Set[str] = frozenset(), optional: Set[str] = frozenset()
) -> dict[str, object]:
    """`value` as a mapping with the required keys; where `optional` or any required are given, with no others."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"{where}: should be a mapping of names")
    if missing := sorted(required - set(value)):
        raise ValueError(f"{where}: {missing[0]} is missing")
    if (required or optional) and (extra := sorted(set(value) - required - optional)):
        raise ValueError(f"{where}: nothing is known of {extra[0]}")
    return value


def _entries(value: object, where: str) -> list[object]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{where}: should be a list with something in it")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    """The entries of a text that holds one or more on each line, separated by semicolons."""
    if not isinstance(value, str):
        raise ValueError(f"{where}: should be text, entries separated by semicolons or lines")
    return tuple(entry.strip() for entry in re.split("[;\n]", value) if entry.strip())
