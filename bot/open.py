"""Puts a bot together from the settings: the one place where its parts meet."""

from pathlib import Path

from bot.chain import OTHER_DANGER, Bot
from bot.danger_rules import DangerRules, load_danger_rules
from bot.decide import fit_head
from bot.prompts import Prompts, load_prompts
from bot.triage import Triage
from corpus.settings import Settings
from index.open import open_embedder, open_index, open_publication

DANGER = Path(__file__).parent / "danger.yaml"


def open_bot(settings: Settings) -> Bot:
    """Open the bot of the article that the settings name.

    Raises:
        AskError: something it needs is missing, stale or damaged; the message says what to run.
    """
    prompts, danger = load_fixed_texts()
    publication, embedder = open_publication(settings), open_embedder(settings)
    triage = Triage.load(embedder.name)
    index = open_index(settings, publication, embedder)
    questions, vectors = index.bank()
    return Bot(index, triage, danger, prompts, fit_head(questions, vectors))


def load_fixed_texts() -> tuple[Prompts, DangerRules]:
    """The fixed texts and the danger rules, which must fit together: every group has its urgent text."""
    danger = load_danger_rules(DANGER)
    return load_prompts(danger_groups={*(rule.group for rule in danger.rules), OTHER_DANGER}), danger
