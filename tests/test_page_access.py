"""The page for everyone: axe on every state, the keyboard alone, what a screen reader hears, zoom, four languages."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.chain import Bot
from corpus.settings import Settings
from tests.browser import ANSWER, CALM, CHROMIUM, ask, box, browser, open_page, ready, serving
from tests.test_app import free_port
from web.page_words import load_words
from web.server import create_app

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed; 'apt-get install chromium' brings it"),
    pytest.mark.enable_socket,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Gradio's queue uses pandas; here it is in this process
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
URGENT = "my chest hurts and my left arm is numb"


@pytest.fixture(scope="module")
def url(lent: Bot) -> Iterator[str]:
    app = create_app(Settings(feedback=None), lent.index.publication, lent.prompts, lambda: lent)
    with serving(app, free_port()) as address:
        yield address


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def at(opened: Browser, url: str) -> Iterator[Callable[..., Page]]:
    pages: list[Page] = []

    def open_at(width: int = 1280, height: int = 900, **context: Any) -> Page:
        pages.append(open_page(opened, url, width, height, **context))
        return pages[-1]

    yield open_at
    for page in pages:
        page.context.close()


def problems(page: Page) -> list[str]:
    """What axe finds that is serious or critical."""
    page.add_style_tag(content=CALM)
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:150]} {node.get('failureSummary', '')[:200]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def cite(page: Page) -> None:
    ask(page, "How does MSC calm the immune system?")
    page.locator(".ask-source summary").first.click()
    page.locator(f"{ANSWER} .ask-cite").first.click()


def explain(page: Page) -> None:
    ask(page, "What are T cells?")
    page.locator(f"{ANSWER} .ask-term").first.focus()


def change(page: Page) -> None:
    ask(page, "What are T cells?")
    page.locator(".ask-edit").click()


def asking(question: str) -> Callable[[Page], None]:
    return partial(_ask, question=question)


def _ask(page: Page, question: str) -> None:
    ask(page, question)


STATES: dict[str, Callable[[Page], None]] = {
    "empty": lambda page: None,
    "answered": asking("Can it help my kidneys?"),
    "silent": asking("How much does it cost?"),
    "urgent": asking(URGENT),
    "advice": asking("Should I stop my insulin?"),
    "cited": cite,
    "explained": explain,
    "changing": change,
}


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_axe_finds_nothing_serious(at: Callable[..., Page], width: int, dark: bool) -> None:
    page = at(width, 780, dark=dark)
    for state, reach in STATES.items():
        reach(page)
        assert problems(page) == [], state
        page.evaluate("sessionStorage.clear()")
        page.reload()
        ready(page)


def test_axe_finds_nothing_serious_while_waiting_stopped_and_failed(at: Callable[..., Page], bot: Bot) -> None:
    from web.render import Renderer

    page = at(1280, 800)
    ask(page, "What are T cells?")
    renderer = Renderer(bot.index.publication, bot.prompts, load_words()["en"])
    for html in (renderer.pending("x"), renderer.without("stopped", "x"), renderer.without("failed", "x")):
        page.locator(ANSWER).evaluate("(answer, html) => { answer.outerHTML = html }", html)
        assert problems(page) == []


def test_axe_finds_nothing_serious_on_the_page_for_the_doctor(at: Callable[..., Page]) -> None:
    page = at(800, 900)
    for question in ("Can it help my kidneys?", "How much does it cost?", URGENT):
        ask(page, question)
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Take to my doctor").click()
    popup.value.get_by_role("button").wait_for()
    assert problems(popup.value) == []


def test_every_control_has_a_name(at: Callable[..., Page]) -> None:
    page = at()
    ask(page, "Can it help my kidneys?")
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(page.get_by_role("log", name="Questions and answers")).to_be_visible()
    expect(page.get_by_role("region", name="The article")).to_be_visible()
    expect(page.get_by_role("button", name="Not helpful")).to_be_visible()
    assert page.locator("[data-testid=bot][aria-label]").count() == 0


def test_the_whole_flow_by_keyboard(at: Callable[..., Page]) -> None:
    page = at()
    _tab_to(page, "What are T cells?")
    page.keyboard.press("Enter")
    expect(page.locator(f"{ANSWER} .ask-offer").first).to_be_visible(timeout=30_000)
    _tab_to(page, "Source 1")
    page.keyboard.press("Enter")
    expect(page.locator("#ask-reading .ask-marked")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(f"{ANSWER} .ask-cite").first).to_be_focused()
    _tab_to(page, "Source 1 Footnote 1")
    page.keyboard.press("Enter")
    _tab_to(page, "This quote does not say that")
    page.keyboard.press("Enter")
    expect(page.locator(".ask-wrong").first).to_have_attribute("aria-pressed", "true")
    _tab_to(page, "Copy")
    _tab_to(page, "Your question")
    page.keyboard.type("How much does it cost?")
    page.keyboard.press("Enter")
    expect(page.locator(ANSWER)).to_have_count(2, timeout=30_000)
    expect(box(page)).to_be_focused()


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of this name has the focus; fails when the keyboard cannot reach it."""
    script = """() => { const e = document.activeElement; const label = e.labels?.[0];
        return ((label ?? e).textContent || e.getAttribute('aria-label') || '').replace(/\\s+/g, ' ').trim() }"""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate(script) == name:
            return
    raise AssertionError(f"Tab never reached '{name}'")


