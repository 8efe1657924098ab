"""Checks one text against the passages it claims to rest on, so that nothing unsupported reaches a patient.

Three judges. The first rule that a text breaks stops it (bot/guard_rules.py). Otherwise it passes when its words are a
stretch of one passage, with every limit (bot/in_order.py), or when a reader that was trained on such pairs is sure
enough that the passages say it (bot/reader.py). Of several sentences the worst decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.guard_rules import broken_rule
from bot.in_order import is_spliced, says_nothing, stands_in_order
from bot.pair_data import joined
from bot.reader import PairReader, Reader
from corpus.split import sentences

SURE = 0.9
"""Probability from which the reader is sure enough; docs/guard.md shows what other values would give."""
NEVER = 2.0
"""No probability is enough: only a passage's own words pass. For models too small to be trusted with others."""
BROKEN = 0.5
"""What is left of the reader's probability, as a score, when a rule is broken."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text is supported, a score from 0 to 1 by which texts can be ranked, and why."""

    supported: bool
    score: float
    reason: str


@dataclass(frozen=True)
class Guard:
    """Checks claims with one reader."""

    reader: Reader
    sure: float = SURE

    @classmethod
    def packaged(cls, exports: Path, sure: float = SURE) -> "Guard":
        """The guard with its trained reader; `exports` is the index folder, where exported models lie."""
        return cls(PairReader(exports), sure)

    def check(self, claim: str, sources: Sequence[str]) -> Verdict:
        """Check a text against its passages, taken together."""
        return next(iter(self.check_all([(claim, sources)])))

    def check_all(self, claims: Iterable[tuple[str, Sequence[str]]]) -> list[Verdict]:
        """Check many texts; the reader reads them in batches."""
        texts = [(_sentences(claim), [source for source in sources if source.strip()]) for claim, sources in claims]
        pairs = [(joined(sources), sentence) for said, sources in texts for sentence in said if sources]
        scores = dict(zip(pairs, self.reader.scores(pairs).tolist(), strict=True))
        return [self._verdict(said, sources, scores) for said, sources in texts]

    def _verdict(self, said: Sequence[str], sources: Sequence[str], scores: dict[tuple[str, str], float]) -> Verdict:
        if not said:
            return Verdict(False, 0.0, "nothing is said")
        if not sources:
            return Verdict(False, 0.0, "no passage is given")
        verdicts = (self._of_sentence(sentence, sources, scores[joined(sources), sentence]) for sentence in said)
        return min(verdicts, key=lambda verdict: (verdict.supported, verdict.score))

    def _of_sentence(self, sentence: str, sources: Sequence[str], score: float) -> Verdict:
        if says_nothing(sentence):
            return Verdict(False, 0.0, "nothing is said")
        if reason := broken_rule(sentence, sources):
            return Verdict(False, score * BROKEN, reason)
        if is_spliced(sentence, sources):
            return Verdict(False, score * BROKEN, "it leaves out what stands between its parts")
        if stands_in_order(sentence, sources):
            return Verdict(True, 1.0, "its words stand in the passage, with every limit")
        if score < self.sure:
            return Verdict(False, score, "the passages do not clearly say this")
        return Verdict(True, score, "no rule is broken and the passages say this")


def _sentences(text: str) -> list[str]:
    """The sentences of a text, without list marks and bold type."""
    plain = " ".join(text.replace("**", "").split()).lstrip("-•* ")
    return [plain[start:end] for start, end in sentences(plain, 0, len(plain), "en")]
