"""Messages in other languages, read word by word in English so that danger in them is noticed."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import gloss as module
from bot.chain import Bot
from bot.foreign import Foreign
from bot.gloss import gloss, load_glossary
from bot.language import Languages
from corpus.errors import ArticleError
from tests.closed import check_closed
from tests.test_bot import BrokenEmbedder
from tests.test_language import ROWS

DANGERS = [row["text"] for row in ROWS if row["kind"] == "emergency"][::2]
CALM = [row["text"] for row in ROWS if row["kind"] == "question"][::2]


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages.load()


def test_every_language_has_a_glossary(languages: Languages) -> None:
    assert {path.stem for path in module.GLOSSARIES.glob("*.txt")} == {*languages.phrases}
    for code in languages.phrases:
        assert sum(map(len, load_glossary(code).values())) >= 2_000, code


@pytest.mark.parametrize(
    ("text", "spoken", "words"),
    [
        ("mi papá no despierta y tiene el azúcar en 2,1", "es", ["father", "does not wake", "sugar", "2.1"]),
        ("Папа упал и не отвечает!!", "ru", ["father", "fell", "does not respond"]),
        ("爸爸昏迷了，血糖33", "zh", ["father", "unconscious", "33"]),
        ("سكر والدي ٣٤ وما يصحى", "ar", ["sugar", "father", "34", "does not wake"]),
        ("papa behosh ho gaye hain aur sugar 38 hai", "", ["father", "unconscious", "sugar 38"]),
    ],
)
def test_words_are_told_in_english(languages: Languages, text: str, spoken: str, words: list[str]) -> None:
    told = gloss(text, spoken, languages)
    assert told
    assert [word for word in words if word not in told.text] == [], told.text


def test_english_needs_no_gloss(languages: Languages) -> None:
    assert [row["text"] for row in ROWS if row["kind"] == "english" and gloss(row["text"], "", languages)] == []
    for text in ("", "123", "??", "🩺", "insulin"):
        assert gloss(text, "", languages) is None, text


def test_danger_is_heard_without_the_phrases(bot: Bot) -> None:
    assert sum(_dangerous(bot, text) for text in DANGERS) >= 0.9 * len(DANGERS)
    alarmed = [text for text in CALM if _dangerous(bot, text)]
    assert len(alarmed) <= 0.05 * len(CALM), alarmed


def test_danger_that_no_phrase_names_is_answered_in_the_reader_s_language(bot: Bot) -> None:
    told = "Krampfader am Bein ist geplatzt, das Blut spritzt durchs ganze Bad, ich nehm Marcumar"
    assert not bot.languages.danger_in(told)
    answer = bot.ask(told)
    check_closed(answer, bot)
    assert (answer.outcome, answer.notice) == ("emergency", bot.prompts.urgent_languages["de"])


def test_what_is_long_past_or_asked_in_general_is_no_danger(bot: Bot) -> None:
    for text in (
        "Was passiert bei einem Schlaganfall im Körper? Frage für die Schule",
        "Mi abuelo tuvo un infarto hace 20 años y ya está bien, ¿qué es una célula beta?",
        "爷爷十年前中风，现在完全好了，这个疗法适合2型吗",
        "मेरे पिताजी को 2012 में हार्ट अटैक आया था स्टेंट डला अब एकदम ठीक हैं",
    ):
        assert bot.ask(text).outcome == "not_in_article", text


@pytest.mark.parametrize(
    "text", ["papa a fait un avc", "strok tolong", "ich bekomme keine luft", "no responde mi padre"]
)
def test_few_words_are_enough(bot: Bot, text: str) -> None:
    assert bot.ask(text).outcome == "emergency"


def test_danger_is_heard_when_the_classifier_fails(bot: Bot) -> None:
    broken = replace(bot.ear, embedder=BrokenEmbedder())
    for text in ("mi papá está inconsciente y no respira", "papa achanak behosh ho gaye hain"):
        foreign = replace(Foreign.of(text, bot.languages), phrase="")
        assert foreign.danger(bot.danger, broken), text
    phrased = replace(foreign, phrase="es", meant=None)
    assert phrased.danger(bot.danger, broken)


CALM_WORDS = (
    "¿Qué es una célula madre y cómo se usa esta terapia en la diabetes tipo 2? El artículo explica los resultados. "
)


@pytest.mark.parametrize("many", [1, 3, 25])
def test_calm_words_around_a_danger_do_not_hide_it(bot: Bot, many: int) -> None:
    for danger in ("Mi papá no respira y está inconsciente, ayuda.", "Quiero suicidarme hoy."):
        assert bot.ask(CALM_WORDS * many + danger).outcome == "emergency", danger


def test_a_fixed_rule_stands_whatever_the_glossaries_say(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        bot.ask("Mi abuelo tuvo un infarto hace 20 años. Mi azúcar 600. ¿qué es una célula beta?").outcome
        == "emergency"
    )
    monkeypatch.setattr(module, "GLOSSARIES", Path("nowhere"))
    load_glossary.cache_clear()
    assert bot.ask("mi papá no respira y estoy muy asustado, chest pain now").outcome == "emergency"
    load_glossary.cache_clear()


@pytest.mark.parametrize("line", ["no stems", "pain:", ": schmerz"])
def test_a_line_that_is_no_entry_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str) -> None:
    (tmp_path / "xx.txt").write_text(f"head: kopf\n{line}\n")
    monkeypatch.setattr(module, "GLOSSARIES", tmp_path)
    with pytest.raises(ArticleError, match=r"xx\.txt:2: write 'english: stem, stem'"):
        load_glossary("xx")


def _dangerous(bot: Bot, text: str) -> bool:
    foreign = replace(Foreign.of(text, bot.languages), phrase="")
    return foreign.danger(bot.danger, bot.ear) is not None
