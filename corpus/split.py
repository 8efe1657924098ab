"""Cuts an article's blocks into sentences with exact offsets.

Knows sentence boundaries (through sentencex) and nothing of Markdown or files.
"""

from collections import Counter
from collections.abc import Iterator

from corpus.article import Footnote, Kind, Passage, Section
from corpus.parse import Block, Parsed

SPLITTER = "sentencex-1/sentences-1"
"""Part of every index's fingerprint: change it when the sentences of an unchanged article can change."""


def split(parsed: Parsed, language: str) -> tuple[tuple[Section, ...], tuple[Footnote, ...]]:
    """Split the reading text into sections and footnotes of sentence passages.

    Passage ids count within a section or footnote: `s2.3` is the third sentence of section 2 (the title is section 0),
    `fn1.2` the second of footnote 1.
    """
    sections: dict[str, list[Passage]] = {}
    footnotes: dict[str, list[Passage]] = {}
    count: Counter[str] = Counter()
    for block in parsed.blocks:
        if block.kind == "caption":
            continue
        parts = footnotes if block.kind == "footnote" else sections
        passages = parts.setdefault(block.section, [])
        prefix = (
            f"fn{block.section.removeprefix('Footnote ')}"
            if block.kind == "footnote"
            else f"s{list(sections).index(block.section)}"
        )
        for start, end in sentences(parsed.text, block.start, block.end, language):
            count[prefix] += 1
            passages.append(_passage(f"{prefix}.{count[prefix]}", parsed.text, start, end, block))
    return (
        tuple(Section(label, tuple(found)) for label, found in sections.items()),
        tuple(
            Footnote(label.removeprefix("Footnote "), parsed.text[found[0].start : found[-1].end], tuple(found))
            for label, found in footnotes.items()
            if found
        ),
    )


def sentences(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence of `text[start:end]`, without the white space around it."""
    from sentencex import get_sentence_boundaries

    for boundary in get_sentence_boundaries(language, text[start:end]):
        raw = text[start + boundary["start_index"] : start + boundary["end_index"]]
        sentence = raw.strip()
        if sentence:
            offset = start + boundary["start_index"] + raw.index(sentence)
            yield offset, offset + len(sentence)


def _passage(passage_id: str, text: str, start: int, end: int, block: Block) -> Passage:
    labels = tuple(label for offset, label in block.marks if start <= offset < end)
    kind: Kind = "footnote" if block.kind == "footnote" else "body"
    return Passage(passage_id, block.section, kind, text[start:end], start, end, labels)
