"""What the widget's tests share: the chat and its host pages on two origins, and a browser that sees both."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import uvicorn
from playwright.sync_api import Browser, FrameLocator, Page, sync_playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.browser import CHROMIUM, FLAGS

HOST, STRANGER = "clinic.example", "stranger.example"
"""Names that the browser takes for this machine; the chat itself is reached as 127.0.0.1."""
RESOLVE = f"--host-resolver-rules=MAP {HOST} 127.0.0.1, MAP {STRANGER} 127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """An app on a port of its own, in a thread; gone at the end."""
    port = port or free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_level="warning", proxy_headers=False, ws="none", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


class Pages:
    """A clinic's site: pages that a test writes, each with the headers it wants."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, headers = pages.get(self.path.split("?")[0], ("", {}))
                self.send_response(200)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(
        self, path: str, body: str, headers: dict[str, str] | None = None, *, head: str = "", html: str = ""
    ) -> None:
        """A page; the loader is in its body, where the test puts it."""
        text = (
            f"<!doctype html><html lang=en {html}><head><meta name=viewport content='width=device-width'>"
            f"<title>Clinic</title>{head}</head><body>{body}</body></html>"
        )
        self.pages[path] = (text, headers or {})

    def url(self, path: str, host: str = HOST) -> str:
        return f"http://{host}:{self.port}{path}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def widget_browser(*flags: str) -> Iterator[Browser]:
    """A browser that knows the made-up host names and blocks third-party storage."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, RESOLVE, "--test-third-party-cookie-phaseout", *flags]
        )
        yield opened
        opened.close()


def script(chat: str, attributes: str = "") -> str:
    """The one line that a site pastes."""
    return f'<script src="{chat}/ask-the-article.js" defer {attributes}></script>'


def panel(page: Page) -> FrameLocator:
    """The inside of the frame."""
    return page.frame_locator("ask-the-article iframe")


def wait_for(true: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.02)


class Pausing:
    """An app that waits before each part of its responses, for the paths and seconds that a test sets."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.seconds: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pause = self.seconds.get(scope.get("path", ""), 0)

        async def late(message: Message) -> None:
            if pause and (message["type"] == "http.response.start" or message.get("body")):
                await asyncio.sleep(pause)
            await send(message)

        await self.app(scope, receive, late if pause else send)
