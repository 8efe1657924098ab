"""Decides whether the article answers a question, and with which sentences.

A question is compared with the questions of the article's bank, answered and missing: a soft vote of the nearest ones
plus a classifier over all of them. An article without a bank is judged by similarity to its sentences alone.
Knows nothing of danger, advice or wording.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.kernel import Kernel
from corpus.article import Passage
from index.documents import IndexedText
from index.embed import Vectors
from index.search import Found, Hit
from index.store import Match

VOTE_WIDTH = 0.05
"""Cosine distance at which a neighbour's vote falls to 1/e, for whether the article answers."""
PASSAGE_WIDTH = 0.08
"""The same, for which passages."""
SECOND_PASSAGE = 0.6
"""Weight of a bank question's further passages against its first."""
SENTENCE_WEIGHT, LEXICAL_WEIGHT = 0.3, 0.15
VOTE_SHARE = 0.5
ANSWERS_ABOVE = -0.15
NEAR_ENOUGH = 0.57
"""Cosine similarity to the nearest bank question below which a question is about something else."""
CITED_SHARE = 0.4
"""A passage is cited when it has this share of the best passage's weight."""
MOST_CITED = 3
SAID_WEIGHT = 0.6
SIMILAR_ENOUGH = 0.45
"""Without a bank: cosine similarity of question and sentence from which the sentence is taken to answer."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the article answers, how sure that is, and with what."""

    answers: bool
    score: float
    """Above ANSWERS_ABOVE the article answers; about -2 to 2."""
    passages: tuple[Passage, ...]
    """The sentences to quote, in the article's order; empty when it does not answer."""
    topic: str
    """What is missing, in words, when the nearest missing question is near enough to name it."""


def decide(found: Found, vector: Vectors, head: Kernel | None, said: Sequence[Passage] = ()) -> Decision:
    """Decide from what the index found for a question's vector of shape (dimension,).

    Passages already `said` in the turn before count for less: a follow-up asks for something else.
    """
    if head is None or not found.neighbours:
        return _by_similarity(found.hits)
    score = float(head.scores(vector)[0]) + VOTE_SHARE * _vote(found.neighbours)
    if score <= ANSWERS_ABOVE or found.neighbours[0].similarity < NEAR_ENOUGH:
        return Decision(False, score, (), _topic(found.neighbours))
    return Decision(True, score, _passages(found, said), "")


def fit_head(questions: Sequence[IndexedText], vectors: Vectors) -> Kernel | None:
    """A classifier over the bank's questions, +1 answered, -1 missing; None when one of the two has none.

    Both weigh the same however many questions they have.
    """
    answered = np.array([bool(question.passages) for question in questions], dtype=bool)
    if not 0 < answered.sum() < len(answered):
        return None
    importance = np.where(answered, 0.5 / answered.mean(), 0.5 / (~answered).mean())
    return Kernel.fit(vectors, np.where(answered, 1.0, -1.0)[:, None], importance)


def _vote(neighbours: Sequence[Match]) -> float:
    weights = _weights([match.similarity for match in neighbours], VOTE_WIDTH)
    signs = [1.0 if match.text.passages else -1.0 for match in neighbours]
    return float(np.dot(weights, signs))


def _passages(found: Found, said: Sequence[Passage]) -> tuple[Passage, ...]:
    weight: dict[str, float] = defaultdict(float)
    answered = [match for match in found.neighbours if match.text.passages]
    for share, match in zip(_weights([m.similarity for m in answered], PASSAGE_WIDTH), answered, strict=True):
        for rank, passage_id in enumerate(match.text.passages):
            weight[passage_id] += share * (SECOND_PASSAGE if rank else 1.0)
    dense = _weights([hit.dense for hit in found.hits], PASSAGE_WIDTH)
    most_lexical = max(hit.lexical for hit in found.hits) or 1.0
    for share, hit in zip(dense, found.hits, strict=True):
        weight[hit.passage.id] += SENTENCE_WEIGHT * share + LEXICAL_WEIGHT * hit.lexical / most_lexical
    for passage in said:
        weight[passage.id] *= SAID_WEIGHT
    best = max(weight.values())
    ranked = sorted(found.hits, key=lambda hit: -weight[hit.passage.id])[:MOST_CITED]
    return _in_order(hit for hit in ranked if weight[hit.passage.id] >= CITED_SHARE * best)


def _by_similarity(hits: Sequence[Hit]) -> Decision:
    ranked = sorted(hits, key=lambda hit: -hit.dense)
    score = ranked[0].dense - SIMILAR_ENOUGH
    if score <= 0:
        return Decision(False, score, (), "")
    near = (hit for hit in ranked[:MOST_CITED] if hit.dense >= ranked[0].dense - PASSAGE_WIDTH)
    return Decision(True, score, _in_order(near), "")


def _topic(neighbours: Sequence[Match]) -> str:
    """The topic with most of the missing neighbours' weight, if it has at least half of it."""
    missing = [match for match in neighbours if not match.text.passages]
    weight: dict[str, float] = defaultdict(float)
    for share, match in zip(_weights([m.similarity for m in missing], VOTE_WIDTH), missing, strict=True):
        weight[match.text.topic] += share
    best = max(weight, key=lambda topic: weight[topic], default="")
    return best if best and weight[best] >= 0.5 else ""


def _weights(similarities: Sequence[float], width: float) -> Vectors:
    """Softmax of the similarities at that width: they add up to 1."""
    if not similarities:
        return np.zeros(0, dtype=np.float32)
    values = np.exp((np.array(similarities) - max(similarities)) / width)
    return np.asarray(values / values.sum(), dtype=np.float32)


def _in_order(hits: Iterable[Hit]) -> tuple[Passage, ...]:
    return tuple(sorted((hit.passage for hit in hits), key=lambda passage: passage.start))
