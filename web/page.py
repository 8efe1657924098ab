"""The Gradio page: a chat whose every answer is a quote, with the disclaimer always in sight.

Knows Gradio and how to lay out the page; the words come from prompts/, the looks from page.css, answers as HTML from
web.render. Chat text is kept in the visitor's own session and nowhere else.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from bot.chain import Bot
from bot.prompts import Prompts
from bot.question import LONGEST
from corpus.article import Footnote, Section
from corpus.errors import AskError
from corpus.load import Publication
from web.render import answer_html, text_html
from web.warm import WarmingBot

CSS = Path(__file__).parent / "page.css"
AT_ONCE = 32
WAITING = 64
STARTERS = 6
SOON = 0.2  # seconds a question waits before it is told that the model is still warming

Chat = list[dict[str, Any]]


def mount_page(app: FastAPI, warming: WarmingBot, publication: Publication, prompts: Prompts) -> FastAPI:
    """Put the page at / of an app, with every feature that a public health chat must not have switched off."""
    blocks = build_page(warming, publication, prompts)
    blocks.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE, api_open=False)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="1b",
        allowed_paths=[],
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        css_paths=CSS,
    )
    return mounted


def build_page(warming: WarmingBot, publication: Publication, prompts: Prompts) -> gr.Blocks:
    """The page's components and events."""
    words = prompts.interface
    header = publication.article.header
    byline = words.article_by if header.publisher_offers_therapy else words.article_by_other

    def reply(asked: str, chat: Chat, turns: Sequence[str]) -> Iterator[tuple[str, Chat, list[str]]]:
        if not asked.strip():
            yield asked, chat, list(turns)
            return
        chat = [*chat, _message("user", text_html(asked))]
        bot, notice = _bot(warming, SOON), words.warming
        if bot is None:
            yield "", [*chat, _message("assistant", text_html(notice))], list(turns)
            bot, notice = _bot(warming, None), words.failed
        if bot is None:
            yield asked, [*chat, _message("assistant", text_html(notice))], list(turns)
            return
        answer = bot.ask(asked, turns)
        said = _message("assistant", answer_html(answer, publication.article, words))
        said["options"] = [{"value": suggestion} for suggestion in answer.suggestions]
        yield "", [*chat, said], [*turns, asked]

    def picked(chat: Chat, turns: Sequence[str], event: gr.SelectData) -> Iterator[tuple[str, Chat, list[str]]]:
        value = event.value if isinstance(event.value, str) else event.value["text"]
        yield from reply(value, chat, turns)

    with gr.Blocks(title=words.title, analytics_enabled=False, fill_height=True) as blocks:
        # Markdown, not gr.HTML: the latter evaluates strings as code, which the page's security policy forbids.
        gr.Markdown(
            f'<div class="ask-header"><h1>{text_html(words.title)}</h1><p>{text_html(words.introduction)}</p>'
            f'<p class="ask-byline">“{text_html(header.title)}” '
            f"{text_html(byline.format(publisher=header.publisher))}</p></div>"
        )
        turns = gr.State([])
        chatbot = gr.Chatbot(
            label=words.chat_label,
            show_label=False,
            elem_id="ask-chat",
            height=None,
            min_height=320,
            scale=1,
            layout="bubble",
            buttons=["copy"],
            watermark=prompts.disclaimer,
            feedback_options=None,
            allow_tags=False,
            latex_delimiters=[],
            allow_file_downloads=False,
            placeholder=text_html(words.starters_label),
            examples=[{"text": question} for question in starters(publication)],
        )
        with gr.Column(elem_id="ask-foot"):
            with gr.Row(elem_id="ask-form"):
                question = gr.Textbox(
                    label=words.question_label,
                    placeholder=words.question_hint,
                    elem_id="ask-question",
                    max_length=LONGEST,
                    lines=1,
                    max_lines=4,
                    scale=6,
                    autofocus=True,
                )
                send = gr.Button(words.send, variant="primary", elem_id="ask-send", scale=1, min_width=64)
            gr.Markdown(f'<p class="ask-disclaimer">{text_html(prompts.disclaimer)}</p>', elem_id="ask-disclaimer")
        outputs = [question, chatbot, turns]
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        gr.on([question.submit, send.click], reply, [question, chatbot, turns], outputs, **private)
        chatbot.option_select(picked, [chatbot, turns], outputs, **private)
        chatbot.example_select(picked, [chatbot, turns], outputs, **private)
        chatbot.clear(lambda: ("", [], []), None, outputs, **private)
    return blocks


def starters(publication: Publication) -> list[str]:
    """The first question of each section and footnote that has one."""
    asks = {note.quote: note.ask for note in publication.notes.sentences if note.ask}
    parts: tuple[Section | Footnote, ...] = (*publication.article.sections[1:], *publication.article.footnotes)
    first = (next((asks[p.text] for p in part.passages if p.text in asks), "") for part in parts)
    return [ask for ask in first if ask][:STARTERS]


def _message(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "content": content}


def _bot(warming: WarmingBot, timeout: float | None) -> Bot | None:
    try:
        return warming.get(timeout)
    except (TimeoutError, AskError):
        return None
