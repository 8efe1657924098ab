"""Are the citations exact, needed, and the right ones? After ALCE (Gao et al. 2023), with the article as the judge.

`gold_sets` are minimal sets of sentences; a sentence in any of them, or listed as `also`, is fair.
"""

from evals.case import Case, Score, yes
from evals.scorers.fidelity import supported


def verbatim(case: Case) -> Score | None:
    """Share of citations with article.text[start:end] == quote, in the right article, on the passage they name."""
    article, wrong = case.grounds.article, []
    for citation in case.answer.citations:
        exact = article.text[citation.start : citation.end] == citation.quote
        passage = case.grounds.passages.get(citation.quote)
        named = passage is None or (citation.passage, citation.label, citation.kind) == (
            passage.id,
            passage.section,
            passage.kind,
        )
        if not (exact and named and citation.article == article.slug):
            wrong.append(citation)
    return _share(len(case.answer.citations), len(wrong), f"not verbatim: {[c.quote for c in wrong]}")


def whole(case: Case) -> Score | None:
    """Share of citations that are a whole sentence of the article, no letter more or less."""
    cut = [c.quote for c in case.answer.citations if c.quote not in case.grounds.passages]
    return _share(len(case.answer.citations), len(cut), f"not a whole sentence: {cut}")


def citation_recall(case: Case) -> Score | None:
    """ALCE recall: share of answer sentences that the spans they cite support together."""
    quotes = {citation.number: citation.quote for citation in case.answer.citations}
    unsupported = [
        sentence.text
        for sentence in case.answer.sentences
        if not supported(sentence.text, [quotes[n] for n in sentence.citations if n in quotes], case.grounds)
    ]
    return _share(len(case.answer.sentences), len(unsupported), f"unsupported: {unsupported}")


def citation_needed(case: Case) -> Score | None:
    """ALCE precision: share of citations that a sentence uses and whose loss would leave that sentence unsupported."""
    quotes = {citation.number: citation.quote for citation in case.answer.citations}
    idle = [
        number
        for number in quotes
        if not any(_needs(case, number, quotes, s) for s in range(len(case.answer.sentences)))
    ]
    return _share(len(quotes), len(idle), f"cited, but nothing said rests on it: {[quotes[number] for number in idle]}")


def citation_precision(case: Case) -> Score | None:
    """Share of citations that are fair, over answered questions that the article answers."""
    if not (case.should_answer and case.answered):
        return None
    unfair = sorted(case.quotes - case.sample.fair)
    return _share(len(case.quotes), len(unfair), f"beside the point: {unfair}")


def evidence_hit(case: Case) -> Score | None:
    """Whether a whole minimal gold set is cited, over all questions that the article answers."""
    return yes(hit(case), _missed(case)) if case.should_answer else None


def evidence_f1(case: Case) -> Score | None:
    """F1 of the cited sentences, best gold set: recall over the set, precision over fair sentences; 0 if silent."""
    if not case.should_answer:
        return None
    cited = case.quotes if case.answered else frozenset[str]()
    precision = len(cited & case.sample.fair) / len(cited) if cited else 0.0
    recall = max(len(gold & cited) / len(gold) for gold in case.gold_sets)
    return Score(2 * precision * recall / (precision + recall) if precision + recall else 0.0)


def tightness(case: Case) -> Score | None:
    """Characters of the best cited gold set by characters cited, over answers that hold one."""
    if not (case.should_answer and hit(case)):
        return None
    needed = min(sum(map(len, gold)) for gold in case.gold_sets if gold <= case.quotes)
    return Score(needed, sum(map(len, case.quotes)))


def hit(case: Case) -> bool:
    """Whether the answer holds a whole minimal gold set."""
    return case.answered and any(gold <= case.quotes for gold in case.gold_sets)


def _missed(case: Case) -> str:
    return "did not answer" if not case.answered else "answered with other sentences"


def _needs(case: Case, number: int, quotes: dict[int, str], position: int) -> bool:
    sentence = case.answer.sentences[position]
    cited = [n for n in sentence.citations if n in quotes]
    if number not in cited or not supported(sentence.text, [quotes[n] for n in cited], case.grounds):
        return False
    rest = [quotes[n] for n in cited if n != number]
    alone = supported(sentence.text, [quotes[number]], case.grounds)
    return alone or not supported(sentence.text, rest, case.grounds)


def _share(n: int, wrong: int, why: str) -> Score | None:
    return Score(n - wrong, n, why if wrong else "") if n else None
