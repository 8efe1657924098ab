"""What stands around the conversation as HTML: the page's header, the first screen, and the words its script needs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from corpus.load import Publication
from web.page_words import Words
from web.quote import text_html
from web.render import offer_html

SCRIPT_WORDS = (
    "language", "chat", "slow", "lost", "back", "failed_text", "editing", "keep", "copied", "not_copied", "link_copied",
    "wrong_sent", "wrong_sent_text", "thanks", "thanks_text", "not_sent", "plain", "article", "article_hide",
)  # fmt: skip
"""The words that are shown only by the script."""


def header_html(publication: Publication, words: Words) -> str:
    """Title, whose article it is, and the three things one can do at any time."""
    header = publication.article.header
    title = f'<span class="ask-of" lang="{text_html(header.language)}">“{text_html(header.title)}”</span>'
    buttons = "".join(
        f'<button type="button" class="ask-act ask-{name}">{text_html(text)}</button>'
        for name, text in (("open", words.article), ("doctor", words.doctor), ("over", words.start_over))
    )
    return (
        f'<header class="ask-header"><div class="ask-names"><h1>{text_html(words.title)}</h1>'
        f'<p class="ask-byline">{title} '
        f"{text_html(words.byline(header))}</p></div>"
        f'<nav class="ask-tools">{buttons}</nav></header>'
    )


def start_html(starters: Sequence[tuple[str, str]], words: Words) -> str:
    """The first screen: what this is, and a question for each part of the article."""
    rows = "".join(
        f'<li><span class="ask-offer-section">{text_html(section)}</span>{offer_html(question)}</li>'
        for section, question in starters
    )
    meaning = f'<p class="ask-meaning">{text_html(words.disclaimer_meaning)}</p>' if words.disclaimer_meaning else ""
    return (
        f'<div class="ask-start"><p class="ask-introduction">{text_html(words.introduction)}</p>{meaning}'
        f'<h2 class="ask-label">{text_html(words.starters)}</h2><ul class="ask-offers">{rows}</ul></div>'
    )


def script_words(words: Words, publication: Publication, keeps_text: bool) -> str:
    """The words and facts that the script reads, as JSON that nobody sees."""
    chosen = {name: text for name, text in asdict(words).items() if name in SCRIPT_WORDS}
    facts = {"slug": publication.article.slug, "keeps_text": keeps_text}
    return f'<pre class="ask-words" hidden>{text_html(json.dumps(chosen | facts))}</pre>'
