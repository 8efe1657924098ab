"""The fixed texts: all there, none unknown, readable, and honest about what the chat is."""

import re
import shutil
from pathlib import Path

import pytest
import textstat

from bot.open import load_fixed_texts
from bot.prompts import PROMPTS, Prompts, load_prompts
from corpus.errors import ArticleError, PromptError
from corpus.load import Publication

GRADE = 8.0
"""US school grade, Flesch and Kincaid 1975."""


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return load_fixed_texts()[0]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROMPTS, tmp_path / "prompts"))


def reload(copy: Path) -> Prompts:
    groups, codes = ([path.stem for path in (PROMPTS / name).glob("*.md")] for name in ("urgent", "languages"))
    return load_prompts(copy, danger_groups=groups, languages=codes)


def grade(text: str) -> float:
    return float(textstat.flesch_kincaid_grade(text))


def test_our_own_words_are_at_grade_8_or_lower(prompts: Prompts, publication: Publication) -> None:
    topic = publication.bank.missing[0].topic
    texts = {
        "disclaimer": prompts.disclaimer,
        **{name: text.replace("{topic}", topic).replace("{word}", "cure") for name, text in prompts.notices.items()},
        **prompts.urgent,
    }
    too_hard = {name: grade(text) for name, text in texts.items() if grade(text) > GRADE}
    assert not too_hard


def test_editors_plain_words_are_at_grade_8_or_lower(publication: Publication) -> None:
    texts = [note.plain for note in publication.notes.sentences] + [term.gloss for term in publication.notes.terms]
    assert not {text: grade(text) for text in texts if grade(text) > GRADE}


@pytest.mark.parametrize(
    "part", ["general information", "one article", "provider", "not medical advice", "doctor", "emergency number"]
)
def test_the_disclaimer_says_what_it_must(prompts: Prompts, part: str) -> None:
    assert part in prompts.disclaimer


def test_no_text_names_a_number_to_call(prompts: Prompts) -> None:
    texts = [prompts.disclaimer, *prompts.notices.values(), *prompts.urgent.values()]
    assert not [text for text in texts if re.search(r"\d", text)]


def test_every_urgent_text_sends_to_help(prompts: Prompts) -> None:
    for name, text in prompts.urgent.items():
        assert "emergency" in text, name


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda copy: (copy / "disclaimer.md").unlink(), "disclaimer.md is missing"),
        (lambda copy: (copy / "disclaimer.md").write_text("  "), "is empty"),
        (lambda copy: (copy / "notices" / "greeting.md").unlink(), "greeting.md is missing"),
        (lambda copy: (copy / "notices" / "stray.md").write_text("x"), "stray.md is not used"),
        (lambda copy: (copy / "urgent" / "heart.md").unlink(), "heart.md is missing"),
        (lambda copy: (copy / "notices" / "greeting.md").write_text("Hi {name}"), "has the variables"),
        (lambda copy: (copy / "notices" / "not_in_article_topic.md").write_text("No."), "has the variables"),
        (lambda copy: (copy / "notices" / "greeting.md").write_text("Hi {"), "greeting.md"),
    ],
)
def test_a_spoilt_text_is_refused(copy: Path, spoil: object, message: str) -> None:
    spoil(copy)  # type: ignore[operator]
    with pytest.raises(PromptError, match=message):
        reload(copy)


def test_an_unknown_interface_word_is_refused(copy: Path) -> None:
    path = copy / "interface.yaml"
    path.write_text(path.read_text() + "surprise: x\n")
    with pytest.raises(ArticleError, match="surprise"):
        reload(copy)


def test_a_notice_with_wrong_variables_is_refused(prompts: Prompts) -> None:
    with pytest.raises(PromptError):
        prompts.notice("greeting", topic="x")
