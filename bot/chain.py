"""From a question to an Answer: danger, hear, triage, decide, write.

Everything that a patient can see leaves through `Bot._answer`, so a fixed text, a verbatim span and the disclaimer
are all there can be. Where a language model is configured, bot.steps puts sentences that the guard has passed, each
with its citations, in the place of the quotes, and nothing else.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from bot.answer import Answer, Citation, Outcome, Sentence
from bot.danger import Danger, DangerRules, find_danger
from bot.decide import Decision, decide, in_parts, is_on_topic
from bot.earlier import Earlier
from bot.followup import before, completed
from bot.foreign import Foreign, urgent_kind
from bot.hear import Ear, Heard
from bot.language import Languages
from bot.prompts import Prompts
from bot.question import Question
from bot.reason import Reason
from bot.remarks import Remarks
from bot.steps import Step, in_words
from bot.triage import ADVICE, AGAIN, DANGER, GO_ON, GREETING, OFF_TOPIC, SELF_HARM, UNSAFE
from bot.wording import Wording
from corpus.article import Passage
from index.onnx_model import threads
from index.search import Found, Index

OUTCOMES: dict[str, Outcome] = {
    GREETING: "greeting",
    OFF_TOPIC: "off_topic",
    ADVICE: "medical_advice",
    UNSAFE: "unsafe_request",
    AGAIN: "greeting",  # where there is nothing to say again
}
"""The outcome, and through it the notice, of each class of the triage classifier."""
ASIDES = frozenset({"greeting", "off_topic"})
AGAIN_BACK = 8
"""How many turns back something is looked for that can be said again."""
UNSURE_ABOVE = -0.95
"""Score above which an unanswered follow-up is tried with the turn before the one that it seemed to lean on."""


@dataclass(frozen=True)
class Bot:
    """Answers from one article. History comes with the question; what is remembered of it only saves time."""

    ear: Ear
    danger: DangerRules
    languages: Languages
    prompts: Prompts
    wording: Wording | None = None
    """A language model behind the guard; None answers with quotes."""

    @property
    def index(self) -> Index:
        """The index of its article."""
        return self.ear.index

    def ask(self, asked: str, history: Sequence[str] = ()) -> Answer:
        """Answer a question; any string gets an answer, and every answer the disclaimer."""
        return self.consider(asked, history)[0]

    def consider(self, asked: str, history: Sequence[str] = ()) -> tuple[Answer, Reason]:
        """The answer with its reason."""
        *_, last = self.steps(asked, history)
        return last.answer, last.reason

    def steps(self, asked: str, history: Sequence[str] = ()) -> Iterator[Step]:
        """The answer as it comes, whole at the end. Without a language model it is whole at once.

        While a model writes, the first step and every pause repeat what there is, so that whoever waits can show it
        and can leave; leaving stops the model.
        """
        answer, reason = self._in_quotes(Question.of(asked, tuple(history)))
        if self.wording and answer.outcome == "answered" and reason.decision:
            yield from in_words(self.wording, answer, reason, self.index.publication.article)
        else:
            yield Step(answer, reason)

    def close(self) -> None:
        """Let go of the index and of the model."""
        self.index.close()
        if self.wording:
            self.wording.close()

    def _in_quotes(self, question: Question) -> tuple[Answer, Reason]:
        answer, reason = self._judged(question)
        hinted = reason.hints_at_self_harm
        if reason.label == AGAIN:
            answer, reason = self._say_again(question) or (answer, reason)
        reminder = "" if reason.urgent else self._reminder(question, hinted and answer.outcome != "answered")
        return self._reminded(answer, reminder) if reminder else answer, reason

    def _judged(self, question: Question) -> tuple[Answer, Reason]:
        """Judge a question, and remember whether it was an emergency."""
        answer, reason = self._judge(question)
        self._earlier.remember(question, reason.urgent)
        return answer, reason

    def _judge(self, question: Question) -> tuple[Answer, Reason]:
        ruling = self._beside.submit(self._rule, question)
        hearing = self._hear(question)
        danger, foreign = ruling.result()
        if danger and not self._holds(danger, question):
            danger = None
        told = foreign.danger(self.danger, self.ear)
        if danger and not (told and foreign.phrase and foreign.spoken):
            reason = Reason(danger.rule, danger.matched, urgent=danger.group)
            return self._urgent(question, reason, foreign.phrase or foreign.spoken)
        if told:
            return self._urgent(question, told, told.language)
        if not question.text or question.too_long:
            notice = self.prompts.notice("too_long" if question.text else "empty_question")
            return self._answer(question, "not_in_article", [notice]), Reason()
        return self._sort(question, hearing.result(), foreign)

    def _holds(self, danger: Danger, question: Question) -> bool:
        """Whether it stands: a doubtful one has to be confirmed, unless that cannot be done."""
        if not danger.clause or question.too_long:
            return True
        try:
            return self.ear.confirms(question, danger.clause)
        except Exception:  # danger is answered whatever else fails
            return True

    def _rule(self, question: Question) -> tuple[Danger | None, Foreign]:
        """What fixed rules and lists say."""
        danger = find_danger(question.text, self.danger) or self._completed(question)
        foreign = Foreign.of(question.text, self.languages)
        if danger or foreign.spoken or question.too_long:
            return danger, foreign
        return find_danger(self.ear.mended(question.text), self.danger), foreign

    def _completed(self, question: Question) -> Danger | None:
        """A danger that only a scrap of text and the turn before it tell together."""
        if not (before := completed(question)):
            return None
        together = find_danger(f"{before} {question.text}", self.danger)
        return together if together and not find_danger(before, self.danger) else None

    def _hear(self, question: Question) -> Future[tuple[Heard, ...]]:
        """Hear while the rules, which come first, are read: an error is raised only where the result is asked for."""
        hearing: Future[tuple[Heard, ...]] = Future()
        if question.text and not question.too_long:
            try:
                hearing.set_result(self.ear.hear(question))
            except Exception as error:  # danger is answered whatever else fails
                hearing.set_exception(error)
        return hearing

    def _sort(self, question: Question, heard: tuple[Heard, ...], foreign: Foreign) -> tuple[Answer, Reason]:
        """By the triage and the language; only a question about the article goes on."""
        label, language = heard[0].label, foreign.spoken
        reason = Reason(language=language, heard=heard)
        if label == OFF_TOPIC and is_on_topic(heard[0].found):
            label = GO_ON
        if label in DANGER and not foreign.understood:
            reason = replace(reason, urgent=urgent_kind(label))
            return self._urgent(question, reason, language)
        if language:
            return self._answer(question, "not_in_article", [self.prompts.languages[language]]), reason
        if label != GO_ON:
            outcome = OUTCOMES[label]
            notice = self.prompts.notice(outcome)
            return self._answer(question, outcome, [notice], suggestions=self._remarks.suggest(heard[0].found)), reason
        whole, *parts = (decide(one.found) for one in heard)
        decision = in_parts(whole, parts)
        unsure = not decision.answers and decision.score > UNSURE_ABOVE
        if unsure and (further := self.ear.hear_further_back(question)):
            other = decide(further.found)
            if other.answers and other.score > abs(decision.score):
                heard, decision = (further,), other
        return self._write(question, heard[0].found, decision), Reason(heard=heard, decision=decision)

    def _say_again(self, question: Question) -> tuple[Answer, Reason] | None:
        """What the last turn that had more than a fixed notice was answered; None where there was none."""
        for turn in islice(before(question), AGAIN_BACK):
            answer, reason = self._judge(turn)
            if reason.urgent or reason.decision or answer.outcome == "medical_advice":
                texts = [answer.notice, self.prompts.notice("again") if answer.citations else None]
                return replace(answer, question=question.asked, notice="\n\n".join(filter(None, texts))), reason
        return None

    def _urgent(self, question: Question, reason: Reason, also: str = "") -> tuple[Answer, Reason]:
        """Urgent help of a kind; and `also` in the language of a phrase or of the whole message."""
        texts = {**self.prompts.urgent, **self.prompts.urgent_languages}
        return self._answer(question, "emergency", [texts[kind] for kind in (reason.urgent, also) if kind]), reason

    def _write(self, question: Question, found: Found, decision: Decision) -> Answer:
        notice, topic = self.prompts.notice, decision.topic
        if not decision.answers:
            text = notice("not_in_article_topic", topic=topic) if topic else notice("not_in_article")
            return self._answer(question, "not_in_article", [text], suggestions=self._remarks.suggest(found))
        texts = self._remarks.on(question.text, decision.passages, topic)
        suggestions = self._remarks.suggest(found, decision.passages)
        return self._answer(question, "answered", texts, decision.passages, suggestions)

    def _answer(
        self,
        question: Question,
        outcome: Outcome,
        texts: Sequence[str],
        passages: Sequence[Passage] = (),
        suggestions: tuple[str, ...] = (),
    ) -> Answer:
        """The only maker of answers; `texts` are notices from prompts/."""
        article = self.index.publication.article
        citations = tuple(Citation.of(number, article, passage) for number, passage in enumerate(passages, 1))
        return Answer(
            question=question.asked,
            outcome=outcome,
            sentences=tuple(Sentence(citation.quote, (citation.number,)) for citation in citations),
            citations=citations,
            notice="\n\n".join(texts) or None,
            suggestions=suggestions,
            disclaimer=self.prompts.disclaimer,
        )

    def _reminder(self, question: Question, hinted: bool) -> str:
        """What has to stand above an answer that is no urgent help itself; mostly nothing."""
        if urgent := self._earlier.urgent(question):
            # A text in another language speaks of self-harm, too, so what reminds of it does.
            harm = urgent == SELF_HARM or urgent in self.prompts.urgent_languages
            return self.prompts.notice("reminder_self_harm" if harm else "reminder")
        return self.prompts.notice("reminder_in_doubt") if hinted else ""

    @staticmethod
    def _reminded(answer: Answer, reminder: str) -> Answer:
        """The answer under a reminder; a cheerful hello has no place there."""
        if answer.outcome in ASIDES:
            return replace(answer, notice=reminder, suggestions=())
        return replace(answer, notice="\n\n".join(filter(None, (reminder, answer.notice))))

    @cached_property
    def _beside(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(threads(), "rules")

    @cached_property
    def _earlier(self) -> Earlier:
        return Earlier(lambda turn: self._judged(turn)[1].urgent)

    @cached_property
    def _remarks(self) -> Remarks:
        return Remarks(self.index.publication, self.prompts)
