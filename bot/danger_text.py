"""Turn a patient's message into plain words, and find word patterns in them.

This module knows spelling, sentences, numbers and patterns. It does not know what is dangerous: that is danger.yaml.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Span = tuple[int, int]

_LOOKALIKES = str.maketrans("аеорсухіѕԁԛԝһɡ’‘ʼ`´", "aeopcyxisdqwhg'''''")
_LEET = str.maketrans("013457$@!", "oieastsai")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_][\w$@]*(?:![^\W_][\w$@]*)*|[.!?;\n]+|[,:()+\-–—/%&]")
_DOTTED = re.compile(r"(?<![^\W_])[^\W\d_](?:[.\-_*·][^\W\d_](?![^\W_])){2,}")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_] ){3,}[^\W\d_](?![^\W_])")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_DOUBLED = re.compile(r"(\w)\1+")
_SYMBOLS = {"%": "percent", "&": "and", "+": "plus"}
_UNITS = ((re.compile(r"mg\s*/?\s*dl"), "mgdl"), (re.compile(r"mmols?\s*/\s*mol"), "mmolmol"), (re.compile(r"mmols?(?:\s*/\s*l)?"), "mmol"))
_JOINED = re.compile(r"(?<!\S)(?:(can|do|does|did|is|are|was|have|has|had|could|would|should|were)(?: ?not| t)|(will) not|(i) am)(?!\S)")
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


@dataclass(frozen=True)
class Speller:
    """Brings misspelt danger words back to their usual form; leaves ordinary words and names alone."""

    known: frozenset[str]
    stems: tuple[str, ...]
    forms: Mapping[str, str]
    near: Mapping[str, tuple[str, ...]] = field(repr=False)

    def fix(self, word: str) -> str:
        """The usual form of `word`, or `word` itself."""
        if word in self.forms:
            return self.forms[word]
        if word in self.known or word.isdigit():
            return word
        for guess in (_STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word), word.translate(_LEET)):
            if guess != word and (guess in self.forms or guess in self.known):
                return self.forms.get(guess, guess)
        short = _STRETCHED.sub(r"\1", word)
        if len(short) < 5 or not short.isalpha() or short.startswith(self.stems):
            return short
        return self._nearest(short)

    def _nearest(self, word: str) -> str:
        for reach in (1, 2) if len(word) >= 8 else (1,):
            for cut in deletions(word, reach):
                for target in self.near.get(cut, ()):
                    if len(target) >= 4 * reach and _within(word, target, reach):
                        return target
        return word


def deletions(word: str, reach: int) -> Iterator[str]:
    """`word` and all it becomes when up to `reach` letters are left out."""
    layer = {word}
    yield word
    for _ in range(reach):
        layer = {cut[:i] + cut[i + 1 :] for cut in layer for i in range(len(cut))}
        yield from sorted(layer)


def neighbours(words: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """For each shortened form, the words that it may stand for."""
    found: dict[str, list[str]] = {}
    for word in sorted(words):
        for cut in deletions(word, 2 if len(word) >= 8 else 1):
            found.setdefault(cut, []).append(word)
    return {cut: tuple(dict.fromkeys(targets)) for cut, targets in found.items()}


def _within(one: str, two: str, reach: int) -> bool:
    """Whether `reach` edits, swapped neighbours counted as one, turn one word into the other."""
    if abs(len(one) - len(two)) > reach or (reach > 1 and one[0] != two[0]):
        return False
    rows = [list(range(len(two) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(two, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == two[j - 2] and one[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1] <= reach


@dataclass(frozen=True)
class Message:
    """A message as words: a space after each word, "." between sentences, "," at lesser pauses."""

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    sentences: tuple[int, ...]

    def sentence(self, at: int) -> int:
        """The number of the sentence at this character."""
        return bisect_right(self.sentences, at)

    def bounds(self, at: int) -> Span:
        """Where the sentence at this character starts and ends."""
        number = self.sentence(at)
        start = self.sentences[number - 1] + 2 if number else 0
        return start, self.sentences[number] if number < len(self.sentences) else len(self.text)


def read(text: str, speller: Speller) -> Message:
    """Fold letters, mend spelling and mark sentences. Never fails, whatever the text."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_LOOKALIKES).replace("'", "")
    folded = "".join(c for c in folded if unicodedata.category(c) not in {"Cf", "Mn"})
    for unit, usual in _UNITS:
        folded = unit.sub(usual, folded)
    folded = _DOTTED.sub(lambda m: re.sub(r"[\W_]", "", m.group()), folded)
    folded = _SPACED.sub(lambda m: m.group().replace(" ", ""), folded)
    plain = " ".join(_plain(token, speller) for token in _TOKEN.findall(folded))
    words = _JOINED.sub(_join, re.sub(r"(?<!\S)\.(?: [.,])+(?!\S)", ".", plain)).split()
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word) + 1
    stops = tuple(start for start, word in zip(starts, words, strict=True) if word == ".")
    return Message(" ".join([*words, ""]), tuple(words), tuple(starts), stops)


