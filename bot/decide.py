"""Decides whether the article answers a question, and with which sentences.

The nearest questions of the article's bank vote, answered against missing, the nearer the more. An article without a
bank is judged by similarity to its sentences alone.
Knows nothing of danger, advice or wording.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import exp

from corpus.article import Passage
from index.search import Found, Hit
from index.store import Match

VOTE_WIDTH = 0.02
"""Cosine distance at which a neighbour's vote falls to 1/e, for whether the article answers."""
PASSAGE_WIDTH = 0.06
"""The same, for which passages."""
TOPIC_WIDTH, TOPIC_SHARE, TOPIC_NEAR = 0.03, 0.25, 0.76
"""The same, for what is missing; the share of the weight, and the similarity of the nearest, from which it is named."""
SENTENCE_WEIGHT, LEXICAL_WEIGHT = 0.1, 0.03
"""What a passage's likeness to the question, in meaning and in words, weighs against the bank's votes."""
ANSWERS_ABOVE = 0.2
NEAR_ENOUGH = 0.74
"""Cosine similarity to the nearest bank question below which a question is about something else."""
SAME_QUESTION = 0.88
"""Cosine similarity from which a question of the bank asks the same thing."""
SAME_WORDS = 0.95
"""The same, from which it is that question, but for a slip or a word."""
CITED_SHARE = 0.2
"""A passage is cited when it has this share of the best passage's weight."""
MOST_CITED = 3
SURELY_ANSWERED, SURELY_MISSING = 0.8, -0.6
"""Scores of a part of a question from which it alone decides that the whole is answered, or partly missing."""
SURELY_NEAR = 0.8
"""Cosine similarity to the nearest from which such a score leaves hardly a doubt, whatever else is said."""
SIMILAR_ENOUGH, SIMILAR_NEAR = 0.66, 0.05
"""Without a bank: cosine similarity, by the model as published, from which a sentence is taken to answer, and by how
much another that is cited may lag."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the article answers, how sure that is, and with what."""

    answers: bool
    score: float
    """-1 to 1; above ANSWERS_ABOVE the article answers."""
    passages: tuple[Passage, ...]
    """The sentences to quote, in the article's order; empty when it does not answer."""
    topic: str
    """What is missing, or missing in part, in words, when the nearest missing questions can name it."""
    nearest: float = 0.0
    """Cosine similarity to the nearest question of the bank; 0 without a bank."""

    @property
    def surely_answers(self) -> bool:
        """Whether the bank has the very question, answered."""
        return self.score > SURELY_ANSWERED and self.nearest >= SAME_QUESTION


def is_on_topic(found: Found) -> bool:
    """Whether the bank has the question itself; without a bank nobody has said what the topic is, so anything is."""
    return not found.neighbours or found.neighbours[0].similarity >= SAME_WORDS


def is_surely_answered(found: Found) -> bool:
    """Whether the bank leaves hardly a doubt that the article answers, whatever else is said."""
    near = [match for match in found.neighbours[:1] if match.similarity >= SURELY_NEAR]
    return bool(near) and _vote(found.neighbours) > SURELY_ANSWERED


def decide(found: Found) -> Decision:
    """Decide from what the index found for a question."""
    if not found.neighbours:
        return _by_similarity(found.hits)
    score, nearest = _vote(found.neighbours), found.neighbours[0].similarity
    if score <= ANSWERS_ABOVE or nearest < NEAR_ENOUGH:
        return Decision(False, score, (), _topic(found.neighbours), nearest)
    return Decision(True, score, _passages(found), "", nearest)


def in_parts(whole: Decision, parts: Sequence[Decision]) -> Decision:
    """A question that asks several things: what is answered is quoted, and what is surely missing is named."""
    answered = [part for part in parts if part.answers]
    missing = [part.topic for part in parts if part.topic and part.score < SURELY_MISSING]
    in_part = whole.nearest < SAME_QUESTION and any(part.surely_answers for part in answered)
    if not answered or not (whole.answers or in_part):
        return whole
    passages = whole.passages or _of_each(answered)
    return replace(whole, answers=True, passages=passages, topic=missing[0] if missing else "")


def _vote(neighbours: Sequence[Match]) -> float:
    weights = _weights([match.similarity for match in neighbours], VOTE_WIDTH)
    return sum(weight if match.text.passages else -weight for weight, match in zip(weights, neighbours, strict=True))


def _passages(found: Found) -> tuple[Passage, ...]:
    weight: dict[str, float] = defaultdict(float)
    answered = [match for match in found.neighbours if match.text.passages]
    for share, match in zip(_weights([m.similarity for m in answered], PASSAGE_WIDTH), answered, strict=True):
        for passage_id in match.text.passages:
            weight[passage_id] += share
    dense = _weights([hit.dense for hit in found.hits], PASSAGE_WIDTH)
    most_lexical = max(hit.lexical for hit in found.hits) or 1.0
    for share, hit in zip(dense, found.hits, strict=True):
        weight[hit.passage.id] += SENTENCE_WEIGHT * share + LEXICAL_WEIGHT * hit.lexical / most_lexical
    best = max(weight.values())
    ranked = sorted(found.hits, key=lambda hit: -weight[hit.passage.id])[:MOST_CITED]
    return _in_order(hit.passage for hit in ranked if weight[hit.passage.id] >= CITED_SHARE * best)


def _by_similarity(hits: Sequence[Hit]) -> Decision:
    ranked = sorted(hits, key=lambda hit: -hit.dense)
    score = ranked[0].dense - SIMILAR_ENOUGH
    if score <= 0:
        return Decision(False, score, (), "")
    near = (hit.passage for hit in ranked[:MOST_CITED] if hit.dense >= ranked[0].dense - SIMILAR_NEAR)
    return Decision(True, score, _in_order(near), "")


def _topic(neighbours: Sequence[Match]) -> str:
    """The topic of the nearest missing question if it asks the same; or the one with enough of the weight."""
    missing = [match for match in neighbours if not match.text.passages]
    if missing and missing[0].similarity >= SAME_QUESTION:
        return missing[0].text.topic
    weight: dict[str, float] = defaultdict(float)
    for share, match in zip(_weights([m.similarity for m in missing], TOPIC_WIDTH), missing, strict=True):
        weight[match.text.topic] += share
    best = max(weight, key=lambda topic: weight[topic], default="")
    return best if best and weight[best] >= TOPIC_SHARE and missing[0].similarity >= TOPIC_NEAR else ""


def _weights(similarities: Sequence[float], width: float) -> list[float]:
    """Softmax of the similarities at that width: they add up to 1."""
    most = max(similarities, default=0.0)
    values = [exp((similarity - most) / width) for similarity in similarities]
    whole = sum(values)
    return [value / whole for value in values]


def _of_each(parts: Sequence[Decision]) -> tuple[Passage, ...]:
    """Passages of every part, in turns, as far as there is room."""
    turns = zip_longest(*(part.passages for part in parts))
    passages = {passage.id: passage for turn in turns for passage in turn if passage}
    return _in_order([*passages.values()][:MOST_CITED])


def _in_order(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    return tuple(sorted(passages, key=lambda passage: passage.start))
