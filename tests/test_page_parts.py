"""The parts of the page without a browser: words, quotes, article, conversation, verdicts, the page for the doctor."""

import json
import re
import shutil
import subprocess
import sys
from html import escape, unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.chain import Bot
from bot.feedback import Feedback, FeedbackStore, version_of
from corpus.errors import ArticleError, IndexMissing, PromptError
from corpus.load import Publication
from corpus.settings import Settings
from evals.feedback import counts, to_samples
from evals.sample import read_rows
from tests.conftest import ROOT
from web.article_pane import article_html
from web.conversation import Conversation, Turn, read_questions
from web.doctor import doctor_html
from web.document import rewritten
from web.page_routes import page_routes
from web.page_words import FOLDER, Words, load_words, preferred
from web.plain import plain_text
from web.quote import Glossary, quote_html, text_html
from web.render import Renderer
from web.starters import starters, starters_by_section
from web.warm import WarmingBot

WORDS = load_words()


def visible(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.fixture(scope="module")
def renderer(bot: Bot) -> Renderer:
    return Renderer(bot.index.publication, bot.prompts, WORDS["en"])


def test_there_are_four_languages_and_all_are_complete() -> None:
    assert WORDS.keys() == {"en", "es", "ms", "zh"}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("ms-MY,ms;q=0.9,en;q=0.8", "ms"),
        ("zh-CN,zh;q=0.9", "zh"),
        ("fr-FR,fr;q=0.9,es;q=0.5,en;q=0.4", "es"),
        ("de", "en"),
        ("", "en"),
        ("es;q=0,en", "en"),
        ("es;q=nonsense", "en"),
        ("en;q=0.1, ms", "ms"),
    ],
)
def test_the_browsers_language_is_chosen(header: str, code: str) -> None:
    assert preferred(header, WORDS) == code


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("send: Tanya\n", "", ArticleError),
        ("send: Tanya\n", "send: Tanya\nstray: x\n", ArticleError),
        ("send: Tanya\n", "send: ''\n", PromptError),
        ("Sumber {number}", "Sumber", PromptError),
        ("language: ms", "language: my", PromptError),
    ],
)
def test_spoilt_words_are_refused(tmp_path: Path, old: str, new: str, error: type[Exception]) -> None:
    copy = Path(shutil.copytree(FOLDER, tmp_path / "page"))
    path = copy / "ms.yaml"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(error):
        load_words(copy)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "**bold** [1] _x_ `y` # z", "a & b \"c\" 'd'", "$$x$$ ![i](http://x/y)"]
)
def test_text_never_becomes_markup(text: str) -> None:
    assert not set(text_html(text)) & set('<>"*_`[]!$(){}')


def test_wrapping_never_changes_a_sentence(publication: Publication) -> None:
    for passage in publication.article.passages:
        html = quote_html(passage.text, passage.footnotes, Glossary(publication.notes.terms), set())
        assert visible(html) == passage.text
        assert html.count("ask-fn") == len(passage.footnotes)


def test_the_longest_term_is_explained_and_each_only_once(publication: Publication) -> None:
    glossary, seen = Glossary(publication.notes.terms), set[int]()
    text = "diabetic netropathy, netropathy and diabetic netropathy"
    found = [text[start:end] for start, end, _ in glossary.found(text, seen)]
    assert found == ["diabetic netropathy", "netropathy"]
    assert glossary.found(text, seen) == []


def test_the_article_is_shown_whole_with_an_address_for_every_sentence(publication: Publication) -> None:
    html = article_html(publication, WORDS["en"])
    for passage in publication.article.passages:
        found = re.search(rf'id="{re.escape(passage.id)}" tabindex="-1">(.*?)</span><a class="ask-permalink"', html)
        assert found
        assert visible(found[1]) == passage.text
    assert "Woman Performing Blood Test on Herself" in visible(html)
    assert html.count('class="ask-note"') == len(publication.article.footnotes)
    assert "\n" not in html


def test_every_shown_text_is_escaped(bot: Bot, renderer: Renderer) -> None:
    asked = "<script>alert('x')</script> \"beta\" cells"
    answer = bot.ask(asked)
    for html in (
        renderer.answer(answer),
        renderer.asked(asked),
        renderer.pending(asked),
        renderer.without("failed", asked),
    ):
        assert "<script" not in html
        assert "\n" not in html
    assert "<script>alert" not in doctor_html([answer], renderer)


def test_an_answer_shows_quote_source_section_claim_and_plain_words(bot: Bot, renderer: Renderer) -> None:
    answer = bot.ask("Can it help my kidneys?")
    html = renderer.answer(answer)
    assert html.count("<details") == len(answer.citations)
    assert html.count("ask-cite") == sum(len(sentence.citations) for sentence in answer.sentences)
    assert "Provider's claim" in visible(html)
    assert "The editor reads it as nephropathy" in visible(html)
    assert renderer.coming(answer, 0).count("ask-said") == 0


