"""The web app: API, page, widget and what guards them, put together around one warming bot."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from bot.chain import Bot
from bot.prompts import Prompts
from corpus.errors import AskError
from corpus.load import Publication
from corpus.settings import Settings
from web.api import api_routes
from web.embed import Widget, make_widget
from web.harden import Gate, SecurityHeaders, frame_source, security_headers
from web.limit import RateLimit, TrustedProxies, parse_rate
from web.metrics import Metrics, measured
from web.observe import Observed
from web.pages import mount_pages
from web.problem import PROBLEM, Problems, ProblemTexts, document, load_problems
from web.starters import starters
from web.warm import WarmingBot

LOOPBACK = r"http://(localhost|127\.0\.0\.1)(:\d+)?"


def create_app(
    settings: Settings, publication: Publication, prompts: Prompts, open_bot: Callable[[], Bot], *, page: bool = True
) -> FastAPI:
    """The whole web app; `open_bot` runs in the background.

    Without its page, what asks for it gets the panel, which any of several processes can serve.

    Raises:
        AskError: a setting that cannot work, or a fixed text that is missing.
    """
    pages_built = Event()

    def open_after() -> Bot:
        pages_built.wait()  # importing Gradio takes seconds, and the page is up the sooner for having them alone
        return open_bot()

    widget = make_widget(publication, prompts, starters(publication))
    app, warming = pageless_app(settings, publication, widget, open_after)
    try:
        if page:
            mount_pages(app, warming, publication, prompts, settings)
        else:
            app.add_route("/", lambda request: RedirectResponse("/embed"))
    finally:
        pages_built.set()
    return app


def pageless_app(
    settings: Settings, publication: Publication, widget: Widget, open_bot: Callable[[], Bot]
) -> tuple[FastAPI, WarmingBot]:
    """The API and the widget behind all that guards them, and the bot that is being opened."""
    texts, rules = load_problems(), parse_rate(settings.rate)
    metrics = Metrics()
    warming = WarmingBot(lambda: measured(open_bot(), metrics))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        warming.close()

    app = FastAPI(title="Ask the Article", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.include_router(api_routes(warming, publication, texts))
    app.routes.extend(widget.routes())
    _answer_errors(app, settings, texts)
    # The last one added is the first that a request meets.
    app.add_middleware(RateLimit, rules=rules, texts=texts, spare=not settings.rate)
    app.add_middleware(Gate, texts=texts)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.sites),
        allow_origin_regex=LOOPBACK if any(frame_source(site) != site for site in settings.sites) else None,
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", "Accept"],
        expose_headers=["Retry-After"],
    )  # with this here Gradio adds no CORS headers of its own, which would let any site in
    app.add_middleware(Problems, texts=texts)
    app.add_middleware(SecurityHeaders, sites=settings.sites)
    app.add_middleware(TrustedProxies, proxies=settings.proxies)
    app.add_middleware(Observed, metrics=metrics)
    app.state.metrics = metrics
    return app, warming


def _answer_errors(app: FastAPI, settings: Settings, texts: ProblemTexts) -> None:
    """Have every error answered by a problem document."""

    async def failed(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return _problem(error.status_code, str(error.detail), dict(error.headers or {}))

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        return _problem(422, texts.invalid)

    async def broken(request: Request, error: Exception) -> JSONResponse:
        # This one is sent from outside of every middleware.
        return _problem(500, texts.failed, security_headers(request.url.path, settings.sites))

    async def unavailable(request: Request, error: Exception) -> JSONResponse:
        return _problem(503, texts.unavailable, {"Retry-After": "5"})

    app.add_exception_handler(HTTPException, failed)
    app.add_exception_handler(AskError, unavailable)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, broken)


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(document(status, detail), status, headers, PROBLEM)
