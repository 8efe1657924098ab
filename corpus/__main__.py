"""`python -m corpus`: list the articles and their passages; `python -m corpus check`: say whether they can be used."""

import argparse
import sys
from pathlib import Path

from corpus.errors import AskError
from corpus.load import ARTICLES, Publication, load_corpus


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m corpus", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["list", "check"], default="list")
    parser.add_argument("--articles", type=Path, default=ARTICLES, help="folder of article folders")
    arguments = parser.parse_args()
    try:
        publications = load_corpus(arguments.articles)
    except AskError as error:
        print(error, file=sys.stderr)
        return 1
    for publication in publications:
        print(_summary(publication))
        if arguments.command == "list":
            for passage in publication.article.passages:
                print(f"  {passage.id:6} {passage.start:5}-{passage.end:<5} [{passage.section}] {passage.text}")
    return 0


def _summary(publication: Publication) -> str:
    article, notes, bank = publication.article, publication.notes, publication.bank
    answered = sum(len(group.questions) for group in bank.answered)
    missing = sum(len(group.questions) for group in bank.missing)
    return (
        f"{article.slug}: {article.header.title} ({article.header.publisher}); {len(article.passages)} sentences, "
        f"{len(article.footnotes)} footnotes, {len(notes.terms)} terms and {len(notes.sentences)} sentence notes, "
        f"bank of {answered} answered and {missing} missing questions"
    )


if __name__ == "__main__":
    sys.exit(main())
