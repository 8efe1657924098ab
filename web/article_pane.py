"""The whole article as HTML: every sentence with an address of its own, footnotes, and the editor's words explained."""

import re
from collections.abc import Iterator

from corpus.article import Passage
from corpus.load import Publication
from web.page_words import Words
from web.quote import Glossary, quote_html, text_html

PARAGRAPH = re.compile(r"[^\n](?:[^\n]|\n(?!\n))*")


def article_html(publication: Publication, words: Words) -> str:
    """The article in one block of HTML without blank lines, so that no Markdown is read into it."""
    article = publication.article
    pane = _Pane(publication, words)
    return (
        f'<article class="ask-article" lang="{text_html(article.header.language)}">'
        f'<p class="ask-article-by">{text_html(words.byline(article.header))}</p>'
        f"{''.join(pane.paragraphs())}{pane.glossary()}"
        f'<p class="ask-article-note">{text_html(words.sections_note)}</p></article>'
    )


class _Pane:
    """Walks the reading text paragraph by paragraph."""

    def __init__(self, publication: Publication, words: Words) -> None:
        self.article, self.terms, self.words = publication.article, publication.notes.terms, words
        self.explain, self.seen = Glossary(publication.notes.terms), set[int]()
        self.notes = {footnote.label: footnote.text for footnote in self.article.footnotes}
        self.section = ""

    def paragraphs(self) -> Iterator[str]:
        for start, end in self._blocks():
            inside = [p for p in self.article.passages if start <= p.start < end]
            yield self._heading(inside) + self._paragraph(start, end, inside)

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """Where each paragraph and each footnote stands; footnotes may follow each other line by line."""
        first = self.article.footnotes[0].passages[0].start if self.article.footnotes else len(self.article.text)
        for match in PARAGRAPH.finditer(self.article.text):
            ends = [m.start() for m in re.finditer("\n", match[0])] if match.end() > first else []
            starts = [match.start(), *(match.start() + end + 1 for end in ends)]
            yield from zip(starts, [*(match.start() + end for end in ends), match.end()], strict=True)

    def _heading(self, inside: list[Passage]) -> str:
        label = inside[0].section if inside else self.section
        if label == self.section or not self.section or (inside and inside[0].kind == "footnote"):
            self.section = label
            return ""
        self.section = label
        return f'<h3 class="ask-section">{text_html(label)}</h3>'

    def _paragraph(self, start: int, end: int, inside: list[Passage]) -> str:
        text, parts, at = self.article.text, [], start
        for passage in inside:
            parts += [text_html(text[at : passage.start]), self._sentence(passage)]
            at = passage.end
        inner = "".join((*parts, text_html(text[at:end])))
        if inside and inside[0].kind == "footnote":
            label = text_html(inside[0].section.removeprefix("Footnote "))
            return f'<div class="ask-note" id="footnote-{label}" tabindex="-1"><p>{inner}</p></div>'
        if inside and inside[0] == self.article.passages[0]:
            return f'<h2 class="ask-article-title">{inner}</h2>'
        return f"<p>{inner}</p>" if inside else f'<p class="ask-caption">{inner}</p>'

    def _sentence(self, passage: Passage) -> str:
        words = quote_html(passage.text, passage.footnotes, self.explain, self.seen)
        name = f'<span class="ask-sr">{text_html(self.words.link)}</span>'
        link = f'<a class="ask-permalink" href="#{passage.id}">{name}</a>'
        asides = "".join(
            f'<span class="ask-aside ask-aside-{text_html(label)}" hidden>'
            f"{text_html(self.words.footnote.format(label=f'[{label}]'))}: “{text_html(self.notes[label])}”</span>"
            for label in passage.footnotes
        )
        return f'<span class="ask-sentence" id="{passage.id}" tabindex="-1">{words}</span>{link}{asides}'

    def glossary(self) -> str:
        """The list that every explanation on the page is read from."""
        if not self.terms:
            return ""
        rows = "".join(
            f'<dt id="term-{n}">{text_html(term.term)}</dt><dd id="gloss-{n}">{text_html(term.gloss)}</dd>'
            for n, term in enumerate(self.terms)
        )
        summary = text_html(self.words.glossary)
        return f'<details class="ask-glossary"><summary>{summary}</summary><dl>{rows}</dl></details>'
