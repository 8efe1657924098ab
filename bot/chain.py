"""From a question to an Answer: stand alone, danger, triage, retrieve, decide, write.

Everything that a patient can see leaves through `Bot._answer`, so a fixed text, a verbatim span and the disclaimer
are all there can be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.answer import Answer, Citation, Outcome, Sentence
from bot.danger import DangerRules, find_danger
from bot.decide import Decision, decide
from bot.followup import leaned_on, points_back
from bot.kernel import Kernel
from bot.prompts import Prompts
from bot.question import Question
from bot.triage import EMERGENCY, GO_ON, Triage
from corpus.article import Passage
from index.embed import Vectors
from index.search import Found, Index

OUTCOMES: dict[str, Outcome] = {
    "greeting": "greeting",
    "offtopic": "off_topic",
    "advice": "medical_advice",
    "unsafe": "unsafe_request",
}
"""The outcome, and through it the notice, of each class of the triage classifier."""
SUGGESTIONS = 3
OTHER_DANGER = "other_acute"
ASIDE = ("greeting", "offtopic")
STANDS_ALONE = 0.72
"""A follow-up this similar to one of the bank needs no earlier turn."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A question as it was understood: its class, its vector, what is near it, and what was just said."""

    label: str
    vector: Vectors
    found: Found
    said: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Bot:
    """Answers from one article. Stateless: history comes with the question."""

    index: Index
    triage: Triage
    danger: DangerRules
    prompts: Prompts
    head: Kernel | None
    """The decision's classifier over the question bank; None when the article has no bank."""

    def ask(self, asked: str, history: Sequence[str] = ()) -> Answer:
        """Answer a question; any string gets an answer, and every answer the disclaimer."""
        question = Question.of(asked, tuple(history))
        urgent = find_danger(question.text, self.danger)
        if urgent:
            return self._urgent(question, urgent.group)
        if not question.text:
            return self._answer(question, "not_in_article", "empty_question")
        if question.too_long:
            return self._answer(question, "not_in_article", "too_long")
        return self._route(question)

    def _route(self, question: Question) -> Answer:
        heard = self._hear(question)
        if heard.label == EMERGENCY:
            return self._urgent(question, OTHER_DANGER)
        if heard.label != GO_ON:
            return self._answer(question, OUTCOMES[heard.label], suggestions=self._suggest(heard.found))
        return self._write(question, heard.found, decide(heard.found, heard.vector, self.head, heard.said))

    def _hear(self, question: Question) -> Heard:
        """Embed, sort and search a question, together with the turn it leans on if it does not stand alone."""
        before = leaned_on(question)
        texts = [question.text, *([f"{before} {question.text}", before] if before else [])]
        vectors = self.index.embedder.embed(texts)
        label, found = self.triage.label(vectors[0]), self.index.search(question.text, vectors[0])
        known = bool(found.neighbours) and found.neighbours[0].similarity >= STANDS_ALONE
        if not before or known or (label in ASIDE and not points_back(question.text)):
            return Heard(label, vectors[0], found)
        both = vectors[0] + vectors[1]
        vector = both / np.linalg.norm(both)
        said = decide(self.index.search(before, vectors[2]), vectors[2], self.head).passages
        # "and for them?" alone sounds like small talk; what it is about stands in the turn before.
        return Heard(GO_ON if label in ASIDE else label, vector, self.index.search(texts[1], vector), said)

    def _write(self, question: Question, found: Found, decision: Decision) -> Answer:
        if not decision.answers:
            notice = "not_in_article_topic" if decision.topic else "not_in_article"
            return self._answer(question, "not_in_article", notice, self._suggest(found), topic=decision.topic)
        notice = "provider_claim" if self._claims(decision.passages) else ""
        suggestions = self._suggest(found, decision.passages)
        return self._answer(question, "answered", notice, suggestions, passages=decision.passages)

    def _urgent(self, question: Question, group: str) -> Answer:
        return self._answer(question, "emergency", urgent=group)

    def _answer(
        self,
        question: Question,
        outcome: Outcome,
        notice: str = "",
        suggestions: tuple[str, ...] = (),
        *,
        passages: tuple[Passage, ...] = (),
        urgent: str = "",
        topic: str = "",
    ) -> Answer:
        article = self.index.publication.article
        citations = tuple(Citation.of(number, article, passage) for number, passage in enumerate(passages, 1))
        name = notice or (outcome if outcome != "answered" else "")
        texts = [self.prompts.urgent[urgent]] if urgent else []
        if not urgent and any(find_danger(turn, self.danger) for turn in question.history):
            texts.append(self.prompts.notice("reminder"))
        if name and not urgent:
            texts.append(self.prompts.notice(name, **({"topic": topic} if topic else {})))
        return Answer(
            question=question.asked,
            outcome=outcome,
            sentences=tuple(Sentence(citation.quote, (citation.number,)) for citation in citations),
            citations=citations,
            notice="\n\n".join(texts) or None,
            suggestions=suggestions,
            disclaimer=self.prompts.disclaimer,
        )

    def _claims(self, passages: Sequence[Passage]) -> bool:
        """Whether any of the passages praises the therapy or its provider."""
        quotes = {passage.text for passage in passages}
        return any(
            n.quote in quotes and n.claim in ("benefit", "provider") for n in self.index.publication.notes.sentences
        )

    def _suggest(self, found: Found, cited: Sequence[Passage] = ()) -> tuple[str, ...]:
        """Editor's questions for the nearest sentences that were not quoted."""
        asks = {note.quote: note.ask for note in self.index.publication.notes.sentences if note.ask}
        near = (hit.passage for hit in found.hits if hit.passage not in cited and hit.passage.text in asks)
        return tuple(dict.fromkeys(asks[passage.text] for passage in near))[:SUGGESTIONS]
