"""Bare cries for help in other languages than English."""

from pathlib import Path

import pytest

from bot.chain import Bot
from bot.cries import CRIES, cries_in, load_cries
from bot.language import Languages
from corpus.yaml_file import read_yaml
from evals.sample import own_samples
from tests.closed import check_closed


def test_every_language_has_its_cries() -> None:
    listed = read_yaml(CRIES.read_text("utf-8"), dict[str, dict[str, list[str]]], CRIES)
    assert listed.keys() == Languages.load().phrases.keys()
    for code, lists in listed.items():
        assert len(lists["cries"]) >= 30, code
        assert [cry for cry in lists["cries"] if code not in cries_in(cry)] == [], code
        assert [word for word in lists["beside"] if code in cries_in(word)] == [], code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hilfe!!", "de"),
        ("hilfeee bitte bitte", "de"),
        ("¡Ayúdenme, por favor!", "es"),
        ("救命啊", "zh"),
        ("Помогите!!!", "ru"),
        ("BACHAO bachao", "hi"),
        ("کمک", "fa"),
        ("aiuto, ictus!", "it"),
    ],
)
def test_a_bare_cry_is_an_emergency_in_its_language(bot: Bot, text: str, code: str) -> None:
    answer = bot.ask(text)
    check_closed(answer, bot)
    assert (answer.outcome, answer.notice) == ("emergency", bot.prompts.urgent_languages[code])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!",
        "bitte",
        "Hilfe zum Artikel",
        "help",
        "救命药贵吗",
        "ayuda para mi tarea",
        "aiuto " * 20,
        "脳卒中?",
        "¿infarto?",
    ],
)
def test_more_than_a_cry_is_none(text: str) -> None:
    assert cries_in(text) == ()


def test_english_has_no_such_cries() -> None:
    assert [sample.question for sample in own_samples() if cries_in(sample.question)] == []


def test_a_text_that_could_be_read_in_many_ways_takes_no_time() -> None:
    assert cries_in("救命啊" * 19 + "药") == ()
    assert cries_in("hilfe bitte " * 4 + "hilfen") == ()


def test_a_bad_file_names_its_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from corpus.errors import ArticleError

    (tmp_path / "cries.yaml").write_text("de:\n  cries: [hilfe]\n  typo: []\n")
    monkeypatch.setattr("bot.cries.CRIES", tmp_path / "cries.yaml")
    with pytest.raises(ArticleError, match="3"):
        load_cries.__wrapped__()
