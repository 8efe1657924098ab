"""Take the pictures in docs/screenshots: `make screenshots`. Starts the app, asks, and looks."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import ask, browser, open_page  # noqa: E402
from tests.test_app import running, wait_until  # noqa: E402

STATES = {
    "start": [],
    "answered": ["What are beta cells?", "Can it help my kidneys?"],
    "silent": ["How much does it cost?"],
    "advice": ["Should I stop my insulin after the treatment?"],
    "urgent": ["my chest hurts and my left arm is numb"],
}
SIZES = {"phone": (360, 780), "tablet": (768, 1024), "desktop": (1440, 900)}


def main() -> int:
    folder = ROOT / "docs" / "screenshots"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temp, running(Path(temp) / "log") as (_, url), browser() as opened:
        wait_until(f"{url}/readyz")
        for size, (width, height) in SIZES.items():
            for state, questions in STATES.items():
                for dark in (False, True) if size != "tablet" else (False,):
                    page = open_page(opened, url, width, height, dark=dark)
                    for question in questions:
                        ask(page, question)
                    if state == "answered" and size == "desktop":
                        page.locator("details.ask-source summary").last.click()
                    page.wait_for_timeout(600)
                    page.screenshot(path=folder / f"{state}-{size}{'-dark' if dark else ''}.png")
                    page.context.close()
        take_widget(opened, url, folder)
    pngs = sorted(folder.glob("*.png"))
    subprocess.run(["ls", "-la", *map(str, pngs)], check=True)  # noqa: S603, S607
    return 0


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
