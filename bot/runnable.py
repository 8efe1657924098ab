"""The bot as a LangChain Runnable: invoke, batch, ainvoke, astream."""

from collections.abc import Sequence
from typing import TypedDict

from langchain_core.runnables import Runnable, RunnableLambda

from bot.answer import Answer
from bot.chain import Bot


class Ask(TypedDict, total=False):
    """The input: a question, and the asker's earlier turns, oldest first."""

    question: str
    history: Sequence[str]


def as_runnable(bot: Bot) -> Runnable[Ask, Answer]:
    """Wrap a bot so that it composes with other LangChain parts."""

    def ask(inputs: Ask) -> Answer:
        return bot.ask(inputs["question"], inputs.get("history", ()))

    return RunnableLambda(ask, name="ask_the_article")
