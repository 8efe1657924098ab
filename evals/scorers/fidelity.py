"""Does a sentence say more than its source? Certainty, negation, numbers and medical words, by lists and rules.

Trivially kept by quotes, which is the point of quotes; these bite when a model writes or an answerer is broken.
No model and no judge: `lexicon.yaml` holds the words.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from evals.case import Case, Score, yes
from evals.grounds import Grounds

ENOUGH = 0.8
"""Share of a sentence's words that its sources must have."""
WORD = re.compile(r"\w+(?:[-'’]\w+)*|%")
TYPED = re.compile(r"\btype\s*[-:]?\s*(1|2|one|two|i{1,2})\b|\bt(1|2)dm?\b", re.IGNORECASE)
BOTH = re.compile(r"\b(both|types)\b", re.IGNORECASE)
FIRST = frozenset({"1", "one", "i"})
Check = Callable[[str, str], bool]


def supported(sentence: str, quotes: Sequence[str], grounds: Grounds) -> bool:
    """A quote of its sources; or all of: enough of their words, as hedged, no new number, medical word or negation."""
    if any(sentence in quote for quote in quotes):
        return bool(sentence)
    source = " ".join(quotes)
    words = _words(sentence)
    covered = sum(word in _words(source) for word in words) >= ENOUGH * len(words)
    return bool(words) and covered and not faults(sentence, source, grounds)


def faults(sentence: str, source: str, grounds: Grounds) -> list[str]:
    """Everything in which a sentence says more than its source, in words."""
    found = []
    if level(sentence, grounds) < level(source, grounds):
        found.append("more certain than its source")
    if new := numbers(sentence, grounds) - numbers(source, grounds):
        found.append(f"numbers that its source does not have: {sorted(new)}")
    if new := entities(sentence, grounds) - entities(source, grounds):
        found.append(f"medical words that its source does not have: {sorted(new)}")
    if _negated(sentence, grounds) != _negated(source, grounds):
        found.append("negation differs from its source")
    return found


def level(text: str, grounds: Grounds) -> int:
    """Certainty: 0 asserted, 1 strong, 2 hedged, 3 a question."""
    if text.rstrip().endswith("?"):
        return 3
    hedges = grounds.lexicon.hedges
    return max((int(name) for name, cues in hedges.items() if _has(text, cues)), default=0)


def numbers(text: str, grounds: Grounds) -> frozenset[str]:
    """Every number in a text, words for numbers included."""
    spelt = grounds.lexicon.numbers
    words = [str(spelt.get(word, word)) for word in _words(text)]
    return frozenset(word for word in words if word == "percent" or word[:1].isdigit())


def entities(text: str, grounds: Grounds) -> frozenset[str]:
    """Medical terms in a text by one name each; the editor's aliases stand for their term."""
    return frozenset(name for pattern, names in _terms(grounds) for name in names if pattern.search(text))


def hedges_kept(case: Case) -> Score | None:
    """Share of answer sentences no more certain than what they cite."""
    return _each(case, lambda text, source: level(text, case.grounds) >= level(source, case.grounds), "more certain")


def numbers_kept(case: Case) -> Score | None:
    """Share of answer sentences without a number that what they cite does not have."""
    return _each(case, lambda text, source: numbers(text, case.grounds) <= numbers(source, case.grounds), "new number")


def entities_kept(case: Case) -> Score | None:
    """Share of answer sentences without a medical word that what they cite does not have."""
    return _each(case, lambda text, source: entities(text, case.grounds) <= entities(source, case.grounds), "new term")


def negation_kept(case: Case) -> Score | None:
    """Share of answer sentences that deny just when what they cite denies."""
    return _each(
        case, lambda text, source: _negated(text, case.grounds) == _negated(source, case.grounds), "negation changed"
    )


def no_certainty(case: Case) -> Score | None:
    """Whether no sentence outside the quotes promises (cure, proven, safe ...)."""
    if not case.answer.sentences:
        return None
    quotes = " ".join(case.quotes)
    said = [
        s.text for s in case.answer.sentences if s.text not in quotes and _has(s.text, case.grounds.lexicon.certainty)
    ]
    return yes(not said, f"promises: {said}")


def right_type(case: Case) -> Score | None:
    """Asked about one diabetes type, whether the answer does not rest on the other type's sentences alone."""
    asked = _types(" ".join((*case.sample.history[-1:], case.sample.question)))
    if len(asked) != 1 or not case.answered or not case.cited:
        return None
    of = [_types(f"{passage.section} {passage.text}") for passage in case.cited]
    other_only = all(types and not types & asked for types in of) and not case.quotes <= case.sample.fair
    return yes(not other_only, f"asked about type {''.join(asked)}, answered with the other type")


def _types(text: str) -> frozenset[str]:
    if BOTH.search(text):
        return frozenset("12")
    found = ((one or two).lower() for one, two in TYPED.findall(text))
    return frozenset("1" if name in FIRST else "2" for name in found)


def _each(case: Case, good: Check, what: str) -> Score | None:
    quotes = {citation.number: citation.quote for citation in case.answer.citations}
    wrong = []
    for sentence in case.answer.sentences:
        source = " ".join(quotes[n] for n in sentence.citations if n in quotes)
        if sentence.text not in source and not good(sentence.text, source):
            wrong.append(sentence.text)
    n = len(case.answer.sentences)
    return Score(n - len(wrong), n, f"{what}: {wrong}" if wrong else "") if n else None


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def _has(text: str, cues: Sequence[str]) -> bool:
    plain = f" {' '.join(_words(text.replace('’', chr(39))))} "
    return any(f" {cue} " in plain for cue in cues)


def _negated(text: str, grounds: Grounds) -> bool:
    return _has(text, grounds.lexicon.negations)


@lru_cache(maxsize=4)
def _named(terms: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    names: dict[str, set[str]] = {}
    for term, aliases in terms:
        for surface in (term, *aliases):
            names.setdefault(surface.casefold(), set()).add(term)
    return tuple(
        (re.compile(rf"\b{re.escape(surface)}\b", re.IGNORECASE), frozenset(found)) for surface, found in names.items()
    )


def _terms(grounds: Grounds) -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    noted = ((term.term, term.aliases) for term in grounds.publication.notes.terms)
    return _named((*noted, *((word, ()) for word in grounds.lexicon.medical)))
