"""The closed-output rule as a check: every text is a span of the article, a fixed text, the question, or guarded."""

import json
from pathlib import Path
from typing import Any

import jsonschema

from bot.answer import Answer
from bot.chain import Bot
from bot.guard import Guard

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "docs" / "answer.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def check_closed(answer: Answer, bot: Bot, guard: Guard | None = None) -> dict[str, Any]:
    """Check one answer against the contract and every rule that holds by construction; returns its JSON.

    With a guard, a sentence may also be one that it passes.
    """
    data: dict[str, Any] = json.loads(json.dumps(answer.as_dict()))
    VALIDATOR.validate(data)
    publication = bot.index.publication
    for citation in answer.citations:
        assert publication.article.text[citation.start : citation.end] == citation.quote
        passage = publication.article.passage(citation.passage)
        assert (citation.start, citation.end, citation.label) == (passage.start, passage.end, passage.section)
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    quotes = {citation.number: citation.quote for citation in answer.citations}
    for sentence in answer.sentences:
        cited = [quotes[number] for number in sentence.citations]
        assert sentence.text in cited or (guard and guard.check(sentence.text, cited).supported)
    assert (answer.outcome == "answered") == bool(answer.sentences) == bool(answer.citations)
    prompts = bot.prompts
    fixed = {*prompts.notices.values(), *prompts.urgent.values()}
    fixed |= {*prompts.languages.values(), *prompts.urgent_languages.values()}
    topics = {missing.topic for missing in publication.bank.missing}
    fixed |= {
        prompts.notices[name].format(topic=topic) for name in ("not_in_article_topic", "partly") for topic in topics
    }
    fixed |= {prompts.notices["not_its_word"].format(word=word) for word in prompts.strong_words}
    assert all(part in fixed for part in (answer.notice or "").split("\n\n") if part)
    assert set(answer.suggestions) <= {note.ask for note in publication.notes.sentences}
    assert answer.disclaimer == (ROOT / "prompts" / "disclaimer.md").read_text("utf-8").strip()
    assert answer.writer == "quotes" or guard
    return data
