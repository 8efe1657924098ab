"""The page in every language at one address: each request goes to the page that its browser's language asks for.

A page keeps nothing that another could miss: the visitor's tab brings its questions along.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.prompts import Prompts
from corpus.load import Publication
from web.conversation import PACE, Conversation
from web.document import Document
from web.render import Renderer
from web.warm import WarmingBot
from web.words import FALLBACK, Words, preferred


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
