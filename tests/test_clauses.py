"""Questions that ask several things."""

import pytest

from bot.chain import Bot
from bot.clauses import clauses
from tests.closed import check_closed


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("What are beta cells?", ()),
        ("beta cells and insulin", ()),
        ("does it work for type 1 and what does it cost?", ("does it work for type 1", "what does it cost?")),
        ("What are T cells? How much is it?", ("What are T cells?", "How much is it?")),
        ("My dad is 60. He has type 2. What are beta cells?", ()),
        ("is it safe, does it help nerves", ("is it safe", "does it help nerves")),
        ("", ()),
    ],
)
def test_parts(text: str, parts: tuple[str, ...]) -> None:
    assert clauses(text) == parts


def test_what_is_there_is_quoted_and_what_is_missing_is_named(bot: Bot) -> None:
    answer = bot.ask("What are T cells and how much does the treatment cost?")
    check_closed(answer, bot)
    assert answer.outcome == "answered"
    assert any("T lymphocytes" in citation.quote for citation in answer.citations)
    assert answer.notice and "It does not say" in answer.notice and "cost" in answer.notice


def test_a_word_that_the_article_does_not_use_is_named(bot: Bot) -> None:
    answer = bot.ask("Since it cures nerve damage, which complications are named?")
    check_closed(answer, bot)
    assert answer.outcome == "answered"
    assert answer.notice and "does not use the word “cure”" in answer.notice
