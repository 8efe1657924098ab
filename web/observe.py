"""Sees every request from outside: a count by route and status, a line of the log. Never a body or an address."""

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.harden import GRADIO, OURS, PANEL
from web.metrics import Metrics

REQUESTS = logging.getLogger("ask.requests")


class Observed:
    """ASGI middleware that counts and logs requests, by route and status."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            route = route_of(scope["path"])
            self.metrics.requests.labels(route, status or 500).inc()
            took = round((time.perf_counter() - started) * 1000, 1)
            facts = {"route": route, "method": scope["method"], "status": status or 500, "ms": took}
            REQUESTS.info("request", extra={"facts": facts})


def route_of(path: str) -> str:
    """A name for the path, one of few: what a visitor makes up must not become a label or a line."""
    if path in OURS:
        return path
    if PANEL.fullmatch(path):
        return path if path in ("/embed", "/demo") else "widget file"
    return "page" if GRADIO.fullmatch(path) else "unknown"


class JsonLines(logging.Formatter):
    """A record as one line of JSON. Of an error only its type and place: its message may quote what was asked."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
        }
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])
            line["error"] = record.exc_info[0].__name__
            line["at_code"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
        else:
            line["said"] = record.getMessage()
        return json.dumps(line | getattr(record, "facts", {}), ensure_ascii=False)


def log_as_json(log: str) -> None:
    """Write the log of this process to stderr: `off`, `problems`, or also `requests`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name == REQUESTS.name)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.disable(logging.CRITICAL if log == "off" else logging.NOTSET)
    REQUESTS.setLevel(logging.INFO if log == "requests" else logging.WARNING)
