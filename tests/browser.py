"""A real browser for tests and screenshots: Debian's chromium, driven by playwright, with the network closed."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
ANSWER = "#ask-chat .ask-answer"
PENDING = "#ask-chat .ask-pending"
CALM = "*, *::before, *::after { transition: none !important; }"


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@contextmanager
def serving(app: FastAPI, port: int) -> Iterator[str]:
    """The app on a port of this machine, in a thread of this process."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def open_page(opened: Browser, url: str, width: int, height: int, *, dark: bool = False, **context: Any) -> Page:
    """The chat page, ready for a question."""
    page = opened.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", **context
    ).new_page()
    page.goto(url)
    ready(page)
    return page


def ready(page: Page) -> None:
    """Wait until a page's own script has made it usable."""
    page.locator("#ask-chat [role=log][tabindex='0']").wait_for()


def box(page: Page) -> Any:
    """Where one types."""
    return page.locator("#ask-question textarea")


def ask(page: Page, question: str, *, wait: bool = True) -> None:
    """Type a question, send it with Enter, and wait for its whole answer."""
    before = page.locator(ANSWER).count()
    box(page).fill(question)
    box(page).press("Enter")
    if wait:
        page.locator(ANSWER).nth(before).wait_for(timeout=60_000)
        expect(page.locator(PENDING)).to_have_count(0, timeout=60_000)
