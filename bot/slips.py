"""Slips of the keyboard, for training: letters left out, swapped, doubled, or taken from the next key."""

from random import Random

SHARE = (0.02, 0.08)
"""Slips per letter, from and to."""
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BESIDE = {letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in ROWS for at, letter in enumerate(row)}


def mistyped(text: str, random: Random) -> str:
    """The text with a few slips, at least one try."""
    letters = list(text)
    for _ in range(max(1, int(len(text) * random.uniform(*SHARE)))):
        at = random.randrange(len(letters))
        letters[at] = _slip(letters[at], random)
        if at and random.random() < 0.25 and letters[at].isalpha() and letters[at - 1].isalpha():
            letters[at - 1], letters[at] = letters[at], letters[at - 1]
    return "".join(letters) or text


def _slip(letter: str, random: Random) -> str:
    if not letter.isalpha():
        return letter
    return random.choice(["", letter * 2, random.choice(BESIDE.get(letter.lower(), letter)), letter])
