"""The API against its own OpenAPI description, and against the terminal on every development question."""

import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from typing import Any, cast

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings

from bot.__main__ import main
from bot.chain import Bot
from bot.question import LONGEST
from bot.steps import Step
from corpus.settings import Settings
from tests.closed import VALIDATOR
from tests.conftest import ROOT, SLUG
from web.embed import make_widget
from web.server import pageless_app

QUESTIONS = [json.loads(line) for line in (ROOT / "evals" / "samples" / "dev.jsonl").read_text("utf-8").splitlines()]
EXAMPLES = 30


class Remembering:
    """A bot that answers each question once: the terminal and HTTP are compared, not one answering with another."""

    def __init__(self, bot: Bot) -> None:
        self.bot, self.answers = bot, dict[tuple[str, tuple[str, ...]], tuple[Step, ...]]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.bot, name)

    def steps(self, asked: str, history: Sequence[str] = ()) -> Iterator[Step]:
        key = (asked, tuple(history))
        if key not in self.answers:
            self.answers[key] = tuple(self.bot.steps(asked, history))
        return iter(self.answers[key])


@pytest.fixture(scope="module")
def remembering(lent: Bot) -> Bot:
    return cast(Bot, Remembering(lent))


@pytest.fixture(scope="module")
def app(lent: Bot, remembering: Bot) -> FastAPI:
    widget = make_widget(lent.index.publication, lent.prompts, ())
    app, warming = pageless_app(replace(Settings(), rate="off"), lent.index.publication, widget, lambda: remembering)
    warming.get(60)
    return app


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.mark.parametrize("route", ["POST /api/ask", "GET /api/article", "GET /healthz", "GET /readyz"])
def test_a_route_keeps_its_description_whatever_it_is_sent(app: FastAPI, route: str) -> None:
    method, path = route.split()
    operation = schemathesis.openapi.from_asgi("/openapi.json", app)[path][method]

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def keeps(case: schemathesis.Case) -> None:
        article = case.body.get("article") if isinstance(case.body, dict) else None
        if isinstance(article, str) and article != SLUG:
            assert case.call().status_code == 422  # which articles there are is not in the description
        else:
            case.call_and_validate()

    keeps()


def test_the_description_names_every_problem_and_both_forms_of_an_answer(client: TestClient) -> None:
    responses = client.get("/openapi.json").json()["paths"]["/api/ask"]["post"]["responses"]
    assert set(responses) == {"200", "400", "413", "422", "429", "503"}
    assert set(responses["200"]["content"]) == {"application/json", "text/event-stream"}
    for status in ("400", "413", "422", "429", "503"):
        assert set(responses[status]["content"]) == {"application/problem+json"}
    body = client.get("/openapi.json").json()["components"]["schemas"]["AskBody"]["properties"]
    assert body["question"]["maxLength"] == LONGEST


def in_the_terminal(patch: pytest.MonkeyPatch, bot: Bot, arguments: list[str], lines: str = "") -> list[dict[str, Any]]:
    """What `python -m bot` prints, with a bot that is open already."""
    out = io.StringIO()
    patch.setattr("bot.open.open_bot", lambda *_: bot)
    patch.setattr(sys, "argv", ["bot", *arguments])
    patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    with redirect_stdout(out):
        assert main() == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_over_http_comes_what_the_terminal_says_for_every_development_question(
    client: TestClient, remembering: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(QUESTIONS) == 320
    lines = "".join(json.dumps({name: row[name] for name in ("id", "question", "history")}) + "\n" for row in QUESTIONS)
    terminal = in_the_terminal(monkeypatch, remembering, ["--jsonl"], lines)
    for row, said in zip(QUESTIONS, terminal, strict=True):
        assert said.pop("id") == row["id"]
        response = client.post("/api/ask", json={"question": row["question"], "history": row["history"]})
        assert response.status_code == 200
        assert response.json() == said
        VALIDATOR.validate(said)


def test_one_answer_is_the_same_in_every_form(
    client: TestClient, remembering: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(row for row in QUESTIONS if row["kind"] == "answerable")
    [said] = in_the_terminal(monkeypatch, remembering, [row["question"], "--json"])
    plain = client.post("/api/ask", json={"question": row["question"]})
    streamed = client.post("/api/ask", json={"question": row["question"]}, headers={"Accept": "text/event-stream"})
    last = streamed.text.strip().split("\n\n")[-1]
    assert last.startswith("event: answer\ndata: ")
    assert said == plain.json() == json.loads(last.partition("data: ")[2])
