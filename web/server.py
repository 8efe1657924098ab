"""The web app: API, page and what guards them, put together around one warming bot."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.chain import Bot
from bot.prompts import Prompts
from corpus.load import Publication
from corpus.settings import Settings
from web.api import api_routes
from web.harden import Harden
from web.pages import mount_pages
from web.warm import WarmingBot

PROBLEM = "application/problem+json"


def create_app(settings: Settings, publication: Publication, prompts: Prompts, open_bot: Callable[[], Bot]) -> FastAPI:
    """The whole web app; `open_bot` runs in the background."""
    warming = WarmingBot(open_bot)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        warming.close()

    app = FastAPI(title="Ask the Article", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.include_router(api_routes(warming))
    app.add_exception_handler(HTTPException, _failed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.sites),
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", "Accept"],
    )  # with this here Gradio adds no CORS headers of its own, which would let any site in
    mount_pages(app, warming, publication, prompts, settings)
    app.add_middleware(Harden, sites=settings.sites)
    return app


async def _failed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    body = {"type": "about:blank", "status": error.status_code, "detail": error.detail}
    return JSONResponse(body, error.status_code, error.headers, PROBLEM)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    detail = 'Send JSON like {"question": "What are beta cells?", "history": []}.'
    return JSONResponse({"type": "about:blank", "status": 422, "detail": detail}, 422, media_type=PROBLEM)
