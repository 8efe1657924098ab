"""The page in a real browser, as a patient uses it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.chain import Bot
from tests.browser import CHROMIUM, ask, browser, open_page
from tests.test_app import running, wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed; 'apt-get install chromium' brings it"),
    pytest.mark.enable_socket,
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(Path(tmp_path_factory.mktemp("page") / "log")) as (_, address):
        wait_until(f"{address}/readyz")
        yield address


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def page(opened: Browser, url: str) -> Iterator[Page]:
    page = open_page(opened, url, 1280, 900)
    yield page
    page.context.close()


def test_the_three_questions(page: Page, bot: Bot) -> None:
    ask(page, "What are beta cells?")
    ask(page, "Can it help my kidneys?")
    ask(page, "How much does it cost?")
    first, second, third = page.locator("#ask-chat .ask-answer").all()
    expect(first).to_contain_text("Beta cells are cells located in pancreas that produce insulin.")
    expect(second).to_contain_text("diabetic netropathy")
    expect(second).to_contain_text("the provider's own claim")
    expect(third).to_contain_text("The article does not say what")
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


def test_citations_and_the_articles_own_marks_look_different(page: Page) -> None:
    ask(page, "How does MSC calm the immune system?")
    expect(page.locator(".ask-quote .ask-mark").first).to_have_text("Source 1")
    expect(page.locator(".ask-quote").first).to_contain_text("[1]")


def test_starters_and_suggestions_can_be_clicked(page: Page) -> None:
    page.get_by_role("button", name="What are T cells?").click()
    answer = page.locator("#ask-chat .ask-answer").first
    expect(answer).to_contain_text("also known as T lymphocytes", timeout=30_000)
    suggestion = page.locator("#ask-chat .options button, #ask-chat button.option").first
    suggestion.click()
    expect(page.locator("#ask-chat .ask-answer")).to_have_count(2, timeout=30_000)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_disclaimer_is_in_sight_before_and_after(opened: Browser, url: str, width: int) -> None:
    page = open_page(opened, url, width, 740)
    expect(page.locator("#ask-disclaimer")).to_be_in_viewport(ratio=1)
    ask(page, "What do the new blood vessels do?")
    expect(page.locator("#ask-disclaimer")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_urgent_help_looks_unlike_any_other_answer(page: Page) -> None:
    ask(page, "my chest hurts and my left arm is numb")
    answer = page.locator(".ask-emergency")
    expect(answer).to_contain_text("Get help now")
    expect(answer).to_contain_text("Call your local emergency number now")
    assert answer.evaluate("e => getComputedStyle(e).borderTopWidth") == "2px"


HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> "
    "**bold** [x](javascript:alert(1))"
)


def test_markup_in_a_question_is_text(page: Page) -> None:
    ask(page, HOSTILE)
    expect(page.locator("#ask-chat [data-testid=user]").first).to_contain_text(
        "<script>document.title='owned'</script> **bold**"
    )
    assert page.locator("#ask-chat img, #ask-chat script, #ask-chat a").count() == 0
    assert page.title() == "Ask the Article"


def test_visitors_do_not_see_each_other(opened: Browser, url: str) -> None:
    one, two = open_page(opened, url, 1280, 900), open_page(opened, url, 1280, 900)
    ask(one, "Who is ReLife?")
    ask(two, "How much do they charge?")
    expect(two.locator("#ask-chat [data-testid=user]")).to_have_count(1)
    expect(two.locator("#ask-chat [data-testid=user]")).to_have_text("How much do they charge?")
    for page in (one, two):
        page.context.close()


def test_nothing_is_asked_of_other_hosts_and_nothing_is_stored(opened: Browser, url: str) -> None:
    context = opened.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.get_by_label("Your question").wait_for()
    ask(page, "What are beta cells?")
    assert not [address for address in asked if not address.startswith((url, "data:", "blob:"))]
    assert context.cookies() == []
    assert "beta cells" not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    context.close()


def test_clearing_the_chat_forgets_it(page: Page) -> None:
    ask(page, "What are T cells?")
    page.locator("#ask-chat").get_by_role("button", name="Clear").click()
    expect(page.locator("#ask-chat .ask-answer")).to_have_count(0)
    ask(page, "what else do they do?")
    expect(page.locator("#ask-chat .ask-answer")).to_have_count(1)
