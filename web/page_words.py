"""The words of the page, one file a language in prompts/page/, chosen by what the visitor's browser prefers.

Only the words around the answers are translated: what the article says stays as the article says it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from string import Formatter
from typing import ClassVar

from bot.prompts import PROMPTS
from corpus.article import Header
from corpus.errors import PromptError
from corpus.yaml_file import read_yaml

FOLDER = PROMPTS / "page"
FALLBACK = "en"
VARIABLES = {
    "article_by": "publisher",
    "article_by_other": "publisher",
    "source": "number",
    "footnote": "label",
    "doctor_version": "version",
}
"""The one variable of each text that has one."""
MAY_BE_EMPTY = ("disclaimer_meaning", "urgent_meaning")
"""What the fixed English texts mean, for those who read another language."""


@dataclass(frozen=True, slots=True)
class Words:
    """The page's words in one language."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    language: str
    title: str
    introduction: str
    article_by: str
    article_by_other: str
    disclaimer_meaning: str
    chat: str
    question: str
    hint: str
    send: str
    stop: str
    start_over: str
    doctor: str
    article: str
    article_hide: str
    starters: str
    you_asked: str
    answered: str
    not_in_article: str
    medical_advice: str
    emergency: str
    unsafe_request: str
    off_topic: str
    greeting: str
    stopped: str
    failed: str
    urgent_meaning: str
    remember: str
    looking: str
    writing: str
    written: str
    slow: str
    warming: str
    stopped_text: str
    failed_text: str
    lost: str
    back: str
    plain: str
    source: str
    sources: str
    claim: str
    footnote: str
    show_sentence: str
    link: str
    link_copied: str
    wrong: str
    wrong_sent: str
    wrong_sent_text: str
    good: str
    bad: str
    thanks: str
    thanks_text: str
    not_sent: str
    copy: str
    copied: str
    not_copied: str
    again: str
    edit: str
    editing: str
    keep: str
    try_asking: str
    glossary: str
    sections_note: str
    close: str
    doctor_title: str
    doctor_introduction: str
    doctor_said: str
    doctor_missing: str
    doctor_urgent: str
    doctor_nothing: str
    doctor_notes: str
    doctor_article: str
    doctor_version: str
    doctor_print: str
    doctor_wait: str

    def byline(self, header: Header) -> str:
        """Who wrote the article, and whether they sell what it praises."""
        text = self.article_by if header.publisher_offers_therapy else self.article_by_other
        return text.format(publisher=header.publisher)

    def of_outcome(self, outcome: str) -> str:
        """The heading of an answer of this outcome."""
        return str(getattr(self, outcome))


def load_words(folder: Path = FOLDER) -> dict[str, Words]:
    """The words of every language, by its code.

    Raises:
        ArticleError: a key is missing or unknown. PromptError: an empty text, a wrong variable, or no English.
    """
    found = {path.stem: read_yaml(path.read_text("utf-8"), Words, path) for path in sorted(folder.glob("*.yaml"))}
    if FALLBACK not in found:
        raise PromptError(f"{folder / FALLBACK}.yaml is missing; write it")
    for code, words in found.items():
        _check(folder / f"{code}.yaml", code, words)
    return found


def preferred(accept_language: str, known: Mapping[str, Words]) -> str:
    """The known language that an Accept-Language header likes best; English when it likes none.

    >>> preferred("ms-MY,ms;q=0.9,en;q=0.8", {"en": ..., "ms": ...})
    'ms'
    """
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language.lower().split(",")[:20]):
        name, _, weight = part.strip().partition(";q=")
        code = name.split("-")[0].strip()
        if code in known and (quality := _quality(weight)) > 0:
            wanted.append((-quality, place, code))
    return min(wanted)[2] if wanted else FALLBACK


def _quality(weight: str) -> float:
    try:
        return float(weight or 1)
    except ValueError:
        return 0


def _check(path: Path, code: str, words: Words) -> None:
    if words.language != code:
        raise PromptError(f"{path}: language is '{words.language}'; it must be '{code}', like the file")
    for field in fields(words):
        text = getattr(words, field.name)
        if not text.strip() and field.name not in MAY_BE_EMPTY:
            raise PromptError(f"{path}: {field.name} is empty; write it")
        found = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        expected = {VARIABLES[field.name]} if field.name in VARIABLES else set()
        if found != expected:
            raise PromptError(f"{path}: {field.name} has the variables {sorted(found)}, must have {sorted(expected)}")
