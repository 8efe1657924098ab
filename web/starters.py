"""The questions that page and panel offer before anything has been asked: the editor's, one a section."""

from corpus.article import Footnote, Section
from corpus.load import Publication

STARTERS = 8


def starters(publication: Publication) -> list[str]:
    """The first question of each section and footnote that has one."""
    return [question for _, question in starters_by_section(publication)]


def starters_by_section(publication: Publication) -> list[tuple[str, str]]:
    """The same, with the section or footnote in front."""
    asks = {note.quote: note.ask for note in publication.notes.sentences if note.ask}
    parts: tuple[Section | Footnote, ...] = (*publication.article.sections[1:], *publication.article.footnotes)
    found = []
    for part in parts:
        if ask := next((asks[passage.text] for passage in part.passages if passage.text in asks), ""):
            found.append((part.passages[0].section, ask))
    return found[:STARTERS]
