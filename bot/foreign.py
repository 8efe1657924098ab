"""Danger in a message that is not in English: by a phrase of its language, or by what it means word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from bot.cries import cries_in
from bot.danger import OTHER_DANGER, DangerRules, find_danger
from bot.denials import denies, undenied
from bot.gloss import ENOUGH, FEWEST, Gloss, gloss, in_english
from bot.hear import Ear
from bot.language import Languages, latin
from bot.question import LONGEST
from bot.reason import Reason
from bot.triage import DANGER_LAGS, EMERGENCY

MEANT_LEADS = 1.5
"""By how much danger must lead in a gloss."""
DENIED_LAGS = 2.0
"""By how much danger may lag in the rest where what a phrase names is denied word by word (docs/ablation.md)."""
NOT_NOW = re.compile(
    r"\b(ago|years?|(?<!my )last|recovered|cured|used to|childhood|when (?:I|he|she) was (?:a )?(?:child|young|small)|"
    r"school|symptoms?|(?<!stroke )signs?|difference|what is|risk of|films?|movie|drama|story|news|joke|laugh\w*|"
    r"hungry|bored|(?:19|20)\d\d)\b"
)
"""Words of a gloss that tell of the past, of danger in general or of no danger at all."""
NOW = re.compile(
    r"\b(again|today|tonight|still|"
    r"(?<!fine )(?<!well )(?<!good )now(?! (?:(?!not?\b)\w+ ){0,2}(fine|well|good|normal|healthy|all|recovered)))\b"
)
"""Words that bring it back to the present."""
FEW = 5
"""Words of a gloss that may mean too little: "father did one stroke"."""
PARTS = re.compile(r"[,;.!?\n،؛。、，；！？।۔]+")
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
    bare: bool = False
    """Whether the message is nothing but a cry for help."""
    may_lag: float = inf
    """By how much danger may lag in what it means and the phrase still counts."""

    @classmethod
    def of(cls, text: str, languages: Languages) -> "Foreign":
        """Read a message by the phrases and the glossaries."""
        cry, spoken = languages.likeliest(text, cries_in(text)), languages.spoken(text)
        phrase = cry or languages.danger_in(text)
        try:
            meant = gloss(text[:LONGEST], spoken, languages)
            may_lag = _may_lag(text, meant.language, languages) if phrase and meant and meant.share >= ENOUGH else inf
        except Exception:  # danger is answered whatever else fails
            meant, may_lag = None, inf
        return cls(phrase, _confirmed(spoken, meant, text), meant, len(text) <= LONGEST, bool(cry), may_lag)

    @property
    def understood(self) -> bool:
        """Whether all of it is in a known language, and most of it, more than a few words, was told in English."""
        if not (self.whole and self.spoken and self.meant):
            return False
        return self.meant.share >= ENOUGH and len(self.meant.text.split()) > FEW

    def danger(self, rules: DangerRules, ear: Ear) -> Reason | None:
        """The danger it tells: by a cry; by a phrase, unless all is plainly about something else; or by the whole."""
        if self.bare or not self.meant:
            return Reason(self.phrase, urgent=self.phrase) if self.phrase else None
        told = " ".join(undenied(self.meant.text).replace(",", " ").split())
        sentences = list(filter(str.strip, SENTENCE_END.split(told))) if self.phrase else []
        (whole, kind), *others = _weighed([told, *sentences], rules, ear)
        lags = -max([whole, *(leads for leads, _ in others)])
        if self.phrase and not (self.whole and lags > self.may_lag):
            return Reason(self.phrase, urgent=self.phrase)
        return self._by_meaning(self.meant, kind) if whole >= MEANT_LEADS else None

    def _by_meaning(self, meant: Gloss, kind: str) -> Reason:
        if self.spoken:
            return Reason(meant.language, meant.text, urgent=meant.language)
        # It may be English after all, so it is told in English, too.
        return Reason(meant.language, meant.text, urgent=kind, language=meant.language)


def _may_lag(text: str, language: str, languages: Languages) -> float:
    """By the words in the part of a sentence that has the phrase; in the whole text, if the phrase spans parts."""
    parts = [part for part in PARTS.split(text) if languages.danger_in(part)] or [text]
    told = [in_english(part, language).text for part in parts]
    if all(map(denies, told)):
        return DENIED_LAGS
    return DANGER_LAGS if all(NOT_NOW.search(one) and not NOW.search(one) for one in told) else inf


def _confirmed(spoken: str, meant: Gloss | None, text: str) -> str:
    """The language by the glossary that knows most of the text; a few Latin words are names where none does."""
    if spoken and meant and meant.share >= ENOUGH:
        return meant.language
    return "" if len(text.split()) <= FEWEST and latin(text) else spoken


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
