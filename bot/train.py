"""`python -m bot.train`: tune the embedding model and fit the triage, from bot/examples/ and the question banks.

About two hours on two cores; `--triage` fits the triage alone, in seven minutes; `--guard` trains the guard's reader
alone, from bot/pairs/, in some twenty. Reads only files of this repository.
"""

import argparse
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bot import pair_data
from bot.fit_triage import fit_triage
from bot.pair_edits import load_edits
from bot.reader import WEIGHTS as GUARD
from bot.triage import GO_ON, WEIGHTS, Triage
from bot.tune import Lesson, Progress, tune
from bot.tune_guard import tune_guard
from corpus.errors import AskError
from corpus.load import ARTICLES, Publication, load_corpus
from corpus.settings import Settings
from index.documents import in_context
from index.embed import Embedder, SentenceEmbedder, packaged_model
from index.open import TUNING, model_folder, original_embedder

HERE = Path(__file__).parent
EXAMPLES, GENERAL = HERE / "examples", HERE / "general.txt"


def lessons() -> list[Lesson]:
    """Every example, and every question of the banks, none twice."""
    found = _examples()
    for publication in load_corpus(ARTICLES):
        found += _banked(publication)
    return list({lesson.text: lesson for lesson in found}.values())


def _examples() -> list[Lesson]:
    return [
        Lesson(line, path.stem)
        for path in sorted(EXAMPLES.rglob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]


def _banked(publication: Publication) -> list[Lesson]:
    article = publication.article
    shown = {passage.text: in_context(article, passage) for passage in article.passages}
    found = [Lesson(note.ask, GO_ON, (shown[note.quote],)) for note in publication.notes.sentences if note.ask]
    for answered in publication.bank.answered:
        sentences = tuple(shown[quote] for quote in answered.quotes)
        found += [Lesson(question, GO_ON, sentences) for question in answered.questions]
    for missing in publication.bank.missing:
        found += [Lesson(question, GO_ON, (), missing.topic) for question in missing.questions]
    return found


def fit(embedder: Embedder) -> Triage:
    """Fit the triage to vectors of the tuned model."""
    examples = lessons()
    texts, labels = [lesson.text for lesson in examples], [lesson.label for lesson in examples]
    return fit_triage(texts, labels, embedder.embed(texts), embedder.name, digest())


def digest() -> str:
    """The sha256 of the examples: what a trained classifier must have been trained on."""
    return hashlib.sha256("\n".join(f"{one.label}\t{one.text}" for one in lessons()).encode()).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.train", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--triage", action="store_true", help="fit the triage only, with the model as it was tuned")
    what.add_argument("--guard", action="store_true", help="train the reader of the guard, and nothing else")
    arguments = parser.parse_args()
    try:
        settings = Settings.from_env(os.environ)
        if arguments.guard:
            _train_guard()
            return 0
        if not arguments.triage:
            _tune(settings)
        triage = fit(original_embedder(settings))
    except AskError as error:
        print(error, file=sys.stderr)
        return 1
    triage.save()
    print(f"{WEIGHTS}: {', '.join(triage.labels)}; from {len(lessons())} examples; now run 'python -m index'")
    return 0


def _train_guard() -> None:
    folder, pairs = packaged_model(), pair_data.lessons()
    with tqdm(unit="step") as bar:
        tune_guard(str(folder), SentenceEmbedder(folder).name, pairs, load_edits(), _shown(bar)).save(GUARD)
    print(f"{GUARD}: from {len(pairs)} pairs")


def _tune(settings: Settings) -> None:
    folder, general = model_folder(settings), GENERAL.read_text("utf-8").splitlines()
    with tqdm(unit="step") as bar:
        tune(str(folder), SentenceEmbedder(folder).name, lessons(), general, _shown(bar)).save(TUNING)


def _shown(bar: "tqdm[Any]") -> Progress:
    def progress(done: int, steps: int, loss: float) -> None:
        bar.total = steps
        bar.set_postfix(loss=round(loss, 3), refresh=False)
        bar.update(done - bar.n)

    return progress


if __name__ == "__main__":
    sys.exit(main())
