"""What is denied in a gloss is taken out of it, and no danger with it."""

import pytest

from bot.denials import undenied


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
    ],
)
def test_a_danger_that_is_worded_as_a_denial_stays(gloss: str) -> None:
    assert undenied(gloss) == gloss
