"""Loads an article's folder: article.md, and beside it the editor's notes.yaml and bank.yaml if they are there.

Every mistake is an ArticleError that names file and line.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from corpus.article import Article, Header
from corpus.errors import ArticleError
from corpus.notes import Bank, Notes
from corpus.parse import parse
from corpus.split import SPLITTER, split
from corpus.yaml_file import read_yaml

ARTICLES = Path(__file__).parent / "articles"
T = TypeVar("T", Notes, Bank)
HEADER_LINE = 2  # the header's YAML starts below the first '---'


@dataclass(frozen=True, slots=True)
class Publication:
    """An article with what its editor wrote beside it."""

    article: Article
    notes: Notes
    bank: Bank
    digest: str
    """sha256 over the three files and the splitter's version: changes when anything that is indexed can change."""


def load_corpus(root: Path) -> list[Publication]:
    """Load every article folder below `root`, in order of name.

    Raises:
        ArticleError: a folder that cannot be used, no article at all, or two articles with one name.
    """
    folders = sorted(path.parent for path in root.glob("*/article.md"))
    if not folders:
        raise ArticleError(root, 1, "no article here; make a folder with a file article.md in it")
    publications = [load_publication(folder) for folder in folders]
    seen: dict[str, Path] = {}
    for folder, publication in zip(folders, publications, strict=True):
        for name in {publication.article.slug.casefold(), publication.article.header.title.casefold()}:
            if name in seen:
                raise ArticleError(folder / "article.md", 1, f"has the same name as {seen[name]}; rename one of them")
            seen[name] = folder / "article.md"
    return publications


def load_publication(folder: Path) -> Publication:
    """Load one article folder; its name is the article's slug.

    Raises:
        ArticleError: any of the files is missing, not UTF-8, empty, malformed, or names a sentence that is not there.
    """
    path = folder / "article.md"
    if not path.is_file():
        raise ArticleError(path, 1, "there is no such file; an article is a folder with a file article.md in it")
    source = _read(path)
    parsed = parse(source, path)
    if not parsed.header:
        raise ArticleError(
            path, 1, "the header is missing; start the file with '---', title:, publisher: ... and '---'"
        )
    header = read_yaml(parsed.header, Header, path, first_line=HEADER_LINE)
    sections, footnotes = split(parsed, header.language)
    article = Article(folder.name, header, parsed.text, sections, footnotes)
    notes, bank = _beside(folder / "notes.yaml", Notes), _beside(folder / "bank.yaml", Bank)
    _check_notes(article, notes, folder / "notes.yaml")
    _check_quotes((quote for group in bank.answered for quote in group.quotes), article, folder / "bank.yaml")
    return Publication(article, notes, bank, _digest([path, folder / "notes.yaml", folder / "bank.yaml"]))


def _beside(path: Path, shape: type[T]) -> T:
    return read_yaml(_read(path), shape, path) if path.is_file() else shape()


def _read(path: Path) -> str:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ArticleError(path, line, "not UTF-8; save the file with the encoding UTF-8") from None
    if not text.strip():
        raise ArticleError(path, 1, "the file is empty")
    for number, line_text in enumerate(text.split("\n"), 1):
        for character in _hidden(line_text):
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            raise ArticleError(path, number, f"hidden character ({name}); readers cannot see it, so take it out")
    return text


def _hidden(line: str) -> Iterator[str]:
    """Characters that a reader does not see, save the joiners that some scripts need."""
    if line.isprintable():
        return iter(())
    allowed = "\t\r\u200c\u200d"
    return (c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn") and c not in allowed)


def _check_notes(article: Article, notes: Notes, path: Path) -> None:
    _check_quotes((quote for note in notes.sentences for quote in (note.quote, *note.beside)), article, path)
    text = article.text.casefold()
    for term in notes.terms:
        if term.term.casefold() not in text:
            raise ArticleError(path, _find(path, term.term), f"the article has no word '{term.term}'")
    quotes = [note.quote for note in notes.sentences]
    for quote in quotes:
        if quotes.count(quote) > 1:
            raise ArticleError(path, _find(path, quote), f"two notes on one sentence: '{quote}'")


def _check_quotes(quotes: Iterator[str], article: Article, path: Path) -> None:
    sentences = {passage.text for passage in article.passages}
    for quote in quotes:
        if quote not in sentences:
            raise ArticleError(path, _find(path, quote), f"the article has no sentence '{quote}'; copy it exactly")


def _find(path: Path, words: str) -> int:
    """The line of a YAML file where these words start (they may be folded over several lines)."""
    start = words[:40].split("\n")[0]
    lines = path.read_text("utf-8").split("\n")
    return next((number for number, line in enumerate(lines, 1) if start in line), 1)


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256(SPLITTER.encode())
    for path in paths:
        digest.update(path.name.encode() + b"\0")
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()
