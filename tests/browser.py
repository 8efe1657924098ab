"""A real browser for tests and screenshots: Debian's chromium, driven by playwright, with the network closed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def open_page(opened: Browser, url: str, width: int, height: int, *, dark: bool = False) -> Page:
    """The chat page, ready for a question."""
    page = opened.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    ).new_page()
    page.goto(f"{url}/?__theme=dark" if dark else url)
    page.get_by_label("Your question").wait_for()
    return page


def ask(page: Page, question: str) -> None:
    """Type a question, send it with Enter, and wait for its answer."""
    before = page.locator("#ask-chat .ask-answer").count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    page.locator("#ask-chat .ask-answer").nth(before).wait_for(timeout=60_000)
