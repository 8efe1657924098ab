"""The words of the panel, the button and the demo page, one file a language in prompts/panel/."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.prompts import PROMPTS
from corpus.yaml_file import read_yaml

ENGLISH = "en"
MAY_BE_EMPTY = ("disclaimer_meaning", "urgent_meaning")
"""What the fixed English texts mean, for those who read another language."""


@dataclass(frozen=True, slots=True)
class PanelWords:
    """What the panel and its button say in one language."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # pydantic reads this name
    language: str
    direction: Literal["ltr", "rtl"]
    title: str
    introduction: str
    article_by: str
    article_by_other: str
    disclaimer_meaning: str
    chat_label: str
    starters_label: str
    question_label: str
    question_hint: str
    send: str
    stop: str
    you_asked: str
    reading: str
    warming: str
    says: str
    written: str
    source: str
    plain: str
    plain_by: str
    claim: str
    footnote: str
    urgent: str
    urgent_meaning: str
    remember: str
    try_asking: str
    copy: str
    copied: str
    stopped: str
    retry: str
    down: str
    failed: str
    busy: str
    too_long: str
    no_script: str
    button: str
    close: str
    loading: str
    not_loading: str
    open_alone: str


@dataclass(frozen=True, slots=True)
class DemoWords:
    """What the demo page says beside the article."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # pydantic reads this name
    clinic: str
    tagline: str
    navigation: str
    services: str
    team: str
    articles: str
    contact: str
    article_by: str
    footnotes: str
    hint_title: str
    hint: str
    ask_one: str
    footer: str


def load_panel_words(folder: Path = PROMPTS) -> Mapping[str, PanelWords]:
    """Every language's words, by language code.

    Raises:
        ArticleError: a word is missing or unknown; the message names file and line.
    """
    paths = sorted((folder / "panel").glob("*.yaml"))
    return {path.stem: read_yaml(path.read_text("utf-8"), PanelWords, path) for path in paths}


def load_demo_words(folder: Path = PROMPTS) -> DemoWords:
    """The words of the demo page."""
    path = folder / "demo.yaml"
    return read_yaml(path.read_text("utf-8"), DemoWords, path)


def words_for(language: str, words: Mapping[str, PanelWords]) -> PanelWords:
    """The words of a language tag such as `pt-BR`; English when there are none."""
    return words.get(language.lower().partition("-")[0], words[ENGLISH])
