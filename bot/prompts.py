"""Loads the fixed texts of prompts/ strictly: each must be there, none may be unknown, variables must match."""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import PromptError
from corpus.yaml_file import read_yaml

PROMPTS = Path(__file__).parent.parent / "prompts"
NOTICES: Mapping[str, frozenset[str]] = {
    "not_in_article": frozenset(),
    "not_in_article_topic": frozenset({"topic"}),
    "medical_advice": frozenset(),
    "off_topic": frozenset(),
    "greeting": frozenset(),
    "again": frozenset(),
    "unsafe_request": frozenset(),
    "provider_claim": frozenset(),
    "empty_question": frozenset(),
    "too_long": frozenset(),
    "partly": frozenset({"topic"}),
    "not_its_word": frozenset({"word"}),
    "reminder": frozenset(),
    "reminder_self_harm": frozenset(),
    "reminder_in_doubt": frozenset(),
}
"""Every notice the code uses, with the variables it fills."""

WRITER: Mapping[str, frozenset[str]] = {
    "system": frozenset(),
    "question": frozenset({"boundary", "passages", "question"}),
}


@dataclass(frozen=True, slots=True)
class Interface:
    """The words on the page, the panel and the terminal (prompts/interface.yaml)."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # pydantic reads this name
    title: str
    introduction: str
    question_label: str
    question_hint: str
    send: str
    chat_label: str
    starters_label: str
    says: str
    sources: str
    footnote: str
    try_asking: str
    urgent: str
    warming: str
    failed: str
    article_by: str
    article_by_other: str


@dataclass(frozen=True, slots=True)
class WriterPrompts:
    """What a language model is told (prompts/writer/); no patient sees it."""

    system: str
    question: str


@dataclass(frozen=True, slots=True)
class Prompts:
    """Every fixed text a patient can see."""

    disclaimer: str
    notices: Mapping[str, str]
    urgent: Mapping[str, str]
    """The urgent-help text of each danger group."""
    languages: Mapping[str, str]
    """What the chat can do, in each language it recognises."""
    urgent_languages: Mapping[str, str]
    """The urgent-help text in each of them."""
    strong_words: Mapping[str, tuple[str, ...]]
    """Words that promise much, each with the forms in which readers type it."""
    interface: Interface
    writer: WriterPrompts

    def notice(self, name: str, **variables: str) -> str:
        """A notice with its variables filled.

        Raises:
            PromptError: other variables than the notice has.
        """
        if NOTICES[name] != variables.keys():
            raise PromptError(f"notice '{name}' takes {sorted(NOTICES[name])}, got {sorted(variables)}")
        return self.notices[name].format(**variables)

    @property
    def reminders(self) -> tuple[str, ...]:
        """What may stand first in a notice, for somebody who may need help."""
        return tuple(text for name, text in self.notices.items() if name.startswith("reminder"))

    def language_of(self, notice: str) -> str:
        """The code of the language that a paragraph of a notice is in."""
        texts = (*self.languages.items(), *self.urgent_languages.items())
        return next((code for code, text in texts if text == notice), "en")


def load_prompts(folder: Path = PROMPTS, *, danger_groups: Iterable[str], languages: Iterable[str]) -> Prompts:
    """Load every fixed text.

    Raises:
        PromptError: a text is missing, unknown, empty, or has other variables than the code fills.
    """
    none: frozenset[str] = frozenset()
    codes = dict.fromkeys(languages, none)
    interface, strong = folder / "interface.yaml", folder / "strong_words.yaml"
    return Prompts(
        disclaimer=_text(folder / "disclaimer.md", none),
        notices=_folder(folder / "notices", NOTICES),
        urgent=_folder(folder / "urgent", dict.fromkeys(danger_groups, none)),
        languages=_folder(folder / "languages", codes),
        urgent_languages=_folder(folder / "languages" / "urgent", codes),
        strong_words=read_yaml(strong.read_text("utf-8"), dict[str, tuple[str, ...]], strong),
        interface=read_yaml(interface.read_text("utf-8"), Interface, interface),
        writer=WriterPrompts(**_folder(folder / "writer", WRITER)),
    )


def _folder(folder: Path, expected: Mapping[str, frozenset[str]]) -> dict[str, str]:
    found = {path.stem for path in folder.glob("*.md")}
    for name in sorted(expected.keys() - found):
        raise PromptError(f"{folder / name}.md is missing; write it")
    for name in sorted(found - expected.keys()):
        raise PromptError(f"{folder / name}.md is not used by anything; remove it or correct its name")
    return {name: _text(folder / f"{name}.md", variables) for name, variables in expected.items()}


def _text(path: Path, variables: frozenset[str]) -> str:
    try:
        text = path.read_text("utf-8").strip()
    except FileNotFoundError:
        raise PromptError(f"{path} is missing; write it") from None
    if not text:
        raise PromptError(f"{path} is empty; write it")
    try:
        found = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise PromptError(f"{path}: {error}") from None
    if found != variables:
        raise PromptError(f"{path} has the variables {sorted(found)}, but the code fills {sorted(variables)}")
    return text
