"""What stands in front of every route: an allow-list of paths, a limit on bodies, and security headers.

Gradio mounts many routes that a text chat never uses (upload, file, proxy, deep links, monitoring, run history); what
is not listed here does not exist.
"""

import json
import re
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 16 * 1024
OURS = r"api/(ask|article)|healthz|readyz|openapi\.json"
GRADIO = (
    r"|config|theme\.css|manifest\.json|favicon\.ico|assets/[\w./-]+|static/[\w./-]+"
    r"|gradio_api/(queue/join|queue/data|heartbeat/\w+|cancel|reset|info|startup-events|app_id)"
)
PAGE = r"|page/(static/[\w-]+\.(js|css|svg)|feedback|doctor)"
ALLOWED = re.compile(rf"/({OURS}{PAGE}{GRADIO})?")


class Harden:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, sites: Sequence[str]) -> None:
        self.app = app
        self.headers = security_headers(sites)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        send = self._with_headers(send, api=scope["path"].startswith("/api"))
        if not ALLOWED.fullmatch(scope["path"]) or ".." in scope["path"]:
            await problem(send, 404, "There is nothing at this address.")
        elif not (body := await _body(scope, receive)):
            await problem(send, 413, f"The request is too large; send at most {LARGEST_BODY} bytes.")
        else:
            await self.app(scope, body, send)

    def _with_headers(self, send: Send, *, api: bool) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                if api:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        return sending


def security_headers(sites: Sequence[str]) -> dict[str, str]:
    """The headers of every response; only `sites` may put the chat in a frame."""
    ancestors = " ".join(["'self'", *(site if site.count(":") > 1 else f"{site}:*" for site in sites)])
    policy = (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        f"frame-ancestors {ancestors}"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }


async def problem(send: Send, status: int, detail: str) -> None:
    """Send an RFC 9457 problem document."""
    body = json.dumps({"type": "about:blank", "status": status, "detail": detail}).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _body(scope: Scope, receive: Receive) -> Receive | None:
    """Read the body, counting what really arrives; None when it is too large."""
    declared = Headers(scope=scope).get("content-length", "0")
    if declared.isdecimal() and int(declared) > LARGEST_BODY:
        return None
    received: list[Message] = []
    size, more = 0, scope["method"] not in ("GET", "HEAD", "OPTIONS")
    while more:
        message = await receive()
        received.append(message)
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
        if size > LARGEST_BODY:
            return None

    async def replay() -> Message:
        return received.pop(0) if received else await receive()

    return replay
