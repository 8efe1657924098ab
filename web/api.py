"""The JSON API: one question, the article, and two routes that say how the server is."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import WithJsonSchema

from bot.answer import Answer
from bot.chain import Bot
from bot.question import LONGEST
from bot.steps import Step
from corpus.errors import AskError
from corpus.load import Publication
from web.asset import Asset
from web.problem import PROBLEM, PROBLEM_SCHEMA, ProblemTexts
from web.warm import WarmingBot

WAIT = 60.0
"""Seconds that a question asked early waits for the model."""
EVENTS = "text/event-stream"
AskedText = Annotated[str, WithJsonSchema({"type": "string", "maxLength": LONGEST, "title": "Question"})]
"""Longer ones are read for danger before they are refused, so the limit is the route's work and not the schema's."""


@dataclass
class AskBody:
    """A question to the article and the asker's earlier turns, oldest first."""

    question: AskedText
    history: list[str] = field(default_factory=list)
    article: str | None = None


@dataclass
class State:
    """How the server is."""

    status: str


def api_routes(warming: WarmingBot, publication: Publication, texts: ProblemTexts) -> APIRouter:
    """The routes of the API."""
    router = APIRouter()
    whole = described(publication)

    @router.post(
        "/api/ask",
        summary="Ask the article a question",
        response_model=None,
        responses={200: {"model": Answer, "content": {EVENTS: {}}}, **_problems(400, 413, 422, 429, 503)},
    )
    def ask(body: AskBody, request: Request) -> JSONResponse | StreamingResponse:
        if body.article not in (None, publication.article.slug):
            raise HTTPException(422, texts.unknown_article.format(article=publication.article.slug))
        bot = _bot(warming, texts)
        steps = bot.steps(body.question, body.history)
        first = next(steps)  # here, where an error can still become a problem document
        if len(body.question) > LONGEST and first.answer.outcome != "emergency":
            raise HTTPException(422, texts.too_long.format(longest=f"{LONGEST:,}"))
        steps = chain([first], steps)
        headers = {"Content-Language": bot.prompts.language_of((first.answer.notice or "").split("\n\n")[-1])}
        if EVENTS in request.headers.get("accept", ""):
            return StreamingResponse(events(steps), 200, headers | {"X-Accel-Buffering": "no"}, EVENTS)
        *_, last = steps
        return JSONResponse(last.answer.as_dict(), 200, headers)

    @router.get(
        "/api/article",
        summary="The article, its sentences and footnotes, and its editor's notes",
        response_class=JSONResponse,
    )
    def article(request: Request) -> Response:
        return whole.respond(request)

    @router.get("/healthz", summary="Whether the server runs")
    def healthz() -> State:
        return State("ok")

    @router.get(
        "/readyz",
        summary="Whether questions are answered at once",
        response_model=None,
        responses={200: {"model": State}, 503: {"model": State}},
    )
    def readyz() -> JSONResponse:
        if not warming.ready:
            return JSONResponse({"status": warming.problem or "warming"}, 503)
        return JSONResponse({"status": f"degraded: {warming.degraded}" if warming.degraded else "ready"})

    return router


def described(publication: Publication) -> Asset:
    """The article and, apart from it, what its editor says about its hard terms and sentences."""
    ids: dict[str, list[str]] = {}
    for passage in publication.article.passages:
        ids.setdefault(passage.text, []).append(passage.id)
    notes = {
        "terms": [{"term": term.term, "gloss": term.gloss} for term in publication.notes.terms],
        "sentences": [
            {"passage": passage, "plain": note.plain, "claim": note.claim}
            for note in publication.notes.sentences
            for passage in ids.get(note.quote, [])
        ],
    }
    whole = {**asdict(publication.article), "notes": notes}
    return Asset(json.dumps(whole, ensure_ascii=False), "application/json")


def events(steps: Iterable[Step]) -> Iterator[str]:
    """Server-sent events: each sentence with its citations as it comes, then the whole Answer, which replaces them.

    While a model writes, "progress" says that the answer is on its way, and comments keep the connection in use.
    """
    sent, told = 0, False
    for step in steps:
        answer = step.answer
        citations = {citation.number: asdict(citation) for citation in answer.citations}
        instead = sent and answer.writer == "quotes"  # the model failed halfway, and quotes take its sentences' place
        new = () if instead else answer.sentences[sent:]
        for sentence in new:
            yield _event("sentence", {"text": sentence.text, "citations": [citations[n] for n in sentence.citations]})
        if step.whole:
            yield _event("answer", answer.as_dict())
        elif not new:
            yield ": waiting\n\n" if told else _event("progress", {"writer": answer.writer})
            told = True
        sent += len(new)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {PROBLEM: {"schema": PROBLEM_SCHEMA}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def _bot(warming: WarmingBot, texts: ProblemTexts) -> Bot:
    try:
        return warming.get(WAIT)
    except TimeoutError:
        raise HTTPException(503, texts.starting, {"Retry-After": "30"}) from None
    except AskError:
        raise HTTPException(503, texts.unavailable) from None
