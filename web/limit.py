"""How often one client may ask, and who a client is: the limits library counts, this says what is counted.

Counts are kept in memory, by address, for as long as the longest window; nothing is written down.
"""

import math
import time
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from corpus.errors import SettingsError
from web.problem import ProblemTexts, send_problem

DEFAULT_RATE = "60/minute"
ASKING = ("/api/ask", "/gradio_api/queue/join", "/page/doctor", "/page/feedback")
"""Every way to ask, or to say what one thinks of an answer; they share one count."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix", "x-real-ip")


class RateLimit:
    """ASGI middleware that answers 429 to a client that asks too often.

    Without a setting, clients on this machine are not limited: they are the operator's tools, or a proxy that has
    not been named, and counting all its visitors as one would lock everybody out.
    """

    def __init__(self, app: ASGIApp, rules: Sequence[RateLimitItem], texts: ProblemTexts, *, spare: bool) -> None:
        self.app, self.rules, self.texts, self.spares_this_machine = app, rules, texts, spare
        self.counter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in ASKING:
            wait = self._wait(client_of(scope))
            if wait:
                detail = self.texts.too_many.format(seconds=wait)
                await send_problem(send, 429, detail, {"Retry-After": str(wait)})
                return
        await self.app(scope, receive, send)

    def _wait(self, client: str) -> int:
        """Count a question; the seconds that its asker has to wait, 0 when it may be answered."""
        if self.spares_this_machine and client in ("127.0.0.1", "::1"):
            return 0
        full = [limit for limit in self.rules if not self.counter.hit(limit, client)]
        ends = [self.counter.get_window_stats(limit, client).reset_time for limit in full]
        return max(1, math.ceil(max(ends) - time.time())) if ends else 0


def parse_rate(rate: str) -> list[RateLimitItem]:
    """The limits that a setting names.

    Raises:
        SettingsError: it names none.
    """
    if rate == "off":
        return []
    try:
        return parse_many(rate or DEFAULT_RATE)
    except ValueError:
        raise SettingsError(f"ASK_RATE is '{rate}'; it must look like 60/minute, or be off") from None


def client_of(scope: Scope) -> str:
    """Who asks: an IPv4 address, or the /64 network that one IPv6 subscriber has."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, IPv6Address) and not address.is_loopback:
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


class TrustedProxies:
    """ASGI middleware that believes X-Forwarded headers from the named proxies and drops them from anyone else."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

        self.app = app
        self.networks = [ip_network(proxy) for proxy in proxies]
        self.believing = ProxyHeadersMiddleware(app, list(proxies))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif self._is_proxy(scope):
            await self.believing(scope, receive, send)  # type: ignore[arg-type]
        else:
            headers = MutableHeaders(scope=scope)
            for name in FORWARDED:
                del headers[name]
            await self.app(scope, receive, send)

    def _is_proxy(self, scope: Scope) -> bool:
        try:
            peer = ip_address(scope["client"][0])
        except (TypeError, ValueError):  # no peer (a Unix socket), or one without an address
            return False
        return any(peer in network for network in self.networks)
