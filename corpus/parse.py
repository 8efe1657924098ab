"""Reads Markdown into the article's reading text and the blocks it consists of.

Knows Markdown (CommonMark with footnotes and a header); knows nothing of sentences. The reading text is what a
person sees: no markup, a footnote mark as `[1]`, list numbers kept. Two comments steer it:
`<!-- section: LABEL -->` names the section that follows, `<!-- caption -->` says that the next block is a picture's
caption, shown with the article but never quoted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from corpus.errors import ArticleError

TITLE_SECTION = "Title"
FIRST_SECTION = "Introduction"
COMMENT = re.compile(r"<!--\s*(section:\s*(?P<label>[^>]+?)|caption)\s*-->")


@dataclass(frozen=True, slots=True)
class Block:
    """A run of prose in the reading text (`text[start:end]`), before it is split into sentences."""

    kind: Literal["body", "footnote", "caption"]
    section: str
    start: int
    end: int
    marks: tuple[tuple[int, str], ...]
    """Footnote marks: (offset in the reading text, footnote label)."""
    line: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """The reading text, its blocks in order, and the header as YAML source."""

    text: str
    blocks: tuple[Block, ...]
    header: str


def parse(source: str, path: Path) -> Parsed:
    """Parse an article's Markdown.

    Raises:
        ArticleError: a footnote mark without footnote, a footnote without mark or given twice, or no prose at all.
    """
    markdown = MarkdownIt("commonmark").use(footnote_plugin, inline=False).use(front_matter_plugin)
    markdown.core.ruler.disable("footnote_tail")  # keeps footnotes where they stand, with their line numbers
    reader = _Reader(path)
    for token in markdown.parse(source):
        reader.take(token)
    if not reader.blocks:
        raise ArticleError(path, 1, "the article has no text; write its sentences below the header")
    _check_footnotes(reader.blocks, path)
    return Parsed("".join(reader.parts), tuple(reader.blocks), reader.header)


class _Reader:
    """Walks the token stream once, writing the reading text as it goes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: list[str] = []
        self.blocks: list[Block] = []
        self.header = ""
        self._length = 0
        self._section = FIRST_SECTION
        self._prefix = ""
        self._footnote: str | None = None
        self._caption = False
        self._heading = False
        self._last_line = 0

    def take(self, token: Token) -> None:
        match token.type:
            case "front_matter":
                self.header = token.content
            case "html_block":
                self._comment(token)
            case "list_item_open":
                self._prefix = f"{token.info}{token.markup} " if token.info else f"{token.markup} "
            case "footnote_reference_open":
                self._footnote = str(token.meta["label"])
                self._prefix = f"{self._footnote}. "
            case "footnote_reference_close":
                self._footnote = None
            case "heading_open":
                self._heading = True
            case "inline":
                self._block(token)
            case "fence" | "code_block" | "hr":
                line = token.map[0] + 1 if token.map else 1
                raise ArticleError(self.path, line, f"a {token.type} is not prose; take it out of the article")

    def _comment(self, token: Token) -> None:
        line = token.map[0] + 1 if token.map else 1
        for found in COMMENT.finditer(token.content):
            if found["label"]:
                self._section = found["label"]
            else:
                self._caption = True
        if COMMENT.sub("", token.content).strip():
            problem = "HTML is not read; use plain Markdown, or <!-- section: LABEL --> or <!-- caption -->"
            raise ArticleError(self.path, line, problem)

    def _block(self, token: Token) -> None:
        assert token.map is not None  # an inline token of a block always has its lines
        if self.blocks:
            self._write("\n" if token.map[0] == self._last_line else "\n\n")
        self._write(self._prefix)
        self._prefix = ""
        self._last_line = token.map[1]
        start, marks = self._length, self._inline(token.children or [], token.map[0] + 1)
        if self._heading and self.blocks:
            self._section = "".join(self.parts)[start:]
        kind: Literal["body", "footnote", "caption"] = "caption" if self._caption else "body"
        section = TITLE_SECTION if self._heading and not self.blocks else self._section
        if self._footnote is not None:
            kind, section = "footnote", f"Footnote {self._footnote}"
        self.blocks.append(Block(kind, section, start, self._length, marks, token.map[0] + 1))
        self._caption = self._heading = False

    def _inline(self, children: Sequence[Token], line: int) -> tuple[tuple[int, str], ...]:
        marks: list[tuple[int, str]] = []
        for child in children:
            if child.type == "footnote_ref":
                marks.append((self._length, str(child.meta["label"])))
                self._write(f"[{child.meta['label']}]")
            elif child.type in ("softbreak", "hardbreak"):
                self._write("\n")
            elif child.type in ("text", "code_inline"):
                self._text(child.content, line)
            elif child.type == "html_inline":
                raise ArticleError(self.path, line, "HTML is not read; use plain Markdown")
        return tuple(marks)

    def _text(self, text: str, line: int) -> None:
        stray = re.search(r"\[\^([^\]]*)\]", text)
        if stray:
            raise ArticleError(
                self.path, line, f"mark [^{stray[1]}] has no footnote; add a line '[^{stray[1]}]: ...' or take it out"
            )
        self._write(text)

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self._length += len(text)


def _check_footnotes(blocks: Sequence[Block], path: Path) -> None:
    marked = {label for block in blocks for _, label in block.marks}
    seen: dict[str, int] = {}
    for block in blocks:
        if block.kind != "footnote":
            continue
        label = block.section.removeprefix("Footnote ")
        if label in seen:
            raise ArticleError(path, block.line, f"footnote [^{label}] is given twice (first in line {seen[label]})")
        seen[label] = block.line
        if label not in marked:
            raise ArticleError(path, block.line, f"footnote [^{label}] has no mark in the text; mark it or take it out")
