"""Turns an Answer into HTML for the page. Every text is escaped: nothing in it can become markup."""

from html import escape

from bot.answer import Answer, Citation
from bot.prompts import Interface
from corpus.article import Article


def answer_html(answer: Answer, article: Article, words: Interface) -> str:
    """One answer as a single block of HTML without blank lines, so that no Markdown is read into it."""
    parts = []
    if answer.outcome == "emergency":
        parts.append(f'<p class="ask-urgent-title">{text_html(words.urgent)}</p>')
    if answer.notice and answer.outcome != "answered":
        parts.append(_notice(answer.notice))
    if answer.sentences:
        parts.append(f'<p class="ask-says">{text_html(words.says)}</p>')
        parts += [_sentence(sentence.text, sentence.citations) for sentence in answer.sentences]
        parts += [_citation(citation, article, words) for citation in answer.citations]
    if answer.notice and answer.outcome == "answered":
        parts.append(_notice(answer.notice))
    return f'<div class="ask-answer ask-{answer.outcome}">{"".join(parts)}</div>'


def text_html(text: str) -> str:
    """A text as HTML in which neither tags nor Markdown survive."""
    return "".join(c if c.isalnum() or c in " .,'" else escape(c) if c in '<>&"' else f"&#{ord(c)};" for c in text)


def _notice(notice: str) -> str:
    return "".join(f'<p class="ask-notice">{text_html(part)}</p>' for part in notice.split("\n\n"))


def _sentence(text: str, numbers: tuple[int, ...]) -> str:
    marks = "".join(f'<span class="ask-mark">Source {number}</span>' for number in numbers)
    return f'<p class="ask-quote">“{text_html(text)}” {marks}</p>'


def _citation(citation: Citation, article: Article, words: Interface) -> str:
    footnotes = {footnote.label: footnote.text for footnote in article.footnotes}
    marked = article.passage(citation.passage).footnotes
    notes = "".join(
        f'<p class="ask-footnote">{text_html(f"{words.footnote} [{label}]")}: “{text_html(footnotes[label])}”</p>'
        for label in marked
    )
    summary = f'<span class="ask-mark">Source {citation.number}</span> {text_html(citation.label)}'
    return (
        f'<details class="ask-source"><summary>{summary}</summary>'
        f"<blockquote>“{text_html(citation.quote)}”</blockquote>{notes}</details>"
    )
