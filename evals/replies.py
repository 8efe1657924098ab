"""Asks the bot every question, on all cores, each process with a bot of its own and no network.

Nothing depends on which process answers what, or in which order: a test compares runs byte by byte.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from multiprocessing import get_context

from bot.answer import Answer
from bot.chain import Bot
from bot.open import open_bot
from bot.question import clean
from corpus.errors import AskError
from corpus.settings import Settings
from evals.case import Reply
from evals.offline import cut_off
from evals.sample import Sample

AGAIN_EVERY = 8
"""One sample in so many is asked a second time, in reverse order, to see whether the answer is the same."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1") | {"TOKENIZERS_PARALLELISM": "false"}
"""A process a core, a thread a process: faster, and the sums of a matrix product keep their order."""

Asker = Callable[[Sample], Reply]
Progress = Callable[[Iterator[Reply], int], Iterator[Reply]]


def ask(bot: Bot, sample: Sample) -> Reply:
    """The bot's answer to a sample, with the retriever's ranking for questions that stand alone and have evidence."""
    started = time.perf_counter()
    answer = bot.ask(sample.question, sample.history)
    seconds = time.perf_counter() - started
    ranked = sample.gold_sets and not sample.history and not sample.variant_of
    return Reply(answer, ranking(bot, sample.question) if ranked else (), seconds)


def ranking(bot: Bot, question: str) -> tuple[str, ...]:
    """Ids of all sentences, best first, as `index.search` ranks them."""
    text = clean(question)
    vector = bot.index.embedder.embed([text])[0]
    return tuple(hit.passage.id for hit in bot.index.search(text, vector).hits)


def replies(samples: Sequence[Sample], settings: Settings, processes: int, progress: Progress) -> list[Reply]:
    """One reply a sample, in their order.

    Raises:
        AskError: no bot can be opened with these settings.
    """
    again = range(0, len(samples), AGAIN_EVERY)
    jobs = [*samples, *(samples[position] for position in reversed(again))]
    with workers(processes) as pool:
        done = list(progress(pool.map(partial(_ask, settings), jobs, chunksize=4), len(jobs)))
    second = dict(zip(reversed(again), done[len(samples) :], strict=True))
    return [_compared(reply, second.get(position)) for position, reply in enumerate(done[: len(samples)])]


@contextmanager
def workers(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that can reach no network and compute with one thread each."""
    # Set for the children only as long as they start: torch reads these when it is loaded.
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        with ProcessPoolExecutor(processes, get_context("spawn"), cut_off) as pool:
            yield pool
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _compared(first: Reply, second: Reply | None) -> Reply:
    if second is None:
        return first
    same = _bytes(first.answer) == _bytes(second.answer) and first.ranking == second.ranking
    return Reply(first.answer, first.ranking, first.seconds, same)


def _bytes(answer: Answer) -> str:
    return json.dumps(answer.as_dict(), ensure_ascii=False)


@cache
def _bot(settings: Settings) -> Bot:
    """The bot of this process; it has answered once, so that no question's time holds the loading of the model."""
    try:
        bot = open_bot(settings)
    except AskError as error:
        raise AskError(str(error)) from None  # the finer classes do not survive the way to the parent process
    bot.ask("warm up")
    return bot


def _ask(settings: Settings, sample: Sample) -> Reply:
    return ask(_bot(settings), sample)
