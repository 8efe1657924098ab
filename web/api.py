"""The JSON API: one question, the article, and two routes that say how the server is."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, StreamingResponse

from bot.answer import Answer
from bot.chain import Bot
from corpus.errors import AskError
from web.warm import WarmingBot

WAIT = 60.0
"""Seconds that a question asked early waits for the model."""
EVENTS = "text/event-stream"


@dataclass
class AskBody:
    """A question to the article and the asker's earlier turns, oldest first."""

    question: str
    history: list[str] = field(default_factory=list)
    article: str | None = None


def api_routes(warming: WarmingBot) -> APIRouter:
    """The routes of the API."""
    router = APIRouter()

    @router.post("/api/ask", summary="Ask the article a question", response_model=None)
    def ask(body: AskBody, request: Request) -> JSONResponse | StreamingResponse:
        bot = _bot(warming, body.article)
        answer = bot.ask(body.question, body.history)
        if EVENTS in request.headers.get("accept", ""):
            return StreamingResponse(events(answer), media_type=EVENTS, headers={"X-Accel-Buffering": "no"})
        return JSONResponse(answer.as_dict())

    @router.get("/api/article", summary="The article, its sentences and footnotes")
    def article() -> dict[str, Any]:
        return asdict(_bot(warming).index.publication.article)

    @router.get("/healthz", summary="Whether the server runs")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="Whether questions are answered at once", response_model=None)
    def readyz() -> JSONResponse:
        state = "ready" if warming.ready else warming.problem or "warming"
        return JSONResponse({"status": state}, 200 if warming.ready else 503)

    return router


def events(answer: Answer) -> Iterator[str]:
    """Server-sent events: each sentence with its citations, then the whole Answer."""
    citations = {citation.number: asdict(citation) for citation in answer.citations}
    for sentence in answer.sentences:
        cited = [citations[number] for number in sentence.citations]
        yield _event("sentence", {"text": sentence.text, "citations": cited})
    yield _event("answer", answer.as_dict())


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _bot(warming: WarmingBot, article: str | None = None) -> Bot:
    try:
        bot = warming.get(WAIT)
    except TimeoutError:
        raise HTTPException(503, "The chat is still starting; try again in a minute.", {"Retry-After": "30"}) from None
    except AskError:
        raise HTTPException(503, "The chat cannot answer now; its operator has to look at /readyz.") from None
    slug = bot.index.publication.article.slug
    if article not in (None, slug):
        raise HTTPException(422, f"There is no article of that name here; leave it out or ask '{slug}'.")
    return bot
