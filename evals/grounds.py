"""What every answer is held against: the article, the fixed texts as their files say them, and the lexicon.

Reads prompts/ itself instead of asking the bot for its texts, so a bot that changes a text in memory is found out.
"""

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.prompts import PROMPTS
from corpus.article import Article, Passage
from corpus.load import Publication
from corpus.yaml_file import read_yaml

LEXICON = Path(__file__).parent / "lexicon.yaml"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The file lexicon.yaml."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # pydantic reads this name
    hedges: dict[str, tuple[str, ...]]
    negations: tuple[str, ...]
    certainty: tuple[str, ...]
    numbers: dict[str, str | int]
    medical: tuple[str, ...]


@dataclass(frozen=True)
class Grounds:
    """Everything an answer may rest on."""

    publication: Publication
    disclaimer: str
    templates: tuple[str, ...]
    """Every notice and urgent text, variables unfilled."""
    not_in_article: tuple[str, ...]
    """Those of them that say that the article does not say."""
    claim: str
    """The one that calls a benefit the provider's claim."""
    strong_words: frozenset[str]
    """Words that a notice may say the article does not use."""
    lexicon: Lexicon

    @classmethod
    def load(cls, publication: Publication, prompts: Path = PROMPTS) -> "Grounds":
        """Read the fixed texts and the lexicon."""
        folders = (prompts / name for name in ("notices", "urgent", "languages", "languages/urgent"))
        files = [path for folder in folders for path in sorted(folder.glob("*.md"))]
        texts = {str(path.relative_to(prompts)): path.read_text("utf-8").strip() for path in files}
        strong = prompts / "strong_words.yaml"
        return cls(
            publication,
            (prompts / "disclaimer.md").read_text("utf-8").strip(),
            tuple(texts.values()),
            tuple(
                text for name, text in texts.items() if name.startswith(("notices/not_in_article", "notices/partly"))
            ),
            texts.get("notices/provider_claim.md", ""),
            frozenset(read_yaml(strong.read_text("utf-8"), dict[str, tuple[str, ...]], strong)),
            read_yaml(LEXICON.read_text("utf-8"), Lexicon, LEXICON),
        )

    @property
    def article(self) -> Article:
        return self.publication.article

    @cached_property
    def passages(self) -> dict[str, Passage]:
        """Every sentence of the article by its words."""
        return {passage.text: passage for passage in self.article.passages}

    @cached_property
    def editor_texts(self) -> frozenset[str]:
        """What the article's editor wrote to be shown: missing topics, suggested questions, plain words."""
        notes, bank = self.publication.notes, self.publication.bank
        sentences = (text for note in notes.sentences for text in (note.ask, note.plain))
        terms = (text for term in notes.terms for text in (term.term, term.gloss))
        return frozenset(filter(None, (*sentences, *terms, *(missing.topic for missing in bank.missing))))

    @cached_property
    def notice(self) -> re.Pattern[str]:
        """Matches exactly the notices that can be made of the templates, one paragraph after another."""
        return _paragraphs(self.templates, self.editor_texts | self.strong_words)

    @cached_property
    def silence(self) -> re.Pattern[str]:
        """Finds the text that says that the article does not say."""
        return re.compile("|".join(_filled(template, self.editor_texts) for template in self.not_in_article) or "(?!)")


def _paragraphs(templates: Iterable[str], fillings: Iterable[str]) -> re.Pattern[str]:
    one = "|".join(_filled(template, fillings) for template in templates)
    return re.compile(f"(?:{one})(?:\n\n(?:{one}))*")


def _filled(template: str, fillings: Iterable[str]) -> str:
    """A pattern of the template with any of the fillings in each variable."""
    any_filling = "|".join(re.escape(text) for text in sorted(fillings, key=lambda text: (-len(text), text)))
    parts = string.Formatter().parse(template)
    return "".join(re.escape(text) + (f"(?:{any_filling})" if name is not None else "") for text, name, _, _ in parts)
