"""Errors as RFC 9457 problem details, each with a sentence a person can act on. Its words are in prompts/problems.yaml.

`Problems` is the last resort: whatever error comes from further inside without being such a document becomes one.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.prompts import PROMPTS
from corpus.yaml_file import read_yaml

PROBLEM = "application/problem+json"
PROBLEM_SCHEMA = {
    "title": "Problem",
    "description": "An error as RFC 9457 has it; `detail` says what to do.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


@dataclass(frozen=True, slots=True)
class ProblemTexts:
    """The sentences of prompts/problems.yaml."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # pydantic reads this name
    invalid: str
    too_long: str
    unknown_article: str
    not_found: str
    wrong_method: str
    too_large: str
    too_many: str
    starting: str
    unavailable: str
    refused: str
    failed: str

    def of_status(self, status: int) -> str:
        """The sentence for an error that brings none of its own."""
        named = {400: self.invalid, 404: self.not_found, 422: self.invalid, 503: self.starting}
        return named.get(status, self.failed if status >= 500 else self.refused)


def load_problems(folder: Path = PROMPTS) -> ProblemTexts:
    """Read the sentences.

    Raises:
        ArticleError: one is missing, unknown or not a text; the message names file and line.
    """
    path = folder / "problems.yaml"
    return read_yaml(path.read_text("utf-8"), ProblemTexts, path)


def document(status: int, detail: str) -> dict[str, object]:
    """A problem document."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


async def send_problem(send: Send, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
    """Send a problem document as the whole response."""
    body = json.dumps(document(status, detail)).encode()
    message: Message = {"type": "http.response.start", "status": status, "headers": []}
    written = MutableHeaders(scope=message)
    written.update({"Content-Type": PROBLEM, "Content-Length": str(len(body)), **(headers or {})})
    await send(message)
    await send({"type": "http.response.body", "body": body})


class Problems:
    """ASGI middleware that turns any other error response into a problem document, but for what /readyz says."""

    def __init__(self, app: ASGIApp, texts: ProblemTexts) -> None:
        self.app, self.texts = app, texts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        replaced = False

        async def sending(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _foreign_error(message):
                replaced = True
                kept = MutableHeaders(scope=message)
                status = message["status"]
                headers = {name: kept[name] for name in ("allow", "retry-after", "vary") if name in kept}
                await send_problem(send, status, self.texts.of_status(status), headers)
            elif not replaced:
                await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" and scope["path"] != "/readyz" else send)


def _foreign_error(message: Message) -> bool:
    kind = MutableHeaders(scope=message).get("content-type", "")
    return bool(message["status"] >= 400) and not kind.startswith(PROBLEM)
