"""Slips for training: of the keyboard (letters left out, swapped, doubled, taken from the next key) and of the ear."""

import re
from random import Random

from bot.keyboard import NEIGHBOURS

SHARE = (0.02, 0.08)
"""Slips of the keyboard per letter, from and to."""
WORDS = (0.2, 0.6)
"""Share of the words of four letters and more that are written by ear, from and to."""
SOUNDS = tuple(
    (re.compile(pattern, re.IGNORECASE), spellings)
    for pattern, *spellings in (
        ("[ts]ion", "shun", "shon", "tin"),
        ("ph", "f"),
        ("ough", "uff", "o", "ow"),
        ("augh", "af", "or"),
        ("igh", "i", "y", "ie"),
        (r"\bkn", "n"),
        (r"\bwr", "r"),
        ("wh", "w"),
        ("th", "f", "d", "t", "v"),
        ("ck", "k", "c"),
        ("qu", "kw", "q"),
        ("x", "ks", "cks"),
        ("c(?=[eiy])", "s", "ss"),
        (r"c(?=[aolrtu]|\b)", "k", "ck"),
        (r"\bsu(?=g)", "shu"),
        ("ch(?=[rl])", "k", "c"),
        ("g(?=[eiy])", "j"),
        ("j", "g"),
        (r"s\b", "z"),
        ("z", "s"),
        (r"(?<=\w)ea|ee|ie|ei", "e", "ee", "ea", "ie", "i"),
        ("ai|ay|ey", "a", "ay", "ai", "ey"),
        ("ou|ow", "ow", "ou", "u", "o"),
        ("oo|ue|ew", "u", "oo", "ew"),
        ("au|aw", "or", "o", "aw"),
        (r"(er|or|ar|re)\b", "a", "er", "ur", "uh"),
        ("ur|ir", "er", "ur", "ir"),
        (r"(al|le|el|il)\b", "ul", "el", "le", "al"),
        (r"ing\b", "in", "ing", "en"),
        (r"ed\b", "d", "t", "id"),
        (r"(?<=\w\w\w)e\b", ""),
        (r"([b-df-hj-np-tv-z])\1", r"\1"),
        (r"(?<=[aeiou])([b-df-hj-np-tv-z])(?=[aeiou])", r"\1\1"),
        (r"(?<=\w)[ei](?=\w)", "e", "i", "a", ""),
        (r"(?<=\w)[aou](?=\w)", "u", "o", "a", "e"),
        (r"y\b", "ie", "ey", "i"),
        (r"(?<=\w)h(?=\w)", ""),
    )
)


def mistyped(text: str, random: Random) -> str:
    """The text with a few slips, at least one try."""
    letters = list(text)
    for _ in range(max(1, int(len(text) * random.uniform(*SHARE)))):
        at = random.randrange(len(letters))
        letters[at] = _slip(letters[at], random)
        if at and random.random() < 0.25 and letters[at].isalpha() and letters[at - 1].isalpha():
            letters[at - 1], letters[at] = letters[at], letters[at - 1]
    return "".join(letters) or text


def by_ear(text: str, random: Random) -> str:
    """The text as who hardly writes would spell it: some of its words of four letters and more as they sound."""
    share = random.uniform(*WORDS)
    return re.sub(
        r"\b[^\W\d_]{4,}\b", lambda word: _heard(word[0], random) if random.random() < share else word[0], text
    )


def _heard(word: str, random: Random) -> str:
    """The word with one or two of its sounds spelt in ways that are heard alike, now and then in its own."""
    for _ in range(random.choice((1, 2, 2))):
        fitting = [(sound, spellings) for sound, spellings in SOUNDS if sound.search(word)]
        if not fitting:
            return word
        sound, spellings = random.choice(fitting)
        at = random.choice([*sound.finditer(word)])
        word = word[: at.start()] + at.expand(random.choice(spellings)) + word[at.end() :]
    return word


def _slip(letter: str, random: Random) -> str:
    if not letter.isalpha():
        return letter
    return random.choice(["", letter * 2, random.choice(NEIGHBOURS.get(letter.lower(), letter)), letter])
