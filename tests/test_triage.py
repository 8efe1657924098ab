"""What was learned: reproducible from readable files, tied to its model, and the decision that rests on it."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.batches import batches, near_batches
from bot.chain import Bot
from bot.decide import Decision, decide, in_parts
from bot.descent import Part, descend
from bot.ngrams import BUCKETS, ngrams
from bot.slips import by_ear, mistyped
from bot.train import GENERAL, digest, fit, lessons, main
from bot.triage import WEIGHTS, Triage, leads_others
from bot.tune import tune
from corpus.errors import ModelMissing
from corpus.settings import Settings
from index.documents import IndexedText
from index.embed import SentenceEmbedder, packaged_model
from index.open import TUNING, original_embedder
from index.search import Found, Hit
from index.store import Match
from index.tuning import Tuning


def test_the_committed_classifier_was_trained_on_these_examples(bot: Bot) -> None:
    assert bot.ear.triage.trained_on == digest(), "examples or banks changed; run 'python -m bot.train'"


def test_a_setting_that_cannot_work_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASK_PORT", "http")
    monkeypatch.setattr("sys.argv", ["bot.train", "--triage"])
    assert main() == 1
    assert capsys.readouterr().err == "ASK_PORT is 'http'; it must be a number from 0 to 65535\n"


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif("ASK_TEST_SLOW" not in os.environ, reason="embeds for minutes; set ASK_TEST_SLOW=1")
def test_fitting_again_gives_the_committed_classifier(bot: Bot) -> None:
    triage, again = bot.ear.triage, fit(original_embedder(Settings.from_env(os.environ)))
    assert triage.labels == again.labels
    assert np.array_equal(triage.meaning, again.meaning)
    assert np.array_equal(triage.spelling, again.spelling)


def test_the_weights_are_small_and_the_examples_readable() -> None:
    assert WEIGHTS.stat().st_size + TUNING.stat().st_size < 30_000_000
    texts = [lesson.text for lesson in lessons()]
    assert len(texts) > 10_000
    assert all(text.strip() == text and text for text in texts)


def test_a_classifier_for_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"python -m bot\.train"):
        Triage.load("another model")
    with pytest.raises(ModelMissing, match=r"python -m bot\.train"):
        Triage.load("x", tmp_path / "nothing.npz")
    (tmp_path / "bad.npz").write_bytes(b"bad")
    with pytest.raises(ModelMissing):
        Triage.load("x", tmp_path / "bad.npz")


def test_a_tuning_for_another_model_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    Tuning({}, "another").save(tmp_path / "other.npz")
    (tmp_path / "bad.npz").write_bytes(b"bad")
    for name in ("other.npz", "bad.npz", "nothing.npz"):
        with pytest.raises(ModelMissing, match=r"python -m bot\.train"):
            _ = SentenceEmbedder(packaged_model(), tmp_path / name).name


def test_a_tuning_keeps_the_best_of_each_matrix(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    low = (random.normal(size=(8, 2)) @ random.normal(size=(2, 6))).astype(np.float32)
    Tuning.of({"a": low, "b": np.ones(3, np.float32), "same": np.zeros(4, np.float32)}, 2, "m").save(tmp_path / "t.npz")
    stored = Tuning.load(tmp_path / "t.npz")
    assert stored.base == "m"
    assert set(stored.changes) == {"a.up", "a.down", "b"}
    assert np.allclose(stored.changes["a.up"].astype(float) @ stored.changes["a.down"].astype(float), low, atol=0.02)


def test_a_training_takes_one_step_a_loss_and_ends_slowly() -> None:
    import torch

    tuned, head = (torch.nn.Parameter(torch.tensor([5.0])) for _ in range(2))
    steps, told, at = 40, list[float](), [5.0]

    def losses() -> Iterator[torch.Tensor]:
        for _ in range(steps):
            yield (tuned**2 + head**2).sum()
            at.append(tuned.item())

    descend(Part([tuned], 0.1), Part([head], 0.2), steps, losses(), told.append)
    assert told == sorted(told, reverse=True)
    assert len(told) == steps
    assert 5 - head.item() > 1.5 * (5 - tuned.item()), "each part has a rate of its own"
    first, middle, last = (at[n] - at[n + 1] for n in (0, 4, steps - 2))
    assert first < middle > 5 * last, "it warms up, and falls"


def test_tuning_moves_questions_of_a_group_together_and_twice_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.tune.EPOCHS", 1)
    monkeypatch.setattr("bot.tune.BATCH", 8)
    few = [lesson for lesson in lessons() if lesson.sentences and len(lesson.text) < 60][::60][:24]
    general, folder = GENERAL.read_text("utf-8").splitlines()[:20], packaged_model()
    one, two = (tune(str(folder), "m", few, general, lambda *_: None) for _ in range(2))
    assert one.digest == two.digest
    assert one.changes


def test_batches_hold_every_lesson_once_a_round() -> None:
    from random import Random

    some = lessons()[:100]
    stream = batches(some, 32, Random(0))
    seen = [lesson.text for _ in range(4) for lesson in next(stream)]
    assert sorted(seen) == sorted(lesson.text for lesson in some)


def test_slips_are_few_and_the_same_for_a_seed() -> None:
    from random import Random

    text = "what are beta cells and where do they lie"
    first = [mistyped(text, Random(seed)) for seed in range(20)]
    assert first == [mistyped(text, Random(seed)) for seed in range(20)]
    assert len(set(first)) > 15
    assert all(abs(len(typed) - len(text)) <= 6 for typed in first)


def test_spelling_by_ear_keeps_most_words_and_is_the_same_for_a_seed() -> None:
    from random import Random

    text = "what do mesenchymal stem cells release to help the pancreas"
    heard = [by_ear(text, Random(seed)) for seed in range(20)]
    assert heard == [by_ear(text, Random(seed)) for seed in range(20)]
    assert len(set(heard)) > 15
    assert all(len(typed.split()) == len(text.split()) for typed in heard)
    assert {typed.split()[1] for typed in heard} == {"do"}, "short words stay"
    kept = [word == other for typed in heard for word, other in zip(typed.split(), text.split(), strict=True)]
    assert 0.4 < sum(kept) / len(kept) < 0.9


def found(bot: Bot, dense: float, *votes: tuple[float, tuple[str, ...], str]) -> Found:
    passages = bot.index.publication.article.passages
    hits = tuple(Hit(p, 0.0, dense if p.id == "s2.6" else 0.1, 0.0) for p in passages)
    texts = [IndexedText(str(n), "question", str(n), ids, topic) for n, (_, ids, topic) in enumerate(votes)]
    return Found(hits, tuple(Match(text, vote[0]) for text, vote in zip(texts, votes, strict=True)))


def test_without_a_bank_similarity_decides(bot: Bot) -> None:
    assert [p.id for p in decide(found(bot, 0.8)).passages] == ["s2.6"]
    assert not decide(found(bot, 0.1)).answers


def test_the_nearest_questions_of_the_bank_vote(bot: Bot) -> None:
    cost, cells = (0.9, (), "what it costs"), (0.9, ("s2.6",), "")
    assert decide(found(bot, 0.8, cells, (0.8, (), "what it costs"))).answers
    silent = decide(found(bot, 0.8, cost, (0.8, ("s2.6",), "")))
    assert (silent.answers, silent.topic) == (False, "what it costs")
    assert not decide(found(bot, 0.8, (0.3, ("s2.6",), ""))).answers


def test_a_question_in_parts_is_answered_in_part(bot: Bot) -> None:
    passage = bot.index.publication.article.passages[0]
    yes, no = Decision(True, 0.9, (passage,), "", 0.9), Decision(False, -0.9, (), "what it costs", 0.8)
    unsure = Decision(False, -0.1, (), "this")
    assert in_parts(no, [yes, no]) == replace(no, answers=True, passages=(passage,))
    assert in_parts(no, [replace(yes, nearest=0.8), no]) == no, "a scrap of a question that is like nothing in the bank"
    assert in_parts(missing := replace(no, nearest=0.9), [yes, no]) == missing, "the whole is asked in the bank"
    assert in_parts(yes, [yes, unsure]) == yes
    assert in_parts(no, [no, no]) == no
    assert in_parts(yes, []) == yes
    first, second, third, last = bot.index.publication.article.passages[:4]
    many, other = replace(yes, passages=(first, second, third)), replace(yes, passages=(last,))
    assert in_parts(no, [many, other]).passages == (first, second, last), "every part has its share"


@pytest.mark.parametrize(
    ("scores", "label"),
    [
        ({"question": 0.0, "emergency": -0.1}, "question"),
        ({"question": 0.0, "emergency": 1.7}, "question"),
        ({"question": 0.0, "emergency": 1.8}, "emergency"),
        ({"question": 0.0, "emergency": 1.1, "self_harm": 1.2}, "self_harm"),
        ({"advice": 0.0, "emergency": -0.1}, "advice"),
        ({"advice": 0.0, "emergency": 1.8, "question": 0.0}, "emergency"),
        ({"advice": 0.1, "question": 0.0}, "advice"),
        ({"question": 0.0, "unsafe": 2.9}, "question"),
        ({"question": 0.0, "unsafe": 3.1}, "unsafe"),
        ({"offtopic": 0.0, "unsafe": 4.4}, "offtopic"),
        ({"offtopic": 0.0, "unsafe": 4.6}, "unsafe"),
        ({"unsafe": 3.1, "emergency": 4.9}, "emergency"),
        ({"again": 2.9, "question": 0.0}, "question"),
        ({"again": 3.1, "question": 0.0}, "again"),
        ({"again": 3.1, "emergency": 4.9}, "emergency"),
    ],
)
def test_danger_a_wish_and_misuse_must_lead_by_far(scores: dict[str, float], label: str) -> None:
    names = ("advice", "again", "emergency", "offtopic", "question", "self_harm", "unsafe")
    meaning = np.array([[scores.get(name, -9.0) for name in names], [0.0] * 7], dtype=np.float32)
    triage = Triage(names, meaning, np.zeros((BUCKETS + 1, 7), np.float16), "a model", "")
    assert triage.label("any text", np.array([1.0], dtype=np.float32)) == label


@pytest.mark.parametrize(
    ("scores", "lead"),
    [
        ({"advice": 1.0, "question": 7.0}, -1.0),
        ({"advice": 1.0, "question": 9.0}, -3.0),
        ({"advice": 1.0, "unsafe": 20.0}, -1.0),
        ({"offtopic": 4.0, "question": 9.0}, -4.0),
    ],
)
def test_a_question_or_an_order_may_stand_beside_a_danger(scores: dict[str, float], lead: float) -> None:
    names = ("advice", "again", "emergency", "offtopic", "question", "self_harm", "unsafe")
    found = {**dict.fromkeys(names, -19.0), "emergency": 0.0, **scores}
    assert leads_others(found) == pytest.approx(lead, abs=1e-3)


@pytest.mark.parametrize(("lead", "hints"), [(-2.1, False), (-1.9, True), (1.9, True), (5.0, True)])
def test_a_hint_at_self_harm_need_not_be_the_likeliest_class(lead: float, hints: bool) -> None:
    names = ("advice", "again", "emergency", "offtopic", "question", "self_harm", "unsafe")
    meaning = np.array([[0.0, -9.0, -9.0, -9.0, -9.0, lead, -9.0], [0.0] * 7], dtype=np.float32)
    triage = Triage(names, meaning, np.zeros((BUCKETS + 1, 7), np.float16), "a model", "")
    assert triage.judged("any text", np.array([1.0], dtype=np.float32))[1] is hints


@pytest.mark.parametrize(
    ("label", "lead", "may_ask"),
    [("advice", 3.9, True), ("advice", 4.1, False), ("greeting", 3.9, True), ("greeting", 4.1, False)],
)
def test_advice_or_a_greeting_by_a_small_lead_may_ask(label: str, lead: float, may_ask: bool) -> None:
    names = ("advice", "again", "emergency", "greeting", "offtopic", "question", "self_harm", "unsafe")
    meaning = np.array([[-99.0] * 8, [0.0] * 8], dtype=np.float32)
    meaning[0, names.index(label)], meaning[0, names.index("question")] = lead, 0.0
    triage = Triage(names, meaning, np.zeros((BUCKETS + 1, 8), np.float16), "a model", "")
    vector = np.array([1.0], dtype=np.float32)
    assert triage.label("any text", vector) == label
    assert triage.may_ask("any text", vector) is may_ask


def test_what_a_message_means_and_how_it_is_spelt_both_count() -> None:
    names = ("advice", "greeting", "offtopic", "emergency", "question", "unsafe", "again", "self_harm")
    meaning = np.array([[1.0] + 7 * [0.0], [0.0, 0.0, 0.0, -9.0, 0.0, -9.0, 0.0, -9.0]], dtype=np.float32)
    spelling = np.zeros((BUCKETS + 1, 8), np.float16)
    spelling[ngrams("goodbye")[0], 1] = 9.0
    triage = Triage(names, meaning, spelling, "a model", "")
    vector = np.array([1.0], dtype=np.float32)
    assert triage.label("my dose", vector) == "advice"
    assert triage.label("Goodbye!", vector) == "greeting"


def test_ngrams_lie_within_words_and_say_nothing_of_case_and_space() -> None:
    buckets, weights = ngrams("Beta  cells\n")
    assert np.array_equal(buckets, ngrams("beta cells")[0])
    assert len(buckets) == len(
        {f" {word} "[at : at + n] for word in ("beta", "cells") for n in range(3, 7) for at in range(len(word) + 3 - n)}
    )
    assert set(ngrams("cells")[0]) < set(buckets)
    assert np.isclose((weights**2).sum(), 1.0)
    assert np.isclose((ngrams("no no no, never")[1] ** 2).sum(), 1.0)
    for text in ("", " ", "a", "\U0001f642", "胸が痛い", "a" * 5000):
        ngrams(text)


def test_near_batches_hold_every_lesson_once_a_round_and_near_ones_together() -> None:
    from random import Random

    some = lessons()[:128]
    vectors = np.repeat(np.eye(4, dtype=np.float32), 32, axis=0)[[at % 4 * 32 for at in range(128)]]
    stream = near_batches(some, vectors, 32, Random(0))
    batches_of_a_round = [next(stream) for _ in range(4)]
    assert sorted(lesson.text for batch in batches_of_a_round for lesson in batch) == sorted(one.text for one in some)
    place = {lesson.text: at for at, lesson in enumerate(some)}
    assert min(len({place[lesson.text] % 4 for lesson in batch}) for batch in batches_of_a_round) < 4
