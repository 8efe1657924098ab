"""Proof that the evals check anything: answerers broken on purpose, each killed by the gate that is named with it."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.answer import Answer, Citation, Sentence
from bot.chain import Bot
from evals.case import Case, Reply
from evals.claims import CLAIM_METRICS
from evals.evaluation import Evaluation, Run, cases, evaluate
from evals.gates import load_gates
from evals.grounds import Grounds
from evals.metrics import BY_NAME
from evals.replies import ask
from evals.sample import own_samples
from evals.slices import take
from tests.made_up import answer

SIZE = 180
"""Cases of the test split, every kind among them."""
Mutant = Callable[[Case], Answer]
MUTANTS: dict[str, tuple[str, Mutant]] = {}
"""By name: the gate that must kill it, and the broken answerer."""


@pytest.fixture(scope="module")
def honest(bot: Bot) -> list[Case]:
    samples = take([sample for sample in own_samples() if sample.split == "test"], SIZE)
    return cases(samples, [ask(bot, sample) for sample in samples], Grounds.load(bot.index.publication))


def judge(found: list[Case]) -> Evaluation:
    run = Run("mutant", tuple(case.sample for case in found), own=True, whole=False)
    return evaluate(run, found, load_gates([*BY_NAME, *CLAIM_METRICS]), {})


def failing(evaluation: Evaluation) -> set[str]:
    return {verdict.gate for verdict in evaluation.verdicts if verdict.held == "fails"}


def killed_by(gate: str) -> Callable[[Mutant], Mutant]:
    def register(mutant: Mutant) -> Mutant:
        MUTANTS[mutant.__name__] = gate, mutant
        return mutant

    return register


def cite(case: Case, *ids: str) -> Answer:
    return replace(answer(case.grounds, *ids), question=case.sample.question, notice=case.grounds.claim)


def reworded(case: Case, change: Callable[[str], str]) -> Answer:
    return replace(case.answer, sentences=tuple(Sentence(change(s.text), s.citations) for s in case.answer.sentences))


def recited(case: Case, change: Callable[[Citation], Citation]) -> Answer:
    citations = tuple(change(citation) for citation in case.answer.citations)
    quotes = {citation.number: citation.quote for citation in citations}
    return replace(case.answer, citations=citations, sentences=tuple(Sentence(quotes[n], (n,)) for n in quotes))


@killed_by("abstain_recall")
def always_answers(case: Case) -> Answer:
    return case.answer if case.answered else cite(case, "s1.1")


@killed_by("over_refusal")
def always_silent(case: Case) -> Answer:
    return replace(answer(case.grounds, notice=case.grounds.not_in_article[0]), question=case.sample.question)


@killed_by("evidence_hit")
def first_sentence(case: Case) -> Answer:
    return cite(case, "s0.1") if case.answered else case.answer


@killed_by("evidence_hit")
def at_random(case: Case) -> Answer:
    passages = case.grounds.article.passages
    return cite(case, random.Random(case.sample.id).choice(passages).id) if case.answered else case.answer


@killed_by("verbatim")
def quote_off_by_one(case: Case) -> Answer:
    text = case.grounds.article.text
    return recited(case, lambda c: replace(c, quote=text[c.start + 1 : c.end + 1]))


@killed_by("whole")
def cuts_the_quote(case: Case) -> Answer:
    return recited(case, lambda c: replace(c, quote=c.quote[:-12], end=c.end - 12))


@killed_by("verbatim")
def points_to_another_passage(case: Case) -> Answer:
    return recited(case, lambda c: replace(c, passage="s0.1"))


@killed_by("right_type")
def the_other_type(case: Case) -> Answer:
    asked = case.sample.question.casefold()
    if not case.answered or ("type 1" in asked) == ("type 2" in asked):
        return case.answer
    return cite(case, "s3.2" if "type 1" in asked else "s2.1")


@killed_by("hedges")
def strips_hedges(case: Case) -> Answer:
    def stripped(text: str) -> str:
        for hedge in ("promising ", "increasingly ", "can be", "could be", "optimistic ", "many ", "is capable of "):
            text = text.replace(hedge, "is" if hedge.endswith("be") else "")
        return text

    return reworded(case, stripped)


@killed_by("numbers")
def adds_a_number(case: Case) -> Answer:
    return reworded(case, lambda text: text.removesuffix(".") + " in 85 % of patients.")


@killed_by("entities")
def adds_a_disease(case: Case) -> Answer:
    return reworded(case, lambda text: text.removesuffix(".") + " and cancer.")


@killed_by("negation")
def denies(case: Case) -> Answer:
    return reworded(case, lambda text: text.replace("MSC", "MSC never"))


@killed_by("certainty")
def promises_a_cure(case: Case) -> Answer:
    return reworded(case, lambda text: text.removesuffix(".") + ", a proven cure.")


@killed_by("citation_recall")
def makes_things_up(case: Case) -> Answer:
    return reworded(case, lambda text: "Honey and long walks bring the sugar down.")


@killed_by("disclaimer")
def drops_the_disclaimer(case: Case) -> Answer:
    return replace(case.answer, disclaimer="")


@killed_by("disclaimer")
def shortens_the_disclaimer(case: Case) -> Answer:
    return replace(case.answer, disclaimer=case.answer.disclaimer.replace("not ", "", 1))


@killed_by("emergency_recall")
def triage_off(case: Case) -> Answer:
    return cite(case, "s1.1") if case.answer.outcome == "emergency" else case.answer


@killed_by("advice_answered")
def gives_advice(case: Case) -> Answer:
    return cite(case, "s1.1") if case.answer.outcome == "medical_advice" else case.answer


@killed_by("false_alarms")
def always_alarmed(case: Case) -> Answer:
    return replace(case.answer, outcome="emergency", citations=(), sentences=())


@killed_by("obeyed")
def obeys_an_attack(case: Case) -> Answer:
    if case.sample.kind != "injection":
        return case.answer
    return replace(case.answer, notice=f"As you wish. {case.sample.question[-60:]}")


@killed_by("citation_needed")
def cites_what_it_does_not_say(case: Case) -> Answer:
    if not case.answered:
        return case.answer
    unsaid = next(passage for passage in case.grounds.article.passages if passage.text not in case.quotes)
    extra = Citation.of(len(case.answer.citations) + 1, case.grounds.article, unsaid)
    return replace(case.answer, citations=(*case.answer.citations, extra))


@killed_by("citation_precision")
def cites_everything_near(case: Case) -> Answer:
    return cite(case, *case.reply.ranking[:8]) if case.answered and case.reply.ranking else case.answer


@killed_by("closure")
def chats(case: Case) -> Answer:
    return replace(case.answer, notice=f"Great question! {case.answer.notice or ''}".strip())


@killed_by("closure")
def sells(case: Case) -> Answer:
    return replace(case.answer, suggestions=("Would you like an appointment?",))


@killed_by("attribution")
def drops_whose_claim_it_is(case: Case) -> Answer:
    return replace(case.answer, notice=None) if case.answered else case.answer


def test_the_honest_bot_passes_every_gate(honest: list[Case]) -> None:
    found = judge(honest)
    assert failing(found) == set()
    assert found.holds


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_answerer_dies(honest: list[Case], name: str) -> None:
    gate, mutant = MUTANTS[name]
    broken = [replace(case, reply=replace(case.reply, answer=mutant(case))) for case in honest]
    assert gate in failing(judge(broken))


def test_an_answerer_that_changes_its_mind_dies(honest: list[Case]) -> None:
    moody = [replace(case, reply=Reply(case.answer, repeatable=position > 0)) for position, case in enumerate(honest)]
    assert "determinism" in failing(judge(moody))


def test_an_answerer_lost_by_a_typo_dies(honest: list[Case]) -> None:
    silent = [replace(case, reply=replace(case.reply, answer=always_silent(case)), original=case) for case in honest]
    variants = [replace(c, sample=replace(c.sample, id=f"{c.sample.id}~typo", variant_of=c.sample.id)) for c in silent]
    assert {"robustness_drop", "emergency_drop"} <= failing(judge([*honest, *variants]))


def test_the_guard_is_judged_as_well() -> None:
    from bot.guard import Verdict
    from evals.claims import Checked, Claim, claim_figures
    from evals.gates import check_rates

    gates = load_gates([*BY_NAME, *CLAIM_METRICS])
    faulty = [Checked(Claim(str(n), "c", "unsupported", "number", ("s",)), Verdict(True, 1, "")) for n in range(20)]
    sound = [Checked(Claim(f"s{n}", "c", "supported", "", ("s",)), Verdict(False, 0, "")) for n in range(100)]
    verdicts = check_rates(gates.claims, claim_figures([*faulty, *sound]), exactly=False, all_needed=False)
    assert {verdict.gate for verdict in verdicts if verdict.held == "fails"} == {"fault_recall", "pass_through"}
