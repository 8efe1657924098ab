"""What a chat costs the page it stands on: bytes, requests, hosts and time, side by side in one run.

    python benchmarks/widget.py [--write]

Measured in chromium over loopback, each row on a fresh browser profile, median of several loads. Compared are our
button and panel, our own Gradio page in an iframe, and deep-chat from its npm package (fetched with npm; left out,
and said so, where npm or its registry cannot be reached). deep-chat is the interface alone and has no panel behind it.
"""

import gzip
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, Page, Request, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import CHROMIUM, FLAGS  # noqa: E402
from tests.test_app import running, wait_until  # noqa: E402

DEEP_CHAT = "deep-chat@2.4.2"
LOADS = 5
LABEL = "Ask about this article"


@dataclass
class Load:
    """What one load of a page cost."""

    sizes: list[int] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    seconds: float = 0.0


class Site:
    """A page on an origin of its own, its files gzipped as any site would."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        files = self.files

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, kind = files.get(self.path, (b"", "text/plain"))
                packed = gzip.compress(body, 9)
                self.send_response(200 if body else 404)
                headers = {"Content-Type": kind, "Content-Encoding": "gzip", "Content-Length": str(len(packed))}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(packed)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://localhost:{self.server.server_address[1]}"

    def page(self, path: str, body: str) -> None:
        self.files[path] = (f"<!doctype html><title>Clinic</title><h1>Clinic</h1>{body}".encode(), "text/html")


def load(browser: Browser, url: str, until: Callable[[Page], None]) -> Load:
    """One visit with an empty cache; the page's own document is not counted."""
    context, found = browser.new_context(), Load()
    page = context.new_page()
    finished: list[Request] = []
    page.on("request", lambda request: found.hosts.add(request.url.split("/")[2]) if "//" in request.url else None)
    page.on(
        "requestfinished", lambda request: finished.append(request)
    )  # a stream that stays open never is, and has no size
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    until(page)
    found.seconds = time.perf_counter() - started
    page.wait_for_timeout(1500)  # what comes late is counted too
    for request in finished:
        if not request.url.startswith("data:") and not request.url.endswith("favicon.ico") and request.url != url:
            found.sizes.append(request.sizes()["responseBodySize"])
    context.close()
    return found


def shown(page: Page) -> None:
    page.get_by_role("button", name=LABEL).wait_for()


def opened(page: Page) -> None:
    shown(page)
    page.get_by_role("button", name=LABEL).click()
    page.frame_locator("iframe").get_by_label("Your question").wait_for()


def answered(page: Page) -> None:
    opened(page)
    box = page.frame_locator("iframe").get_by_label("Your question")
    box.fill("What are beta cells?")
    box.press("Enter")
    page.frame_locator("iframe").locator(".answer .copy").wait_for()


def framed(page: Page) -> None:
    page.frame_locator("iframe").get_by_label("Your question").wait_for()


def deep_chat_ready(page: Page) -> None:
    page.locator("deep-chat #text-input").wait_for()


def deep_chat_bundle(folder: Path) -> bytes | None:
    """The bundle of the npm package; None when it cannot be had."""
    try:
        run = subprocess.run(
            ["npm", "pack", "--silent", DEEP_CHAT], cwd=folder, capture_output=True, text=True, check=True, timeout=120
        )
    except (OSError, subprocess.SubprocessError):
        return None
    with tarfile.open(folder / run.stdout.strip().splitlines()[-1]) as package:
        member = next((name for name in package.getnames() if name.endswith("dist/deepChat.bundle.js")), None)
        file = package.extractfile(member) if member else None
        return file.read() if file else None


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _, chat = stack.enter_context(running(folder / "log"))
        wait_until(f"{chat}/readyz")
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        site = Site()
        site.page("/ours", f'<script src="{chat}/ask-the-article.js" defer></script>')
        site.page("/gradio", f'<iframe src="{chat}/" title="Chat" width=800 height=700></iframe>')
        cases = [
            ("our button, page loaded", "/ours", shown),
            ("our button, chat opened", "/ours", opened),
            ("our button, one question answered", "/ours", answered),
            ("the Gradio page in an iframe", "/gradio", framed),
        ]
        bundle = deep_chat_bundle(folder)
        if bundle:
            site.files["/deepChat.bundle.js"] = (bundle, "text/javascript")
            site.page("/deep", '<script type="module" src="/deepChat.bundle.js"></script><deep-chat></deep-chat>')
            cases.append((f"{DEEP_CHAT}, page loaded", "/deep", deep_chat_ready))
        rows = [row(name, [load(browser, site.url + path, until) for _ in range(LOADS)]) for name, path, until in cases]
        if not bundle:
            rows.append(f"| {DEEP_CHAT} | not measured: its package could not be fetched | | | |")
        browser.close()
    table = "\n".join(
        ["| what | requests | bytes on the wire | other hosts | ready after |", "|---|---|---|---|---|", *rows]
    )
    print(table)
    if "--write" in sys.argv:
        page = ROOT / "benchmarks" / "widget.md"
        before, _, rest = page.read_text("utf-8").partition("<!-- table -->\n")
        page.write_text(f"{before}<!-- table -->\n{table}\n<!-- end -->{rest.partition('<!-- end -->')[2]}", "utf-8")
    return 0


def row(name: str, loads: list[Load]) -> str:
    requests = statistics.median(len(found.sizes) for found in loads)
    size = statistics.median(sum(found.sizes) for found in loads)
    hosts = sorted({host for found in loads for host in found.hosts if not host.startswith(("127.0.0.1", "localhost"))})
    seconds = statistics.median(found.seconds for found in loads)
    return f"| {name} | {requests:.0f} | {size:,.0f} | {', '.join(hosts) or 'none'} | {seconds:.2f} s |"


if __name__ == "__main__":
    sys.exit(main())
