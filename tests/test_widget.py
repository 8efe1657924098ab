"""The button and the panel in a real browser, on a clinic's page of another origin than the chat."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Route, expect
from starlette.types import ASGIApp

from bot.chain import Bot
from corpus.settings import Settings
from tests.browser import CHROMIUM
from tests.widget import HOST, STRANGER, Pages, Pausing, free_port, panel, script, serving, wait_for, widget_browser
from web.embed import make_widget
from web.server import pageless_app
from web.starters import starters
from web.words import load_panel_words

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed; 'apt-get install chromium' brings it"),
    pytest.mark.enable_socket,
]
DESKTOP, PHONE, SMALL = (1280, 900), (390, 780), (320, 600)
LABEL = "Ask about this article"
expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong
ASKED = "How does MSC calm the immune system?"
DANGER = "my chest hurts and my left arm is numb"


@pytest.fixture(scope="module")
def site() -> Iterator[Pages]:
    pages = Pages()
    yield pages
    pages.close()


@pytest.fixture(scope="module")
def make_app(lent: Bot, site: Pages) -> Callable[..., ASGIApp]:
    publication = lent.index.publication
    widget = make_widget(publication, lent.prompts, starters(publication))

    def make(**settings: Any) -> ASGIApp:
        sites = (f"http://{HOST}:{site.port}", "http://localhost")
        app, warming = pageless_app(replace(Settings(), sites=sites, **settings), publication, widget, lambda: lent)
        warming.get(60)
        return app

    return make


@pytest.fixture(scope="module")
def pausing(make_app: Callable[..., ASGIApp]) -> Pausing:
    return Pausing(make_app())


@pytest.fixture(scope="module")
def chat(pausing: Pausing) -> Iterator[str]:
    with serving(pausing) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with widget_browser() as opened:
        yield opened


@pytest.fixture
def visit(browser: Browser, site: Pages, chat: str) -> Iterator[Callable[..., Page]]:
    """Opens a clinic's page with the button; every console error and failed script fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def complain(text: str, url: str) -> None:
        if "favicon" not in url:
            complaints.append(text)

    def visit(
        attributes: str = "",
        *,
        size: tuple[int, int] = DESKTOP,
        body: str = "<h1>Clinic</h1><p>About us.</p><a href='#'>A link</a>",
        head: str = "",
        html: str = "",
        headers: dict[str, str] | None = None,
        host: str = HOST,
        loader: str | None = None,
        before: str = "",
        quiet: bool = True,
        **context: Any,
    ) -> Page:
        opened = browser.new_context(viewport={"width": size[0], "height": size[1]}, **context)
        contexts.append(opened)
        if before:
            opened.add_init_script(before)
        page = opened.new_page()
        if quiet:
            page.on("console", lambda said: complain(said.text, said.location["url"]) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        site.put("/", f"{body}{script(chat, attributes) if loader is None else loader}", headers, head=head, html=html)
        page.goto(site.url("/", host))
        return page

    yield visit
    for opened in contexts:
        opened.close()
    assert not complaints


def press(page: Page) -> None:
    page.get_by_role("button", name=LABEL).click()


def open_panel(page: Page) -> None:
    press(page)
    expect(panel(page).get_by_label("Your question")).to_be_focused()


def ask(page: Page, question: str) -> None:
    """Ask in the panel and wait for the whole answer."""
    inside = panel(page)
    done = inside.locator(".answer .copy").count()
    inside.get_by_label("Your question").fill(question)
    inside.get_by_label("Your question").press("Enter")
    expect(inside.locator(".answer .copy")).to_have_count(done + 1, timeout=20_000)


def inside(page: Page) -> Frame:
    return next(frame for frame in page.frames if "/embed" in frame.url)


def events(page: Page) -> list[dict[str, Any]]:
    """Records what the button tells its page."""
    page.evaluate(
        """() => { window.told = [];
        for (const name of ["open", "close", "ready", "answered", "failed"])
          addEventListener("ask-the-article:" + name, e => told.push([name, e.detail, Object.keys(e)])) }"""
    )
    return page.evaluate("told")


# The button


def test_nothing_is_fetched_before_intent_and_hovering_is_intent(visit: Callable[..., Page], chat: str) -> None:
    page = visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(300)
    assert asked == []
    fetched = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert [url for url in fetched if not url.endswith("favicon.ico")] == [f"{chat}/ask-the-article.js"]
    page.get_by_role("button", name=LABEL).hover()
    wait_for(lambda: any("/embed" in url for url in asked))
    assert page.evaluate("document.querySelector('ask-the-article').shadowRoot.querySelector('dialog').open") is False
    assert all(url.startswith(chat) for url in asked)


def test_the_way_of_a_visitor_with_a_keyboard_and_nothing_else(visit: Callable[..., Page]) -> None:
    page = visit()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=LABEL)).to_be_focused()
    page.keyboard.press("Enter")
    box = panel(page).get_by_label("Your question")
    expect(box).to_be_focused()
    page.keyboard.type("What are beta cells?")
    page.keyboard.press("Enter")
    answer = panel(page).locator(".answer")
    expect(answer.locator(".copy")).to_be_visible(timeout=20_000)
    reached = []
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        reached.append(inside(page).evaluate("document.activeElement.className || document.activeElement.id"))
        if reached[-1] == "log":
            break
    assert {"copy", "term", "mark", "log"} <= set(reached)
    source = answer.locator("summary").first
    source.focus()
    page.keyboard.press("Enter")
    expect(answer.locator(".context mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name=LABEL)).to_be_focused()
    page.keyboard.press("Space")
    expect(panel(page).locator(".answer")).to_have_count(1)
    expect(box).to_be_focused()


def test_escape_and_the_close_button_close_and_the_focus_goes_back(visit: Callable[..., Page]) -> None:
    page = visit()
    for leave in (
        lambda: panel(page).get_by_label("Your question").press("Escape"),
        lambda: page.get_by_role("button", name="Close the chat").click(),
        lambda: page.get_by_role("button", name="Close the chat").press("Escape"),
    ):
        open_panel(page)
        leave()
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.get_by_role("button", name=LABEL)).to_be_focused()


def test_on_a_phone_the_chat_is_modal_and_keeps_the_focus(visit: Callable[..., Page]) -> None:
    page = visit(size=PHONE)
    open_panel(page)
    box = page.get_by_role("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, "width": PHONE[0], "height": PHONE[1]}
    assert page.evaluate("document.querySelector('ask-the-article').shadowRoot.querySelector(':modal') !== null")
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") in ("ask-the-article", "body")
    panel(page).get_by_label("Your question").press("Escape")
    expect(page.get_by_role("button", name=LABEL)).to_be_focused()


def test_on_a_desktop_the_page_stays_usable(visit: Callable[..., Page]) -> None:
    page = visit()
    open_panel(page)
    page.get_by_role("link", name="A link").click()
    expect(page.get_by_role("link", name="A link")).to_be_focused()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_what_a_screen_reader_is_told(visit: Callable[..., Page]) -> None:
    page = visit()
    assert f'- button "{LABEL}"' in page.locator("body").aria_snapshot()
    open_panel(page)
    opened = page.locator("body").aria_snapshot()
    assert '- dialog "Ask the Article":\n  - button "Close the chat"' in opened
    assert opened.count("Ask the Article") == 1, "the skeleton is gone"
    ask(page, "What are beta cells?")
    said = panel(page).locator("body").aria_snapshot()
    for part in (
        '- heading "Ask the Article" [level=1]',
        '- log "Questions and answers"',
        'heading "You asked: What are beta cells?" [level=2]',
        "- blockquote",
        '- button "Source 1"',
        '- textbox "Your question"',
        '- button "Ask"',
    ):
        assert part in said, part
    assert inside(page).locator("#log").get_attribute("aria-busy") == "false"


# Options


def test_attributes_choose_place_colour_label_and_language(visit: Callable[..., Page]) -> None:
    page = visit('data-position="left" data-colour="#ffcc00" data-label="Chat with us" data-language="es"')
    button = page.get_by_role("button", name="Chat with us")
    assert button.bounding_box()["x"] == 16  # type: ignore[index]
    assert button.evaluate("e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]") == [
        "rgb(255, 204, 0)",
        "rgb(0, 0, 0)",
    ]
    button.click()
    expect(panel(page).get_by_label("Su pregunta")).to_be_focused()
    assert panel(page).locator("header").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 204, 0)"


def test_one_object_can_choose_as_well(visit: Callable[..., Page]) -> None:
    head = (
        "<script>askTheArticle = {label: 'Questions?', mount: '#here', article: 'msc-diabetes', open: false}</script>"
    )
    page = visit(head=head, body="<h1>Clinic</h1><div id=here></div><p>After.</p>")
    button = page.get_by_role("button", name="Questions?")
    assert button.evaluate("e => e.getRootNode().host.parentElement.id") == "here"
    button.click()
    expect(panel(page).get_by_label("Your question")).to_be_focused()
    dialog, after = page.get_by_role("dialog").bounding_box(), page.get_by_text("After.").bounding_box()
    assert dialog["y"] + dialog["height"] <= after["y"], "it stands in the text, not over it"  # type: ignore[index]
    ask(page, "What are beta cells?")


def test_open_on_load_does_not_take_the_focus_and_spares_phones(visit: Callable[..., Page]) -> None:
    page = visit("data-open")
    expect(panel(page).get_by_label("Your question")).to_be_visible()
    assert page.evaluate("document.activeElement.localName") == "body"
    page.get_by_role("button", name="Close the chat").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page = visit("data-open", size=PHONE)
    page.wait_for_timeout(200)
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_pasted_twice_there_is_one_button_and_two_elements_are_two(visit: Callable[..., Page], chat: str) -> None:
    page = visit(body=f"<h1>Clinic</h1>{script(chat)}")
    expect(page.get_by_role("button", name=LABEL)).to_have_count(1)
    two = "<ask-the-article position=left label=One></ask-the-article><ask-the-article label=Two></ask-the-article>"
    page = visit(body=f"<h1>Clinic</h1>{two}")
    expect(page.locator("ask-the-article")).to_have_count(2)
    for label in ("One", "Two"):
        page.get_by_role("button", name=label).click()
        frame = page.frame_locator(f"ask-the-article[label={label}] iframe")
        expect(frame.get_by_label("Your question")).to_be_focused()
        frame.get_by_label("Your question").fill("What are T cells?")
        frame.get_by_label("Your question").press("Enter")
        expect(frame.locator(".answer .copy")).to_have_count(1, timeout=20_000)
        page.locator(f"ask-the-article[label={label}]").get_by_role("button", name="Close the chat").click()


def test_the_pages_script_can_open_close_and_ask_but_hears_no_chat(visit: Callable[..., Page]) -> None:
    page = visit()
    events(page)
    page.evaluate("document.querySelector('ask-the-article').ask('What are T cells?')")
    expect(panel(page).locator(".answer .copy")).to_have_count(1, timeout=20_000)
    page.evaluate("document.querySelector('ask-the-article').close()")
    expect(page.get_by_role("dialog")).to_be_hidden()
    wait_for(lambda: len(page.evaluate("told")) == 4)
    told = page.evaluate("told")
    assert [name for name, _, _ in told] == ["open", "ready", "answered", "close"]
    assert all(detail is None and keys == ["isTrusted"] for _, detail, keys in told)
    before = page.evaluate("Object.keys(window).filter(name => /ask.?the|article/i.test(name))")
    assert before == [], "no global name is taken"


# Hostile and strict pages

STRICT = "default-src 'none'; script-src {chat}; frame-src {chat}; require-trusted-types-for 'script'"


def test_under_a_strict_policy_of_the_page(visit: Callable[..., Page], chat: str) -> None:
    headers = {
        "Content-Security-Policy": STRICT.format(chat=chat),
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Permissions-Policy": "clipboard-write=()",
    }
    page = visit(headers=headers)
    open_panel(page)
    ask(page, "What are beta cells?")
    assert page.get_by_role("button", name="Close the chat").evaluate("e => e.offsetWidth") == 40


CSS = """<style>* { all: unset !important; display: block !important; color: red !important; transform: rotate(9deg);
font: 40px fantasy !important; margin: 30px !important } button, dialog, iframe { display: none !important }
ask-the-article { display: none !important; visibility: hidden !important; opacity: 0 !important }
html { font-size: 3px; letter-spacing: 1em; text-transform: uppercase; }</style>"""
MEASURE = """() => ['.b', 'dialog', '.x']
.map(name => document.querySelector('ask-the-article').shadowRoot.querySelector(name))
.map(e => [getComputedStyle(e), e.getBoundingClientRect()])
.map(([c, r]) => [c.fontSize, c.fontFamily, c.letterSpacing, c.textTransform, c.color, c.display, c.visibility,
c.opacity, r.width, r.height])"""


def test_the_pages_styles_do_not_reach_in(visit: Callable[..., Page]) -> None:
    measured = []
    for head in ("", CSS):
        page = visit(head=head)
        expect(page.get_by_role("button", name=LABEL)).to_be_visible()
        shut = page.evaluate(MEASURE)
        open_panel(page)
        measured.append((shut, page.evaluate(MEASURE)))
    assert measured[0] == measured[1]


GLOBALS = """<script>
Object.prototype.surprise = () => 1; Array.prototype.extra = 2; String.prototype.trim = () => "hacked";
var open = 1, close = 2, VERSION = 9, WORDS = {}, CSS = 3, make = 4, script = 5, server = 6, start = 7, name = "x";
window.askTheArticle = "a string"; class Ask {}
customElements.define("ask-the-article", class extends HTMLElement { open() { document.title = "wrong one" } });
window.addEventListener("message", e => { (window.overheard ??= []).push(JSON.stringify(e.data)) });
</script>"""


def test_the_pages_names_and_meddling_do_no_harm(visit: Callable[..., Page]) -> None:
    page = visit(head=GLOBALS, body="<h1>Clinic</h1><form id=askTheArticle></form>")
    page.get_by_role("button", name=LABEL).click()
    frame = page.frame_locator("ask-the-article-button iframe")
    frame.get_by_label("Your question").fill("I have a secret fear about insulin")
    frame.get_by_label("Your question").press("Enter")
    expect(frame.locator(".answer .copy")).to_have_count(1, timeout=20_000)
    page.wait_for_function("overheard.length > 1")  # a message crosses the frames after the answer is shown
    overheard = page.evaluate("overheard")
    assert set(overheard) == {'{"ask":1,"type":"ready"}', '{"ask":1,"type":"answered"}'}
    assert page.title() == "Clinic"
    with pytest.raises(Exception, match=r"cross-origin|Blocked|SecurityError"):
        page.evaluate(
            "document.querySelector('ask-the-article-button').shadowRoot.querySelector('iframe').contentWindow.document"
        )


def test_forged_messages_are_not_heard(visit: Callable[..., Page], site: Pages) -> None:
    page = visit()
    open_panel(page)
    page.evaluate("window.postMessage({ask: 1, type: 'close'}, '*')")
    page.evaluate(
        """() => { const f = document.createElement('iframe'); f.srcdoc =
        '<script>parent.postMessage({ask: 1, type: "close"}, "*")<' + '/script>'; document.body.append(f) }"""
    )
    frame = inside(page)
    for forged in ("{ask: 2, type: 'close'}", "{type: 'close'}", "'close'", "null"):
        frame.evaluate(f"parent.postMessage({forged}, '{site.url('').rstrip('/')}')")
    for forged in ("{ask: 2, type: 'ask', question: 'x'}", "{ask: 1, type: 'ask', question: {}}", "null", "{ask: 1}"):
        page.evaluate(
            "document.querySelector('ask-the-article').shadowRoot.querySelector('iframe')"
            f".contentWindow.postMessage({forged}, '*')"
        )
    frame.evaluate("window.postMessage({ask: 1, type: 'ask', question: 'x'}, '*')")
    page.wait_for_timeout(300)
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(panel(page).locator(".turn")).to_have_count(0)


NO_STORAGE = """const refuse = () => { throw new DOMException("blocked", "SecurityError") };
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
  Object.defineProperty(window, name, {get: refuse});
Object.defineProperty(Document.prototype, "cookie", {get: refuse, set: refuse});"""


def test_it_needs_no_storage_leaves_none_and_calls_no_one_else(
    visit: Callable[..., Page], chat: str, site: Pages
) -> None:
    page = visit(before=NO_STORAGE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_panel(page)
    ask(page, "What are beta cells?")
    assert asked
    assert not [url for url in asked if not url.startswith((chat, site.url("")))]
    assert page.context.cookies() == []
    assert page.context.storage_state() == {"cookies": [], "origins": []}


PHONE_APP = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 "
    "Mobile Safari/537.36"
)


def test_in_a_touch_screen_app_that_blocks_storage(visit: Callable[..., Page]) -> None:
    page = visit(size=PHONE, before=NO_STORAGE, is_mobile=True, has_touch=True, user_agent=PHONE_APP)
    page.get_by_role("button", name=LABEL).tap()
    inside_ = panel(page)
    expect(inside_.get_by_role("heading", level=1)).to_be_focused()  # not the box: a keyboard would hide the chat
    inside_.get_by_role("button", name="What are T cells?").tap()
    expect(inside_.locator(".answer .copy")).to_have_count(1, timeout=20_000)
    term = inside_.locator(".term").first
    term.tap()
    expect(inside_.locator(".gloss").first).to_be_visible()
    term.tap()
    expect(inside_.locator(".gloss").first).to_be_hidden()


# Slow, down, refused


def test_a_skeleton_is_there_at_once_and_the_chat_when_it_comes(visit: Callable[..., Page], pausing: Pausing) -> None:
    pausing.seconds = {"/embed": 1}
    page = visit()
    press(page)
    status = page.get_by_role("dialog").get_by_role("status")
    expect(status).to_have_text("The chat is opening …", timeout=900)
    expect(page.get_by_role("button", name="Close the chat")).to_be_focused(timeout=900)
    expect(panel(page).get_by_label("Your question")).to_be_focused(timeout=10_000)
    expect(status).to_be_hidden()


@pytest.mark.parametrize("host", [STRANGER, HOST])
def test_when_the_frame_cannot_load_a_plain_link_is_offered(
    visit: Callable[..., Page], make_app: Callable[..., ASGIApp], host: str
) -> None:
    port = free_port()
    with serving(make_app(), port) as gone:
        page = visit(loader=script(gone), host=host, quiet=False)
        page.clock.install()
        if host == STRANGER:  # the server is there, but does not let this site frame it
            press(page)
            page.clock.fast_forward(10_000)
    if host == HOST:  # the server went away after the button was loaded
        events(page)
        press(page)
        page.clock.fast_forward(8_000)
        expect(page.get_by_role("dialog").get_by_role("link")).to_have_count(0)
        page.clock.fast_forward(2_000)
        assert [name for name, _, _ in page.evaluate("told")] == ["open", "failed"]
    link = page.get_by_role("dialog").get_by_role("link", name="Open it in a new tab")
    expect(link).to_be_visible()
    assert re.fullmatch(rf"http://127.0.0.1:{port}/embed\?.*", str(link.get_attribute("href")))
    assert link.get_attribute("target") == "_blank"
    if host == HOST:  # and when the server is back, so is the chat
        page.get_by_role("button", name="Close the chat").click()
        with serving(make_app(), port):
            open_panel(page)


def test_the_chat_on_its_own_where_the_link_leads(visit: Callable[..., Page], chat: str, bot: Bot) -> None:
    page = visit(loader="")
    page.goto(f"{chat}/embed")
    page.get_by_label("Your question").fill("What are beta cells?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".quote").first).to_contain_text("insulin", timeout=20_000)
    expect(page.locator("#disclaimer")).to_have_text(bot.prompts.disclaimer)


def test_a_server_that_goes_away_loses_no_question(
    visit: Callable[..., Page], make_app: Callable[..., ASGIApp]
) -> None:
    port = free_port()
    with serving(make_app(), port) as url:
        page = visit(loader=script(url), quiet=False)
        open_panel(page)
        ask(page, "What are T cells?")
    inside_ = panel(page)
    inside_.get_by_label("Your question").fill("What are beta cells?")
    inside_.get_by_label("Your question").press("Enter")
    expect(inside_.locator(".problem")).to_have_text(
        "The chat cannot be reached. Your question is kept. Check your connection and try again."
    )
    expect(inside_.locator("#disclaimer")).to_be_in_viewport(ratio=1)
    with serving(make_app(), port):
        inside_.get_by_role("button", name="Try again").click()
        expect(inside_.locator(".answer .copy")).to_have_count(2, timeout=20_000)
        expect(inside_.locator(".problem")).to_have_count(0)


def test_too_many_questions_are_told_when_to_try_again(
    visit: Callable[..., Page], make_app: Callable[..., ASGIApp]
) -> None:
    with serving(make_app(rate="1/minute")) as url:
        page = visit(loader=script(url), quiet=False)
        open_panel(page)
        ask(page, "What are T cells?")
        panel(page).get_by_label("Your question").fill("What are beta cells?")
        panel(page).get_by_label("Your question").press("Enter")
        said = panel(page).locator(".problem")
        expect(said).to_have_text(re.compile(r"Please try again in \d+ seconds\."))


def test_a_question_that_is_too_long_comes_back_to_be_shortened(visit: Callable[..., Page]) -> None:
    page = visit(quiet=False)
    open_panel(page)
    for question in ("what are beta cells " * 150, "what are beta cells " * 1500):
        box = panel(page).get_by_label("Your question")
        box.fill(question)
        box.press("Enter")
        expect(panel(page).locator(".problem").last).to_contain_text("too long for me")
        expect(box).to_have_value(question.strip())


def test_sentences_come_one_by_one_and_can_be_stopped(visit: Callable[..., Page], pausing: Pausing) -> None:
    page = visit()
    open_panel(page)
    inside_ = panel(page)
    pausing.seconds = {"/api/ask": 1.5}  # longer than the browser is left alone between two looks
    box = inside_.get_by_label("Your question")
    box.fill("What does the article say about beta cells and T cells?")
    box.press("Enter")
    expect(inside_.locator(".wait")).to_have_text("Looking in the article …")
    expect(inside_.locator(".quote")).to_have_count(1)
    expect(inside_.locator(".copy")).to_have_count(0)
    expect(inside_.locator("#log")).to_have_attribute("aria-busy", "true")
    pausing.seconds = {"/api/ask": 0.4}
    first = inside_.locator(".quote").first.element_handle()
    expect(inside_.locator(".copy")).to_have_count(1, timeout=25_000)
    assert first.evaluate("e => e.isConnected"), "what was read out is not written again"
    assert inside_.locator(".quote").count() > 1
    box.fill("What are beta cells?")
    box.press("Enter")
    inside_.get_by_role("button", name="Stop").click()
    expect(inside_.locator(".problem")).to_have_text("You stopped this answer.")
    pausing.seconds = {}
    inside_.get_by_role("button", name="Try again").click()
    expect(inside_.locator(".copy")).to_have_count(2, timeout=10_000)


# Answers


def test_a_quote_its_source_its_footnote_and_plain_words(visit: Callable[..., Page], bot: Bot) -> None:
    page = visit()
    open_panel(page)
    ask(page, ASKED)
    answer, expected = panel(page).locator(".answer"), bot.ask(ASKED)
    article, notes = bot.index.publication.article, {n.quote: n for n in bot.index.publication.notes.sentences}
    expect(answer.locator(".sentence")).to_have_count(len(expected.sentences))
    for at, (sentence, citation) in enumerate(zip(expected.sentences, expected.citations, strict=True)):
        part = answer.locator(".sentence").nth(at)
        assert part.locator(".quote").inner_text() == f"“{sentence.text}” Source {citation.number}"
        expect(part.locator(".plain .text")).to_have_text(notes[citation.quote].plain)
        expect(part.locator(".plain")).to_contain_text("In plain words (by the article's editor)")
        assert not re.search(r"Source \d|\[\d\]", part.locator(".plain").inner_text())
        expect(part.locator(".context")).to_be_hidden()
        part.locator(".quote .mark").click()
        expect(part.locator("summary")).to_be_focused()
        expect(part.locator("summary")).to_contain_text(citation.label)
        expect(part.locator(".context mark")).to_have_text(citation.quote)
        assert part.locator(".context").inner_text().replace("\n", " ") in article.text.replace("\n", " ")
        claims = notes[citation.quote].claim in ("benefit", "provider")
        assert part.locator(".claim").is_visible() == claims
        for label in article.passage(citation.passage).footnotes:
            footnote = next(note.text for note in article.footnotes if note.label == label)
            expect(part.locator(".footnote")).to_have_text(f"The article's own footnote [{label}]: “{footnote}”")


def test_hard_terms_are_explained_on_hover_focus_and_tap(visit: Callable[..., Page], bot: Bot) -> None:
    page = visit()
    open_panel(page)
    ask(page, ASKED)
    sentence = panel(page).locator(".sentence").first
    gloss, term = sentence.locator(".gloss"), sentence.get_by_role("button", name="chemotaxis", exact=True)
    words = next(term.gloss for term in bot.index.publication.notes.terms if term.term == "chemotaxis")
    expect(gloss).to_be_hidden()
    term.hover()
    expect(gloss).to_have_text(words)
    gloss.hover()  # what is shown can be pointed at (WCAG 1.4.13)
    page.wait_for_timeout(250)
    expect(gloss).to_be_visible()
    panel(page).get_by_role("heading", level=1).hover()
    expect(gloss).to_be_hidden()
    panel(page).locator("#log").focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        if term.evaluate("e => e === document.activeElement"):
            break
    expect(gloss).to_have_text(words)
    assert term.get_attribute("aria-describedby") == gloss.get_attribute("id")
    page.keyboard.press("Escape")
    expect(gloss).to_be_hidden()
    expect(page.get_by_role("dialog")).to_be_visible()
    term.click()
    expect(gloss).to_be_visible()
    assert term.get_attribute("aria-expanded") == "true"
    quote = bot.ask(ASKED).sentences[0].text
    assert sentence.locator(".quote").inner_text().startswith(f"“{quote}”"), "the quote itself is untouched"


def test_silence_advice_and_danger(visit: Callable[..., Page], bot: Bot) -> None:
    page = visit()
    open_panel(page)
    for question, kind in (
        ("How much does it cost?", "said"),
        ("Should I stop my insulin?", "said"),
        (DANGER, "emergency"),
    ):
        ask(page, question)
        answer, expected = panel(page).locator(".answer").last, bot.ask(question)
        expect(answer).to_have_class(re.compile(kind))
        expect(answer.locator(".notice")).to_have_text((expected.notice or "").split("\n\n"))
        expect(answer.locator(".quote")).to_have_count(0)
        expect(panel(page).locator("#disclaimer")).to_have_text(bot.prompts.disclaimer)
        expect(panel(page).locator("#disclaimer")).to_be_in_viewport(ratio=1)
        asks = panel(page).locator(".turn").last.locator(".asks button")
        expect(asks).to_have_text(list(expected.suggestions))
    expect(panel(page).get_by_role("heading", name="Get help now")).to_be_visible()
    ask(page, "Berapa kos rawatan ini?")
    expect(panel(page).locator(".notice").last).to_have_attribute("lang", "ms")
    panel(page).locator(".asks button").last.click()
    expect(panel(page).locator(".turn")).to_have_count(5)


def test_a_long_talk_leaves_its_start_behind_and_goes_on(visit: Callable[..., Page]) -> None:
    page = visit()
    open_panel(page)
    for _ in range(9):
        ask(page, f"{ASKED} {'I read it all. ' * 125}")
    ask(page, ASKED)
    expect(panel(page).locator(".answer")).to_have_count(10)
    expect(panel(page).locator(".problem")).to_have_count(0)
    expect(panel(page).locator(".answer").last).to_contain_text("The article says")


def test_after_danger_every_answer_begins_with_a_reminder(visit: Callable[..., Page], bot: Bot) -> None:
    page = visit()
    open_panel(page)
    for question in (DANGER, ASKED, "How much does it cost?"):
        ask(page, question)
    answers, reminder = panel(page).locator(".answer"), bot.prompts.notice("reminder")
    expect(panel(page).locator(".reminder")).to_have_count(2)
    for at in (1, 2):
        first = answers.nth(at).locator("> *").first
        expect(first).to_have_class("reminder")
        expect(first).to_contain_text(reminder)
        expect(answers.nth(at).get_by_text(reminder)).to_have_count(1)
    expect(answers.nth(2).locator("> .notice")).to_have_text(bot.ask("How much does it cost?").notice or "")
    for question in ("I want to die", "thanks"):
        ask(page, question)
    expect(answers.nth(4).locator(".reminder")).to_contain_text("crisis line")
    expect(answers.nth(4).locator("> .notice")).to_have_count(0)


def test_who_reads_another_language_sees_what_the_fixed_texts_mean(visit: Callable[..., Page], chat: str) -> None:
    words = load_panel_words()["ar"]
    page = visit(loader="", size=SMALL)
    page.goto(f"{chat}/embed?language=ar")
    meaning = page.locator("#start .meaning")
    expect(meaning).to_have_text(words.disclaimer_meaning)
    expect(meaning).to_be_in_viewport(ratio=1)
    page.get_by_label(words.question_label).fill(DANGER)
    page.get_by_label(words.question_label).press("Enter")
    expect(page.locator(".emergency .meaning")).to_have_text(words.urgent_meaning)
    expect(page.locator(".emergency .notice").last).to_be_visible()
    expect(page.locator("#start > :visible")).to_have_count(1)
    expect(meaning).to_be_visible()
    assert violations(page) == []


def test_a_follow_up_carries_what_was_asked_before(visit: Callable[..., Page]) -> None:
    page = visit()
    open_panel(page)
    sent: list[dict[str, Any]] = []
    page.on("request", lambda request: sent.append(request.post_data_json) if "api/ask" in request.url else None)
    for question in ("Does it help in type 1?", "and in type 2?"):
        ask(page, question)
    assert [body["history"] for body in sent] == [[], ["Does it help in type 1?"]]


def test_copying_takes_quotes_sources_and_disclaimer(visit: Callable[..., Page], bot: Bot, site: Pages) -> None:
    page = visit(host="localhost", body="<h1>Clinic</h1><textarea id=paste></textarea>")
    page.context.grant_permissions(["clipboard-read"], origin=site.url("", "localhost"))
    open_panel(page)
    ask(page, "What are beta cells?")
    panel(page).get_by_role("button", name="Copy this answer").click()
    expect(panel(page).locator("#status")).to_have_text("Copied.")
    page.locator("#paste").focus()
    page.keyboard.press("ControlOrMeta+V")
    expected = bot.ask("What are beta cells?")
    copied = page.locator("#paste").input_value()
    assert copied.endswith(bot.prompts.disclaimer)
    for citation in expected.citations:
        assert f"({citation.number}) {citation.label}: “{citation.quote}”" in copied


MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script><b>bold</b> {seconds}"


def hostile(answer: dict[str, Any]) -> str:
    """A stream in which every text is markup, with events and fields that no panel knows yet."""
    quote = {**answer["citations"][0], "quote": MARKUP, "label": MARKUP, "surprise": {"x": [1]}}
    whole = {
        **answer,
        "sentences": [{"text": MARKUP, "citations": [1], "simpler": "x"}],
        "citations": [quote],
        "notice": MARKUP,
        "suggestions": [MARKUP],
        "grade": 7,
        "writer": "model",
    }
    told = (
        ("progress", {"step": 1}),
        ("sentence", {"text": MARKUP, "citations": [quote], "new": 1}),
        ("answer", whole),
    )
    return ": a comment\n\n" + "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in told)


def test_markup_is_text_wherever_it_comes_from_and_unknown_fields_are_ignored(
    visit: Callable[..., Page], bot: Bot
) -> None:
    page = visit()

    def fulfil(route: Route) -> None:
        body = hostile(json.loads(json.dumps(bot.ask("What are beta cells?").as_dict())))
        route.fulfill(body=body, content_type="text/event-stream")

    page.context.route("**/api/ask", fulfil)
    open_panel(page)
    ask(page, MARKUP)
    inside_ = panel(page)
    expect(inside_.locator(".question")).to_have_text(MARKUP)
    expect(inside_.locator(".quote")).to_contain_text(MARKUP)
    expect(inside_.locator(".notice")).to_have_text(MARKUP)
    expect(inside_.locator(".asks button").last).to_have_text(MARKUP)
    assert inside_.locator("#log img, #log script, #log .answer b:not(.plain b)").count() == 0
    assert inside(page).title() == "Ask the Article"


def test_the_words_of_a_language_model_stand_without_quotation_marks(visit: Callable[..., Page], bot: Bot) -> None:
    page, said = visit(), "Beta cells make insulin."

    def fulfil(route: Route) -> None:
        answer = bot.ask("What are beta cells?").as_dict() | {"writer": "model"}
        answer["sentences"] = [{"text": said, "citations": [1]}]
        route.fulfill(body=f"event: answer\ndata: {json.dumps(answer)}\n\n", content_type="text/event-stream")

    page.context.route("**/api/ask", fulfil)
    open_panel(page)
    ask(page, "What are beta cells?")
    expect(panel(page).locator(".says").first).to_contain_text("A computer program put this in plain words")
    expect(panel(page).locator(".quote")).to_contain_text(said)
    expect(panel(page).locator(".quote")).not_to_contain_text("“")


# Looks and reach


TOO_WIDE = """[...document.querySelectorAll('#log *:not(.unseen)')].filter(e => e.scrollWidth > e.clientWidth + 1
  && e.clientWidth && getComputedStyle(e).display != 'inline').length"""


@pytest.mark.parametrize("size", [SMALL, (568, 320), (768, 1024), (1440, 900)])
def test_nothing_is_cut_off_at_any_size(visit: Callable[..., Page], size: tuple[int, int]) -> None:
    page = visit(size=size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    open_panel(page)
    for question in (ASKED, "How much does it cost?"):
        ask(page, question)
        frame = inside(page)
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert frame.evaluate(TOO_WIDE) == 0
        if size[1] > 430:
            assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight"), "only the log scrolls"
            expect(panel(page).locator("#disclaimer")).to_be_in_viewport(ratio=1)
        else:
            panel(page).locator("#disclaimer").scroll_into_view_if_needed()
            expect(panel(page).locator("#disclaimer")).to_be_in_viewport(ratio=1)


def test_right_to_left(visit: Callable[..., Page]) -> None:
    page = visit('data-language="ar" data-label="اسأل"', html="dir=rtl")
    button = page.get_by_role("button", name="اسأل")
    assert button.bounding_box()["x"] == 16  # type: ignore[index]
    button.click()
    inside_ = panel(page)
    expect(inside_.get_by_label("سؤالك")).to_be_focused()
    assert inside(page).evaluate("document.documentElement.dir") == "rtl"
    close = page.locator("ask-the-article").locator("button.x").bounding_box()
    dialog = page.get_by_role("dialog").bounding_box()
    assert close["x"] - dialog["x"] < 20  # type: ignore[index]
    send, box = inside_.locator("#send").bounding_box(), inside_.locator("#question").bounding_box()
    assert send["x"] < box["x"]  # type: ignore[index]
    page = visit(html="dir=rtl")
    open_panel(page)
    assert inside(page).evaluate("document.documentElement.dir") == "rtl", (
        "English words in a page that runs the other way"
    )


def test_nothing_moves_for_who_asks_for_that(visit: Callable[..., Page], pausing: Pausing) -> None:
    for motion, animation in (("no-preference", "wait"), ("reduce", "none")):
        page = visit(reduced_motion=motion)
        open_panel(page)
        pausing.seconds = {"/api/ask": 0.15}
        panel(page).get_by_label("Your question").fill("What are beta cells?")
        panel(page).get_by_label("Your question").press("Enter")
        assert panel(page).locator(".wait").evaluate("e => getComputedStyle(e, '::before').animationName") == animation
        expect(panel(page).locator(".copy")).to_have_count(1, timeout=10_000)


def test_any_colour_of_a_site_stays_readable(visit: Callable[..., Page]) -> None:
    colours = ["#777777", "#767676", "#0b6470", "#ff0000", "#00ff00", "#3355ff", "#ffcc00", "#7a7a00", "#000000"]
    page = visit(body="".join(f"<ask-the-article colour={colour}></ask-the-article>" for colour in colours))
    pairs = [
        one.evaluate("e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]")
        for one in page.get_by_role("button", name=LABEL).all()
    ]
    assert len({pair[0] for pair in pairs}) == len(colours)
    assert min(contrast(*pair) for pair in pairs) >= 4.5


def contrast(one: str, two: str) -> float:
    """The contrast of two colours as WCAG 2 counts it."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def violations(frame: Frame | Page) -> list[str]:
    """What axe finds, each rule with its elements."""
    frame.evaluate(Axe().axe_script)
    found = frame.evaluate("options => axe.run(options)", AXE)
    return [f"{v['id']}: {[n['html'][:120] for n in v['nodes']]}" for v in found["violations"]]


@pytest.mark.parametrize(("size", "scheme"), [(SMALL, "dark"), (DESKTOP, "light")])
def test_axe_finds_nothing_in_any_state(
    visit: Callable[..., Page], pausing: Pausing, size: tuple[int, int], scheme: str
) -> None:
    page = visit(size=size, color_scheme=scheme, body="<main><h1>Clinic</h1><p>About us.</p></main>", quiet=False)
    found: dict[str, list[str]] = {"button": violations(page)}
    pausing.seconds = {"/embed": 0.7}
    press(page)
    found["skeleton"] = violations(page)
    pausing.seconds = {}
    expect(panel(page).get_by_label("Your question")).to_be_focused(timeout=10_000)
    frame = inside(page)
    found["open"] = violations(page)
    found["start"] = violations(frame)
    ask(page, ASKED)
    found["answered"] = violations(frame)
    panel(page).locator(".quote .mark").first.click()
    panel(page).locator(".term").first.click()
    found["source and gloss"] = violations(frame)
    for state, question in (
        ("silent", "How much does it cost?"),
        ("advice", "Should I stop my insulin?"),
        ("urgent", DANGER),
    ):
        ask(page, question)
        found[state] = violations(frame)
    pausing.seconds = {"/api/ask": 1}
    panel(page).get_by_label("Your question").fill("What are T cells?")
    panel(page).get_by_label("Your question").press("Enter")
    expect(panel(page).get_by_role("button", name="Stop")).to_be_visible()
    found["answering"] = violations(frame)
    panel(page).get_by_role("button", name="Stop").click()
    found["stopped"] = violations(frame)
    assert {state: problems for state, problems in found.items() if problems} == {}


def test_axe_finds_nothing_in_other_languages_on_the_demo_or_when_the_chat_is_down(
    visit: Callable[..., Page], chat: str, pausing: Pausing
) -> None:
    page = visit('data-language="ar"', body="<main><h1>Clinic</h1></main>", quiet=False)
    page.clock.install()
    pausing.seconds = {"/embed": 1}
    press(page)
    page.clock.fast_forward(10_000)
    expect(page.get_by_role("dialog").get_by_role("link")).to_be_visible()
    assert violations(page) == []
    pausing.seconds = {}
    for path in ("/embed?language=ar&dir=rtl", "/embed?language=zh", "/demo"):
        page.goto(chat + path)
        assert violations(page) == [], path


def test_the_demo_page_shows_the_button_in_place(visit: Callable[..., Page], chat: str) -> None:
    page = visit(loader="")
    page.goto(f"{chat}/demo")
    page.locator("aside button.ask").first.click()
    expect(panel(page).locator(".answer .copy")).to_have_count(1, timeout=20_000)
    expect(page.get_by_role("dialog")).to_be_visible()
