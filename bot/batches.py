"""Cuts lessons into batches for training: by chance, or so that those of a batch are hard to tell apart."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Protocol, TypeVar

import numpy as np

from index.embed import Vectors


class Texted(Protocol):
    """Anything with a text."""

    @property
    def text(self) -> str: ...


T = TypeVar("T", bound=Texted)


def batches(lessons: Sequence[T], size: int, random: Random) -> Iterator[list[T]]:
    """Batches without end, shuffled anew in each round; lessons of a batch are of like length, to pad little."""
    stretch = 20 * size
    while True:
        shuffled = random.sample(lessons, len(lessons))
        for start in range(0, len(shuffled), stretch):
            near = sorted(shuffled[start : start + stretch], key=lambda lesson: len(lesson.text))
            cut = [near[at : at + size] for at in range(0, len(near), size)]
            yield from random.sample(cut, len(cut))


def near_batches(lessons: Sequence[T], vectors: Vectors, size: int, random: Random) -> Iterator[list[T]]:
    """The same of lessons whose vectors lie near each other, which are the hardest to tell apart.

    As in topic-aware sampling (Hofstätter et al. 2021), with a random projection tree (Dasgupta & Freund 2008), another
    one in each round, instead of fixed clusters.
    """
    by_length = sorted(range(len(lessons)), key=lambda at: len(lessons[at].text))
    stretch = 100 * size
    while True:
        groups = [by_length[start : start + stretch] for start in range(0, len(by_length), stretch)]
        cut = [batch for group in groups for batch in _halved(group, vectors, size, random)]
        for batch in random.sample(cut, len(cut)):
            yield [lessons[at] for at in batch]


def _halved(group: list[int], vectors: Vectors, size: int, random: Random) -> Iterator[list[int]]:
    """The group cut in two, by which of two of its members is nearer, until what is left is a batch."""
    if len(group) <= size:
        yield group
        return
    one, other = random.sample(group, 2)
    nearer = np.argsort(vectors[group] @ (vectors[one] - vectors[other]), kind="stable")
    middle = size * round(len(group) / size / 2)
    for half in (nearer[:middle], nearer[middle:]):
        yield from _halved([group[at] for at in half], vectors, size, random)
