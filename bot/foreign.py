"""Danger in a message that is not in English: by a phrase of its language, or by what it means word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from bot.danger import OTHER_DANGER, DangerRules, find_danger
from bot.gloss import ENOUGH, Gloss, gloss
from bot.hear import Ear
from bot.language import Languages
from bot.question import LONGEST
from bot.reason import Reason
from bot.triage import DANGER_LAGS, DANGER_LEADS, EMERGENCY

SENTENCE_END = re.compile("[.?]")


@dataclass(frozen=True, slots=True)
class Foreign:
    """What fixed lists say of a message; mostly empty for an English one."""

    phrase: str
    """The language of a phrase in it that means danger."""
    spoken: str
    """The language that it surely is in."""
    meant: Gloss | None
    whole: bool = True
    """Whether the gloss is one of the whole message, and not of its beginning."""

    @classmethod
    def of(cls, text: str, languages: Languages) -> "Foreign":
        """Read a message by the phrases and the glossaries."""
        phrase, spoken = languages.danger_in(text), languages.spoken(text)
        try:
            meant = gloss(text[:LONGEST], spoken, languages)
        except Exception:  # danger is answered whatever else fails
            meant = None
        return cls(phrase, spoken, meant, len(text) <= LONGEST)

    def danger(self, rules: DangerRules, ear: Ear) -> Reason | None:
        """The danger it tells: by a phrase, unless all of it is plainly about something else, or by the whole."""
        if not self.meant:
            return Reason(self.phrase, urgent=self.phrase) if self.phrase else None
        sentences = list(filter(str.strip, SENTENCE_END.split(self.meant.text))) if self.phrase else []
        (whole, kind), *others = _weighed([self.meant.text, *sentences], rules, ear)
        sure = self.whole and self.meant.share >= ENOUGH
        if self.phrase and (not sure or max(whole, *(leads for leads, _ in others)) >= -DANGER_LAGS):
            return Reason(self.phrase, urgent=self.phrase)
        return self._by_meaning(self.meant, kind) if whole >= DANGER_LEADS else None

    def _by_meaning(self, meant: Gloss, kind: str) -> Reason:
        if self.spoken:
            return Reason(meant.language, meant.text, urgent=meant.language)
        # It may be English after all, so it is told in English, too.
        return Reason(meant.language, meant.text, urgent=kind, language=meant.language)


def urgent_kind(label: str) -> str:
    """The kind of urgent text for a class of danger that was learned."""
    return OTHER_DANGER if label == EMERGENCY else label


def _weighed(texts: Sequence[str], rules: DangerRules, ear: Ear) -> list[tuple[float, str]]:
    """By how much danger leads in each text, and of what kind it is; by the rules where the classifier fails."""
    try:
        return [(leads, urgent_kind(label)) for leads, label in ear.weigh(texts)]
    except Exception:  # danger is answered whatever else fails
        dangers = [find_danger(text, rules) for text in texts]
        return [(inf, danger.group) if danger else (0.0, OTHER_DANGER) for danger in dangers]
