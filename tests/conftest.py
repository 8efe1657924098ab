"""What the tests share: the real bot on the real article, opened once, and a small stand-in for the model."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"

from bot.chain import Bot
from corpus.load import ARTICLES, Publication, load_publication
from corpus.settings import Settings

ROOT = Path(__file__).parent.parent
SLUG = "msc-diabetes"


@pytest.fixture(scope="session")
def publication() -> Publication:
    return load_publication(ARTICLES / SLUG)


@pytest.fixture(scope="session")
def bot() -> Iterator[Bot]:
    """The real bot; `make test` has built its index."""
    from bot.open import open_bot

    bot = open_bot(Settings())
    yield bot
    bot.index.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the real article's folder that a test may spoil."""
    copy = tmp_path / "articles" / SLUG
    copy.mkdir(parents=True)
    for file in (ARTICLES / SLUG).iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    return copy