def _join(found: re.Match[str]) -> str:
    if found[3]:
        return "im"
    return "wont" if found[2] else "cant" if found[1] == "can" else f"{found[1]}nt"


def _plain(token: str, speller: Speller) -> str:
    if token[0].isdigit():
        whole, _, part = token.replace(",", ".").partition(".")
        return whole + part if "," in token and len(part) == 3 else f"{whole}.{part}" if part else whole
    if token[0] in ".!?;\n":
        return "."
    if not token[0].isalpha():
        return _SYMBOLS.get(token, ",")
    return speller.fix(token)


@dataclass(frozen=True)
class Pattern:
    """One line of word pattern: `a|b` either, `a*` any ending, `[a]` optional, `..` up to 3 words, `...` up to 7,
    `<name>` a named list, `#` a number, `##` two or more digits, `^` and `$` the ends of the message, `,` a pause.
    """

    source: str
    regex: re.Pattern[str] = field(repr=False)
    needs: tuple[frozenset[str], ...] = field(repr=False)

    def spans(self, message: Message, stems: frozenset[str]) -> Iterator[Span]:
        """Where the pattern occurs; `stems` are the message's words and their beginnings (a quick check first)."""
        if all(not need.isdisjoint(stems) for need in self.needs):
            yield from (match.span() for match in self.regex.finditer(message.text))


def stems(message: Message) -> frozenset[str]:
    """Every word of the message, and every beginning of it marked with `*`."""
    words = set(message.words)
    return frozenset(words | {f"{word[:n]}*" for word in words if word[0].isalpha() for n in range(2, len(word) + 1)})


def compile_pattern(source: str, lists: Mapping[str, tuple[str, ...]]) -> Pattern:
    """Compile one pattern. Raises ValueError for a list that does not exist or a sign out of place."""
    parts = source.split()
    if not any(part[0].isalnum() or part[0] == "<" for part in parts):
        raise ValueError(f"the pattern {source!r} has no word in it")
    regex = "".join(_regex(part, lists) for part in parts)
    needs = tuple(need for part in parts if (need := _needs(part, lists)))
    return Pattern(source, re.compile(rf"(?<!\S){regex}"), needs)


def _regex(part: str, lists: Mapping[str, tuple[str, ...]]) -> str:
    """The part as a regular expression that takes the space after each word with it."""
    if part in _GAPS:
        return rf"(?:[^\s.]\S* ){{0,{_GAPS[part]}}}"
    if part[0] == "[" and part[-1] == "]":
        return rf"(?:{_regex(part[1:-1], lists)})?"
    plain: list[str] = []
    special: list[str] = []
    for option in part.split("|"):
        (plain if re.fullmatch(r"\w+\*?", option) else special).append(_option(option, lists))
    if plain:
        special.append(plain[0] + " " if len(plain) == 1 else rf"(?:{'|'.join(plain)}) ")
    return special[0] if len(special) == 1 and len(plain) == 1 else rf"(?:{'|'.join(special)})"


def _option(option: str, lists: Mapping[str, tuple[str, ...]]) -> str:
    if option in _FIXED:
        return _FIXED[option]
    if option[:1] == "<" and option[-1:] == ">":
        if option[1:-1] not in lists:
            raise ValueError(f"there is no list called {option}")
        return "|".join("".join(_regex(part, lists) for part in one.split()) for one in lists[option[1:-1]])
    if not re.fullmatch(r"\w+\*?", option):
        raise ValueError(f"{option!r} is neither a word nor a sign of the pattern language")
    return option[:-1] + r"\S*" if option.endswith("*") else option


def _needs(part: str, lists: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The words of which a message must have one, or nothing where that cannot be said."""
    if part in _GAPS or part[0] == "[":
        return frozenset()
    found: set[str] = set()
    for option in part.split("|"):
        if option in _FIXED:
            return frozenset()
        if option[0] != "<":
            found.add(option)
            continue
        for one in lists[option[1:-1]]:
            first = next((need for word in one.split() if (need := _needs(word, lists))), frozenset[str]())
            if not first:
                return frozenset()
            found |= first
    return frozenset(found)
