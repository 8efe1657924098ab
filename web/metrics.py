"""What Prometheus is told: answers by outcome, how long they took, requests by route. No text, and nobody's address.

Served at an address of its own (ASK_METRICS), which is this machine's unless the operator says otherwise: how many
emergencies a clinic's visitors report is nobody else's business.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from bot.answer import Answer
from bot.chain import Bot
from bot.steps import Step
from corpus.errors import SettingsError
from corpus.settings import Address

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where several processes keep their counts together, when prometheus_client finds this variable."""
FAST = (0.002, 0.004, 0.006, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """The counts of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter("ask_answers", "Answers by outcome", ["outcome"], registry=self.registry)
        self.seconds = Histogram("ask_answer_seconds", "From question to answer", buckets=FAST, registry=self.registry)
        by = ["route", "status"]
        self.requests = Counter("ask_requests", "Requests by route and status", by, registry=self.registry)
        if SHARED_FOLDER not in os.environ:
            ProcessCollector(registry=self.registry)


class MeasuredBot:
    """A bot whose answers are counted."""

    def __init__(self, bot: Bot, metrics: Metrics) -> None:
        self._bot, self._metrics = bot, metrics

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bot, name)

    def ask(self, asked: str, history: Sequence[str] = ()) -> Answer:
        """Answer a question, as the bot does."""
        *_, last = self.steps(asked, history)
        return last.answer

    def steps(self, asked: str, history: Sequence[str] = ()) -> Iterator[Step]:
        """The answer as it comes, as the bot gives it; counted once it is whole."""
        started = time.perf_counter()
        for step in self._bot.steps(asked, history):
            if step.whole:
                self._metrics.seconds.observe(time.perf_counter() - started)
                self._metrics.answers.labels(step.answer.outcome).inc()
            yield step


def measured(bot: Bot, metrics: Metrics) -> Bot:
    """The same bot, with its answers counted."""
    return cast(Bot, MeasuredBot(bot, metrics))


@contextmanager
def serving_metrics(address: Address | None, registry: CollectorRegistry | None) -> Iterator[None]:
    """Serve the metrics for a while; without a registry, those that processes keep in the shared folder.

    Raises:
        SettingsError: nothing can be served at that address.
    """
    if address is None:
        yield
        return
    if registry is None:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    try:
        server, thread = start_http_server(address.port, address.host, registry)
    except OSError as error:
        raise SettingsError(f"ASK_METRICS: nothing can be served at {address.host}:{address.port} ({error})") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
