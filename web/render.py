"""Turns an Answer into HTML for the page. Every text is escaped: nothing in it can become markup.

What is made here passes through Gradio's sanitiser, which keeps classes, ids, titles, roles and `hidden` and drops the
rest; web/static/ gives the classes their behaviour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answer import Answer, Citation, Sentence
from bot.prompts import Prompts
from corpus.load import Publication
from web.page_words import Words
from web.plain import plain_text
from web.quote import Glossary, quote_html, text_html

OFFERED = 3
CLAIMS = ("benefit", "provider")


@dataclass(frozen=True)
class Renderer:
    """Shows the answers about one article in one language."""

    publication: Publication
    prompts: Prompts
    words: Words

    def asked(self, question: str) -> str:
        """A visitor's own words."""
        words = self.words
        return (
            f'<div class="ask-user"><h3 class="ask-sr">{text_html(words.you_asked)}</h3>'
            f'<p class="ask-user-text">{text_html(question)}</p>'
            f'<button type="button" class="ask-act ask-edit">{text_html(words.edit)}</button></div>'
        )

    def pending(self, question: str, notice: str = "") -> str:
        """What stands in an answer's place until it comes."""
        said = f'<p class="ask-wait">{text_html(notice or self.words.looking)}</p>'
        return self._frame("pending", question, said)

    def without(self, kind: str, question: str) -> str:
        """An answer that did not come: `kind` is "failed" or "stopped"."""
        heading, text = self.words.of_outcome(kind), self.words.of_outcome(f"{kind}_text")
        again = f'<div class="ask-tools">{self._button("again", self.words.again)}</div>'
        return self._frame(kind, question, f"{self._heading(heading)}<p>{text_html(text)}</p>{again}")

    def answer(self, answer: Answer) -> str:
        """A whole answer."""
        parts = [*self._start(answer), *self._sentences(answer, answer.sentences)]
        if answer.writer == "model":
            parts.append(f'<p class="ask-by-model">{text_html(self.words.written)}</p>')
        if answer.sentences:
            parts += [self._notice(answer), self._sources(answer)]
        parts += [self._offers(answer.suggestions), self._tools(answer), self._hidden("copy", self.copied(answer))]
        return self._frame(answer.outcome, answer.question, "".join(parts))

    def coming(self, answer: Answer, count: int) -> str:
        """The first sentences of an answer, while the rest of it is on its way."""
        if not count and answer.writer == "model":
            return self.pending(answer.question, self.words.writing)
        parts = [*self._start(answer), *self._sentences(answer, answer.sentences[:count])]
        return self._frame(f"{answer.outcome} ask-pending", answer.question, "".join(parts))

    def copied(self, answer: Answer) -> str:
        """The answer as text for the clipboard, with sources and disclaimer."""
        return plain_text(answer, self.publication, self.words, heading=self._says_more(answer))

    def _start(self, answer: Answer) -> list[str]:
        reminder, _ = self._notices(answer)
        urgent = answer.outcome == "emergency"
        parts = [self._reminder(reminder)] if reminder else []
        if self._says_more(answer):
            parts.append(self._heading(self.words.of_outcome(answer.outcome)))
        if urgent and self.words.urgent_meaning:
            parts.append(f'<p class="ask-urgent-text">{text_html(self.words.urgent_meaning)}</p>')
        if not answer.sentences:
            parts.append(self._notice(answer))
        return parts

    def _reminder(self, text: str) -> str:
        heading = text_html(self.words.remember)
        return f'<div class="ask-reminder"><p class="ask-reminder-title">{heading}</p><p>{text_html(text)}</p></div>'

    def _notices(self, answer: Answer) -> tuple[str, list[str]]:
        """The reminder of an earlier emergency, if there is one, and the other parts of the notice."""
        parts = (answer.notice or "").split("\n\n") if answer.notice else []
        return (parts[0], parts[1:]) if parts and parts[0] in self.prompts.reminders else ("", parts)

    def _says_more(self, answer: Answer) -> bool:
        """Whether there is anything beside a reminder, which needs no hello above it."""
        _, others = self._notices(answer)
        return bool(others or answer.sentences)

    def _notice(self, answer: Answer) -> str:
        _, parts = self._notices(answer)
        return "".join(
            f'<p class="ask-notice" lang="{self.prompts.language_of(part)}">{text_html(part)}</p>' for part in parts
        )

    def _sentences(self, answer: Answer, sentences: Sequence[Sentence]) -> list[str]:
        glossary, seen = Glossary(self.publication.notes.terms), set[int]()
        cited = {citation.number: citation for citation in answer.citations}
        return [self._sentence(s, [cited[n] for n in s.citations], glossary, seen) for s in sentences]

    def _sentence(self, sentence: Sentence, cited: list[Citation], glossary: Glossary, seen: set[int]) -> str:
        article = self.publication.article
        labels = [label for citation in cited for label in article.passage(citation.passage).footnotes]
        language = text_html(article.header.language)
        marks = " ".join(
            f'<a class="ask-cite" href="#{text_html(c.passage)}">{text_html(self._source(c))}</a>' for c in cited
        )
        plain = "".join(self._plain(c.quote) for c in cited if c.quote == sentence.text)
        quote = quote_html(sentence.text, labels, glossary, seen)
        if sentence.text not in [c.quote for c in cited]:  # a model's words, which nobody may take for a quote
            return f'<div class="ask-said"><p class="ask-written" lang="en">{quote} {marks}</p></div>'
        return f'<div class="ask-said"><p class="ask-quote" lang="{language}">“{quote}” {marks}</p>{plain}</div>'

    def _plain(self, quote: str) -> str:
        plain = next((note.plain for note in self.publication.notes.sentences if note.quote == quote), "")
        label = f'<span class="ask-label">{text_html(self.words.plain)}</span>'
        return f'<p class="ask-plain" lang="en">{label} {text_html(plain)}</p>' if plain else ""

    def _sources(self, answer: Answer) -> str:
        quotes = {sentence.text for sentence in answer.sentences}
        rows = "".join(self._citation(citation, citation.quote not in quotes) for citation in answer.citations)
        return f'<div class="ask-sources"><h4 class="ask-label">{text_html(self.words.sources)}</h4>{rows}</div>'

    def _citation(self, citation: Citation, explain: bool) -> str:
        words, article = self.words, self.publication.article
        passage = article.passage(citation.passage)
        texts = {footnote.label: footnote.text for footnote in article.footnotes}
        notes = "".join(
            f'<p class="ask-footnote">{text_html(words.footnote.format(label=f"[{label}]"))}: '
            f'<span lang="{text_html(article.header.language)}">“{text_html(texts[label])}”</span></p>'
            for label in passage.footnotes
        )
        claim = f' <span class="ask-claim">{text_html(words.claim)}</span>' if self.claims(citation.quote) else ""
        anchor = text_html(citation.passage)
        mark = f'<span class="ask-mark">{text_html(self._source(citation))}</span>'
        return (
            f'<details class="ask-source ask-of-{anchor}">'
            f"<summary>{mark} {text_html(citation.label)}{claim}</summary>"
            f'<blockquote lang="{text_html(article.header.language)}">“{text_html(citation.quote)}”</blockquote>{notes}'
            f"{self._plain(citation.quote) if explain else ''}"
            f'<div class="ask-tools"><a class="ask-act ask-show" href="#{anchor}">{text_html(words.show_sentence)}</a>'
            f"{self._button('link', words.link)}{self._button('wrong', words.wrong)}</div></details>"
        )

    def claims(self, quote: str) -> bool:
        """Whether a sentence praises the therapy or its provider."""
        return any(note.quote == quote and note.claim in CLAIMS for note in self.publication.notes.sentences)

    def _source(self, citation: Citation) -> str:
        return self.words.source.format(number=citation.number)

    def _offers(self, questions: Sequence[str]) -> str:
        if not questions:
            return ""
        rows = "".join(f"<li>{offer_html(question)}</li>" for question in questions[:OFFERED])
        label = text_html(self.words.try_asking)
        return f'<div class="ask-next"><p class="ask-label">{label}</p><ul class="ask-offers">{rows}</ul></div>'

    def _tools(self, answer: Answer) -> str:
        words = self.words
        parts = [self._button("copy", words.copy), self._button("again", words.again)]
        if answer.outcome != "emergency":
            parts += [self._button("good", words.good), self._button("bad", words.bad)]
        return f'<div class="ask-tools">{"".join(parts)}</div>'

    def _button(self, name: str, text: str) -> str:
        return f'<button type="button" class="ask-act ask-{name}"><span>{text_html(text)}</span></button>'

    def _heading(self, text: str) -> str:
        return f'<h3 class="ask-kind">{text_html(text)}</h3>'

    def _hidden(self, name: str, text: str) -> str:
        return f'<pre class="ask-{name}-text" hidden>{text_html(text)}</pre>'

    def _frame(self, kind: str, question: str, inner: str) -> str:
        """An answer in its frame, with its question kept beside it for the page's script."""
        return f'<div class="ask-answer ask-{kind}">{self._hidden("asked", question)}{inner}</div>'


def offer_html(question: str) -> str:
    """A question that can be asked with one tap."""
    return f'<button type="button" class="ask-offer">{text_html(question)}</button>'
