"""Understands a question before anything is decided: what it leans on, its class, and what the index has near it.

One batch of embeddings serves triage, retrieval and decision; a question that stands alone and asks one thing costs
one. Knows nothing of answers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from bot.clauses import clauses
from bot.decide import is_surely_answered
from bot.followup import asks, leaned_on, points_back, together
from bot.question import Question
from bot.spelling import Spelling
from bot.triage import (
    ADVICE,
    AGAIN,
    BESIDE_LEADS,
    CLAUSE_LEADS,
    DANGER,
    DOUBT_LAGS,
    DOUBT_LAGS_ON_AVERAGE,
    GO_ON,
    GREETING,
    OFF_TOPIC,
    SENTENCE_LEADS,
    Triage,
    leads_others,
)
from index.embed import Embedder, Vectors
from index.search import Found, Index

ASIDE, ASKING = (GREETING, OFF_TOPIC), (GO_ON, ADVICE)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
LEANS_ON = 3
"""Turns back that a question may lean on, one without meaning among them."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with what was made of it."""

    text: str
    """The question; for a follow-up, with the turn it leans on."""
    label: str
    """Its class by the triage, or a question, where the bank surely answers one."""
    hints_at_self_harm: bool
    """Whether it may be meant so, whatever its class."""
    vector: Vectors
    found: Found


@dataclass(frozen=True, slots=True)
class Ear:
    """Hears questions through an index."""

    index: Index
    triage: Triage
    embedder: Embedder
    """Whose vectors the triage reads; also the index's, unless its article has no bank."""
    spelling: Spelling

    def hear(self, question: Question) -> tuple[Heard, ...]:
        """The whole question, then each thing that it asks about the article when it asks several.

        A badly spelt one is heard as it was probably meant; whether it tells a danger is judged as it stands.
        """
        typed, meant = self._hear(question), self._meant(question)
        if meant == question or typed[0].label in DANGER:
            return typed
        if self.triage.surely_greets(typed[0].text, typed[0].vector):
            return typed
        mended = self._hear(meant)
        return typed if mended[0].label in DANGER else mended

    def mended(self, text: str) -> str:
        """A text as one that may tell a danger, where words in it are none; empty for others, or if that fails."""
        try:
            meant = self.spelling.mend(text, danger=True)
        except Exception:  # danger is answered whatever else fails
            return ""
        return meant if meant != text else ""

    def _meant(self, question: Question) -> Question:
        """The question, and the turns that it may lean on, as they were probably meant."""
        mend, older, last = self.spelling.mend, question.history[:-LEANS_ON], question.history[-LEANS_ON:]
        return replace(question, text=mend(question.text), history=(*older, *map(mend, last)))

    def _hear(self, question: Question) -> tuple[Heard, ...]:
        before = leaned_on(question)
        others = (together(before, question.text),) if before else clauses(question.text)
        alone, *more = self._heard([question.text, *others])
        alone = self._with_danger_beside(self._asking_after_all(alone))
        if before:
            if alone.label in (*DANGER, AGAIN) or self._small_talk(alone):  # no earlier turn talks danger away
                return (alone,)
            heard = alone if self._told_before(before, question, more[0]) else _leaning(more[0])
            return (replace(heard, hints_at_self_harm=alone.hints_at_self_harm),)
        if alone.label != GO_ON:
            return (alone,)
        return (alone, *(part for part in more if part.label == GO_ON))

    def confirms(self, question: Question, clause: str) -> bool:
        """Whether words that may mean danger, in a clause of a question, are not plainly about something else.

        A clause that plainly tells a danger counts whatever is written around it. Where only a question about the
        article speaks against danger, by however much, the clause and the rest of the message decide.
        """
        texts = [question.text, clause]
        whole, part = map(self.triage.scores, texts, self.embedder.embed(texts))
        alone = leads_others(part)
        if leads_others(whole) >= -DOUBT_LAGS or alone >= CLAUSE_LEADS:
            return True
        return leads_others(whole, inf) + alone >= 2 * -DOUBT_LAGS_ON_AVERAGE

    def weigh(self, texts: Sequence[str]) -> list[tuple[float, str]]:
        """By how much danger leads in each text, as far as that was learned, and its class."""
        return [*map(self.triage.weighed, texts, self.embedder.embed(list(texts)))]

    def hear_further_back(self, question: Question) -> Heard | None:
        """Hear a follow-up with the turn before the one it seemed to lean on, in case that one was an aside.

        None where there is no such turn, or where together they are no question about the article.
        """
        question = self._meant(question)
        if not (before := leaned_on(question, back=2)):
            return None
        (heard,) = self._heard([together(before, question.text)])
        return heard if _leaning(heard).label == GO_ON else None

    def _with_danger_beside(self, asking: Heard) -> Heard:
        """What asks for something, and tells a danger in one of its sentences, is of the class of that one."""
        sentences = SENTENCE_END.split(asking.text)
        if asking.label not in ASKING or len(sentences) == 1:
            return asking
        if leads_others(self.triage.scores(asking.text, asking.vector)) < BESIDE_LEADS:
            return asking
        leads, label = max(self.weigh(sentences))
        return replace(asking, label=label) if leads >= SENTENCE_LEADS else asking

    def _small_talk(self, alone: Heard) -> bool:
        back, asking = points_back(alone.text), asks(alone.text)
        if not back and not (asking and alone.label == GREETING):
            return alone.label in ASIDE
        return not (back and asking) and self.triage.surely_greets(alone.text, alone.vector)

    def _told_before(self, before: str, question: Question, leaning: Heard) -> bool:
        """Whether only the turn before tells a danger, which had its answer then, and the question does not ask on."""
        if leaning.label not in DANGER or points_back(question.text):
            return False
        return self.triage.label(before, self.embedder.embed([before])[0]) in DANGER

    def _heard(self, texts: list[str]) -> list[Heard]:
        vectors = self.embedder.embed(texts)
        shared = self.index.embedder is self.embedder
        for_search = vectors if shared else self.index.embedder.embed(texts)
        return [
            Heard(text, *self.triage.judged(text, vector), vector, self.index.search(text, other))
            for text, vector, other in zip(texts, vectors, for_search, strict=True)
        ]

    def _asking_after_all(self, alone: Heard) -> Heard:
        """Personal or polite words around what the bank surely answers make no other class of it."""
        if alone.label not in (ADVICE, GREETING) or not is_surely_answered(alone.found):
            return alone
        return replace(alone, label=GO_ON) if self.triage.may_ask(alone.text, alone.vector) else alone


def _leaning(heard: Heard) -> Heard:
    return replace(heard, label=GO_ON) if heard.label in ASIDE else heard
