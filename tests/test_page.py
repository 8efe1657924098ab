"""The page in a real browser, as a patient uses it."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.chain import Bot
from bot.steps import Step
from corpus.load import load_publication
from corpus.settings import Settings
from tests.browser import ANSWER, CHROMIUM, FLAGS, PENDING, ask, box, browser, open_page, ready, serving
from tests.test_app import free_port
from web.server import create_app

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed; 'apt-get install chromium' brings it"),
    pytest.mark.enable_socket,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Gradio's queue uses pandas; here it is in this process
]
SLOWLY = "What are T cells? Slowly."
BROKEN = "What are T cells? Break."


class SlowBot:
    """The real bot, but one question waits for the gate and one breaks."""

    def __init__(self, bot: Bot, gate: threading.Event) -> None:
        self._bot, self._gate = bot, gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bot, name)

    def steps(self, asked: str, history: Sequence[str] = ()) -> Iterator[Step]:
        if asked == SLOWLY:
            self._gate.wait(30)
        if asked == BROKEN:
            raise RuntimeError(asked)
        return self._bot.steps(asked, history)


@dataclass(frozen=True)
class Site:
    """A served app with what the tests look into."""

    url: str
    gate: threading.Event
    feedback: Path


def slow(bot: Bot, gate: threading.Event) -> Bot:
    return cast(Bot, SlowBot(bot, gate))


@pytest.fixture(scope="module")
def site(lent: Bot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    feedback, gate = tmp_path_factory.mktemp("page") / "feedback.sqlite", threading.Event()
    settings = Settings(feedback=feedback)
    app = create_app(settings, lent.index.publication, lent.prompts, lambda: slow(lent, gate))
    with serving(app, free_port()) as url:
        yield Site(url, gate, feedback)


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def page(opened: Browser, site: Site) -> Iterator[Page]:
    page = open_page(opened, site.url, 1280, 900, permissions=["clipboard-read", "clipboard-write"])
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert not errors
    page.context.close()


@pytest.fixture
def phone(opened: Browser, site: Site) -> Iterator[Page]:
    page = open_page(opened, site.url, 360, 740, has_touch=True)
    yield page
    page.context.close()


def test_the_three_questions(page: Page, bot: Bot) -> None:
    ask(page, "What are beta cells?")
    ask(page, "Can it help my kidneys?")
    ask(page, "How much does it cost?")
    first, second, third = page.locator(ANSWER).all()
    expect(first).to_contain_text("Beta cells are cells located in pancreas that produce insulin.")
    expect(second).to_contain_text("diabetic netropathy")
    expect(second).to_contain_text("the provider's own claim")
    expect(second.locator(".ask-source .ask-claim")).to_have_text(["Provider's claim"] * 2)
    expect(third).to_contain_text("The article does not say what")
    assert 2 <= third.locator(".ask-offer").count() <= 3
    expect(page.locator("#ask-disclaimer")).to_have_text(bot.prompts.disclaimer)
    expect(page.locator("#ask-disclaimer")).to_be_in_viewport(ratio=1)


def test_a_citation_opens_its_quote_section_and_footnote(page: Page) -> None:
    ask(page, "How does MSC calm the immune system?")
    source = page.locator("details.ask-source").filter(has_text="Point 1: type 1 diabetes").first
    quote = source.locator("blockquote")
    expect(quote).to_be_hidden()
    source.locator("summary").click()
    expect(quote).to_contain_text("thus inhibiting the multiplication and chemotaxis of T cells [1]")
    expect(source.locator(".ask-footnote")).to_contain_text("[1]")
    expect(source.locator(".ask-footnote")).to_contain_text("also known as T lymphocytes")


def test_a_citation_marks_its_exact_sentence_and_opens_its_footnote(page: Page) -> None:
    ask(page, "How does MSC calm the immune system?")
    answer = page.locator(ANSWER)
    expect(answer.locator(".ask-cite").first).to_have_text("Source 1")
    expect(answer.locator(".ask-quote .ask-fn").first).to_have_text("[1]")
    answer.locator(".ask-cite").first.click()
    marked = page.locator("#ask-reading .ask-marked")
    quoted = answer.locator("blockquote").first.text_content()
    assert quoted == f"“{marked.text_content()}”"
    expect(marked).to_be_in_viewport()
    expect(page.locator("#ask-reading .ask-aside-1")).to_contain_text("also known as T lymphocytes")


def test_a_sentence_has_a_permalink(page: Page, site: Site) -> None:
    page.locator("#ask-reading .ask-sentence").nth(4).click()
    page.locator("#ask-reading .ask-marked + .ask-permalink").click()
    assert page.url == f"{site.url}/#s2.3"
    page.reload()
    ready(page)
    expect(page.locator("#ask-reading .ask-marked")).to_contain_text("MSC is capable of secreting")
    expect(page.locator("#ask-reading .ask-marked")).to_be_in_viewport()


def test_the_pane_shows_the_whole_article(page: Page, bot: Bot) -> None:
    shown = page.locator("#ask-reading").text_content()
    assert shown is not None
    for passage in bot.index.publication.article.passages:
        assert passage.text in shown
    assert page.locator("#ask-reading .ask-sentence").count() == len(bot.index.publication.article.passages)
    expect(page.locator("#ask-reading .ask-note")).to_have_count(2)


def test_on_a_phone_the_article_is_one_tap_away_and_gives_the_focus_back(phone: Page) -> None:
    ask(phone, "What are beta cells?")
    expect(phone.locator("#ask-reading")).to_be_hidden()
    cite = phone.locator(f"{ANSWER} .ask-cite").first
    cite.focus()
    phone.keyboard.press("Enter")
    expect(phone.locator("#ask-reading .ask-marked")).to_be_in_viewport()
    assert phone.locator("#ask-talk").evaluate("e => e.inert")
    phone.keyboard.press("Escape")
    expect(phone.locator("#ask-reading")).to_be_hidden()
    expect(cite).to_be_focused()
    phone.get_by_role("button", name="The article").tap()
    expect(phone.get_by_role("dialog", name="The article")).to_be_visible()
    phone.get_by_role("button", name="Back to the chat").tap()
    expect(phone.get_by_role("button", name="The article")).to_be_focused()


def test_a_hard_word_is_explained_on_hover_focus_and_tap(page: Page, phone: Page) -> None:
    gloss = page.get_by_role("tooltip")
    ask(page, "How does MSC calm the immune system?")
    word = page.locator(f"{ANSWER} .ask-term", has_text="chemotaxis")
    word.hover()
    expect(gloss).to_contain_text("because of a chemical signal")
    gloss.hover()
    expect(gloss).to_be_visible()
    page.keyboard.press("Escape")
    expect(gloss).to_be_hidden()
    page.mouse.move(5, 5)
    word.focus()
    expect(gloss).to_be_visible()
    assert word.get_attribute("aria-describedby") == gloss.get_attribute("id")
    ask(phone, "What are T cells?")
    phone.locator(f"{ANSWER} .ask-term", has_text="T lymphocytes").tap()
    expect(phone.get_by_role("tooltip")).to_contain_text("Another name for T cells")


def test_plain_words_stand_under_a_quote_and_are_not_a_source(page: Page) -> None:
    ask(page, "Can it help my kidneys?")
    plain = page.locator(f"{ANSWER} .ask-plain").filter(has_text="The editor reads it as nephropathy")
    expect(plain).to_be_visible()
    assert "Source" not in (plain.text_content() or "")


def test_starters_and_suggestions_can_be_clicked(page: Page) -> None:
    page.get_by_role("button", name="What are T cells?").click()
    expect(page.locator(ANSWER).first).to_contain_text("also known as T lymphocytes", timeout=30_000)
    expect(page.locator(PENDING)).to_have_count(0)
    page.locator(f"{ANSWER} .ask-offer").first.click()
    expect(page.locator(ANSWER)).to_have_count(2, timeout=30_000)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_disclaimer_is_in_sight_before_and_after(opened: Browser, site: Site, width: int) -> None:
    page = open_page(opened, site.url, width, 740)
    expect(page.locator("#ask-disclaimer")).to_be_in_viewport(ratio=1)
    ask(page, "What do the new blood vessels do?")
    expect(page.locator("#ask-disclaimer")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_urgent_help_looks_unlike_any_other_answer_and_is_remembered(page: Page) -> None:
    ask(page, "my chest hurts and my left arm is numb")
    answer = page.locator(".ask-emergency")
    expect(answer.locator(".ask-kind")).to_have_text("Get help now")
    expect(answer).to_contain_text("Call your local emergency number now")
    assert answer.evaluate("e => getComputedStyle(e).borderTopWidth") == "2px"
    expect(page.get_by_role("alert")).to_contain_text("Call your local emergency number now")
    ask(page, "What are T cells?")
    second = page.locator(ANSWER).last
    first_child = second.locator("> :not([hidden])").first
    expect(first_child).to_have_class("ask-reminder")
    ask(page, "I want to die")
    ask(page, "thanks")
    last = page.locator(ANSWER).last
    expect(last.locator(".ask-reminder")).to_contain_text("crisis line")
    expect(last.locator(".ask-kind")).to_have_count(0)


def test_an_answer_can_be_stopped_and_asked_again(page: Page, site: Site) -> None:
    site.gate.clear()
    ask(page, SLOWLY, wait=False)
    expect(page.locator(PENDING)).to_have_count(1)
    expect(page.locator("#ask-send")).to_be_hidden()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".ask-stopped")).to_contain_text("You stopped this answer.")
    expect(page.locator("#ask-send")).to_be_visible()
    site.gate.set()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(ANSWER)).to_contain_text("also known as T lymphocytes", timeout=30_000)
    expect(page.locator(ANSWER)).to_have_count(1)


def test_an_answer_that_breaks_says_so_and_the_question_stays(page: Page) -> None:
    ask(page, "What are beta cells?")
    ask(page, BROKEN)
    expect(page.locator(ANSWER).last).to_contain_text("Something went wrong and there is no answer.")
    expect(page.locator(".ask-user-text").last).to_have_text(BROKEN)
    expect(page.locator(ANSWER)).to_have_count(2)


def test_a_slow_answer_says_so(page: Page, site: Site) -> None:
    site.gate.clear()
    ask(page, SLOWLY, wait=False)
    expect(page.locator("#ask-status")).to_contain_text("This takes longer than usual", timeout=15_000)
    site.gate.set()
    expect(page.locator(PENDING)).to_have_count(0)
    expect(page.locator("#ask-status")).to_be_hidden()


def test_what_is_typed_while_an_answer_comes_stays(page: Page, site: Site) -> None:
    site.gate.clear()
    ask(page, SLOWLY, wait=False)
    expect(page.locator(PENDING)).to_have_count(1)
    box(page).fill("What are beta cells?")
    site.gate.set()
    expect(page.locator(ANSWER)).to_contain_text("also known as T lymphocytes", timeout=30_000)
    expect(page.locator(PENDING)).to_have_count(0)
    expect(page.locator("#ask-send")).to_be_visible()
    page.wait_for_timeout(500)  # the last step of an answer follows its text
    box(page).press("Enter")
    expect(page.locator(".ask-user-text").last).to_have_text("What are beta cells?")


def test_a_question_can_be_changed(page: Page) -> None:
    ask(page, "What are beta cells?")
    ask(page, "and what do they release?")
    page.locator(".ask-edit").first.click()
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("What are beta cells?")
    page.get_by_role("button", name="Keep it as it was").click()
    expect(box(page)).to_have_value("")
    page.locator(".ask-edit").first.click()
    box(page).fill("What are T cells?")
    box(page).press("Enter")
    expect(page.locator(ANSWER)).to_have_count(1)
    expect(page.locator(ANSWER)).to_contain_text("also known as T lymphocytes")


def test_a_very_long_conversation_leaves_its_start_behind(page: Page) -> None:
    for place in range(5):
        ask(page, f"{place}. What are T cells? {'What does the article say about them? ' * 45}")
    box(page).fill("What are T cells?")
    box(page).press("Enter")
    expect(page.locator(".ask-user-text").last).to_have_text("What are T cells?")
    expect(page.locator(PENDING)).to_have_count(0, timeout=60_000)
    expect(page.locator(ANSWER)).to_have_count(5)
    expect(page.locator(".ask-user-text").first).to_contain_text("1. What")


def test_starting_over_forgets_everything(page: Page) -> None:
    ask(page, "What are T cells?")
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(ANSWER)).to_have_count(0)
    expect(page.locator(".ask-start")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    ask(page, "what else do they do?")
    expect(page.locator(ANSWER)).to_have_count(1)


def test_a_copy_has_sources_and_disclaimer(page: Page, bot: Bot) -> None:
    ask(page, "How does MSC calm the immune system?")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("#ask-status")).to_contain_text("copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "You asked: How does MSC calm the immune system?" in copied
    assert "Source 1: Point 1: type 1 diabetes: “MSC is capable of secreting" in copied
    assert "also known as T lymphocytes" in copied
    assert copied.endswith(bot.prompts.disclaimer)


def test_verdicts_are_stored_as_ids(page: Page, site: Site) -> None:
    question = "What are beta cells, zebra-7741?"
    ask(page, question)
    helpful = page.get_by_role("button", name="Helpful", exact=True)
    helpful.click()
    expect(helpful).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Not helpful").click()
    expect(helpful).to_have_attribute("aria-pressed", "false")
    page.locator(".ask-source summary").last.click()
    wrong = page.get_by_role("button", name="This quote does not say that").last
    wrong.click()
    expect(wrong).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#ask-status")).to_contain_text("without your question")
    with sqlite3.connect(site.feedback) as database:
        rows = database.execute("SELECT about, verdict, outcome, question FROM feedback ORDER BY about").fetchall()
    database.close()
    about = page.locator(f"{ANSWER} .ask-cite").last.get_attribute("href")
    assert rows == [("", "bad", "answered", ""), (str(about)[1:], "wrong", "answered", "")]
    assert b"zebra" not in site.feedback.read_bytes()


def test_the_page_for_the_doctor(page: Page, bot: Bot) -> None:
    for question in ("Can it help my kidneys?", "How much does it cost?", "Should I stop my insulin?"):
        ask(page, question)
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Take to my doctor").click()
    doctor = popup.value
    expect(doctor.locator(".said h3")).to_have_text("Can it help my kidneys?")
    expect(doctor.locator(".said blockquote").last).to_contain_text("diabetic netropathy")
    expect(doctor.locator(".missing h3")).to_have_text(["How much does it cost?", "Should I stop my insulin?"])
    expect(doctor.locator(".disclaimer")).to_have_text(bot.prompts.disclaimer)
    expect(doctor.locator("footer")).to_contain_text(bot.index.publication.digest[:12])
    doctor.evaluate("window.print = () => { document.title = 'printed' }")
    doctor.get_by_role("button", name="Print this page").click()
    assert doctor.title() == "printed"
    assert "cost" not in doctor.url


def test_a_refresh_keeps_the_conversation_in_this_tab_only(page: Page, site: Site) -> None:
    ask(page, "What are beta cells?")
    ask(page, "How much does it cost?")
    box(page).fill("half a quest")
    page.reload()
    expect(page.locator(ANSWER)).to_have_count(2, timeout=30_000)
    expect(page.locator(ANSWER).last).to_contain_text("what it costs")
    expect(box(page)).to_have_value("half a quest")
    other = page.context.new_page()
    other.goto(site.url)
    ready(other)
    expect(other.locator(ANSWER)).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


def test_visitors_at_once_see_only_their_own(opened: Browser, site: Site) -> None:
    questions = ["What are beta cells?", "What are T cells?", "Who is ReLife?", "How much does it cost?"]
    pages = [open_page(opened, site.url, 900, 700) for _ in questions]
    for page, question in zip(pages, questions, strict=True):
        ask(page, question, wait=False)
    for page, question in zip(pages, questions, strict=True):
        expect(page.locator(ANSWER)).to_have_count(1, timeout=30_000)
        expect(page.locator(PENDING)).to_have_count(0, timeout=30_000)
        expect(page.locator(".ask-user-text")).to_have_text([question])
        ask(page, "and what else?")
        expect(page.locator(".ask-user-text")).to_have_text([question, "and what else?"])
        page.context.close()


HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> "
    "**bold** [x](javascript:alert(1))"
)


def test_markup_in_a_question_is_text(page: Page) -> None:
    ask(page, HOSTILE)
    expect(page.locator(".ask-user-text")).to_have_text(HOSTILE)
    assert page.locator("#ask-chat img, #ask-chat script, #ask-chat a[href^=javascript]").count() == 0
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Take to my doctor").click()
    assert popup.value.locator("img, script:not([src])").count() == 0
    assert page.title() == "Ask the Article"


def test_markup_in_an_article_is_text(opened: Browser, lent: Bot, folder: Path) -> None:
    article = folder / "article.md"
    text = article.read_text().replace("Beta cells are cells located", "&lt;img src=x&gt; Beta **cells** are located")
    article.write_text(text)
    for beside in ("notes.yaml", "bank.yaml"):
        (folder / beside).unlink()
    app = create_app(Settings(feedback=None), load_publication(folder), lent.prompts, lambda: lent)
    with serving(app, free_port()) as url:
        page = open_page(opened, url, 1280, 800)
        expect(page.locator("#ask-reading")).to_contain_text("<img src=x> Beta cells are located")
        assert page.locator("img").count() == 0
        page.context.close()


def test_a_restart_in_mid_chat_loses_nothing(opened: Browser, lent: Bot) -> None:
    port, gate = free_port(), threading.Event()

    def app() -> object:
        settings = Settings(feedback=None)
        return create_app(settings, lent.index.publication, lent.prompts, lambda: slow(lent, gate))

    with serving(app(), port) as url:  # type: ignore[arg-type]
        page = open_page(opened, url, 900, 800)
        ask(page, "What are beta cells?")
        ask(page, SLOWLY, wait=False)
        expect(page.locator(PENDING)).to_have_count(1)
    gate.set()
    expect(page.locator("#ask-status")).to_contain_text(
        "The connection was lost. Your question is kept", timeout=15_000
    )
    with serving(app(), port):  # type: ignore[arg-type]
        expect(page.locator(ANSWER)).to_have_count(2, timeout=30_000)
        expect(page.locator(ANSWER).last).to_contain_text("also known as T lymphocytes", timeout=30_000)
        expect(page.locator(".ask-user-text")).to_have_text(["What are beta cells?", SLOWLY])
        page.context.close()


def test_everything_comes_from_this_server_and_nothing_outlives_the_tab(opened: Browser, site: Site) -> None:
    context = opened.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.url)
    ready(page)
    ask(page, "What are beta cells?")
    page.locator(f"{ANSWER} .ask-cite").first.click()
    assert not [address for address in asked if not address.startswith((site.url, "data:", "blob:"))]
    assert context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    assert json.loads(page.evaluate("Object.values(sessionStorage)[0]"))["questions"] == ["What are beta cells?"]
    context.close()


def test_it_works_in_a_frame_of_another_site_with_storage_blocked(opened: Browser, site: Site, tmp_path: Path) -> None:
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": 2}}}))
    framed = site.url.replace("127.0.0.1", "localhost")
    context = opened.browser_type.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, args=[*FLAGS, "--disable-features=LocalNetworkAccessChecks"]
    )
    page = context.new_page()
    page.route("**/host", lambda route: route.fulfill(content_type="text/html", body=f"<iframe src='{framed}'>"))
    page.goto(f"{site.url}/host")
    frame = page.frame_locator("iframe")
    frame.locator("#ask-chat [role=log][tabindex='0']").wait_for(timeout=30_000)
    inner = next(frame for frame in page.frames if frame.url.startswith(framed))
    blocked = inner.evaluate("(() => { try { sessionStorage; return false } catch { return true } })()")
    assert blocked
    frame.locator("#ask-question textarea").fill("What are T cells?")
    frame.locator("#ask-question textarea").press("Enter")
    expect(frame.locator(ANSWER)).to_contain_text("also known as T lymphocytes", timeout=30_000)
    context.close()
