"""A page to print and take to the doctor: what was asked, what the article says, and what is left to ask."""

from collections.abc import Sequence
from html import escape

from bot.answer import Answer
from bot.feedback import version_of
from web.document import icon_and_sheets
from web.render import Renderer

TO_ASK = ("not_in_article", "medical_advice")
"""What the article does not answer, but a doctor may."""


def doctor_html(answers: Sequence[Answer], renderer: Renderer) -> str:
    """The whole document, in one language, without script but the one that prints."""
    words, prompts = renderer.words, renderer.prompts
    header = renderer.publication.article.header
    said = [answer for answer in answers if answer.outcome == "answered"]
    missing = [answer for answer in answers if answer.outcome in TO_ASK]
    urgent = [answer for answer in answers if answer.outcome == "emergency"]
    parts = [
        _part(words.doctor_urgent, [_urgent(answer, renderer) for answer in urgent], "urgent"),
        _part(words.doctor_said, [_said(answer, renderer) for answer in said], "said"),
        _part(words.doctor_missing, [_missing(answer, renderer) for answer in missing], "missing"),
    ]
    found = "".join(parts)
    nothing = "" if found else f"<p>{escape(words.doctor_nothing)}</p>"
    title = f'<p lang="{escape(header.language)}">“{escape(header.title)}”</p>'
    version = words.doctor_version.format(version=version_of(renderer.publication))
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(words.doctor_title)}</title>{icon_and_sheets('doctor.css')}"
        '<script type="module" src="static/print.js"></script></head><body><main>'
        f'<h1>{escape(words.doctor_title)}</h1><p class="lead">{escape(words.doctor_introduction)}</p>'
        f'<p class="disclaimer" lang="en">{escape(prompts.disclaimer)}</p>{_meaning(words.disclaimer_meaning)}'
        f'<button type="button" id="print">{escape(words.doctor_print)}</button>{found}{nothing}'
        f'<section class="notes"><h2>{escape(words.doctor_notes)}</h2><div class="lines"></div></section>'
        f"<footer><h2>{escape(words.doctor_article)}</h2>{title}"
        f"<p>{escape(words.byline(header))}. {escape(version)}</p></footer></main></body></html>"
    )


def _part(heading: str, rows: Sequence[str], name: str) -> str:
    return f'<section class="{name}"><h2>{escape(heading)}</h2>{"".join(rows)}</section>' if rows else ""


def _urgent(answer: Answer, renderer: Renderer) -> str:
    meaning = _meaning(renderer.words.urgent_meaning)
    return f"<h3>{escape(answer.question)}</h3>{meaning}{_notice(answer, renderer)}"


def _missing(answer: Answer, renderer: Renderer) -> str:
    notice = _notice(answer, renderer)
    return f'<div class="question"><h3>{escape(answer.question)}</h3>{notice}<div class="lines"></div></div>'


def _said(answer: Answer, renderer: Renderer) -> str:
    quotes = "".join(_quote(citation.passage, renderer) for citation in answer.citations)
    return f'<div class="question"><h3>{escape(answer.question)}</h3>{quotes}{_notice(answer, renderer)}</div>'


def _notice(answer: Answer, renderer: Renderer) -> str:
    return "".join(
        f'<p class="notice" lang="{renderer.prompts.language_of(part)}" dir="auto">{escape(part)}</p>'
        for part in (answer.notice or "").split("\n\n")
        if part
    )


def _quote(passage_id: str, renderer: Renderer) -> str:
    article, words = renderer.publication.article, renderer.words
    passage = article.passage(passage_id)
    language = escape(article.header.language)
    texts = {footnote.label: footnote.text for footnote in article.footnotes}
    notes = "".join(
        f'<p class="footnote">{escape(words.footnote.format(label=f"[{label}]"))}: '
        f'<span lang="{language}">“{escape(texts[label])}”</span></p>'
        for label in passage.footnotes
    )
    claim = f' <span class="claim">{escape(words.claim)}</span>' if renderer.claims(passage.text) else ""
    return (
        f'<blockquote lang="{language}">“{escape(passage.text)}”</blockquote>'
        f'<p class="where">{escape(passage.section)}{claim}</p>{notes}'
    )


def _meaning(text: str) -> str:
    return f'<p class="meaning">{escape(text)}</p>' if text else ""
