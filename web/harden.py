"""What stands in front of every route: security headers, an allow-list of paths and methods, a limit on bodies.

Gradio mounts many routes that a text chat never uses (upload, file, proxy, deep links, monitoring, run history); what
is not listed here does not exist.
"""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problem import ProblemTexts, send_problem

LARGEST_BODY = 16 * 1024
LOADER = "/ask-the-article.js"
OURS = {
    "/api/ask": ("POST",),
    **dict.fromkeys(("/page/feedback", "/page/doctor"), ("POST",)),
    **dict.fromkeys(("/api/article", "/healthz", "/readyz", "/openapi.json", LOADER), ("GET", "HEAD")),
}
"""Our own addresses and what they take; the panel and the demo are added by their pattern."""
PANEL = re.compile(r"/(embed|demo)(/[\w-]+\.(js|css))?")
GRADIO = re.compile(
    r"/(page/static/[\w-]+\.(js|css|svg)|config|theme\.css|manifest\.json|favicon\.ico|assets/[\w./-]+|static/[\w./-]+"
    r"|gradio_api/(queue/join|queue/data|heartbeat/\w+|cancel|reset|info|startup-events|app_id))?"
)
SELF = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; "
STRICT = f"{SELF}base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
GRADIO_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=()",
}


class SecurityHeaders:
    """ASGI middleware that puts the headers on every response."""

    def __init__(self, app: ASGIApp, sites: Sequence[str]) -> None:
        self.app, self.sites = app, sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(security_headers(scope["path"], self.sites))
                if scope["path"] in OURS:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


class Gate:
    """ASGI middleware that lets only known paths, methods and small bodies through."""

    def __init__(self, app: ASGIApp, texts: ProblemTexts) -> None:
        self.app, self.texts = app, texts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        allowed = ("GET", "HEAD") if PANEL.fullmatch(path) else OURS.get(path)
        if allowed is None and (not GRADIO.fullmatch(path) or ".." in path):
            await send_problem(send, 404, self.texts.not_found)
        elif allowed is not None and method not in allowed:
            names = ", ".join(allowed)
            detail = self.texts.wrong_method.format(method=method, allowed=names)
            await send_problem(send, 405, detail, {"Allow": names})
        elif not (body := await _body(scope, receive)):
            await send_problem(send, 413, self.texts.too_large.format(largest=LARGEST_BODY))
        else:  # FastAPI's own routes do not know HEAD; the server leaves the body of its answer out
            known = {**scope, "method": "GET"} if method == "HEAD" else scope
            await self.app(known, body, send)


def security_headers(path: str, sites: Sequence[str]) -> dict[str, str]:
    """The headers of every response at `path`; only `sites` may put the chat in a frame."""
    ancestors = " ".join(["frame-ancestors 'self'", *map(frame_source, sites)])
    if PANEL.fullmatch(path):
        # A page that isolates itself (COEP) only frames what isolates itself too.
        return {
            **COMMON,
            "Content-Security-Policy": STRICT + ancestors,
            "Cross-Origin-Embedder-Policy": "require-corp",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
    if path == LOADER:
        return {**COMMON, "Content-Security-Policy": DATA_POLICY, "Cross-Origin-Resource-Policy": "cross-origin"}
    own = {**COMMON, "Cross-Origin-Resource-Policy": "same-origin"}
    if path in OURS and not path.startswith("/page/"):
        return {**own, "Content-Security-Policy": DATA_POLICY}
    return {**COMMON, "Content-Security-Policy": GRADIO_POLICY + ancestors}


def frame_source(site: str) -> str:
    """A site as a source of `frame-ancestors`; on this machine any port will do, as developers change theirs."""
    return f"{site}:*" if site in ("http://localhost", "http://127.0.0.1") else site


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
