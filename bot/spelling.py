"""Mends a badly spelt question, so that "insoolin storidge" is heard as "insulin storage".

A word that no dictionary has is read as the nearest word that is written about the article: by its letters (optimal
string alignment distance, which counts a swap as one slip) and by its sound (Metaphone, Philips 1990). Only in short
texts with a share of such words: a longer one is understood in spite of them, and there a name may stand. Danger is
looked for in the text as typed first, with a spelling of its own (bot.danger_text); then in any text, as mended.
"""

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import chain, islice
from typing import Any

from bot.keyboard import NEIGHBOURS
from corpus.load import Publication

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
DOUBLED = re.compile(r"(.)\1+")
LONGEST, SHARE = 16, 0.15
"""Words of a text that is mended at most, and the share of them that must be mended at least.

A danger may be told in any text with so few words that are none.
"""
SHORTEST, LONGER = 4, 4
"""Letters of a word that is mended at least, and how many more the right one may have."""
SEEN, ENGLISH_SEEN, OTHERS_SEEN = 2, 5, 20
"""How often a word must stand in questions to be known; and to be what another means: an English one, and others."""
RARER = 20
"""How many times rarer than another one of its sound a word is that is taken for a slip of it."""
MOST_SLIPS, SLIPS = 2, 5
"""Letters that may be wrong, one in so many, where the first is right."""
SAME_SOUND = 0.5
"""Share of the letters that may be wrong where the sound is the same."""

Sounds = Mapping[str, str]
"""Words with their sounds."""


@dataclass(frozen=True)
class Spelling:
    """The words in which a publication is asked about, or danger is told, beside those of a dictionary."""

    publication: Publication
    danger: frozenset[str] = frozenset()
    """Words that may tell a danger."""

    def mend(self, text: str, *, danger: bool = False) -> str:
        """The text as it was probably meant; for a danger only where that is asked for, and then in any text."""
        words = WORD.findall(text)
        if len(words) > LONGEST and not danger:
            return text
        unknown = (word for word in dict.fromkeys(words) if self._is_unknown(word) and not _is_name(word, text))
        strange = list(islice(unknown, LONGEST + 1))
        if not 0 < len(strange) <= LONGEST:  # many: another language, or no language at all
            return text
        sounds = self._danger_sounds if danger else self._sounds
        meant = {word: self._meant(word.lower(), sounds) for word in strange}
        if sum(bool(meant.get(word)) for word in words) < SHARE * len(words) and not danger:
            return text
        return WORD.sub(lambda found: meant.get(found[0]) or found[0], text)

    def _is_unknown(self, word: str) -> bool:
        plain = word.lower()
        if len(word) < SHORTEST or not (word.isascii() and word.isalpha()) or plain in self.danger:
            return False
        return (self._seen[plain] < SEEN or plain in self._slips) and not _is_english(plain)

    def _meant(self, word: str, sounds: Sounds) -> str:
        """The word that an unknown one stands for; empty where none is near."""
        from jellyfish import metaphone
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        sound, farthest = metaphone(word), int(SAME_SOUND * (len(word) + LONGER))
        near: list[tuple[int, bool, int, str]] = []
        for other, slips, _ in extract(word, [*sounds], scorer=OSA.distance, score_cutoff=farthest, limit=None):
            longer, same_sound = max(len(word), len(other)), sounds[other] == sound
            few = slips <= min(MOST_SLIPS, longer // SLIPS) and other[0] == word[0]
            next_key = longer < SLIPS and slips == 1 and _is_next_key(word, other)
            if few or next_key or (same_sound and slips <= SAME_SOUND * longer):
                put_in = len(other) < len(DOUBLED.sub(r"\1", word))  # letters are sooner left out, or doubled
                near.append((slips + (not same_sound) + put_in - next_key, put_in, -self._seen[other], other))
        return min(near)[-1] if near else ""

    @cached_property
    def _aliases(self) -> Sequence[str]:
        """Words that the editor says readers use, some of them misspelt on purpose."""
        notes = self.publication.notes
        listed = [*(term.aliases for term in notes.terms), *(note.aliases for note in notes.sentences)]
        return _words(chain.from_iterable(listed))

    @cached_property
    def _own(self) -> frozenset[str]:
        """Words of the article, its notes and its topics, but for the aliases."""
        notes, topics = self.publication.notes, [missing.topic for missing in self.publication.bank.missing]
        explained = [text for term in notes.terms for text in (term.term, term.gloss)]
        noted = [text for note in notes.sentences for text in (note.plain, note.ask)]
        said = [passage.text for passage in self.publication.article.passages]
        return frozenset(_words([*said, *explained, *noted, *topics]))

    @cached_property
    def _seen(self) -> Counter[str]:
        """How often a word stands in questions; a word of the article or an alias often enough."""
        bank = self.publication.bank
        asked = [*(part.questions for part in bank.answered), *(part.questions for part in bank.missing)]
        seen = Counter(_words(chain.from_iterable(asked)))
        seen.update(dict.fromkeys([*self._own, *self._aliases], SEEN))
        return seen

    @cached_property
    def _slips(self) -> frozenset[str]:
        """Words of the questions that are slips of others."""
        most: dict[str, int] = {}
        for word, sound in (sounds := _heard(self._seen)).items():
            most[sound] = max(most.get(sound, 0), self._seen[word])
        slips = (word for word, sound in sounds.items() if self._seen[word] * RARER < most[sound])
        return frozenset(slips) - self._own

    @cached_property
    def _sounds(self) -> Sounds:
        """What an unknown word may stand for, with its sound."""
        seen = {word: times for word, times in self._seen.items() if word not in self._slips}
        often = (word for word, times in seen.items() if times >= ENGLISH_SEEN and _is_english(word))
        return _heard({*self._own, *often, *(word for word, times in seen.items() if times >= OTHERS_SEEN)})

    @cached_property
    def _danger_sounds(self) -> Sounds:
        return {**self._sounds, **_heard(filter(_is_english, filter(str.isalpha, self.danger)))}


def _is_english(word: str) -> bool:
    dictionary = _dictionary()
    at = dictionary.searchsorted(word.encode())
    return bool(at < len(dictionary) and dictionary[at] == word.encode())


@cache
def _dictionary() -> Any:
    """82,834 English words in order, as an array of bytes: it takes a quarter of the memory of a set."""
    import numpy as np

    lines = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_bytes().splitlines()
    return np.array(sorted(line.removeprefix(BOM_UTF8).split()[0] for line in lines))


def _is_name(word: str, text: str) -> bool:
    """Whether a capital inside a sentence tells a name."""
    if word.islower() or word.isupper():
        return False
    return not re.search(rf"(?:^\s*|[.!?]\s+){re.escape(word)}\b", text)


def _is_next_key(word: str, other: str) -> bool:
    """Whether the letter in which they differ is beside the right one on a keyboard."""
    differ = [(typed, meant) for typed, meant in zip(word, other, strict=False) if typed != meant]
    return len(word) == len(other) and all(typed in NEIGHBOURS.get(meant, "") for typed, meant in differ)


def _heard(words: Iterable[str]) -> Sounds:
    from jellyfish import metaphone

    return {word: metaphone(word) for word in sorted(words) if len(word) >= SHORTEST - 1 and word.isalpha()}


def _words(texts: Iterable[str]) -> list[str]:
    return WORD.findall("\n".join(texts).lower())
