"""A text served from memory: compressed once at start, checked again by its hash, never read from disk twice."""

import gzip
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

BEST = 9


class Asset:
    """One file of the widget as it goes over the wire."""

    def __init__(self, text: str, kind: str, *, keep: int = 0) -> None:
        """A text of media type `kind` that browsers may keep for `keep` seconds before they ask again."""
        self.plain = text.encode("utf-8")
        self.packed = gzip.compress(self.plain, BEST, mtime=0)
        self.tag = f'"{sha256(self.plain).hexdigest()[:16]}"'
        self.headers = {
            "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            "Cache-Control": f"public, max-age={keep}" if keep else "no-cache",
            "ETag": self.tag,
            "Vary": "Accept-Encoding",
        }

    def respond(self, request: Request) -> Response:
        """The response to a request: 304 when the browser has it, else packed where that is understood."""
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self.headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.packed, headers={**self.headers, "Content-Encoding": "gzip"})
        return Response(self.plain, headers=self.headers)
