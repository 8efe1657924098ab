"""The learned part of triage: reproducible from readable files, and tied to its model."""

from pathlib import Path

import numpy as np
import pytest

from bot.chain import Bot
from bot.decide import decide, linear_head
from bot.train import examples, train
from bot.triage import WEIGHTS, Triage
from corpus.errors import ModelMissing
from index.search import Found, Hit


def test_training_again_gives_the_committed_weights(bot: Bot) -> None:
    stored, trained = Triage.load(bot.index.embedder.name), train(bot.index.embedder)
    assert stored.labels == trained.labels
    assert np.allclose(stored.weights, trained.weights, atol=2e-3), "run 'python -m bot.train'"


def test_the_weights_are_small_and_the_examples_readable() -> None:
    assert WEIGHTS.stat().st_size < 100_000
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


def test_the_linear_head_separates_what_can_be_separated() -> None:
    vectors = np.eye(4, dtype=np.float32)
    head = linear_head(vectors, [True, True, False, False], ridge=0.1)
    assert [float(v @ head[:-1] + head[-1]) > 0 for v in vectors] == [True, True, False, False]
