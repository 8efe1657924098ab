"""What an article's editor adds beside the article: plain words, aliases for search, and the question bank.

None of it is the article's words: aliases and bank questions only feed retrieval and the decision; plain words are
shown as the editor's. Shapes only; `corpus.load` reads and checks the files.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

Claim = Literal["none", "definition", "mechanism", "benefit", "provider"]


@dataclass(frozen=True, slots=True)
class Term:
    """A hard word as it stands in the article, explained."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    term: str
    gloss: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SentenceNote:
    """Notes on one sentence, named by its exact words."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    quote: str
    plain: str = ""
    claim: Claim = "none"
    ask: str = ""
    """A question that this sentence answers, offered to readers."""
    beside: tuple[str, ...] = ()
    """Sentences that complete it: a question of the bank that it answers stands for them, too, where there is room."""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notes:
    """The file notes.yaml."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    terms: tuple[Term, ...] = ()
    sentences: tuple[SentenceNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """Questions that these sentences of the article answer together; the first sentence answers best."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    quotes: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Questions about something that the article does not say."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    topic: str
    """What is missing, in words a reader sees after "The article does not say ..."."""
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bank:
    """The file bank.yaml: questions with what the article answers, or that it does not."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    answered: tuple[Answered, ...] = ()
    missing: tuple[Missing, ...] = ()
