"""An answer as plain text, to be pasted anywhere: quotes with their places, and always the disclaimer."""

from bot.answer import Answer, Sentence
from corpus.load import Publication
from web.page_words import Words


def plain_text(answer: Answer, publication: Publication, words: Words, *, heading: bool = True) -> str:
    """The question, the answer under what kind it is, its sources and the disclaimer."""
    header = publication.article.header
    parts = [f"{words.you_asked}: {answer.question}", *([words.of_outcome(answer.outcome)] if heading else [])]
    if answer.outcome == "emergency" and words.urgent_meaning:
        parts.append(words.urgent_meaning)
    parts += [_said(answer, sentence, words) for sentence in answer.sentences]
    parts += [answer.notice] if answer.notice else []
    parts += [_sources(answer, publication, words)] if answer.citations else []
    parts.append(f"“{header.title}” {words.byline(header)}")
    return "\n\n".join((*parts, answer.disclaimer))


def _said(answer: Answer, sentence: Sentence, words: Words) -> str:
    text = f"“{sentence.text}”" if answer.is_quote(sentence) else sentence.text
    return f"{text} ({', '.join(words.source.format(number=number) for number in sentence.citations)})"


def _sources(answer: Answer, publication: Publication, words: Words) -> str:
    article = publication.article
    texts = {footnote.label: footnote.text for footnote in article.footnotes}
    lines = [f"{words.sources}:"]
    for citation in answer.citations:
        lines.append(f"{words.source.format(number=citation.number)}: {citation.label}: “{citation.quote}”")
        for label in article.passage(citation.passage).footnotes:
            lines.append(f"  {words.footnote.format(label=f'[{label}]')}: “{texts[label]}”")
    return "\n".join(lines)
