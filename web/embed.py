"""The widget: the button that a site pastes, the panel that it opens, and a demo page.

Pages are rendered once a language at start, with every value escaped; scripts and styles are files of their own, so
that the strictest content policy holds.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import rcssmin
import rjsmin
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.prompts import Prompts
from corpus.article import Article
from corpus.load import Publication
from web.asset import Asset
from web.words import ENGLISH, DemoWords, PanelWords, load_demo_words, load_panel_words, words_for

FOLDER = Path(__file__).parent / "widget"
FILES_OF = (("embed", "panel.js"), ("embed", "panel.css"), ("demo", "demo.js"), ("demo", "demo.css"))
KINDS = {".js": "text/javascript", ".css": "text/css"}
HOUR, YEAR = 3600, 365 * 24 * 3600
IN_LOADER = ("title", "button", "close", "loading", "not_loading", "open_alone")
Words = TypeVar("Words", PanelWords, DemoWords)


@dataclass(frozen=True)
class Widget:
    """Everything of the widget, ready to be sent."""

    words: Mapping[str, PanelWords]
    loaders: Mapping[str, Asset]
    """The button's script, by language."""
    panels: Mapping[str, Asset]
    """The panel's page, by language."""
    demo: Asset
    files: Mapping[str, Asset]
    """Scripts and styles, by path."""

    def routes(self) -> list[Route]:
        """The addresses of the widget."""
        spoken = {"/ask-the-article.js": self.loaders, "/embed": self.panels}
        served = {"/demo": self.demo, **self.files}
        return [
            *(Route(path, self._in_language(assets)) for path, assets in spoken.items()),
            *(Route(path, asset.respond) for path, asset in served.items()),
        ]

    def _in_language(self, assets: Mapping[str, Asset]) -> Callable[[Request], Response]:
        def respond(request: Request) -> Response:
            words = words_for(request.query_params.get("language", ENGLISH), self.words)
            return assets[words.language].respond(request)

        return respond


def make_widget(publication: Publication, prompts: Prompts, starters: Sequence[str]) -> Widget:
    """Render the widget for an article.

    Raises:
        ArticleError: a word of prompts/ is missing or unknown.
    """
    article = publication.article
    words = {code: _with_publisher(spoken, article) for code, spoken in load_panel_words().items()}
    files = {f"/{folder}/{name}": _file(name) for folder, name in FILES_OF}
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    panel, demo = environment.get_template("panel.html"), environment.get_template("demo.html")
    shared = {
        "article": article,
        "starters": starters,
        "disclaimer": prompts.disclaimer,
        "reminders": prompts.reminders,
        "version": {path.rpartition("/")[2].replace(".", "_"): asset.tag.strip('"') for path, asset in files.items()},
    }
    return Widget(
        words,
        {code: _loader(spoken) for code, spoken in words.items()},
        {code: _page(panel, shared, words=spoken) for code, spoken in words.items()},
        _page(demo, shared, words=_with_publisher(load_demo_words(), article)),
        files,
    )


def _file(name: str) -> Asset:
    text = (FOLDER / name).read_text("utf-8")
    return Asset(_packed(text, name), KINDS[Path(name).suffix], keep=YEAR)


def _packed(text: str, name: str) -> str:
    return str(rcssmin.cssmin(text) if name.endswith(".css") else rjsmin.jsmin(text))


def _page(template: Template, shared: Mapping[str, object], **more: object) -> Asset:
    lines = template.render(shared, **more).splitlines()
    return Asset("\n".join(filter(None, map(str.strip, lines))), "text/html")


def _loader(words: PanelWords) -> Asset:
    """The button's script, with its few words and its style sheet inside: it is one file."""
    said = {name: getattr(words, name) for name in IN_LOADER}
    text = _packed((FOLDER / "ask-the-article.js").read_text("utf-8"), "ask-the-article.js")
    style = _packed((FOLDER / "button.css").read_text("utf-8"), "button.css")
    for name, value in (("WORDS", said), ("CSS", style)):
        text = text.replace(f'"{name}"', json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return Asset(text, KINDS[".js"], keep=HOUR)


def _with_publisher(words: Words, article: Article) -> Words:
    """The words with the publisher's name in them."""
    by = words.article_by
    if isinstance(words, PanelWords) and not article.header.publisher_offers_therapy:
        by = words.article_by_other
    return replace(words, article_by=by.format(publisher=article.header.publisher))
