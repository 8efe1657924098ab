"""The Gradio page: the chat, the article beside it, and the disclaimer always in sight.

Knows Gradio and where things stand; the words come from prompts/page/, answers as HTML from web.render, looks and
behaviour from web/static/. gr.HTML and Gradio's own `js=` are not used: they need a security policy that lets pages
run strings as code. Buttons inside answers are plain HTML; web/static/page.js gives them what they do.
"""

from collections.abc import Iterator
from typing import Any

import gradio as gr
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from bot.question import LONGEST
from corpus.load import Publication
from web.article_pane import article_html
from web.conversation import Conversation, Turn, Turns, read_questions
from web.head import header_html, script_words, start_html
from web.page_words import Words
from web.quote import text_html
from web.render import Renderer
from web.starters import starters_by_section

AT_ONCE = 32
WAITING = 64
IDLE = 3600
"""Seconds after which what a visitor was shown is forgotten; their own tab still has the questions."""

Chat = list[dict[str, Any]]


def page_app(conversation: Conversation, *, keeps_text: bool) -> FastAPI:
    """An app with the page in one language at /, and every feature off that a public health chat must not have."""
    blocks = build_page(conversation, keeps_text=keeps_text)
    blocks.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE, api_open=False)
    host = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    host.add_middleware(CORSMiddleware)  # lets nobody in, and keeps Gradio from adding headers that let everybody in
    mounted: FastAPI = gr.mount_gradio_app(
        host,
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
    )
    return mounted


def build_page(conversation: Conversation, *, keeps_text: bool = False) -> gr.Blocks:
    """The page's components and events, in the conversation's language."""
    renderer = conversation.renderer
    publication, words, prompts = renderer.publication, renderer.words, renderer.prompts

    def ask(asked: str, kept: str, known: Turns) -> Iterator[tuple[str | Any, Chat, Turns]]:
        questions = read_questions(kept)
        if not asked.strip():
            yield asked, _chat(known, renderer), known
            return
        box: str | Any = ""
        for turns in conversation.go_on([*questions, asked], known[: len(questions)]):
            yield box, _chat(turns, renderer), turns
            box = gr.skip()  # emptied once: a later step must not wipe the next question that is being typed

    def restore(kept: str, known: Turns) -> Iterator[tuple[Chat, Turns]]:
        for turns in conversation.go_on(read_questions(kept), known):
            yield _chat(turns, renderer), turns

    def stopped(known: Turns) -> tuple[Chat, Turns]:
        return _chat(turns := conversation.stopped(known), renderer), turns

    def failed(known: Turns) -> tuple[Chat | Any, Turns | Any]:
        if all(turn.whole for turn in known):  # a stopped answer ends as a failure too, perhaps after the next began
            return gr.skip(), gr.skip()
        return _chat(turns := conversation.failed(known), renderer), turns

    with gr.Blocks(title=words.title, analytics_enabled=False, fill_height=True, fill_width=True) as blocks:
        known = gr.State((), time_to_live=IDLE)
        with gr.Column(elem_id="ask-page"):
            gr.Markdown(
                header_html(publication, words) + script_words(words, publication, keeps_text), elem_id="ask-top"
            )
            with gr.Row(elem_id="ask-main"):
                with gr.Column(elem_id="ask-talk"):
                    chatbot = _chatbot(publication, words)
                    with gr.Column(elem_id="ask-foot"):
                        question, send, stop = _form(words)
                        gr.Markdown(f'<p lang="en">{text_html(prompts.disclaimer)}</p>', elem_id="ask-disclaimer")
                with gr.Column(elem_id="ask-reading"):
                    gr.Markdown(article_html(publication, words), elem_id="ask-article")
        # What follows is for web/static/page.js: the questions that the tab keeps, and the two things it asks for.
        kept = gr.Textbox(visible="hidden", elem_id="ask-kept", interactive=True, show_label=False)
        restored, clear = (gr.Button(visible="hidden", elem_id=f"ask-{name}") for name in ("restore", "clear"))
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        outputs = [chatbot, known]
        asking = gr.on([question.submit, send.click], ask, [question, kept, known], [question, *outputs], **private)
        restoring = restored.click(restore, [kept, known], outputs, **private)
        # First nothing more may come, then what is there is given up; at once, a late sentence could win.
        stop.click(None, cancels=[asking, restoring]).then(stopped, known, outputs, **private)
        asking.failure(failed, known, outputs, **private)
        clear.click(lambda: ("", [], ()), None, [question, *outputs], cancels=[asking, restoring], **private)
    return blocks


def _chatbot(publication: Publication, words: Words) -> gr.Chatbot:
    return gr.Chatbot(
        label=words.chat,
        show_label=False,
        elem_id="ask-chat",
        height=None,
        scale=1,
        layout="bubble",
        autoscroll=False,
        buttons=[],
        feedback_options=None,
        allow_tags=False,
        latex_delimiters=[],
        allow_file_downloads=False,
        group_consecutive_messages=False,
        placeholder=start_html(starters_by_section(publication), words),
    )


def _form(words: Words) -> tuple[gr.Textbox, gr.Button, gr.Button]:
    with gr.Row(elem_id="ask-form"):
        question = gr.Textbox(
            label=words.question,
            placeholder=words.hint,
            elem_id="ask-question",
            max_length=LONGEST,
            lines=1,
            max_lines=4,
            scale=6,
        )
        send = gr.Button(words.send, variant="primary", elem_id="ask-send", scale=1, min_width=64)
        stop = gr.Button(words.stop, elem_id="ask-stop", scale=1, min_width=64)
    return question, send, stop


def _chat(turns: Turns, renderer: Renderer) -> Chat:
    return [message for turn in turns for message in _messages(turn, renderer)]


def _messages(turn: Turn, renderer: Renderer) -> Chat:
    return [
        {"role": "user", "content": renderer.asked(turn.question)},
        {"role": "assistant", "content": turn.html},
    ]
