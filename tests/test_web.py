"""The web app over ASGI: API contract, early questions, and each hardening setting held by a test of its own."""

import json
import threading
from collections.abc import Iterator
from typing import Any, cast

import gradio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.chain import Bot
from bot.steps import Step
from corpus.errors import IndexMissing, StoreUnavailable
from corpus.load import Publication
from corpus.settings import Settings
from tests.closed import VALIDATOR
from web.conversation import Conversation
from web.embed import make_widget
from web.harden import LARGEST_BODY, security_headers
from web.page import build_page
from web.page_words import load_words
from web.render import Renderer
from web.server import create_app, pageless_app
from web.warm import WarmingBot


@pytest.fixture(scope="module")
def app(lent: Bot) -> FastAPI:
    return create_app(Settings(sites=("https://clinic.example",)), lent.index.publication, lent.prompts, lambda: lent)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://chat.example") as client:
        yield client


def test_ask_gives_the_answer_json(client: TestClient, bot: Bot) -> None:
    response = client.post("/api/ask", json={"question": "What are beta cells?", "history": ["hi"]})
    assert response.status_code == 200
    VALIDATOR.validate(response.json())
    assert response.json() == json.loads(json.dumps(bot.ask("What are beta cells?", ["hi"]).as_dict()))
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("question", "language"), [("What are T cells?", "en"), ("Berapa kos rawatan ini?", "ms")])
def test_an_answer_names_its_language(client: TestClient, question: str, language: str) -> None:
    assert client.post("/api/ask", json={"question": question}).headers["content-language"] == language


def test_ask_streams_sentences_then_the_whole_answer(client: TestClient) -> None:
    response = client.post(
        "/api/ask", json={"question": "What are beta cells?"}, headers={"Accept": "text/event-stream"}
    )
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [dict(line.split(": ", 1) for line in part.split("\n")) for part in response.text.strip().split("\n\n")]
    *sentences, last = events
    answer = json.loads(last["data"])
    VALIDATOR.validate(answer)
    assert last["event"] == "answer"
    assert [json.loads(event["data"])["text"] for event in sentences] == [s["text"] for s in answer["sentences"]]
    assert all(json.loads(event["data"])["citations"] for event in sentences)


def test_article_and_health(client: TestClient, publication: Publication) -> None:
    article = client.get("/api/article").json()
    assert article["text"] == publication.article.text
    first = article["sections"][1]["passages"][0]
    assert article["text"][first["start"] : first["end"]] == first["text"]
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"question": 5}',
        '{"question": "x", "history": "y"}',
        '{"question": null}',
        "[" * 5000,
    ],
)
def test_a_bad_request_is_a_problem_document(client: TestClient, body: str) -> None:
    response = client.post("/api/ask", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == (400 if body.startswith("[[") else 422)
    assert response.headers["content-type"] == "application/problem+json"
    assert "body" in response.json()["detail"] or "question" in response.json()["detail"]


def test_an_unknown_article_is_a_problem_document(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "x", "article": "other"})
    assert response.status_code == 422
    assert "msc-diabetes" in response.json()["detail"]


def test_lone_surrogates_and_control_characters_are_answered(client: TestClient) -> None:
    response = client.post(
        "/api/ask", content='{"question": "\\ud800 beta \\u0000 cells"}', headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 200


@pytest.mark.parametrize("lie", [True, False])
def test_a_large_body_is_refused_whatever_length_it_declares(client: TestClient, lie: bool) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 1024

    content = chunks() if lie else b"x" * (LARGEST_BODY + 1)
    response = client.post("/api/ask", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert str(LARGEST_BODY) in response.json()["detail"]


def test_openapi_describes_our_routes_and_no_others(client: TestClient) -> None:
    assert sorted(client.get("/openapi.json").json()["paths"]) == ["/api/article", "/api/ask", "/healthz", "/readyz"]


CLOSED = [
    "/gradio_api/upload",
    "/upload",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file=https://example.org",
    "/file=/etc/passwd",
    "/gradio_api/proxy=https://example.org",
    "/gradio_api/deep_link",
    "/gradio_api/runs",
    "/monitoring",
    "/monitoring/summary",
    "/gradio_api/run/predict",
    "/gradio_api/api/predict",
    "/gradio_api/call/reply",
    "/login",
    "/token",
    "/docs",
    "/redoc",
    "/gradio_api/mcp/",
    "/gradio_api/vibe-edit/",
    "/gradio_api/component_server",
    "/assets/../app.py",
    "/static/..%2fapp.py",
    "/gradio_api/openapi.json",
    "/gradio_api/upload_progress",
    "/svelte/x",
    "/robots.txt",
]


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_text_chat_does_not_need_does_not_exist(client: TestClient, path: str, method: str) -> None:
    response = client.request(method, path)
    assert response.status_code == 404
    assert response.json()["detail"] == "There is nothing at this address."


EVERYWHERE = [
    "/",
    "/config",
    "/theme.css",
    "/gradio_api/info",
    "/healthz",
    "/api/article",
    "/api/ask",
    "/openapi.json",
    "/nothing-here",
    "/assets/nothing-here.js",
    "/ask-the-article.js",
    "/embed",
    "/embed/panel.js",
    "/demo",
]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_security_headers_are_on_every_route(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    for name, value in security_headers(path, ("https://clinic.example",)).items():
        assert headers[name] == value
    for name in ("content-security-policy", "permissions-policy"):
        assert headers[name]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "'unsafe-eval'" not in headers["content-security-policy"]
    ancestors = headers["content-security-policy"].partition("frame-ancestors ")[2]
    assert ancestors in ("'none'", "'self' https://clinic.example")


def test_gradios_own_errors_are_problems_as_well(client: TestClient) -> None:
    for path in ("/assets/no-such-file.js", "/gradio_api/queue/data"):
        response = client.get(path)
        assert response.status_code >= 400
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code


@pytest.mark.parametrize("path", ["/", "/embed", "/demo"])
def test_pages_can_be_framed_by_the_named_sites_only(client: TestClient, path: str) -> None:
    assert client.get(path).headers["content-security-policy"].endswith("frame-ancestors 'self' https://clinic.example")


@pytest.mark.parametrize("path", ["/config", "/api/article", "/"])
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "https://clinic.example.evil",
        "http://clinic.example",
        "https://clinic.example:444",
    ],
)
def test_other_sites_get_no_cors(client: TestClient, path: str, origin: str) -> None:
    headers = client.get(path, headers={"Origin": origin}).headers
    assert "access-control-allow-origin" not in headers
    assert "access-control-allow-credentials" not in headers


def test_an_allowed_site_gets_cors_without_credentials(client: TestClient) -> None:
    headers = client.get("/api/article", headers={"Origin": "https://clinic.example"}).headers
    assert headers["access-control-allow-origin"] == "https://clinic.example"
    assert "access-control-allow-credentials" not in headers


@pytest.fixture(scope="module")
def blocks(app: FastAPI) -> gradio.Blocks:
    mounts = {getattr(route, "path", None): route for route in app.routes}
    english = mounts[""].app.apps["en"]  # type: ignore[union-attr]
    gradio_app = next(route for route in english.routes if getattr(route, "path", None) == "")
    return gradio_app.app.get_blocks()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("analytics_enabled", False),
        ("run_history", False),
        ("show_error", False),
        ("enable_monitoring", False),
        ("max_file_size", 1),
        ("allowed_paths", []),
        ("ssr_mode", False),
        ("pwa", False),
        ("footer_links", []),
        ("api_open", False),
    ],
)
def test_gradio_is_set_to_be_quiet_and_closed(blocks: gradio.Blocks, setting: str, value: object) -> None:
    assert getattr(blocks, setting) == value


