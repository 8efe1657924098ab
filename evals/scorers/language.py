"""Can a person read it, is it short, is it always the same? Latency is measured elsewhere and never gated."""

from functools import cache
from importlib.util import find_spec

from evals.case import Case, Score, yes

MOST_WORDS = 120


def own_grade(case: Case) -> Score | None:
    """Flesch-Kincaid grade of our own words: notice and suggestions; quotes are the article's (Kincaid et al. 1975)."""
    return _score(case.answer.notice or "")


def quote_grade(case: Case) -> Score | None:
    """The same of the quotes; reported beside it, since nobody may simplify a quote."""
    return _score(" ".join(sentence.text for sentence in case.answer.sentences))


def short_enough(case: Case) -> Score:
    """Whether at most 120 words stand before the disclaimer."""
    return yes(words(case) <= MOST_WORDS, f"{words(case)} words")


def length(case: Case) -> Score:
    """Words before the disclaimer."""
    return Score(words(case))


def repeatable(case: Case) -> Score | None:
    """Of the questions asked twice, far apart and mostly in two processes, the share with the same bytes."""
    return None if case.reply.repeatable is None else yes(case.reply.repeatable, "a second answer differs")


def words(case: Case) -> int:
    """Words a patient sees before the disclaimer."""
    texts = (case.answer.notice or "", *(s.text for s in case.answer.sentences), *case.answer.suggestions)
    return sum(len(text.split()) for text in texts)


def can_grade() -> bool:
    """Whether the library for reading grades is installed; it comes with the extra `test`."""
    return find_spec("textstat") is not None


def _score(text: str) -> Score | None:
    return Score(_grade(text)) if text and can_grade() else None


@cache
def _grade(text: str) -> float:
    from textstat import textstat  # type: ignore[import-untyped]

    return float(textstat.flesch_kincaid_grade(text))
