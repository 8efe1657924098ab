"""`python -m bot.train`: train the triage classifier from bot/examples/ and the articles' question banks.

Kernel ridge regression in closed form: no seed, no iterations, a minute. Reads only files of this repository.
"""

import hashlib
import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from bot.kernel import Kernel
from bot.triage import GO_ON, WEIGHTS, Triage
from corpus.errors import AskError
from corpus.load import ARTICLES, load_corpus
from corpus.notes import Answered, Missing
from corpus.settings import Settings
from index.embed import Embedder
from index.open import open_embedder

EXAMPLES = Path(__file__).parent / "examples"


def examples() -> list[tuple[str, str]]:
    """Every training example as (text, label), none twice."""
    pairs: list[tuple[str, str]] = []
    for path in sorted(EXAMPLES.glob("*.txt")):
        pairs += [(line, path.stem) for line in path.read_text("utf-8").splitlines()]
    for publication in load_corpus(ARTICLES):
        groups: tuple[Answered | Missing, ...] = (*publication.bank.answered, *publication.bank.missing)
        pairs += [(question, GO_ON) for group in groups for question in group.questions]
        pairs += [(note.ask, GO_ON) for note in publication.notes.sentences if note.ask]
    return list(dict.fromkeys(pairs))


def train(embedder: Embedder) -> Triage:
    """Fit the classifier; a class weighs by the square root of how rare it is, so that small ones are heard."""
    texts, labels = zip(*examples(), strict=True)
    names, count = sorted(set(labels)), Counter(labels)
    targets = np.array([[1.0 if label == name else -1.0 for name in names] for label in labels])
    importance = np.array([(len(labels) / len(names) / count[label]) ** 0.5 for label in labels])
    kernel = Kernel.fit(embedder.embed(list(texts)), targets, importance)
    return Triage(tuple(names), kernel, embedder.name, digest())


def digest() -> str:
    """The sha256 of the examples: what a trained classifier must have been trained on."""
    return hashlib.sha256("\n".join(f"{label}\t{text}" for text, label in examples()).encode()).hexdigest()


def main() -> int:
    try:
        triage = train(open_embedder(Settings.from_env(os.environ)))
    except AskError as error:
        print(error, file=sys.stderr)
        return 1
    triage.save()
    print(f"{WEIGHTS}: {', '.join(triage.labels)}; from {len(examples())} examples")
    return 0


if __name__ == "__main__":
    sys.exit(main())
