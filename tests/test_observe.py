"""What the operator sees: log lines and counts, and nothing in them that a visitor wrote."""

import json
import logging
import sys

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from web.metrics import Metrics
from web.observe import JsonLines, Observed, route_of

SECRET = "my sugar is 9.4 and I am Rosa"


def record(message: str, error: bool = False) -> logging.LogRecord:
    try:
        raise ValueError(SECRET)
    except ValueError:
        return logging.LogRecord("x", logging.ERROR, "f", 1, message, (), sys.exc_info() if error else None)


def test_a_log_line_is_json_and_tells_where_an_error_was_but_not_what_it_quotes() -> None:
    line = json.loads(JsonLines().format(record("Exception in ASGI application", error=True)))
    assert line["error"] == "ValueError"
    assert "test_observe.py" in line["at_code"][-1]
    assert SECRET not in json.dumps(line)
    assert json.loads(JsonLines().format(record("line\nbreak\x1b[31m")))["said"] == "line\nbreak\x1b[31m"
    assert "\n" not in JsonLines().format(record("line\nbreak"))


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/ask", "/api/ask"),
        ("/embed", "/embed"),
        ("/embed/panel.js", "widget file"),
        ("/", "page"),
        ("/gradio_api/heartbeat/abc", "page"),
        (f"/{SECRET}", "unknown"),
    ],
)
def test_a_route_is_one_of_few(path: str, route: str) -> None:
    assert route_of(path) == route


def test_what_fails_is_counted_and_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    app, metrics = FastAPI(), Metrics()

    @app.get("/readyz")
    def fails() -> None:
        raise ValueError(SECRET)

    app.add_middleware(Observed, metrics=metrics)
    with caplog.at_level(logging.INFO, "ask.requests"):
        TestClient(app, raise_server_exceptions=False).get("/readyz")
    assert metrics.registry.get_sample_value("ask_requests_total", {"route": "/readyz", "status": "500"}) == 1
    assert caplog.records[0].facts["status"] == 500  # type: ignore[attr-defined]
