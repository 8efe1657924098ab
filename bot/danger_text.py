"""Turn a patient's message into plain words.

This module knows spelling, sentences and numbers. It does not know patterns, nor what is dangerous.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Span = tuple[int, int]

START = 7
"""Letters of a word that are looked up: two words so many slips apart have beginnings no further apart (SymSpell)."""

_LOOKALIKES = str.maketrans("аеорсухіѕԁԛԝһɡ’‘ʼ`´", "aeopcyxisdqwhg'''''")
_LEET = str.maketrans("013457$@!", "oieastsai")
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_][\w$@]*(?:![^\W_][\w$@]*)*|[.!?;\n]+|[,:+\-–—/%&]")
_DOTTED = re.compile(r"(?<![^\W_])[^\W\d_](?:[.\-_*·][^\W\d_](?![^\W_])){2,}")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_] ){3,}[^\W\d_](?![^\W_])")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_DOUBLED = re.compile(r"(\w)\1+")
_ODD = re.compile(r"(\w)\1\1|[\d$@!]")
_SYMBOLS = {"%": "percent", "&": "and", "+": "plus"}
_TWO = re.compile(r"\b(want|wants|going|need|ready|trying|all|how|like|love|hard|used|have) 2 (?=[a-z])")
_TOO = re.compile(r"\b(take|took|taken|had|gave|given|inject|injected|drank|swallowed|done|did) to (?=much |many )")
_TO = re.compile(r"\b2(?=nite|night|morrow|moro)")
_UNITS = (
    (re.compile(r"mg\s*/?\s*dl\b"), "mgdl"),
    (re.compile(r"\b((?:sugar|suger|glucose|bg|bs) (?:is |at |was |level )?\d{2,3}) ?mg\b"), r"\1 mgdl"),
    (re.compile(r"mmols?\s*/\s*mol\b"), "mmolmol"),
    (re.compile(r"mmols?\s*/\s*l\b"), "mmol"),
)
_JOINED = re.compile(
    r"(?<!\S)(?:(can|do|does|did|is|are|was|were|have|has|had|could|would|should)(?: ?not| t)|(will) not|(i) am)(?!\S)"
)


@dataclass(frozen=True)
class Speller:
    """Brings misspelt danger words back to their usual form; leaves ordinary words and names alone."""

    known: frozenset[str]
    forms: Mapping[str, str]
    near: Mapping[str, tuple[str, ...]] = field(repr=False)

    def fix(self, word: str) -> str:
        """The usual form of `word`, or `word` itself."""
        if word in self.forms:
            return self.forms[word]
        if word in self.known or word.isdigit():
            return word
        short = word
        if _ODD.search(word):
            for guess in (_STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word), word.translate(_LEET)):
                if guess in self.forms or guess in self.known:
                    return self.forms.get(guess, guess)
            short = _STRETCHED.sub(r"\1", word)
        return self._nearest(short) if len(short) >= 4 and short.isalpha() else short

    def _nearest(self, word: str) -> str:
        for reach in (1, 2) if 8 <= len(word) <= 14 else (1,):
            near = {target for cut in deletions(word[:START], reach) for target in self.near.get(cut, ())}
            likely = [target for target in near if _likely(word, target, reach)]
            if likely:
                # A swap of two letters is the likeliest slip, then a letter left out; the alphabet settles the rest.
                return min(likely, key=lambda target: (sorted(target) != sorted(word), -len(target), target))
        return word


def deletions(word: str, reach: int) -> Iterator[str]:
    """`word` and all it becomes when up to `reach` letters are left out."""
    layer = [word]
    for left in range(reach, -1, -1):
        yield from layer
        if left:
            layer = list(dict.fromkeys([cut[:i] + cut[i + 1 :] for cut in layer for i in range(len(cut))]))


def neighbours(words: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """For each beginning with letters left out, the words that it may stand for."""
    found: dict[str, list[str]] = {}
    for word in sorted(words):
        for cut in deletions(word[:START], 2 if len(word) >= 8 else 1):
            found.setdefault(cut, []).append(word)
    return {cut: tuple(dict.fromkeys(targets)) for cut, targets in found.items()}


def _likely(word: str, target: str, reach: int) -> bool:
    """Whether `word` may be a slip for `target`; four letters only by a swap, a doubling or a missing letter."""
    if _DOUBLED.sub(r"\1", word) == _DOUBLED.sub(r"\1", target):
        return True
    if min(len(word), len(target)) == 4 and sorted(word) != sorted(target) and (len(word), len(target)) != (4, 5):
        return False
    return len(target) >= 4 * reach and _within(word, target, reach)


def _within(one: str, two: str, reach: int) -> bool:
    """Whether `reach` edits, swapped neighbours counted as one, turn one word into the other."""
    # An edit takes away one letter and brings another at most: most pairs are told apart without counting.
    if abs(len(one) - len(two)) > reach or len({*one} ^ {*two}) > 2 * reach or (reach > 1 and one[0] != two[0]):
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

    def clause(self, spans: Sequence[Span]) -> str:
        """The text from the first of the spans to the last, from the comma before it to the comma after it."""
        start, end = min(span[0] for span in spans), max(span[1] for span in spans)
        low, high = self.bounds(start)[0], self.bounds(end - 1)[1]
        before, after = f" {self.text[low:start]}".rpartition(" , ")[2], f" {self.text[end:high]}".partition(" , ")[0]
        return " ".join(f"{before} {self.text[start:end]} {after}".split())

    def bounds(self, at: int) -> Span:
        """Where the sentence at this character starts and ends."""
        number = self.sentence(at)
        start = self.sentences[number - 1] + 2 if number else 0
        return start, self.sentences[number] if number < len(self.sentences) else len(self.text)


def read(text: str, speller: Speller) -> Message:
    """Fold letters, mend spelling and mark sentences. Never fails, whatever the text."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_LOOKALIKES).replace("'", "")
    if not folded.isascii():
        folded = "".join(c for c in folded if unicodedata.category(c) not in {"Cf", "Mn"})
    if _DIGIT.search(folded):
        for unit, usual in _UNITS:
            folded = unit.sub(usual, folded)
        folded = _TO.sub("to", _TWO.sub(r"\1 to ", folded))
    folded = _TOO.sub(r"\1 too ", folded)
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
