"""The language in which the files of emergencies/ describe word patterns, and where they occur in a message.

This module does not know what is dangerous, nor what sets a match aside.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial

from bot.danger_text import Message, Span

WORD = re.compile(r"\w+\*?")
"""A word of a pattern, or a beginning of one."""
_GAPS = {"..": 3, "...": 7}
_FIXED = {
    "#": r"\d+(?:\.\d+)? ",
    "##": r"\d{2,} ",
    "###": r"\d{3,} ",
    "####": r"(?:19|20)\d\d ",
    ",": "[,.] ",
    "^": r"(?<!.)(?:\. )?",
    "$": r"(?:\. )?$",
}


@dataclass(frozen=True, eq=False)
class Pattern:
    """One line of word pattern, as a regular expression.

    `a|b` either word, `a*` any ending, `[a]` optional, `..` up to 3 words, `...` up to 7, `<name>` a named list,
    `#` a number (`##`, `###` of so many digits, `####` a year), `^` and `$` the ends of the message, `,` a pause.
    `lead` and `needs` are words of which a message must have one each, the rarest in `lead`; `first` begins a match.
    """

    source: str
    expression: str = field(repr=False)
    lead: frozenset[str] = field(repr=False)
    needs: tuple[frozenset[str], ...] = field(repr=False)
    first: frozenset[str] = field(repr=False)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Compiled when a message first has its words: most of thousands never are."""
        return re.compile(self.expression)

    def may_occur(self, places: "Places") -> bool:
        """Whether a message that has a word of its lead has the others it needs."""
        return not any(map(places.stems.isdisjoint, self.needs))

    def spans(self, message: Message, places: "Places") -> list[Span]:
        """Where the pattern occurs; it is tried only where its first word stands."""
        if not self.first:
            return [match.span() for match in self.regex.finditer(message.text)]
        starts = sorted({start for stem in self.first & places.stems for start in places.starts[stem]})
        return [match.span() for start in starts if (match := self.regex.match(message.text, start))]


@dataclass(frozen=True)
class Places:
    """Where each word of a message stands, and each beginning of a word (marked with `*`)."""

    starts: Mapping[str, list[int]]
    stems: frozenset[str]


def places(message: Message) -> Places:
    """Index the message's words."""
    starts: dict[str, list[int]] = {}
    for word, start in zip(message.words, message.starts, strict=True):
        starts.setdefault(word, []).append(start)
    for word, found in list(starts.items()):
        if word[0].isalpha():
            for n in range(2, min(len(word), 12) + 1):
                starts.setdefault(f"{word[:n]}*", []).extend(found)
    return Places(starts, frozenset(starts))


class Compiler:
    """Compiles patterns with their named lists; what many patterns have in common is made once."""

    def __init__(self, lists: Mapping[str, tuple[str, ...]]) -> None:
        self._lists = lists
        self.pattern: Callable[[str], Pattern] = cache(self._pattern)
        """The pattern of a source. Raises ValueError for a list that does not exist or a sign out of place."""
        self._regex: Callable[[str], str] = cache(self._new_regex)
        self._needs: Callable[[str], frozenset[str]] = cache(partial(self._new_needs, at_start=False))
        self._begins: Callable[[str], frozenset[str]] = cache(partial(self._new_needs, at_start=True))

    def _pattern(self, source: str) -> Pattern:
        parts = source.split()
        if not any(part[0].isalnum() or part[0] == "<" for part in parts):
            raise ValueError(f"the pattern {source!r} has no word in it")
        regex = "".join(map(self._regex, parts))
        needs = sorted(filter(None, map(self._needs, parts)), key=commonness)
        lead = needs[0] if needs else frozenset[str]()
        return Pattern(source, rf"(?<!\S){regex}", lead, tuple(needs[1:]), self._begins(parts[0]))

    def _new_regex(self, part: str) -> str:
        """The part as a regular expression that takes the space after each word with it."""
        if part in _GAPS:
            return rf"(?:[^\s.]\S* ){{0,{_GAPS[part]}}}"
        if part[0] == "[" and part[-1] == "]":
            return rf"(?:{self._regex(part[1:-1])})?"
        plain: list[str] = []
        special: list[str] = []
        for option in part.split("|"):
            (plain if WORD.fullmatch(option) else special).append(self._option(option))
        if plain:
            special.append(plain[0] + " " if len(plain) == 1 else rf"(?:{'|'.join(plain)}) ")
        return special[0] if len(special) == 1 and len(plain) == 1 else rf"(?:{'|'.join(special)})"

    def _option(self, option: str) -> str:
        if option in _FIXED:
            return _FIXED[option]
        if option[:1] == "<" and option[-1:] == ">":
            if option[1:-1] not in self._lists:
                raise ValueError(f"there is no list called {option}")
            return "|".join("".join(map(self._regex, one.split())) for one in self._lists[option[1:-1]])
        if not WORD.fullmatch(option):
            raise ValueError(f"{option!r} is neither a word nor a sign of the pattern language")
        return option[:-1] + r"\S*" if option.endswith("*") else option

    def _new_needs(self, part: str, *, at_start: bool) -> frozenset[str]:
        """The words of which a message must have one (or begin a match with, if so asked); none if unknown."""
        if part in _GAPS or part[0] == "[":
            return frozenset()
        needs = self._begins if at_start else self._needs
        found: set[str] = set()
        for option in part.split("|"):
            if option in _FIXED:
                return frozenset()
            if option[0] != "<":
                found.add(option)
                continue
            for one in self._lists[option[1:-1]]:
                words = one.split()[:1] if at_start else one.split()
                first = next(filter(None, map(needs, words)), frozenset[str]())
                if not first:
                    return frozenset()
                found |= first
        return frozenset(found)


def commonness(words: Iterable[str]) -> float:
    """How likely a message has one of the words: the shorter a word, the more common (Zipf)."""
    return sum(3.0 ** -len(word) for word in words)
