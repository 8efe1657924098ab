"""Puts a bot together from the settings: the one place where its parts meet."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bot.chain import Bot
from bot.cries import load_cries
from bot.danger import OTHER_DANGER
from bot.danger_rules import load_danger_rules
from bot.danger_values import DangerRules
from bot.guard import Guard
from bot.hear import Ear
from bot.language import Languages
from bot.prompts import Prompts, load_prompts
from bot.reader import PairReader
from bot.spelling import Spelling
from bot.triage import Triage
from bot.wording import Wording
from corpus.load import Publication
from corpus.settings import Settings
from index.open import open_embedder, open_index, open_publication

DANGER = Path(__file__).parent / "emergencies"


@dataclass(frozen=True)
class Content:
    """All that is read by people: the publication, the fixed texts, and what leads to these."""

    publication: Publication
    prompts: Prompts
    danger: DangerRules
    languages: Languages


def open_bot(settings: Settings, content: Content | None = None) -> Bot:
    """Open the bot of the article that the settings name, with its content if that has been read.

    Raises:
        AskError: something it needs is missing, stale or damaged; the message says what to run.
    """
    tuned = open_embedder(settings)
    with ThreadPoolExecutor(2) as aside:  # hashing and unpacking leave the interpreter to the others
        loading = [aside.submit(tuned.load)]
        content = content or read_content(settings)
        loading.append(aside.submit(content.languages.load_identifier))
        embedder = open_embedder(settings, content.publication)
        index = open_index(settings, content.publication, tuned if embedder.name == tuned.name else embedder)
        index.load()
        for part in loading:
            part.result()
    wording = _wording(settings, content.prompts, content.languages) if settings.model else None
    speller = content.danger.speller
    spelling = Spelling(content.publication, speller.known.union(speller.forms))
    ear = Ear(index, Triage.load(tuned.name), tuned, spelling)
    return Bot(ear, content.danger, content.languages, content.prompts, wording)


def _wording(settings: Settings, prompts: Prompts, languages: Languages) -> Wording:
    from bot.models import hold_to_schema, open_model  # LangChain's models take a second to import
    from bot.writer import ModelWriter

    reader = PairReader(settings.index)
    reader.load()  # now, so that whoever starts the server is told what is missing, and no patient waits for an export
    opened = open_model(settings.model)
    writer = ModelWriter(opened.model, prompts.writer, hold_to_schema)
    return Wording(writer, Guard(reader, opened.sure), languages, opened.close)


def read_content(settings: Settings) -> Content:
    """Read the content that the settings name; raises AskError where something cannot be used."""
    return Content(open_publication(settings), *load_fixed_texts())


def load_fixed_texts() -> tuple[Prompts, DangerRules, Languages]:
    """The fixed texts and what leads to them, which must fit together: every group and language has its text."""
    danger, languages = load_danger_rules(DANGER), Languages.load()
    load_cries()  # now, so that whoever starts the server is told what cannot be read
    groups = {*(rule.group for rule in danger.rules), OTHER_DANGER}
    return load_prompts(danger_groups=groups, languages=languages.phrases), danger, languages
