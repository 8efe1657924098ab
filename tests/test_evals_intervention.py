"""Faithfulness by intervention: change the article and rebuild, and the answers must follow, sentence by sentence."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.chain import Bot
from bot.open import open_bot
from corpus.article import Passage
from corpus.settings import DEFAULT_INDEX, Settings
from index.build import build
from index.open import open_embedder, open_publication

MARK = "in these very words"
"""Put into every sentence; the article says nothing like it."""
PARTS = 3
"""A sentence is deleted together with every third other one: three rebuilds for all of them."""


def altered(text: str) -> str:
    head, space, tail = text.rpartition(" ")
    return f"{head} {MARK}{space}{tail}"


def edit(folder: Path, passages: tuple[Passage, ...], new: Mapping[str, str]) -> None:
    """Replace sentences in the article, and in notes and bank what names them; an empty text deletes."""
    article = folder / "article.md"
    head, body = article.read_text("utf-8").split("\n---\n", 1)
    for passage in passages:
        if passage.text in new:
            body = body.replace(marked(passage, passage.text), marked(passage, new[passage.text]))
            if not new[passage.text]:  # a footnote must be marked somewhere: in a caption, which is never quoted
                marks = "".join(f" [^{label}]" for label in passage.footnotes)
                body = body.replace("<!-- caption -->\n\nWoman", f"<!-- caption -->\n\nWoman{marks}")
    for label in {passage.section.removeprefix("Footnote ") for passage in passages if passage.kind == "footnote"}:
        if f"[^{label}]: \n" in f"{body}\n":
            body = f"{body}\n".replace(f"[^{label}]: \n", "\n").replace(f" [^{label}]", "")
    body = "\n".join(line for line in body.split("\n") if line.strip() != "#")
    article.write_text(f"{head}\n---\n{body}", "utf-8")

    yaml, words = YAML(typ="safe"), re.sub("<!--.*?-->", "", body).casefold()
    notes, bank = (yaml.load(folder / name) for name in ("notes.yaml", "bank.yaml"))
    notes["terms"] = [term for term in notes["terms"] if term["term"].casefold() in words]
    for note in notes["sentences"]:
        note["quote"] = new.get(note["quote"], note["quote"])
        note["beside"] = [text for quote in note.get("beside", ()) if (text := new.get(quote, quote))]
    notes["sentences"] = [note for note in notes["sentences"] if note["quote"]]
    for group in bank["answered"]:
        group["quotes"] = [text for quote in group["quotes"] if (text := new.get(quote, quote))]
    bank["answered"] = [group for group in bank["answered"] if group["quotes"]]
    yaml.dump(notes, folder / "notes.yaml")
    yaml.dump(bank, folder / "bank.yaml")


def marked(passage: Passage, text: str) -> str:
    """A sentence as article.md has it: footnote marks are written [^1] there."""
    for label in passage.footnotes:
        text = text.replace(f"[{label}]", f"[^{label}]")
    return text


@contextmanager
def rebuilt(folder: Path) -> Iterator[Bot]:
    """A bot on the changed article, with an index of its own."""
    root = folder.parent.parent
    shutil.copytree(DEFAULT_INDEX, root / "index")  # the vectors of unchanged texts are taken from it
    settings = Settings(articles=folder.parent, index=root / "index")
    build(open_publication(settings), open_embedder(settings), settings.index)
    bot = open_bot(settings)
    try:
        yield bot
    finally:
        bot.index.close()


def questions(bot: Bot, passage: Passage) -> list[str]:
    """Questions to a sentence: the editor's own, and those of the bank that it answers alone."""
    notes, bank = bot.index.publication.notes, bot.index.publication.bank
    asked = [note.ask for note in notes.sentences if note.quote == passage.text and note.ask]
    return asked + [q for group in bank.answered if group.quotes == (passage.text,) for q in group.questions[:2]]


def said(bot: Bot, question: str) -> tuple[str, ...]:
    return tuple(sentence.text for sentence in bot.ask(question).sentences)


def quoted(bot: Bot, passage: Passage) -> list[str]:
    """Those of the questions to a sentence that are answered with it."""
    return [question for question in questions(bot, passage) if passage.text in said(bot, question)]


def test_an_altered_sentence_is_quoted_as_altered(bot: Bot, folder: Path) -> None:
    passages = bot.index.publication.article.passages
    edit(folder, passages, {passage.text: altered(passage.text) for passage in passages})
    with rebuilt(folder) as changed:
        for passage in passages:
            asked = quoted(bot, passage)
            assert asked, f"nothing asks for: {passage.text}"
            for question in asked:
                answer = said(changed, question)
                assert passage.text not in answer
                assert all(MARK in text for text in answer)
            assert any(altered(passage.text) in said(changed, question) for question in asked), passage.text


@pytest.mark.parametrize("part", range(PARTS))
def test_a_deleted_sentence_changes_the_answer_or_silences_it(bot: Bot, folder: Path, part: int) -> None:
    passages = bot.index.publication.article.passages
    gone = passages[part::PARTS]
    edit(folder, passages, {passage.text: "" for passage in gone})
    with rebuilt(folder) as changed:
        left = {passage.text for passage in changed.index.publication.article.passages}
        assert left == {passage.text for passage in passages} - {passage.text for passage in gone}
        for passage in gone:
            asked = quoted(bot, passage)
            assert asked, f"nothing asks for: {passage.text}"
            assert all(passage.text not in said(changed, question) for question in asked)
