"""The guard lets through what a passage says with all its limits, and nothing else."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot import pair_network
from bot.guard import NEVER, Guard, Verdict
from bot.guard_rules import RULES, broken_rule, name, number
from bot.pair_data import kept_pairs
from bot.reader import PairReader
from corpus.errors import ModelMissing
from corpus.settings import Settings

INTRO = (
    "Mesenchymal stem cell (MSC) therapy can be an alternative to treat many diabetes patients "
    "as it is increasingly showing effectiveness among receivers."
)
TYPE_1 = "For Type 1 Diabetes Mellitus, MSC has shown promising treatment effectiveness."
CAUSE = "Immune system dysfunction is one of the main pathogenesis of type 1 diabetes."
AREA = 0.7
BETA = "Beta cells, responsible for produce, store and release the hormone insulin."
T_CELLS = "T cells are mainly responsible for tailoring the response to specific pathogen."
REPLACE = "The application of MSC will differentiate into beta cells and replace any impaired beta cells of pancreas."


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard.packaged(Settings().index)


def test_an_export_that_gives_other_probabilities_is_never_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = np.float32(0.5)
    monkeypatch.setattr(pair_network.Network, "probabilities", lambda self, pairs: np.full(len(pairs), other))
    for _ in range(2):  # the second one finds nothing of the first
        with pytest.raises(ModelMissing, match="python -m bot --guard < /dev/null"):
            PairReader(tmp_path).load()
    assert [path.name for path in (tmp_path / "_encoders").iterdir()] == ["export.lock"]


def test_the_reader_is_exported_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = PairReader(tmp_path), PairReader(tmp_path)
    exported, real = [], pair_network.export_network
    monkeypatch.setattr(pair_network, "export_network", lambda *what: (exported.append(what), real(*what)))
    assert one.scores([(BETA, BETA)]) == two.scores([(BETA, BETA)])
    assert len(exported) == 1


def test_a_reader_of_another_model_says_what_to_run(tmp_path: Path) -> None:
    spoilt = tmp_path / "guard.npz"
    np.savez(spoilt, base=np.array("another/model"))
    with pytest.raises(ModelMissing, match=r"python -m bot\.train --guard"):
        PairReader(tmp_path, spoilt).scores([(BETA, BETA)])


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (TYPE_1, TYPE_1),
        (
            "The article says that for type 1 diabetes mellitus, MSC has shown promising treatment effectiveness.",
            TYPE_1,
        ),
        (
            "According to the article, the MSC will differentiate into beta cells and replace any impaired beta cells.",
            REPLACE,
        ),
    ],
)
def test_faithful_sentences_pass(guard: Guard, claim: str, source: str) -> None:
    verdict = guard.check(claim, [TYPE_1, source])
    assert verdict.supported, verdict.reason
    assert verdict.score == 1.0


def test_a_model_that_is_not_trusted_may_only_repeat(guard: Guard) -> None:
    said = "MSC will differentiate into beta cells and replace impaired beta cells."
    strict = Guard.packaged(Settings().index, NEVER)
    assert guard.check(said, [REPLACE]).supported
    assert not strict.check(said, [REPLACE]).supported
    assert strict.check(said.replace("replace", "replace any"), [REPLACE]).supported


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
        ("The application of MSC will differentiate into cells of pancreas.", REPLACE),
    ],
)
def test_unfaithful_sentences_are_stopped(guard: Guard, claim: str, source: str) -> None:
    verdict = guard.check(claim, [source])
    assert not verdict.supported
    assert verdict.reason


class Credulous:
    """A reader that believes everything: what is stopped now is stopped by a rule."""

    def scores(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        return np.ones(len(pairs), np.float32)


BROKEN: dict[str, tuple[str, ...]] = {
    "type_of_diabetes": ("For type 2, MSC has shown promising effectiveness.", TYPE_1),
    "type_left_out": ("MSC has shown promising effectiveness.", TYPE_1),
    "number": ("MSC may help 40 patients with type 1.", TYPE_1),
    "contact": ("MSC has shown promise, see www.msc.example.", TYPE_1),
    "advice": ("MSC has shown promise, so ask your doctor for it.", TYPE_1),
    "safety": ("MSC has shown promise without side effects.", TYPE_1),
    "certainty": ("MSC, a proven therapy, has shown promise.", TYPE_1),
    "quantity": ("MSC can be an alternative for every patient.", INTRO),
    "time": ("MSC has shown promise within months.", TYPE_1),
    "source_of_knowledge": ("Trials suggest that MSC has promise.", TYPE_1),
    "person": ("MSC has shown promise in children.", TYPE_1),
    "medical_term": ("MSC has shown promise for the liver.", TYPE_1),
    "polarity": ("MSC has not shown promise.", TYPE_1),
    "opposite": ("Lower sugar makes beta cells respond.", "High blood sugar makes beta cells respond."),
    "name": ("MSC has shown promise in Paris.", TYPE_1),
    "hedge": ("MSC works in type 1.", TYPE_1),
    "asked": ("Stem cells are a new hope.", "Stem cells – a new hope?"),
    "told_of_another": ("T cells produce, store and release the hormone.", BETA, T_CELLS),
    "another_name": ("Beta cells, also known as T lymphocytes, make insulin.", BETA),
    "another_doer": ("T cells store insulin.", "Beta cells store insulin; T cells kill infected cells."),
    "many_left_out": ("MSC therapy can be an alternative for diabetes patients.", INTRO),
    "turned_around": ("Type 1 diabetes is one of the causes of immune system dysfunction.", CAUSE),
    "one_of_many": ("Immune dysfunction is the main cause of type 1 diabetes.", CAUSE),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_stops_its_fault(rule: object) -> None:
    name = rule.__name__  # type: ignore[attr-defined]
    claim, *sources = BROKEN[name]
    assert rule(claim, sources)  # type: ignore[operator]
    assert not Guard(Credulous()).check(claim, sources).supported
    assert not any(rule(source, sources) for source in sources)  # type: ignore[operator]


def test_no_name_is_known_but_those_in_the_words_of_the_guard() -> None:
    assert not name("For T1DM, MSC has shown promise.", ["It has shown promise."])
    assert name("At ReLife, MSC has shown promise.", [TYPE_1]), "the provider of one article"


SPELT = {
    2: "two",
    12: "twelve",
    13: "thirteen",
    14: "fourteen",
    15: "fifteen",
    16: "sixteen",
    17: "seventeen",
    18: "eighteen",
    19: "nineteen",
    20: "twenty",
    30: "thirty",
    50: "fifty",
    60: "sixty",
    70: "seventy",
    80: "eighty",
    90: "ninety",
}


@pytest.mark.parametrize(("value", "word"), SPELT.items())
def test_a_number_in_words_is_stopped_unless_the_passage_has_it(value: int, word: str) -> None:
    said = "MSC may help {} patients with type 1."
    assert number(said.format(word), [TYPE_1])
    assert not number(said.format(word), [said.format(value)])


def test_the_worst_sentence_decides() -> None:
    verdict = Guard(Credulous()).check(f"{TYPE_1} It costs 40 dollars.", [TYPE_1])
    assert verdict == Verdict(False, 0.5, "the number 40 is not in the passage")


def test_one_rule_broken_is_enough() -> None:
    assert broken_rule("MSC is safe and promising for type 1.", [TYPE_1]).startswith("'safe'")


def test_the_reader_ranks_health_texts_that_nothing_learned_from(guard: Guard) -> None:
    pairs = kept_pairs()[::4]
    scores = np.array([v.score for v in guard.check_all((pair.claim, [pair.premise]) for pair in pairs)])
    sound = np.array([pair.supported for pair in pairs])
    assert (scores[sound][:, None] > scores[~sound][None, :]).mean() > AREA
