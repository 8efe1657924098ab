"""`python -m index`: build the index of every article that has none yet; `--check`: only verify them."""

import argparse
import os
import sys

from corpus.errors import AskError, IndexDamaged, IndexMissing, IndexStale
from corpus.load import Publication, load_corpus
from corpus.settings import Settings
from index.open import open_embedder, open_index


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m index", description=__doc__)
    parser.add_argument("--check", action="store_true", help="verify, build nothing")
    arguments = parser.parse_args()
    try:
        settings = Settings.from_env(os.environ)
        for publication in load_corpus(settings.articles):
            print((_checked if arguments.check else _built)(settings, publication))
    except AskError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _checked(settings: Settings, publication: Publication) -> str:
    for embedder in (open_embedder(settings), open_embedder(settings, publication)):
        embedder.embed([publication.article.header.title])
    open_index(settings, publication, embedder).close()
    return f"{publication.article.slug}: the index is good"


def _built(settings: Settings, publication: Publication) -> str:
    from tqdm import tqdm  # here, so that checking needs nothing that only building needs

    from index.prepare import build_index, export_missing

    slug = publication.article.slug
    for name in export_missing(settings, publication):
        print(f"{slug}: exported {name}")
    try:
        return _checked(settings, publication)
    except (IndexMissing, IndexStale, IndexDamaged) as error:
        print(f"{slug}: building, because {error}")
    with tqdm(desc=slug, unit=" texts") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        place = build_index(settings, publication, progress)
    return f"{slug}: built {place}"


if __name__ == "__main__":
    sys.exit(main())
