"""Questions that are not in English, and danger in them."""

import json
from pathlib import Path

import pytest

from bot.chain import Bot
from bot.language import UNSPACED, Languages
from bot.question import Question
from evals.sample import own_samples
from tests.closed import check_closed
from tests.conftest import ROOT

ROWS = [json.loads(line) for line in (ROOT / "tests" / "languages.jsonl").read_text("utf-8").splitlines()]
NATIVE = [row for row in ROWS if row["kind"] == "question"]


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages.load()


def test_danger_is_heard_in_every_language(languages: Languages) -> None:
    missed = [row["text"] for row in ROWS if row["kind"] == "emergency" and not languages.danger_in(row["text"])]
    assert missed == []
    assert len(languages.phrases) >= 20


def test_calm_questions_raise_no_alarm(languages: Languages) -> None:
    assert [row["text"] for row in ROWS if row["kind"] != "emergency" and languages.danger_in(row["text"])] == []
    calm = [sample for sample in own_samples() if sample.kind not in ("emergency", "followup")]
    alarmed = [sample.question for sample in calm if languages.danger_in(Question.of(sample.question).text)]
    assert len(alarmed) <= len(calm) // 500, alarmed


def test_languages_are_recognised(languages: Languages) -> None:
    heard = [(languages.spoken(row["text"]), row["lang"]) for row in NATIVE]
    assert sum(bool(code) for code, _ in heard) >= 0.93 * len(heard)
    assert sum(code == wanted or {code, wanted} == {"id", "ms"} for code, wanted in heard) >= 0.9 * len(heard)


def test_english_stays_english(languages: Languages) -> None:
    assert [row["text"] for row in ROWS if row["kind"] == "english" and languages.spoken(row["text"])] == []
    for word in ("angiogenesis", "insulin", "MSC", "beta cells?", "HbA1c", "", "123", "??", "🩺"):
        assert languages.spoken(word) == "", word


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("kenapa kaki saya kebas sebab kencing manis, boleh tak ubati?", "ms"),
        ("T细胞是做什么的", "zh"),
        ("¿Qué son las células beta?", "es"),
    ],
)
def test_the_fixed_text_is_in_the_reader_s_language(bot: Bot, question: str, code: str) -> None:
    answer = bot.ask(question)
    check_closed(answer, bot)
    assert (answer.outcome, answer.notice) == ("not_in_article", bot.prompts.languages[code])


@pytest.mark.parametrize("names", ["Pagliuca protocol", "pros cons", "Dr Aisyah Rahman", "merhaba nasil"])
def test_a_few_latin_words_that_no_glossary_knows_are_no_other_language(bot: Bot, names: str) -> None:
    assert bot.ask(names).notice not in bot.prompts.languages.values()


def test_the_language_is_the_one_whose_words_are_known(bot: Bot) -> None:
    told = "salamat po"
    assert bot.languages.spoken(told) not in ("", "tl")
    assert bot.ask(told).notice == bot.prompts.languages["tl"]


def test_danger_comes_first_in_the_reader_s_language(bot: Bot) -> None:
    answer = bot.ask("mak saya tak sedarkan diri, apa itu sel beta?")
    check_closed(answer, bot)
    assert (answer.outcome, answer.notice) == ("emergency", bot.prompts.urgent_languages["ms"])
    later = bot.ask("What are beta cells?", ["no puedo respirar"])
    assert later.notice and later.notice.startswith(bot.prompts.notices["reminder_self_harm"])


BEHIND = {
    "ar": "هل اعطيه انسولين",
    "de": "ich weiß nicht was ich machen soll",
    "es": "puedo darle insulina",
    "fr": "est-ce que je peux donner l'insuline",
    "hi": "क्या इंसुलिन दे सकते हैं",
    "id": "tidak tahu harus apa",
    "ja": "どうしたらいいかわからない",
    "pl": "nie wiem co robić",
    "ta": "இன்சுலின் போடலாமா",
    "th": "ไม่รู้จะทำยังไง",
    "tl": "hindi ko alam gagawin",
    "vi": "không biết làm sao",
    "zh": "可以打胰岛素吗",
}
""" "Can I give insulin?" or "I don't know what to do"."""


@pytest.mark.parametrize("code", BEHIND)
def test_what_one_asks_behind_a_danger_does_not_hide_it(bot: Bot, code: str) -> None:
    listed = [part for part in bot.languages.phrases[code] if len(part) == 1][::9]
    space = "" if code in UNSPACED else " "
    told = [f"{phrase[0][0].strip()}{space}{BEHIND[code]}" for phrase in listed]
    missed = [text for text in told if bot.ask(text).outcome != "emergency"]
    assert len(told) > 5
    assert missed == []


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("no tengo dolor en el pecho, solo quiero información", False),
        ("no tengo fiebre pero no puedo respirar", True),
        ("Papa ist nicht ohnmächtig geworden, alles gut", False),
        ("Papa ist ohnmächtig geworden und atmet nicht", True),
        ("saya tak nak mati, saya tanya risiko je", False),
        ("Je ne veux pas mourir mais je n'en peux plus", True),
        ("Tahun lepas kena strok, sekarang ok", False),
        ("Tahun lepas kena strok sekarang jadi lagi", True),
    ],
)
def test_what_is_denied_or_past_is_no_danger_and_what_is_left_may_be(bot: Bot, text: str, danger: bool) -> None:
    assert (bot.ask(text).outcome == "emergency") is danger


def test_phrases_are_found_without_accents_case_or_spaces(languages: Languages) -> None:
    for text in ("NO PUEDO RESPIRAR!!", "no  puedo, respirar", "Nó puedó respirar"):
        assert languages.danger_in(text) == "es", text
    assert languages.danger_in("爸爸 昏迷 了") == "zh"


def test_words_may_stand_between_the_parts_of_a_phrase_and_parts_may_have_alternatives(tmp_path: Path) -> None:
    listed = 'de:\n  danger: ["atmet ... {kaum|nicht }", "lip{pen|pe} blau"]\n  self_harm: []\n'
    (tmp_path / "p.yaml").write_text(listed)
    phrases = Languages.load(tmp_path / "p.yaml")
    for text in ("Papa atmet kaum", "er atmet seit heute nicht, Hilfe", "Lippe blau", "seine LIPPEN blau"):
        assert phrases.danger_in(text) == "de", text
    for text in ("er atmet nichts ein", "kaum atmet er", "atmet heute und an vielen anderen Tagen kaum", "blau"):
        assert not phrases.danger_in(text), text


def test_a_bad_phrase_file_names_its_line(tmp_path: Path) -> None:
    from corpus.errors import ArticleError

    (tmp_path / "p.yaml").write_text("ms:\n  danger: [pengsan]\n  typo: []\n")
    with pytest.raises(ArticleError, match="3"):
        Languages.load(tmp_path / "p.yaml")
