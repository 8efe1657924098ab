"""The page in every language at one address: each request goes to the page that its browser's language asks for.

A page keeps nothing that another could miss: the visitor's tab brings its questions along.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.feedback import FeedbackStore
from bot.prompts import Prompts
from corpus.load import Publication
from corpus.settings import Settings
from web.conversation import PACE, Conversation
from web.document import Document
from web.page_routes import page_routes
from web.page_words import FALLBACK, Words, load_words, preferred
from web.render import Renderer
from web.static_files import OwnFiles
from web.warm import WarmingBot


class Pages:
    """ASGI app that is one page for each language."""

    def __init__(
        self,
        warming: WarmingBot,
        publication: Publication,
        prompts: Prompts,
        words: Mapping[str, Words],
        *,
        keeps_text: bool = False,
        pace: float = PACE,
    ) -> None:
        from web.page import page_app  # Gradio takes seconds to import

        self.words = words
        self.apps = {
            code: page_app(Conversation(warming, Renderer(publication, prompts, spoken), pace), keeps_text=keeps_text)
            for code, spoken in words.items()
        }
        self._documents: dict[str, ASGIApp] = {code: Document(app, words[code]) for code, app in self.apps.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        code = preferred(Headers(scope=scope).get("accept-language", ""), self.words)
        await self._documents.get(code, self._documents[FALLBACK])(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What the pages need around their life: Gradio's queues."""
        async with AsyncExitStack() as stack:
            for app in self.apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield


def mount_pages(
    app: FastAPI, warming: WarmingBot, publication: Publication, prompts: Prompts, settings: Settings
) -> None:
    """Put the pages at / of an app, and their files and routes below /page."""
    words, keeps_text = load_words(), settings.feedback_text
    store = FeedbackStore(settings.feedback) if settings.feedback else None
    pages = Pages(warming, publication, prompts, words, keeps_text=keeps_text)
    app.include_router(page_routes(warming, publication, prompts, words, store, keeps_text=keeps_text))
    app.mount("/page/static", OwnFiles())
    app.mount("/", pages)
    around = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        async with pages.running(), around(app) as state:
            yield state

    app.router.lifespan_context = lifespan