def test_gradio_serves_many_visitors_and_bounds_its_queue(blocks: gradio.Blocks) -> None:
    assert blocks._queue.max_size == 64
    assert blocks._queue.default_concurrency_limit == 32


def test_no_event_is_public_and_nothing_is_flagged_or_shared(bot: Bot) -> None:
    renderer = Renderer(bot.index.publication, bot.prompts, load_words()["en"])
    config = build_page(Conversation(WarmingBot(lambda: bot), renderer)).get_config_file()
    assert all(event["api_visibility"] == "private" for event in config["dependencies"])
    chatbot = next(c["props"] for c in config["components"] if c["type"] == "chatbot")
    assert chatbot["buttons"] == []
    assert chatbot["sanitize_html"] is True
    assert {c["type"] for c in config["components"]} <= {
        "markdown",
        "chatbot",
        "column",
        "row",
        "textbox",
        "button",
        "state",
        "form",
    }


def test_no_font_or_script_of_another_host(client: TestClient) -> None:
    assert "googleapis" not in client.get("/theme.css").text
    assert "@font-face" not in client.get("/theme.css").text


def test_the_page_is_up_while_the_model_warms_and_early_questions_wait(lent: Bot) -> None:
    opened = threading.Event()

    def open_late() -> Bot:
        opened.wait(30)
        return lent

    app = create_app(Settings(), lent.index.publication, lent.prompts, open_late)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get("/").status_code == 200
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").json() == {"status": "warming"}
        assert client.get("/readyz").status_code == 503
        threading.Timer(0.5, opened.set).start()
        assert client.post("/api/ask", json={"question": "What are T cells?"}).json()["outcome"] == "answered"
        assert client.get("/readyz").json() == {"status": "ready"}


def test_a_bot_that_cannot_open_is_a_clear_503(publication: Publication, bot: Bot) -> None:
    def fail() -> Bot:
        raise IndexMissing("no index; run 'python -m index' to build it")

    app = create_app(Settings(), publication, bot.prompts, fail)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        response = client.post("/api/ask", json={"question": "x"})
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        assert client.get("/readyz").json()["status"].startswith("no index")
        assert client.get("/").status_code == 200


def test_a_search_that_goes_on_without_its_server_is_told_and_one_that_cannot_is_a_503(lent: Bot) -> None:
    class Degraded:
        problem = "the Chroma server failed"

        def __getattr__(self, name: str) -> Any:
            return getattr(lent.index, name)

    class Unavailable:
        index = Degraded()

        prompts = lent.prompts

        def steps(self, asked: str, history: object = ()) -> Iterator[Step]:
            if asked.startswith("x"):
                raise StoreUnavailable("nothing can be found")
            yield from lent.steps(asked)

    widget = make_widget(lent.index.publication, lent.prompts, ())
    app, warming = pageless_app(Settings(), lent.index.publication, widget, lambda: cast(Bot, Unavailable()))
    warming.get(60)
    client = TestClient(app, base_url="http://127.0.0.1")
    assert client.get("/readyz").json() == {"status": "degraded: the Chroma server failed"}
    assert client.get("/readyz").status_code == 200, "it answers, so no balancer should take it out"
    refused = client.post("/api/ask", json={"question": "x"})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.headers["content-type"] == "application/problem+json"
