"""`python -m index`: build the index of every article that has none yet; `--check`: only verify them."""

import argparse
import os
import sys

from tqdm import tqdm

from corpus.errors import AskError, IndexDamaged, IndexMissing, IndexStale
from corpus.load import Publication, load_corpus
from corpus.settings import Settings
from index.embed import Embedder
from index.open import build_index, open_embedder, open_index


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m index", description=__doc__)
    parser.add_argument("--check", action="store_true", help="verify, build nothing")
    arguments = parser.parse_args()
    try:
        settings = Settings.from_env(os.environ)
        for publication in load_corpus(settings.articles):
            print(_one(settings, publication, open_embedder(settings, publication), check=arguments.check))
    except AskError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _one(settings: Settings, publication: Publication, embedder: Embedder, *, check: bool) -> str:
    slug = publication.article.slug
    try:
        open_index(settings, publication, embedder).close()
        return f"{slug}: the index is good"
    except (IndexMissing, IndexStale, IndexDamaged) as error:
        if check:
            raise
        print(f"{slug}: building, because {error}")
    with tqdm(desc=slug, unit=" texts") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        place = build_index(settings, publication, embedder, progress)
    return f"{slug}: built {place}"


if __name__ == "__main__":
    sys.exit(main())
