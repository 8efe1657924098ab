"""What the bot says: the values behind the Answer JSON of the public contract (docs/answer.schema.json).

Pure values: they do not know how an answer was found.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from corpus.article import Article, Kind, Passage

Outcome = Literal[
    "answered", "not_in_article", "medical_advice", "emergency", "unsafe_request", "off_topic", "greeting"
]
Writer = Literal["quotes", "model"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A pointer to the exact words: `article.text[start:end] == quote`."""

    number: int
    article: str
    passage: str
    label: str
    kind: Kind
    quote: str
    start: int
    end: int

    @classmethod
    def of(cls, number: int, article: Article, passage: Passage) -> "Citation":
        """The citation of a whole passage."""
        quote = article.text[passage.start : passage.end]
        slug = article.slug
        return cls(number, slug, passage.id, passage.section, passage.kind, quote, passage.start, passage.end)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the answer and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer.

    Every text in it is a span of the article, a fixed text, the question itself, or a model's sentence that the guard
    has passed.
    """

    question: str
    outcome: Outcome
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    notice: str | None
    suggestions: tuple[str, ...]
    disclaimer: str
    writer: Writer = "quotes"

    def is_quote(self, sentence: Sentence) -> bool:
        """Whether a sentence is the article's own words, and not a model's."""
        return any(c.quote == sentence.text for c in self.citations if c.number in sentence.citations)

    def as_dict(self) -> dict[str, Any]:
        """The Answer JSON."""
        return asdict(self)