@pytest.mark.parametrize("code", ["en", "ms", "zh", "es"])
@pytest.mark.parametrize("asked", ["Can it help my kidneys?", "How much does it cost?", "my chest hurts"])
def test_in_every_language_the_answer_stays_verbatim(bot: Bot, code: str, asked: str) -> None:
    answer = bot.ask(asked)
    there = Renderer(bot.index.publication, bot.prompts, WORDS[code])
    html, copied = visible(there.answer(answer)), plain_text(answer, bot.index.publication, WORDS[code])
    for sentence in answer.sentences:
        assert sentence.text in html
        assert sentence.text in copied
    assert WORDS[code].of_outcome(answer.outcome) in html
    assert copied.endswith(bot.prompts.disclaimer)
    assert bot.prompts.disclaimer in visible(doctor_html([answer], there))


def test_urgent_help_comes_first_on_the_page_for_the_doctor(bot: Bot, renderer: Renderer) -> None:
    html = doctor_html([bot.ask("What are T cells?"), bot.ask("my chest hurts")], renderer)
    assert html.index('class="urgent"') < html.index('class="said"')
    assert "There is nothing here yet" in doctor_html([], renderer)


def test_a_notice_says_which_language_it_is_in(bot: Bot, renderer: Renderer) -> None:
    arabic = bot.ask("كم تكلفة العلاج بالخلايا الجذعية؟", ["I took all my insulin to end it"])
    reminder, notice = (arabic.notice or "").split("\n\n")
    assert f'lang="ar">{text_html(notice)}' in renderer.answer(arabic)
    assert f'lang="en" dir="auto">{escape(reminder)}' in doctor_html([arabic], renderer)
    assert f'lang="ar" dir="auto">{escape(notice)}' in doctor_html([arabic], renderer)
    assert 'lang="en"' in renderer.answer(bot.ask("How much does it cost?"))


def test_a_reminder_alone_is_copied_under_no_hello(bot: Bot, renderer: Renderer) -> None:
    alone, more = (bot.ask(text, ["I want to die"]) for text in ("thanks", "What are T cells?"))
    assert renderer.words.of_outcome("greeting") not in renderer.copied(alone)
    assert renderer.words.of_outcome("answered") in renderer.copied(more)


def test_starters_are_one_a_part_and_named(publication: Publication) -> None:
    found = starters_by_section(publication)
    assert starters(publication) == [question for _, question in found]
    assert len(found) == len({section for section, _ in found}) == 7
    assert ("Footnote 1", "What are T cells?") in found


def conversation(bot: Bot, renderer: Renderer) -> Conversation:
    return Conversation(WarmingBot(lambda: bot), renderer, pace=0)


def test_an_answer_comes_sentence_by_sentence(bot: Bot, renderer: Renderer) -> None:
    states = list(conversation(bot, renderer).go_on(["What are beta cells?"], ()))
    counts = [turns[-1].html.count('class="ask-said"') for turns in states]
    assert counts == sorted(counts)
    assert counts[-1] >= 2
    assert len(set(counts)) == counts[-1] + 1
    assert states[-1][-1].whole


def test_what_the_tab_brings_back_is_answered_again(bot: Bot, renderer: Renderer) -> None:
    talk = conversation(bot, renderer)
    first = list(talk.go_on(["What are beta cells?"], ()))[-1]
    kept = list(talk.go_on(["What are beta cells?", "What are T cells?"], first))[-1]
    assert kept[0] is first[0]
    anew = list(talk.go_on(["What are beta cells?", "What are T cells?"], ()))[-1]
    assert anew == kept
    other = list(talk.go_on(["Who is ReLife?", "What are T cells?"], kept))[-1]
    assert "ReLife International" in other[0].html


def test_unfinished_turns_are_given_up_and_finished_ones_kept(bot: Bot, renderer: Renderer) -> None:
    turns = (Turn("a", "<p>whole</p>", whole=True), Turn("b", "<p>half</p>"))
    for given_up, kind in (
        (conversation(bot, renderer).stopped(turns), "stopped"),
        (conversation(bot, renderer).failed(turns), "failed"),
    ):
        assert given_up[0] is turns[0]
        assert f"ask-{kind}" in given_up[1].html


def test_a_bot_that_cannot_open_is_told(renderer: Renderer) -> None:
    def fail() -> Bot:
        raise IndexMissing("no index")

    last = list(Conversation(WarmingBot(fail), renderer).go_on(["x"], ()))[-1]
    assert "ask-failed" in last[-1].html


@pytest.mark.parametrize("kept", ["", "nonsense", "{}", "[1]", '[["a"]]', "[" * 9000])
def test_what_a_tab_sends_is_not_trusted(kept: str) -> None:
    assert read_questions(kept) == []


def test_the_document_loses_what_no_browser_runs() -> None:
    html = (
        '<html lang="en"><head><meta property="og:image" content="https://raw.example/x">'
        '<script>inline()</script><script type="module" src="a.js"></script></head><body></body></html>'
    )
    ours = rewritten(html, WORDS["ms"])
    assert 'lang="ms"' in ours
    assert "inline()" not in ours
    assert "https://" not in ours
    assert '<script type="module" src="a.js">' in ours
    assert 'src="page/static/page.js"' in ours


