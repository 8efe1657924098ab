"""Mends a badly spelt question, so that "insoolin storidge" is heard as "insulin storage".

A word that nobody knows is read as the nearest word that is written about the article: by its letters (optimal string
alignment distance, which counts a swap as one slip) and by its sound (Metaphone, Philips 1990). Only in short texts
with a share of such words: a longer one is understood in spite of them, and there a name may stand. Danger is not
looked for here; it has a spelling of its own (bot.danger_text).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from corpus.load import Publication

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
LONGEST, SHARE = 16, 0.15
"""Words of a text that is mended at most, and the share of them that must be mended at least."""
SHORTEST, FARTHEST = 4, 4
"""Letters of a word that is mended at least, and how many more or fewer the right one may have."""
SEEN, SEEN_OFTEN = 2, 5
"""How often a word must stand in questions to be known, and an ordinary one to be what another means."""
MOST_SLIPS, SLIPS = 3, 3
"""Letters that may be wrong, one in so many."""
SAME_SOUND, NEAR_SOUND, LONG_SOUND = 0.55, 0.4, 4
"""Share of the letters that may be wrong where the sound is the same, or one off in a code of so many letters."""


@dataclass(frozen=True)
class Spelling:
    """The words in which a publication is asked about, beside those that everybody knows."""

    publication: Publication
    ordinary: Callable[[str], bool]
    """Whether a word is one that everybody knows."""

    def mend(self, text: str) -> str:
        """The text as it was probably meant."""
        words = WORD.findall(text)
        if not 0 < len(words) <= LONGEST:
            return text
        meant = {word: self._meant(word.lower()) for word in words if self._is_unknown(word)}
        if sum(bool(meant.get(word)) for word in words) < SHARE * len(words):
            return text
        return WORD.sub(lambda found: meant.get(found[0]) or found[0], text)

    def _is_unknown(self, word: str) -> bool:
        plain, readable = word.lower(), word.isascii() and word.isalpha()
        return readable and len(word) >= SHORTEST and self._seen[plain] < SEEN and not self.ordinary(plain)

    def _meant(self, word: str) -> str:
        """The word that an unknown one stands for; empty where none is near."""
        from jellyfish import metaphone
        from rapidfuzz.distance import OSA

        sound = metaphone(word)
        near: list[tuple[int, int, str]] = []
        for other, other_sound in self._sounds.items():
            longer = max(len(word), len(other))
            if abs(len(word) - len(other)) > FARTHEST:
                continue
            slips, apart = OSA.distance(word, other), OSA.distance(sound, other_sound)
            if _is_likely(slips, longer, apart, len(sound)):
                near.append((slips + apart, -self._seen[other], other))
        return min(near)[-1] if near else ""

    @cached_property
    def _own(self) -> frozenset[str]:
        """Words of the article, its notes and its topics; aliases may be misspelt on purpose."""
        notes, topics = self.publication.notes, [missing.topic for missing in self.publication.bank.missing]
        explained = [text for term in notes.terms for text in (term.term, term.gloss)]
        noted = [text for note in notes.sentences for text in (note.plain, note.ask)]
        said = [passage.text for passage in self.publication.article.passages]
        return frozenset(_words([*said, *explained, *noted, *topics]))

    @cached_property
    def _seen(self) -> Counter[str]:
        """How often a word stands in questions; a word of the article often enough."""
        bank = self.publication.bank
        asked = [*(part.questions for part in bank.answered), *(part.questions for part in bank.missing)]
        seen = Counter(_words(chain.from_iterable(asked)))
        seen.update(dict.fromkeys(self._own, SEEN))
        return seen

    @cached_property
    def _sounds(self) -> dict[str, str]:
        """What an unknown word may stand for, with its sound."""
        from jellyfish import metaphone

        often = (word for word, times in self._seen.items() if times >= SEEN_OFTEN and self.ordinary(word))
        return {word: metaphone(word) for word in sorted({*self._own, *often}) if len(word) >= SHORTEST - 1}


def _is_likely(slips: int, longer: int, apart: int, code: int) -> bool:
    """Whether a word with so many slips, of that length, whose sound is so far off, may stand for the other."""
    if apart == 0 and slips <= SAME_SOUND * longer:
        return True
    if apart == 1 and slips <= NEAR_SOUND * longer and code >= LONG_SOUND:
        return True
    return slips <= min(MOST_SLIPS, longer // SLIPS)


def _words(texts: Iterable[str]) -> list[str]:
    return WORD.findall("\n".join(texts).lower())
