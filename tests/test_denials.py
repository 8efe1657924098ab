"""What is denied in a gloss is taken out of it, and no danger with it."""

import pytest

from bot.denials import denies, undenied


@pytest.mark.parametrize(
    ("gloss", "left"),
    [
        ("no chest pain only information want", "only information want"),
        ("mother sugar normal dizzy cold sweat has no", "mother sugar normal"),
        ("father did not faint fine", "father fine"),
        ("does not want to die just bored", "just bored"),
        ("not from pain only information", "only information"),
        ("my any not an emergency only information", "my any only information"),
        ("no fever no vomiting but chest crushing", "but chest crushing"),
        ("no no, no chest pain, breathes fine", "breathes fine"),
        ("chest pain nothing, breath fine", "breath fine"),
        ("no, chest pain since an hour", "chest pain since an hour"),
        ("never thought of suicide, only exam", "only exam"),
        ("at suicide have I never think, I sleeping bad", "at , I sleeping bad"),
        ("kill myself of think never came, only school", "only school"),
    ],
)
def test_what_is_denied_is_taken_out(gloss: str, left: str) -> None:
    assert undenied(gloss) == left


@pytest.mark.parametrize(
    "gloss",
    [
        "father does not wake does not breathe",
        "bleeding does not stop",
        "pain not stop",
        "trembling not know what do",
        "heart attack or no chest pain",
        "fever shaking no",
        "do not want to live",
        "cannot breathe",
        "does not want to die but cannot go on",
        "does not answer not unconscious",
        "never thought of suicide until now",
        "never thought of suicide so much like in this week",
        "never so often not think about suicide",
        "never thought of kill myself but I cannot go on",
        "suicide all night I not sleep",
        "no sleep, think of suicide",
    ],
)
def test_a_danger_that_is_worded_as_a_denial_stays(gloss: str) -> None:
    assert undenied(gloss) == gloss


@pytest.mark.parametrize(
    "gloss", ["no, chest pain since an hour", "chest pain, breath fast,", "chest pain , cold sweat"]
)
def test_a_lone_no_or_a_pause_is_no_denial(gloss: str) -> None:
    assert not denies(gloss)
