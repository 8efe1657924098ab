"""The learned part of triage: reproducible from readable files, and tied to its model."""

import os
from pathlib import Path

import numpy as np
import pytest

from bot.chain import Bot
from bot.decide import decide, fit_head
from bot.train import digest, examples, train
from bot.triage import WEIGHTS, Triage
from corpus.errors import ModelMissing
from index.documents import IndexedText
from index.search import Found, Hit


def test_the_committed_classifier_was_trained_on_these_examples(bot: Bot) -> None:
    assert bot.triage.trained_on == digest(), "examples or banks changed; run 'python -m bot.train'"


@pytest.mark.slow
@pytest.mark.skipif("ASK_TEST_SLOW" not in os.environ, reason="trains for a minute; set ASK_TEST_SLOW=1")
def test_training_again_gives_the_committed_classifier(bot: Bot) -> None:
    trained = train(bot.index.embedder)
    assert bot.triage.labels == trained.labels
    texts = ["What are beta cells?", "should I stop insulin", "hello", "I cannot breathe", "x"]
    for probe in bot.index.embedder.embed(texts):
        assert np.allclose(bot.triage.kernel.scores(probe), trained.kernel.scores(probe), atol=0.02)


def test_the_weights_are_small_and_the_examples_readable() -> None:
    assert WEIGHTS.stat().st_size < 30_000_000
    texts = [text for text, _ in examples()]
    assert len(texts) > 4000
    assert all(text.strip() == text and text for text in texts)


def test_a_head_for_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"python -m bot\.train"):
        Triage.load("another model")
    with pytest.raises(ModelMissing, match=r"python -m bot\.train"):
        Triage.load("x", tmp_path / "nothing.npz")
    (tmp_path / "bad.npz").write_bytes(b"bad")
    with pytest.raises(ModelMissing):
        Triage.load("x", tmp_path / "bad.npz")


def test_without_a_bank_similarity_decides(bot: Bot) -> None:
    passages = bot.index.publication.article.passages
    near = Found(tuple(Hit(p, 0.0, 0.8 if p.id == "s2.6" else 0.1, 0.0) for p in passages), ())
    far = Found(tuple(Hit(p, 0.0, 0.1, 0.0) for p in passages), ())
    vector = np.zeros(384, dtype=np.float32)
    assert [p.id for p in decide(near, vector, None).passages] == ["s2.6"]
    assert not decide(far, vector, None).answers


def test_the_decision_learns_from_the_bank() -> None:
    vectors = np.eye(4, dtype=np.float32)
    texts = [IndexedText(str(i), "question", str(i), ("s1.1",) if i < 2 else ()) for i in range(4)]
    head = fit_head(texts, vectors)
    assert head
    assert [float(head.scores(vector)[0]) > 0 for vector in vectors] == [True, True, False, False]
    assert fit_head(texts[:2], vectors[:2]) is None
    assert fit_head([], np.zeros((0, 4), dtype=np.float32)) is None
