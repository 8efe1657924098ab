"""Made-up samples, answers and cases for the tests of the scorers."""

from dataclasses import replace
from typing import Any

from bot.answer import Answer, Citation, Outcome, Sentence
from corpus.article import Passage
from evals.case import Case, Reply
from evals.grounds import Grounds
from evals.sample import Sample


def answer(
    grounds: Grounds, *ids: str, outcome: Outcome | None = None, notice: str | None = None, **other: Any
) -> Answer:
    """A faithful answer that quotes the passages of these ids."""
    article = grounds.article
    citations = tuple(Citation.of(n, article, article.passage(passage_id)) for n, passage_id in enumerate(ids, 1))
    made = Answer(
        question="q",
        outcome=outcome or ("answered" if ids else "not_in_article"),
        sentences=tuple(Sentence(citation.quote, (citation.number,)) for citation in citations),
        citations=citations,
        notice=notice,
        suggestions=(),
        disclaimer=grounds.disclaimer,
    )
    return replace(made, **other)


def case(grounds: Grounds, kind: str, *cited: str, gold: tuple[tuple[str, ...], ...] = (), **other: Any) -> Case:
    """A case of a kind whose answer cites these ids, and whose gold sets are given by ids."""
    sample_options = {
        name: other.pop(name) for name in ("also", "must_not", "trap", "question", "history") if name in other
    }
    reply_options = {name: other.pop(name) for name in ("ranking", "repeatable") if name in other}
    sentences = tuple(tuple(text(grounds, passage_id) for passage_id in ids) for ids in gold)
    sample = Sample("x", sample_options.pop("question", "q"), kind=kind, gold_sets=sentences, **sample_options)
    given = answer(grounds, *cited, **other)
    return Case(sample, Reply(replace(given, question=sample.question), **reply_options), grounds)


def text(grounds: Grounds, passage_id: str) -> str:
    return passage(grounds, passage_id).text


def passage(grounds: Grounds, passage_id: str) -> Passage:
    return grounds.article.passage(passage_id)
