"""A case: a sample with the answer it got, ready to be scored. Pure values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.answer import Answer
from corpus.article import Passage
from evals.grounds import Grounds
from evals.sample import Sample

Scope = Literal["all", "originals", "variants"]
Interval = Literal["wilson", "bootstrap"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot made of a sample."""

    answer: Answer
    ranking: tuple[str, ...] = ()
    """Ids of the article's sentences as the retriever ranks them, best first; empty where it was not asked."""
    seconds: float = 0.0
    repeatable: bool | None = None
    """Whether the same question, asked again at another time and place, got the same bytes; None if not tried."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sample, its reply, and what the reply is held against."""

    sample: Sample
    reply: Reply
    grounds: Grounds
    original: "Case | None" = None
    """For a variant: the case of the question it was made from."""

    @property
    def answer(self) -> Answer:
        return self.reply.answer

    @property
    def answered(self) -> bool:
        return self.answer.outcome == "answered"

    @property
    def silent(self) -> bool:
        """Neither answered nor sent to urgent help."""
        return self.answer.outcome not in ("answered", "emergency")

    @property
    def quotes(self) -> frozenset[str]:
        """What is cited, as text."""
        return frozenset(citation.quote for citation in self.answer.citations)

    @property
    def gold_sets(self) -> tuple[frozenset[str], ...]:
        """The minimal sets that this version of the article still has."""
        known = self.grounds.passages
        return tuple(frozenset(gold) for gold in self.sample.gold_sets if all(text in known for text in gold))

    @property
    def should_answer(self) -> bool:
        """Whether the article answers it and nothing forbids to."""
        return self.sample.kind in ("answerable", "partial", "followup") and bool(self.gold_sets)

    @property
    def should_be_silent(self) -> bool:
        """Whether it is on the subject, but the article does not say it."""
        return self.sample.kind == "unanswerable" or (self.sample.kind == "followup" and not self.sample.gold_sets)

    @property
    def cited(self) -> tuple[Passage, ...]:
        """The article's sentences among the citations."""
        return tuple(self.grounds.passages[q] for q in sorted(self.quotes) if q in self.grounds.passages)


@dataclass(frozen=True, slots=True)
class Score:
    """What one case adds to a metric: `hits` of `out_of`. A metric's value is the sum of the one by the other."""

    hits: float
    out_of: float = 1.0
    why: str = ""
    """What was wrong, in words, where that helps."""


def yes(good: bool, why: str = "") -> Score:
    """A case that counts once, good or not."""
    return Score(float(good), 1.0, "" if good else why)


Scorer = Callable[[Case], Score | None]
"""None where the metric says nothing about a case."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A named measure; docs/evals.md and the report print its definition."""

    name: str
    group: str
    title: str
    definition: str
    score: Scorer
    interval: Interval = "wilson"
    higher_is_better: bool = True
    scope: Scope = "originals"
    weight: int = 1
    """How bad a failed case is, for the list of worst cases."""

    def scores(self, case: Case) -> Score | None:
        """The case's score, if the metric looks at such cases at all."""
        is_variant = bool(case.sample.variant_of)
        if (self.scope == "originals" and is_variant) or (self.scope == "variants" and not is_variant):
            return None
        return self.score(case)

    def passed(self, score: Score) -> bool:
        """Whether nothing was wrong with this case."""
        return score.hits == (score.out_of if self.higher_is_better else 0)
