"""Take the pictures in docs/screenshots: `make screenshots`. Starts the app, brings it into every state, and looks."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import ANSWER, ask, box, browser, open_page  # noqa: E402
from tests.test_app import running, wait_until  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"phone": (360, 780), "tablet": (768, 1024), "desktop": (1440, 900)}
Act = Callable[[Page], None]


def asked(page: Page, *questions: str) -> None:
    for question in questions:
        ask(page, question)


def cited(page: Page) -> None:
    ask(page, "Can it help my kidneys?")
    page.locator(f"{ANSWER} .ask-cite").first.click()


def source(page: Page) -> None:
    ask(page, "How does MSC calm the immune system?")
    page.locator(".ask-source summary").first.click()
    page.locator(".ask-source").first.scroll_into_view_if_needed()


def explained(page: Page) -> None:
    ask(page, "How does MSC calm the immune system?")
    page.locator(f"{ANSWER} .ask-term", has_text="immune tolerance").focus()


def changing(page: Page) -> None:
    ask(page, "Can it help my kidneys?")
    page.locator(".ask-edit").click()


def waiting(page: Page) -> None:
    page.context.set_offline(True)
    box(page).fill("What are T cells?")
    box(page).press("Enter")
    page.locator("#ask-status").wait_for(timeout=15_000)


STATES: dict[str, Act] = {
    "start": lambda page: None,
    "answered": lambda page: asked(page, "What are beta cells?", "Can it help my kidneys?"),
    "cited": cited,
    "source": source,
    "explained": explained,
    "silent": lambda page: asked(page, "How much does it cost?"),
    "advice": lambda page: asked(page, "Should I stop my insulin after the treatment?"),
    "urgent": lambda page: asked(page, "my chest hurts and my left arm is numb"),
    "changing": changing,
    "lost": waiting,
}


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as temp, running(Path(temp) / "log") as (_, url), browser() as opened:
        wait_until(f"{url}/readyz")
        for size, (width, height) in SIZES.items():
            for state, act in STATES.items():
                for dark in (False, True):
                    page = open_page(opened, url, width, height, dark=dark)
                    act(page)
                    take(page, f"{state}-{size}{'-dark' if dark else ''}")
        for locale in ("ms-MY", "es-ES"):
            page = open_page(opened, url, *SIZES["phone"], locale=locale)
            ask(page, "What are beta cells?")
            take(page, f"language-{locale[:2]}-phone")
        printed(open_page(opened, url, *SIZES["desktop"]))
        take_widget(opened, url, FOLDER)
    sys.stdout.write(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}\n")
    return 0


def printed(page: Page) -> None:
    """The chat and the page for the doctor, as a printer gets them."""
    asked(page, "Can it help my kidneys?", "How much does it cost?", "Should I stop my insulin?")
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Take to my doctor").click()
    popup.value.locator("#print").wait_for()
    popup.value.screenshot(path=FOLDER / "doctor-desktop.png", full_page=True)
    popup.value.emulate_media(media="print")
    popup.value.set_viewport_size({"width": 794, "height": 1123})
    popup.value.screenshot(path=FOLDER / "doctor-print.png", full_page=True)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    page.screenshot(path=FOLDER / "chat-print.png", full_page=True)


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(500)
    page.screenshot(path=FOLDER / f"{name}.png")
    page.context.close()


def take_widget(opened: Browser, url: str, folder: Path) -> None:
    """The button and the panel on the demo page."""
    for size, (width, height) in SIZES.items():
        for dark in (False, True):
            context = opened.new_context(
                viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
            )
            page, end = context.new_page(), f"{size}{'-dark' if dark else ''}.png"
            page.goto(f"{url}/demo")
            page.get_by_role("button", name="Ask about this article").wait_for()
            page.locator("ask-the-article").evaluate("(e, question) => e.ask(question)", "Can it help my kidneys?")
            page.frame_locator("iframe").locator(".answer .copy").wait_for(timeout=30_000)
            page.wait_for_timeout(300)
            page.screenshot(path=folder / f"widget-answered-{end}")
            context.close()


if __name__ == "__main__":
    sys.exit(main())
