"""Finds what a follow-up leans on: "and in type 2?" needs the turn before it.

Explicit and testable: a question leans back when it says so (a pronoun, an opening "and", "what about", or too few
words to mean anything) and the last turn that carries meaning is what it leans on. Knows nothing of embeddings.
"""

import re
from collections.abc import Iterator

from bot.question import Question

OPENER = re.compile(
    r"^(and|but|so|also|what about|how about|ok(ay)?|then|or|why|how come|such as|like what|in what way|really|go on|"
    r"tell me more|more|explain|which one|no|sorry|i meant?|who else|where exactly|when|for (which|the other)|"
    r"what else|anything else)\b",
    re.IGNORECASE,
)
PRONOUN = re.compile(
    r"\b(it|its|they|them|their|theirs|that|this|these|those|there|he|she|his|her|ones?|others?|same|both|either|too|"
    r"i meant?)\b",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\?|\b(whats?|why|how|wheres?|which|whose|whom?|when|(?<!no )(?<!nothing )(more|else)|explain|tell|show|say|can|"
    r"could|does|do|is it|are they)\b",
    re.IGNORECASE,
)
EMPTY = frozenset(
    """
    a about an and are be can could did do does for from had has have he hello her hi his how i in is it its me
    mine my no of ok okay on one ones or please she so thank thanks that the their them then there these they this
    those thx to was what when where which who why will with would yes you your
    """.split()  # noqa: SIM905  # as a list it would take ninety lines
)
WORD = re.compile(r"[^\W\d_]+")
FEW = 3
SCRAP = 3
"""Words of a text that may need the turn before it to tell a danger."""


def leaned_on(question: Question, back: int = 1) -> str:
    """The turn that a question may need, counted back from the last; empty when it stands alone or there is none."""
    turns = _telling(question)
    return turns[-back] if len(turns) >= back and leans_back(question.text) else ""


def completed(question: Question) -> str:
    """The turn that a scrap of text may complete to a danger ("my sugar is high", "31"); empty for other texts."""
    turns = _telling(question)
    return turns[-1] if turns and 0 < len(question.text.split()) <= SCRAP else ""


def before(question: Question) -> Iterator[Question]:
    """The turns that carry meaning as they were asked, the last first."""
    for at in reversed(range(len(question.history))):
        if _content(turn := question.history[at]):
            yield Question(turn, turn, question.history[:at])


def together(before: str, text: str) -> str:
    """A follow-up with the turn it leans on, as the banks and examples write it."""
    return f"{before} → {text}"


def leans_back(text: str) -> bool:
    """Whether a question needs an earlier turn to mean something: it points there, or says too little."""
    return points_back(text) or len(_content(text)) < FEW


def points_back(text: str) -> bool:
    """Whether the wording itself points to an earlier turn."""
    return bool(OPENER.search(text) or PRONOUN.search(text))


def asks(text: str) -> bool:
    """Whether a text has a word that asks for something."""
    return bool(ASKS.search(text))


def _telling(question: Question) -> list[str]:
    """The turns that carry meaning, oldest first."""
    return [turn for turn in question.history if _content(turn)]


def _content(text: str) -> list[str]:
    return [word for word in WORD.findall(text.lower()) if word not in EMPTY]
