"""A conversation as the page shows it, step by step.

The visitor's tab keeps the questions. The answers are made from them again whenever they are not at hand, after a
refresh or a restart of the server, so nothing has to be stored. Knows nothing of Gradio.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.chain import Bot
from corpus.errors import AskError
from web.render import Renderer
from web.warm import WarmingBot

SOON = 0.2
"""Seconds a question waits before it is told that the model is still warming."""
PACE = 0.35
"""Seconds between two sentences: time to read, to hear, and to stop."""
MOST = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer as HTML; `whole` once nothing more will come."""

    question: str
    html: str
    whole: bool = False


Turns = tuple[Turn, ...]


@dataclass(frozen=True)
class Conversation:
    """Answers questions one after the other, for one language."""

    warming: WarmingBot
    renderer: Renderer
    pace: float = PACE

    def go_on(self, questions: Sequence[str], known: Sequence[Turn]) -> Iterator[Turns]:
        """Every state of the conversation until the last question is answered.

        `known` are the turns this visitor has already been shown; those that still fit are not asked again.
        """
        turns = list(_shown(questions[-MOST:], known, self.renderer))
        yield tuple(turns)
        bot = self._bot(SOON)
        if bot is None and turns:
            turns[-1] = Turn(turns[-1].question, self.renderer.pending(turns[-1].question, self.renderer.words.warming))
            yield tuple(turns)
            bot = self._bot(None)
        for place, turn in enumerate(turns):
            if not turn.whole:
                before, last = turns[:place], place == len(turns) - 1
                for shown in self._answer(bot, turn.question, before, last=last):
                    turns[place] = shown
                    yield tuple(turns)

    def stopped(self, turns: Sequence[Turn]) -> Turns:
        """The conversation with what is unfinished in it given up."""
        return tuple(turn if turn.whole else self._without("stopped", turn.question) for turn in turns)

    def failed(self, turns: Sequence[Turn]) -> Turns:
        """The conversation after something broke."""
        return tuple(turn if turn.whole else self._without("failed", turn.question) for turn in turns)

    def _answer(self, bot: Bot | None, question: str, before: Sequence[Turn], *, last: bool) -> Iterator[Turn]:
        if bot is None:
            yield self._without("failed", question)
            return
        step = None
        for step in bot.steps(question, [turn.question for turn in before]):
            if not step.whole:  # a model writes: the page can be stopped at each of these
                yield Turn(question, self.renderer.coming(step.answer, len(step.answer.sentences)))
        assert step is not None
        answer = step.answer
        for count in range(1, len(answer.sentences)) if last and answer.writer == "quotes" else ():
            yield Turn(question, self.renderer.coming(answer, count))
            time.sleep(self.pace)
        yield Turn(question, self.renderer.answer(answer), whole=True)

    def _without(self, kind: str, question: str) -> Turn:
        return Turn(question, self.renderer.without(kind, question), whole=True)

    def _bot(self, timeout: float | None) -> Bot | None:
        try:
            return self.warming.get(timeout)
        except (TimeoutError, AskError):
            return None


def read_questions(text: str) -> list[str]:
    """The questions that the visitor's tab kept; none when they cannot be read."""
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        return []
    return [question for question in found if question.strip()]


def _shown(questions: Sequence[str], known: Sequence[Turn], renderer: Renderer) -> Iterator[Turn]:
    """The known turns as long as they are the same conversation, then places for the answers to come."""
    same = True
    for place, question in enumerate(questions):
        same = same and place < len(known) and known[place].whole and known[place].question == question
        yield known[place] if same else Turn(question, renderer.pending(question))
