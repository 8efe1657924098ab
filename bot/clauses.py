"""Splits a question that asks several things: "does it help nerves, and what does it cost?".

Only what has the form of a question counts; a story told before it is not asked. Knows nothing of embeddings.
"""

import re

ASKING = (
    r"what|whats|how|hows|who|whos|where|wheres|when|why|which|is|are|was|does|do|did|can|could|will|would|has|have|any"
)
JOINT = re.compile(
    rf"(?<=[?!.;])\s+|\s*[;/]\s*|,?\s+(?:and|but|plus|or|&)\s+(?=(?:also\s+)?(?:{ASKING}|if|whether|about)\b)"
    rf"|,\s+(?=(?:{ASKING})\b)",
    re.IGNORECASE,
)
QUESTION = re.compile(rf"\?|^(?:and|but|also|so|ok)?\s*(?:{ASKING}|if|whether|tell me|about|explain)\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
MOST = 4


def clauses(text: str) -> tuple[str, ...]:
    """The questions in a text when there are two to MOST of them; otherwise none."""
    parts = [part.strip() for part in JOINT.split(text) if part]
    asking = tuple(part for part in parts if QUESTION.search(part) and len(WORD.findall(part)) > 1)
    return asking if 1 < len(asking) <= MOST else ()
