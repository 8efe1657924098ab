"""What the tests share: the real bot on the real article, opened once, and a small stand-in for the model."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # each process has a core; torch's threads would wait by spinning

from bot.chain import Bot
from corpus.load import ARTICLES, Publication, load_publication
from corpus.settings import Settings
from index.search import Index

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


class LentIndex:
    """An index that whoever borrows it cannot close."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def lent(bot: Bot) -> Bot:
    """The real bot for an app that closes its bot when it stops."""
    return replace(bot, ear=replace(bot.ear, index=cast(Index, LentIndex(bot.index))))
