"""Danger in a message that is not in English: by a phrase of its language, or by what it means word by word."""

from dataclasses import dataclass
from math import inf

from bot.danger import OTHER_DANGER, DangerRules, find_danger
from bot.gloss import ENOUGH, Gloss, gloss
from bot.hear import Ear
from bot.language import Languages
from bot.question import LONGEST
from bot.reason import Reason
from bot.triage import DANGER_LAGS, DANGER_LEADS


@dataclass(frozen=True, slots=True)
class Foreign:
    """What fixed lists say of a message; every part is empty for an English one."""

    phrase: str
    """The language of a phrase in it that means danger."""
    spoken: str
    """The language that it surely is in."""
    meant: Gloss | None

    @classmethod
    def of(cls, text: str, languages: Languages) -> "Foreign":
        """Read a message by the phrases and the glossaries."""
        spoken = languages.spoken(text)
        return cls(languages.danger_in(text), spoken, gloss(text[:LONGEST], spoken, languages))

    def danger(self, rules: DangerRules, ear: Ear) -> Reason | None:
        """The danger it tells: by a phrase, unless the whole is plainly about something else, or by the whole."""
        leads = self._leads(self.meant, rules, ear) if self.meant else 0.0
        if self.phrase and leads >= -DANGER_LAGS:
            return Reason(self.phrase, urgent=self.phrase)
        if not self.meant or leads < DANGER_LEADS:
            return None
        told, language = self.meant.text, self.meant.language
        if self.spoken:
            return Reason(language, told, urgent=language)
        return Reason(language, told, urgent=OTHER_DANGER, language=language)  # it may be English after all

    @staticmethod
    def _leads(meant: Gloss, rules: DangerRules, ear: Ear) -> float:
        """By how much danger leads in a gloss; one that knows little of the message speaks against nothing."""
        try:
            leads = ear.danger_leads(meant.text)
        except Exception:  # danger is answered whatever else fails
            return inf if find_danger(meant.text, rules) else 0.0
        return leads if meant.share >= ENOUGH else max(leads, 0.0)