def test_a_screen_reader_hears_each_sentence_once(at: Callable[..., Page]) -> None:
    page = at()
    ask(page, "What are beta cells?")
    ask(page, "How much does it cost?")
    heard = page.locator("body > [role=log] p").all_text_contents()
    assert heard.count("The article does not say") == 1
    assert len([text for text in heard if "located in pancreas" in text]) == 1
    assert len([text for text in heard if "what it costs" in text]) == 1
    assert page.locator("#ask-chat [role=log]").get_attribute("aria-live") == "off"


def test_at_200_percent_and_320_pixels_nothing_is_lost(at: Callable[..., Page]) -> None:
    for width, height in ((640, 400), (320, 512)):
        page = at(width, height)
        ask(page, "Can it help my kidneys?")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator(f"{ANSWER} .ask-copy").scroll_into_view_if_needed()
        expect(page.locator(f"{ANSWER} .ask-copy")).to_be_in_viewport()
        expect(box(page)).to_be_in_viewport()


def test_reduced_motion_is_kept(at: Callable[..., Page]) -> None:
    page = at(reduced_motion="reduce")
    ask(page, "What are T cells?")
    assert page.locator(ANSWER).evaluate("e => getComputedStyle(e).animationName") == "none"
    page.locator(f"{ANSWER} .ask-cite").first.click()
    expect(page.locator("#ask-reading .ask-marked")).to_be_in_viewport()


@pytest.mark.parametrize(("locale", "code"), [("ms-MY", "ms"), ("zh-CN", "zh"), ("es-MX", "es"), ("fr-FR", "en")])
def test_the_page_speaks_the_browsers_language_and_quotes_stay(at: Callable[..., Page], locale: str, code: str) -> None:
    page, words = at(360, 780, locale=locale), load_words()[code]
    assert page.locator("html").get_attribute("lang") == code
    expect(page.get_by_role("heading", level=1)).to_have_text(words.title)
    expect(page.get_by_role("textbox", name=words.question)).to_be_visible()
    ask(page, "What are beta cells?")
    expect(page.locator(f"{ANSWER} .ask-kind")).to_have_text(words.answered)
    expect(page.locator(ANSWER)).to_contain_text("Beta cells are cells located in pancreas that produce insulin.")
    assert page.locator(f"{ANSWER} .ask-quote").first.get_attribute("lang") == "en"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_from_right_to_left_nothing_runs_out_of_the_page(at: Callable[..., Page]) -> None:
    page = at(360, 780)
    page.evaluate("document.documentElement.dir = 'rtl'")
    ask(page, "Can it help my kidneys?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    side = page.locator(".ask-user-text").evaluate("e => e.getBoundingClientRect().left")
    assert side < 60
