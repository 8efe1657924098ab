"""Does the retriever bring the right sentences up? Over questions that stand alone and that the article answers.

All take a ranking of all of the article's sentences, best first, and the minimal gold sets.
"""

from math import log2

from evals.case import Case, Score


def recall_at_3(case: Case) -> Score | None:
    """Largest share of a minimal gold set among the first 3 (recall@k, best set)."""
    if not _applies(case):
        return None
    top = _ranked(case)[:3]
    return Score(max(len(gold.intersection(top)) / len(gold) for gold in case.gold_sets))


def mrr_at_5(case: Case) -> Score | None:
    """One by the rank of the first gold sentence among the first 5, else 0 (mean reciprocal rank)."""
    if not _applies(case):
        return None
    gold = frozenset[str]().union(*case.gold_sets)
    return Score(next((1 / rank for rank, text in enumerate(_ranked(case)[:5], 1) if text in gold), 0.0))


def ndcg_at_5(case: Case) -> Score | None:
    """Gain 2 for a gold sentence, 1 for another of its section, discount log2(rank + 1) (Järvelin, Kekäläinen 2002)."""
    if not _applies(case):
        return None
    gains = _gains(case)
    found = [gains[text] for text in _ranked(case)[:5]]
    best = sorted(gains.values(), reverse=True)[:5]
    return Score(_discounted(found) / _discounted(best))


def _applies(case: Case) -> bool:
    return case.should_answer and bool(case.reply.ranking) and not case.sample.history


def _ranked(case: Case) -> list[str]:
    texts = {passage.id: text for text, passage in case.grounds.passages.items()}
    return [texts[passage_id] for passage_id in case.reply.ranking]


def _gains(case: Case) -> dict[str, float]:
    gold = frozenset[str]().union(*case.gold_sets)
    sections = {case.grounds.passages[text].section for text in gold}
    return {
        text: 2.0 if text in gold else float(passage.section in sections)
        for text, passage in case.grounds.passages.items()
    }


def _discounted(gains: list[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))
