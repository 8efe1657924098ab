"""Badly spelt questions: what is mended, what is left alone, and what the bot makes of it."""

from dataclasses import replace

import pytest

from bot.chain import Bot
from bot.question import Question
from bot.spelling import LONGEST, Spelling
from bot.triage import DANGER
from corpus.load import Publication


@pytest.fixture(scope="module")
def spelling(bot: Bot) -> Spelling:
    return bot.ear.spelling


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("insoolin storidge sell", "insulin storage sell"),  # by sound
        ("blud vesels groe", "blood vessels grow"),  # "vesels" stands in questions, too, but "vessels" far more often
        ("what does bata cell do", "what does beta cell do"),
        ("fix my pancrius posible", "fix my pancreas possible"),
        ("Treetment, for DIABETEES?", "treatment, for diabetes?"),
        ("immune sytem", "immune system"),  # a letter is sooner left out than put in: not "stem"
        ("parkinsens msc tretment", "parkinson msc treatment"),  # what the article does not say has words, too
    ],
)
def test_a_misspelt_word_is_mended_by_its_letters_and_its_sound(spelling: Spelling, typed: str, meant: str) -> None:
    assert spelling.mend(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "???",
        "xqzwkjh vbnmtrp",  # near nothing
        "Can MSC treat osteopathy?",  # near "neuropathy", and a word of its own
        "is gout treated",
        "what is actos",  # a drug
        "tcells role",  # an alias in the notes
        "I am Stroeker",
        "what is Relivo",  # near "ReLife", and a name by its capital
        "What is the recipe for banana bread?",
        "ما هي الخلايا الجذعية",
        "insoolin " + "and the rest of a long letter " * LONGEST,  # understood in spite of it
    ],
)
def test_other_texts_stay_as_they_are(spelling: Spelling, text: str) -> None:
    assert spelling.mend(text) == text


def test_questions_in_good_spelling_stay_as_they_are(spelling: Spelling, publication: Publication) -> None:
    asked = [note.ask for note in publication.notes.sentences if note.ask]
    assert asked
    assert [spelling.mend(question) for question in asked] == asked


def test_without_a_bank_the_words_of_the_article_are_known(spelling: Spelling, publication: Publication) -> None:
    bare = Spelling(replace(publication, bank=replace(publication.bank, answered=(), missing=())))
    assert bare.mend("mesenkymal stem celz") == "mesenchymal stem cells"


@pytest.mark.parametrize("question", ["insoolin storidge sell", "what does bata cell do", "tee limfosites jobb"])
def test_a_badly_spelt_question_is_answered(bot: Bot, question: str) -> None:
    answer = bot.ask(question)
    assert answer.outcome == "answered"
    assert answer.question == question, "as it was typed"


def test_a_badly_spelt_question_on_something_else_is_not(bot: Bot) -> None:
    assert bot.ask("parkinsens msc tretment").outcome == "not_in_article"


def test_a_danger_is_read_into_no_foreign_language_and_no_list_of_names(bot: Bot, spelling: Spelling) -> None:
    assert not bot.consider("Tengo un poco de caspa y el cuero cabelludo seco desde hace meses, nada grave")[1].danger
    names = " ".join(f"zolp{vowel}{letter}ine" for vowel in "aeiou" for letter in "bdfgk")
    assert spelling.mend(f"{names} colapsd", danger=True) == f"{names} colapsd"


def test_mending_talks_no_danger_away(bot: Bot) -> None:
    calm = replace(bot.ear.spelling)
    object.__setattr__(calm, "mend", lambda text, danger=False: "hello there")
    ear = replace(bot.ear, spelling=calm)
    danger = Question.of("i have taken all my insulin at once and i dont want to wake up")
    assert ear.hear(danger)[0].label in DANGER
    assert ear.hear(Question.of("where are beta cells"))[0].text == "hello there"


@pytest.mark.parametrize(
    "text",
    [
        "hes having fitts wun after anuther",
        "throwin up all nite keytoans hi cant keep watter down",
        "gran past out we carnt waik her",
        "babby swalowd my metformn tablits",
        "hafl my fsce is numv and i kepp droping thhe phne",
        # In a long text with few slips, too, and at the start of a sentence.
        "We came home from the shops and were about to have tea when my wife went quiet. Colapsd on the kichen floor",
    ],
)
def test_a_badly_spelt_danger_is_one_by_rule(bot: Bot, text: str) -> None:
    answer, reason = bot.consider(text)
    assert answer.outcome == "emergency"
    assert reason.danger
