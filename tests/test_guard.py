"""The guard lets through what a passage says with all its limits, and nothing else."""

import pytest

from bot.guard import check

INTRO = (
    "Mesenchymal stem cell (MSC) therapy can be an alternative to treat many diabetes patients "
    "as it is increasingly showing effectiveness among receivers."
)
TYPE_1 = "For Type 1 Diabetes Mellitus, MSC has shown promising treatment effectiveness."
CAUSE = "Immune system dysfunction is one of the main pathogenesis of type 1 diabetes."
REPLACE = "The application of MSC will differentiate into beta cells and replace any impaired beta cells of pancreas."


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (TYPE_1, TYPE_1),
        (
            "The article says that for type 1 diabetes mellitus, MSC has shown promising treatment effectiveness.",
            TYPE_1,
        ),
        (
            "According to the article, the MSC will differentiate into beta cells and replace impaired beta cells.",
            REPLACE,
        ),
    ],
)
def test_faithful_sentences_pass(claim: str, source: str) -> None:
    verdict = check(claim, [TYPE_1, source])
    assert verdict.supported, verdict.reason
    assert verdict.score == 1.0


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("For Type 2 Diabetes Mellitus, MSC has shown promising treatment effectiveness.", TYPE_1),
        ("For Type 1 Diabetes Mellitus, MSC has shown treatment effectiveness.", TYPE_1),
        ("For Type 1 Diabetes Mellitus, MSC has not shown promising treatment effectiveness.", TYPE_1),
        ("For Type 1 Diabetes Mellitus, MSC has shown promising treatment effectiveness in 80% of patients.", TYPE_1),
        ("Immune system dysfunction is the main pathogenesis of type 1 diabetes.", CAUSE),
        ("Type 1 diabetes is one of the main pathogenesis of immune system dysfunction.", CAUSE),
        ("MSC therapy can be an alternative to treat diabetes patients.", INTRO),
        ("MSC therapy is an alternative to treat many diabetes patients.", INTRO),
        ("You should try MSC therapy.", INTRO),
        ("MSC therapy is safe.", INTRO),
        ("", INTRO),
        ("The article says:", INTRO),
        ("Call 555 1234.", INTRO),
    ],
)
def test_unfaithful_sentences_are_stopped(claim: str, source: str) -> None:
    verdict = check(claim, [source])
    assert not verdict.supported
    assert verdict.reason


def test_words_of_two_passages_do_not_add_up() -> None:
    assert not check("MSC has shown promising beta cells of pancreas.", [TYPE_1, REPLACE]).supported
