"""Read the files of emergencies/ into compiled, checked rules.

This module knows how the files are written. It does not know how a message is judged by them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, TypeVar

from bot.danger_pattern import WORD, Compiler, Pattern
from bot.danger_text import Speller, neighbours
from bot.danger_values import DangerRules, Kind, Limit, Rule, Slot, patterns_by_word, rules_by_word
from corpus.errors import ArticleError
from corpus.yaml_file import read_yaml

T = TypeVar("T")
_Lists = Mapping[str, tuple[str, ...]]
_Compiled = Callable[[str], Pattern]
"""A pattern from its source; the same one for the same source, wherever it stands."""

_CUES = (
    "right_now",
    "now",
    "past",
    "not_past",
    "present",
    "general",
    "general_either",
    "fiction",
    "turn",
    "person",
    "then",
    "emphasis",
    "reads_high",
    "reads_low",
)
_LIMIT = re.compile(r"\((?P<kind>\w+) (?P<side>below|at least) (?P<bound>\d+(?:\.\d+)?)\)")
_SETTINGS = {"negated", "past", "general"}


class _Strict:
    """A part of a file in which unknown keys are errors."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True)
class _KindText(_Strict):
    words: str
    units: str
    plausible: tuple[float, float]
    devices: str = ""


@dataclass(frozen=True)
class _ReadingsText(_Strict):
    kinds: dict[str, _KindText]
    not_values: str
    value_verbs: str


@dataclass(frozen=True)
class _SpellingText(_Strict):
    forms: dict[str, str]
    ordinary: str


@dataclass(frozen=True)
class _RuleText(_Strict):
    id: str
    source: str
    any: str = ""
    all: tuple[str, ...] = ()
    in_doubt: str = ""
    all_in_doubt: tuple[str, ...] = ()
    within: Literal["sentence", "nearby", "message"] = "nearby"
    even_if: str = ""
    unless: str = ""
    near: str = ""


@dataclass(frozen=True)
class _Text:
    """The files as written, before their patterns are compiled."""

    words: dict[str, str]
    readings: _ReadingsText
    context: dict[str, str]
    spelling: _SpellingText
    groups: dict[str, list[_RuleText]]


def load_danger_rules(folder: Path) -> DangerRules:
    """Read and check the rules of a folder such as emergencies/.

    Raises:
        ArticleError: a file is missing or cannot be used; the sentence names file, line and rule.
    """
    groups = sorted(folder.glob("groups/*.yaml"))  # numbered: the first rule fulfilled gives the group
    text = _Text(
        words=_read(folder / "words.yaml", dict[str, str]),
        readings=_read(folder / "readings.yaml", _ReadingsText),
        context=_read(folder / "context.yaml", dict[str, str]),
        spelling=_read(folder / "spelling.yaml", _SpellingText),
        groups={path.stem.partition("_")[2]: _read(path, list[_RuleText]) for path in groups},
    )
    try:
        return _compile(text)
    except _Misfit as misfit:
        raise ArticleError(*_place(misfit.mark, folder), str(misfit)) from misfit


def _read(path: Path, shape: type[T]) -> T:
    try:
        return read_yaml(path.read_text("utf-8"), shape, path)
    except OSError as error:
        raise ArticleError(path, 1, f"cannot be read: {error.strerror}") from error


def _place(mark: str, folder: Path) -> tuple[Path, int]:
    """File and line in which a mark first stands."""
    paths = sorted(folder.rglob("*.yaml"))
    lines = ((path, n, line) for path in paths for n, line in enumerate(path.read_text("utf-8").splitlines(), 1))
    return next(((path, n) for path, n, line in lines if mark in line), (folder, 1))


class _Misfit(ValueError):
    """Something in the files that is well-formed and yet wrong; `mark` is found on its line."""

    def __init__(self, mark: str, problem: str) -> None:
        super().__init__(problem)
        self.mark = mark


def _compile(text: _Text) -> DangerRules:
    lists = {name: _entries(entries) for name, entries in text.words.items()}
    compiled = Compiler(lists).pattern
    if set(text.context) != {*_CUES, "negation", "negation_bridge"}:
        raise _Misfit("negation:", f"context should have {', '.join((*_CUES, 'negation', 'negation_bridge'))}")
    cues = {name: Slot(_patterns(text.context[name], compiled, f"{name}:", f"context {name}")) for name in _CUES}
    kinds = {
        name: Kind(
            words=frozenset(_entries(kind.words)),
            devices=frozenset(_entries(kind.devices)),
            units=frozenset(_entries(kind.units)),
            lowest=kind.plausible[0],
            highest=kind.plausible[1],
        )
        for name, kind in text.readings.kinds.items()
    }
    written = [(group, rule) for group, entries in text.groups.items() for rule in entries]
    rules = tuple(made for group, rule in written for made in _rules(rule, group, compiled, kinds))
    ids = [rule.id for _, rule in written]
    if twice := [name for name in ids if ids.count(name) > 1]:
        raise _Misfit(f"id: {twice[0]}", f"rule {twice[0]}: the name is used twice")
    return DangerRules(
        rules=rules,
        speller=_speller(text, rules, lists),
        kinds=kinds,
        not_values=frozenset(_entries(text.readings.not_values)),
        value_verbs=frozenset(_entries(text.readings.value_verbs)),
        cues=cues,
        negated=_negation(text.context, compiled),
        by_lead=patterns_by_word(rules, cues),
        rules_by_word=rules_by_word(rules),
    )


