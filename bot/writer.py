"""Has a language model word an answer, sentence by sentence, within a time limit.

The model is any chat model of LangChain. It runs in a thread of its own, so that a model that hangs cannot hold an
answer, and it is stopped when nobody waits for it any more. Knows prompts and models; checks nothing it writes.
"""

import hashlib
import hmac
import queue
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Event, Thread
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.prompts import ChatPromptTemplate

from bot.drafts import Draft, NoDraft, read_drafts, schema
from bot.prompts import WriterPrompts

LIMIT = 20.0
"""Seconds that a model may take for a whole answer."""
TICK = 0.25
"""Seconds after which whoever waits is told that the model is at work, and may leave."""
AT_ONCE = 4
"""Models that write at the same time; who comes when all are busy gets quotes."""

Structured = Callable[[BaseChatModel, dict[str, Any]], Any]


@dataclass(frozen=True)
class ModelWriter:
    """Writes with one model."""

    model: BaseChatModel
    prompts: WriterPrompts
    structured: Structured = lambda model, schema: model
    """Holds the model to a JSON schema, where it can be."""
    limit: float = LIMIT
    busy: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def drafts(self, question: str, passages: Sequence[str]) -> Iterator[Draft | None]:
        """The sentences as they come, and None after each moment without one.

        Raises:
            NoDraft: the model failed, was too slow, or wrote what cannot be read.
        """
        if not self.busy.acquire(blocking=False):
            raise NoDraft("every place is taken")
        stop, pieces = Event(), queue.SimpleQueue[str | Exception | None]()
        Thread(target=self._run, args=(question, passages, pieces, stop), daemon=True, name="model").start()
        try:
            yield from read_drafts(_timely(pieces, time.monotonic() + self.limit), len(passages))
        finally:
            stop.set()

    def _run(self, question: str, passages: Sequence[str], pieces: Any, stop: Event) -> None:
        """Put what the model says into the queue, then None, or why it ended early."""
        try:
            model = self.structured(self.model, schema(len(passages)))
            stream = model.stream(self._messages(question, passages))
            try:
                for chunk in stream:
                    if stop.is_set():
                        break
                    pieces.put(_text(chunk.content))
            finally:
                stream.close()  # lets go of the connection, so that the model stops as well
            pieces.put(None)
        except Exception as error:  # whatever a provider's library raises, the answer is quotes
            pieces.put(error)
        finally:
            self.busy.release()

    def _messages(self, question: str, passages: Sequence[str]) -> Any:
        boundary = self._boundary(question, passages)
        template = ChatPromptTemplate.from_messages([("system", self.prompts.system), ("human", self.prompts.question)])
        numbered = "\n".join(f"({number}) {text}" for number, text in enumerate(passages, 1))
        return template.format_messages(boundary=boundary, passages=numbered, question=question)

    def _boundary(self, question: str, passages: Sequence[str]) -> str:
        """A mark that no text can hold, for it depends on the text and on a secret; the same for the same text."""
        said = "\0".join((question, *passages)).encode()
        return hmac.new(self.secret, said, hashlib.sha256).hexdigest()[:16]


def _timely(pieces: "queue.SimpleQueue[str | Exception | None]", until: float) -> Iterator[str]:
    """What the model says as it comes, and after every TICK an empty piece, however busily it writes."""
    sign = time.monotonic() + TICK
    while True:
        now = time.monotonic()
        if now > until:
            raise NoDraft("not in time")
        if now >= sign:
            sign = now + TICK
            yield ""
        try:
            piece = pieces.get(timeout=TICK)
        except queue.Empty:
            continue
        if piece is None:
            return
        if isinstance(piece, Exception):
            raise NoDraft(type(piece).__name__)
        if piece:
            yield piece


def _text(content: Any) -> str:
    """The text of a message or of its parts."""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") if isinstance(part, dict) else str(part) for part in content)
