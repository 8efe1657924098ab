"""Reads what a language model writes: sentences with the numbers of the passages they rest on.

Strict about what a sentence is, tolerant about what stands around the JSON. Reads a stream as it grows.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

LONGEST_SENTENCE, LONGEST_TEXT, MOST = 300, 4_000, 4
"""Characters of a sentence and of all that a model may write; sentences that are read."""
MARKUP = re.compile(r"[<>{}\[\]`|\\#*_~]|https?:|www\.")
OPEN, SENTENCES, TEXT, PASSAGES = "{", "sentences", "text", "passages"


class NoDraft(Exception):  # an outcome, not a defect
    """What a model wrote cannot be used; the message says why and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as a model wrote it; nothing has checked it yet."""

    text: str
    passages: tuple[int, ...]
    """Numbers, from 1, of the passages that it says it rests on."""


def read_drafts(pieces: Iterable[str], passages: int) -> Iterator[Draft | None]:
    """Each sentence as soon as the next one begins or the text ends, and None for each empty piece.

    Raises:
        NoDraft: the text is empty, too long, or not of the form that was asked for.
    """
    text, told = "", 0
    for piece in pieces:
        if not piece:
            yield None
        text += piece
        if len(text) > LONGEST_TEXT:
            raise NoDraft("too long")
        for item in _items(text)[told:-1]:
            told += 1
            if draft := _draft(item, passages):
                yield draft
    if not text.strip():
        raise NoDraft("empty")
    for item in _whole(text)[told:]:
        if draft := _draft(item, passages):
            yield draft


def schema(passages: int) -> dict[str, Any]:
    """The form as a JSON schema, for models that can be held to one."""
    sentence = {
        "type": "object",
        "properties": {
            TEXT: {"type": "string"},  # a bound on its length would make the embedded model's grammar very slow
            PASSAGES: {
                "type": "array",
                "items": {"type": "integer", "enum": list(range(1, passages + 1))},
                "minItems": 1,
                "maxItems": passages,
            },
        },
        "required": [TEXT, PASSAGES],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {SENTENCES: {"type": "array", "items": sentence, "minItems": 1, "maxItems": 3}},
        "required": [SENTENCES],
        "additionalProperties": False,
    }


def _items(text: str) -> list[Any]:
    """The sentences that have begun."""
    from langchain_core.utils.json import parse_partial_json  # answering in quotes does without

    try:
        return _sentences(parse_partial_json(text[text.find(OPEN) :])) if OPEN in text else []
    except (ValueError, RecursionError):
        return []


def _whole(text: str) -> list[Any]:
    """The sentences of a JSON object that came to its end; what stands around it is passed over."""
    try:
        return _sentences(json.JSONDecoder().raw_decode(text, text.find(OPEN))[0])
    except (ValueError, RecursionError):
        raise NoDraft("not whole, or not of the form asked for") from None


def _sentences(found: Any) -> list[Any]:
    items = found.get(SENTENCES) if isinstance(found, dict) else None
    return items[:MOST] if isinstance(items, list) else []


def _draft(item: Any, passages: int) -> Draft | None:
    """A sentence, or nothing when it cannot be shown whatever it says."""
    if not isinstance(item, dict) or not isinstance(item.get(TEXT), str) or not isinstance(item.get(PASSAGES), list):
        raise NoDraft("not of the form asked for")
    numbers, text = item[PASSAGES], " ".join(unicodedata.normalize("NFC", item[TEXT]).split())
    known = numbers and all(type(number) is int and 1 <= number <= passages for number in numbers)
    sentence = text.endswith((".", "!", "?")) and len(text) <= LONGEST_SENTENCE
    if not known or not sentence or MARKUP.search(text) or not text.isprintable():
        return None
    return Draft(text, tuple(sorted(set(numbers))))