def client(bot: Bot, store: FeedbackStore | None, *, keeps_text: bool = False) -> TestClient:
    app = FastAPI()
    publication = bot.index.publication
    app.include_router(
        page_routes(WarmingBot(lambda: bot), publication, bot.prompts, WORDS, store, keeps_text=keeps_text)
    )
    return TestClient(app)


VERDICT = {"answer": "a1", "outcome": "answered", "verdict": "good", "passages": ["s2.6"], "question": "my own words"}


def test_a_verdict_is_stored_as_ids_replaced_and_taken_back(bot: Bot, tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "new" / "feedback.sqlite")
    assert store.all() == []
    web = client(bot, store)
    assert web.post("/page/feedback", json=VERDICT).status_code == 204
    assert web.post("/page/feedback", json={**VERDICT, "verdict": "bad"}).status_code == 204
    assert web.post("/page/feedback", json={**VERDICT, "verdict": "wrong", "about": "s2.6"}).status_code == 204
    assert [(f.verdict, f.about, f.passages, f.question) for f in store.all()] == [
        ("bad", "", "s2.6", ""),
        ("wrong", "s2.6", "s2.6", ""),
    ]
    assert web.post("/page/feedback", json={**VERDICT, "verdict": None}).status_code == 204
    assert [f.verdict for f in store.all()] == ["wrong"]
    assert b"my own words" not in store.file.read_bytes()


def test_words_are_kept_only_when_switched_on_and_offered_questions_by_id(bot: Bot, tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    client(bot, store, keeps_text=True).post("/page/feedback", json=VERDICT)
    client(bot, store).post("/page/feedback", json={**VERDICT, "answer": "a2", "question": "What are T cells?"})
    assert [(f.question, f.offered) for f in store.all()] == [("my own words", ""), ("", "fn1.1")]
    assert client(bot, None).post("/page/feedback", json=VERDICT).status_code == 204


@pytest.mark.parametrize(
    "wrong",
    [
        {"passages": ["s9.9"]},
        {"about": "x"},
        {"verdict": "evil"},
        {"outcome": "evil"},
        {"answer": "'; --"},
        {"answer": "a" * 99},
    ],
)
def test_a_verdict_on_nothing_is_refused(bot: Bot, tmp_path: Path, wrong: dict[str, object]) -> None:
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    assert client(bot, store).post("/page/feedback", json={**VERDICT, **wrong}).status_code == 422
    assert store.all() == []


def verdict(publication: Publication, **other: str) -> Feedback:
    values = {
        "answer": "a", "about": "", "verdict": "good", "outcome": "answered", "passages": "fn1.1", "offered": "fn1.1",
        "article": "msc-diabetes", "version": version_of(publication), "day": "2026-01-01", **other,
    }  # fmt: skip
    return Feedback(**values)  # type: ignore[arg-type]


def test_verdicts_become_samples(publication: Publication, tmp_path: Path) -> None:
    feedback = [
        verdict(publication),
        verdict(
            publication, answer="b", question="how much", offered="", verdict="wrong", about="s2.6", passages="s2.6"
        ),
        verdict(publication, answer="c", offered="", question=""),
        verdict(publication, answer="d", version="older"),
    ]
    rows = list(to_samples(feedback, publication))
    assert [(row["question"], row["gold_sets"], row["must_not"]) for row in rows] == [
        ("What are T cells?", [[publication.article.passage("fn1.1").text]], []),
        ("how much", [], [publication.article.passage("s2.6").text]),
    ]
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert len(list(read_rows(path))) == 2
    assert "1 readers: s2.6 does not say that" in counts(feedback, publication)


def test_the_command_turns_verdicts_into_samples(publication: Publication, tmp_path: Path) -> None:
    FeedbackStore(tmp_path / "feedback.sqlite").put(verdict(publication))
    run = subprocess.run(
        [sys.executable, "-m", "evals", "--feedback", str(tmp_path / "out.jsonl")],
        capture_output=True, text=True, cwd=ROOT, check=True,
        env={"PATH": "", "ASK_FEEDBACK": str(tmp_path / "feedback.sqlite")},
    )  # fmt: skip
    assert "1 samples to settle" in run.stdout
    assert json.loads((tmp_path / "out.jsonl").read_text())["question"] == "What are T cells?"


def test_feedback_settings() -> None:
    assert Settings.from_env({"ASK_FEEDBACK": "off"}).feedback is None
    assert Settings.from_env({"ASK_FEEDBACK_TEXT": "on"}).feedback_text is True
    with pytest.raises(Exception, match="on or off"):
        Settings.from_env({"ASK_FEEDBACK_TEXT": "yes"})


def test_words_is_a_value() -> None:
    with pytest.raises(AttributeError):
        WORDS["en"].send = "x"  # type: ignore[misc]
    assert isinstance(WORDS["en"], Words)
