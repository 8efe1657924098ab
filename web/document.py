"""Gradio's HTML document made ours: language, title, looks and script in it, and out of it what no browser runs.

Gradio writes its configuration into inline scripts. The page's security policy refuses those and Gradio then fetches
the configuration, so here they only cost weight; its preview tags name other hosts. Both are taken out.
"""

import re
from html import escape

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.page_words import Words

UNUSED = re.compile(
    r"<script(?![^>]*\ssrc=)[^>]*>.*?</script>"
    r"|<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>"
    r"|<link rel=\"manifest\"[^>]*>",
    re.DOTALL,
)
TOKENS = "tokens.css"
SHEETS = ("page.css",)
SCRIPT = "page.js"
UNCOMPRESSED = (b"accept-encoding", b"identity")


class Document:
    """ASGI wrapper of a page app that rewrites what it serves at /."""

    def __init__(self, app: ASGIApp, words: Words) -> None:
        self.app, self.words = app, words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        headers = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def sending(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await _send(send, start, rewritten(body.decode(), self.words).encode())

        await self.app({**scope, "headers": [*headers, UNCOMPRESSED]}, receive, sending)


def rewritten(html: str, words: Words) -> str:
    """The document with our head and without what the security policy refuses."""
    head = (
        f"<title>{escape(words.title)}</title>"
        f'<meta name="description" content="{escape(words.introduction)}">'
        f"{icon_and_sheets(*SHEETS, folder='page/static')}"
        f'<script type="module" src="page/static/{SCRIPT}"></script></head>'
    )
    html = re.sub(r'lang="[^"]*"', f'lang="{escape(words.language)}"', UNUSED.sub("", html), count=1)
    return html.replace("</head>", head, 1)


def icon_and_sheets(*sheets: str, folder: str = "static") -> str:
    """The head's links to the icon, the theme's tokens and these stylesheets."""
    links = "".join(f'<link rel="stylesheet" href="{folder}/{sheet}">' for sheet in (TOKENS, *sheets))
    return f'<link rel="icon" href="{folder}/icon.svg" type="image/svg+xml">{links}'


async def _send(send: Send, start: Message, body: bytes) -> None:
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["content-length"] = str(len(body))
    headers["vary"] = "Accept-Language"
    headers["cache-control"] = "no-store"
    await send({**start, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})
