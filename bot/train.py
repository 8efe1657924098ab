"""`python -m bot.train`: train the triage head from bot/examples/ and the articles' question banks.

Ridge regression in closed form: no seed, no iterations, a second. Reads only files of this repository.
"""

import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from bot.triage import GO_ON, WEIGHTS, Triage
from corpus.errors import AskError
from corpus.load import ARTICLES, load_corpus
from corpus.notes import Answered, Missing
from corpus.settings import Settings
from index.embed import Embedder, Vectors
from index.open import open_embedder

EXAMPLES = Path(__file__).parent / "examples"
RIDGE = 1.0


def examples() -> list[tuple[str, str]]:
    """Every training example as (text, label)."""
    pairs = [
        (line, path.stem) for path in sorted(EXAMPLES.glob("*.txt")) for line in path.read_text("utf-8").splitlines()
    ]
    for publication in load_corpus(ARTICLES):
        groups: tuple[Answered | Missing, ...] = (*publication.bank.answered, *publication.bank.missing)
        pairs += [(question, GO_ON) for group in groups for question in group.questions]
    return pairs


def train(embedder: Embedder) -> Triage:
    """Fit the head; each class weighs by the square root of its share, so that small classes are heard."""
    texts, labels = zip(*examples(), strict=True)
    return Triage(tuple(sorted(set(labels))), _fit(embedder.embed(list(texts)), labels), embedder.name)


def _fit(vectors: Vectors, labels: tuple[str, ...]) -> Vectors:
    names, count = sorted(set(labels)), Counter(labels)
    inputs = np.hstack([vectors, np.ones((len(vectors), 1))])
    targets = np.array([[1.0 if label == name else -1.0 for name in names] for label in labels])
    weight = np.array([(len(labels) / len(names) / count[label]) ** 0.5 for label in labels])[:, None]
    gram = (inputs * weight).T @ inputs + RIDGE * np.eye(inputs.shape[1])
    # Rounded, so that another processor's last bits give the same file.
    return np.linalg.solve(gram, (inputs * weight).T @ targets).round(4).astype(np.float32)


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