def _rules(text: _RuleText, group: str, compiled: _Compiled, kinds: Mapping[str, Kind]) -> Iterator[Rule]:
    """What an entry says: a rule for what is certain, one for what is in doubt, or both."""
    mark, where, even_if = f"id: {text.id}", f"rule {text.id}", frozenset(text.even_if.split())
    if (text.any and text.all) or (text.in_doubt and text.all_in_doubt):
        raise _Misfit(mark, f"{where}: give either any or all, and either in_doubt or all_in_doubt")
    if not even_if <= _SETTINGS:
        raise _Misfit(mark, f"{where}: even_if is some of {', '.join(sorted(_SETTINGS))}")
    unless, near = (Slot(_patterns(entries, compiled, mark, where)) for entries in (text.unless, text.near))
    certain, doubtful = text.all or (text.any,), text.all_in_doubt or (text.in_doubt,)
    if not any((*certain, *doubtful)):
        raise _Misfit(mark, f"{where}: give any, all, in_doubt or all_in_doubt")
    for sources, in_doubt in ((certain, False), (doubtful, True)):
        if not any(sources):
            continue
        slots = tuple(Slot(_item(item, compiled, kinds, mark, where) for item in _entries(slot)) for slot in sources)
        if not all(slot.items for slot in slots):
            raise _Misfit(mark, f"{where}: a slot is empty")
        yield Rule(group, text.id, text.source, slots, text.within, even_if, unless, near, in_doubt)


def _item(item: str, compiled: _Compiled, kinds: Mapping[str, Kind], mark: str, where: str) -> Pattern | Limit:
    if not item.startswith("("):
        return _patterns(item, compiled, mark, where)[0]
    limit = _LIMIT.fullmatch(item)
    if limit is None or limit["kind"] not in kinds:
        raise _Misfit(mark, f"{where}: {item} should read like (glucose below 3.0), of {', '.join(kinds)}")
    bound = float(limit["bound"])
    if limit["side"] == "below":
        return Limit(limit["kind"], below=bound, at_least=float("-inf"))
    return Limit(limit["kind"], below=float("inf"), at_least=bound)


def _speller(text: _Text, rules: tuple[Rule, ...], lists: _Lists) -> Speller:
    """Words of the files are right as they are; slips are mended to those of lists, slots and kinds of value."""
    forms = {wrong: right for right, wrongs in text.spelling.forms.items() for wrong in _entries(wrongs)}
    items = [item for rule in rules for slot in rule.slots for item in slot.items]
    sources = [item.source for item in items if isinstance(item, Pattern)]
    sources += [entry for entries in lists.values() for entry in entries]
    sources += [kind.words for kind in text.readings.kinds.values()]
    wanted = {word for source in sources for word in WORD.findall(source) if word.isalpha() and len(word) >= 4}
    aside = [item for rule in rules for slot in (rule.unless, rule.near) for item in slot.items]
    others = [item.source for item in aside if isinstance(item, Pattern)]
    others += [*text.context.values(), text.readings.not_values, text.readings.value_verbs]
    used = {word for source in others for word in WORD.findall(source)} | set(WORD.findall(" ".join(sources)))
    return Speller(frozenset(used | {*text.spelling.ordinary.split()}), forms, neighbours(frozenset(wanted)))


def _negation(context: Mapping[str, str], compiled: _Compiled) -> re.Pattern[str]:
    words, bridge = (
        "|".join(pattern.expression for pattern in _patterns(context[name], compiled, f"{name}:", f"context {name}"))
        for name in ("negation", "negation_bridge")
    )
    return re.compile(rf"(?:{words})(?:{bridge})*$")


def _patterns(entries: str, compiled: _Compiled, mark: str, where: str) -> tuple[Pattern, ...]:
    try:
        return tuple(compiled(source) for source in _entries(entries))
    except ValueError as error:
        raise _Misfit(mark, f"{where}: {error}") from error


def _entries(text: str) -> tuple[str, ...]:
    """What a text lists, separated by semicolons or lines."""
    return tuple(entry.strip() for entry in re.split("[;\n]", text) if entry.strip())
