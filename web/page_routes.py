"""The page's own routes beside Gradio's: its files, the feedback it sends, and the page to take to a doctor."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.feedback import OUTCOMES, VERDICTS, Feedback, FeedbackStore, Verdict, offered_by, today, version_of
from bot.prompts import Prompts
from corpus.errors import AskError
from corpus.load import Publication
from web.conversation import read_questions
from web.doctor import doctor_html
from web.page_words import Words, preferred
from web.render import Renderer
from web.warm import WarmingBot

WAIT = 20.0
LONGEST_ID = 64


@dataclass
class FeedbackBody:
    """A verdict as the page sends it; no verdict takes an earlier one back."""

    answer: str
    outcome: str
    about: str = ""
    verdict: str | None = None
    passages: list[str] = field(default_factory=list)
    question: str = ""


def page_routes(
    warming: WarmingBot,
    publication: Publication,
    prompts: Prompts,
    words: dict[str, Words],
    store: FeedbackStore | None,
    *,
    keeps_text: bool,
) -> APIRouter:
    """The routes; without a store, feedback is thanked for and dropped."""
    router = APIRouter(prefix="/page", include_in_schema=False)

    @router.post("/feedback", status_code=204)
    def feedback(body: FeedbackBody) -> Response:
        checked = _checked(body, publication, keeps_text=keeps_text)
        if store and checked:
            store.put(checked)
        elif store:
            store.take_back(body.answer, body.about)
        return Response(status_code=204)

    @router.post("/doctor")
    def doctor(request: Request, questions: Annotated[str, Form()] = "") -> HTMLResponse:
        spoken = words[preferred(request.headers.get("accept-language", ""), words)]
        try:
            bot = warming.get(WAIT)
        except (TimeoutError, AskError):
            raise HTTPException(503, spoken.doctor_wait, {"Retry-After": "30"}) from None
        asked = read_questions(questions)
        answers = [bot.ask(question, asked[:place]) for place, question in enumerate(asked)]
        html = doctor_html(answers, Renderer(publication, prompts, spoken))
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    return router


def _checked(body: FeedbackBody, publication: Publication, *, keeps_text: bool) -> Feedback | None:
    """The verdict with nothing in it but known ids; None when it is taken back.

    Raises:
        HTTPException: an id that cannot be.
    """
    known = {passage.id for passage in publication.article.passages}
    named = [*body.passages, *([body.about] if body.about else [])]
    if not body.answer.isalnum() or len(body.answer) > LONGEST_ID or not known.issuperset(named):
        raise HTTPException(422, "This is no answer of this article.")
    if body.verdict is None:
        return None
    if body.verdict not in VERDICTS or body.outcome not in OUTCOMES:
        raise HTTPException(422, f"A verdict is one of {', '.join(VERDICTS)}.")
    verdict: Verdict = next(verdict for verdict in VERDICTS if verdict == body.verdict)
    return Feedback(
        answer=body.answer,
        about=body.about,
        verdict=verdict,
        outcome=body.outcome,
        passages=" ".join(dict.fromkeys(body.passages)),
        offered=offered_by(body.question, publication),
        article=publication.article.slug,
        version=version_of(publication),
        day=today(),
        question=body.question if keeps_text else "",
    )
