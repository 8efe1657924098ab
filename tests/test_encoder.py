"""The exported embedding model: the same vectors as the original, whatever shares their batch, whole or refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelMissing, SettingsError
from corpus.settings import Settings
from evals.sample import own_samples
from index.documents import IndexedText
from index.encoder import OnnxEmbedder, drop_other_tunings, encoder_folder, export_encoder
from index.exact import Exact, Outline
from index.onnx_model import Exported, OnnxModel, threads
from index.open import open_embedder, original_embedder
from index.prepare import COMPARED

QUESTIONS = [sample.question for sample in own_samples()]


@pytest.fixture(scope="module")
def exported() -> OnnxEmbedder:
    return open_embedder(Settings())


def test_vectors_are_the_originals(exported: OnnxEmbedder) -> None:
    asked = QUESTIONS[::12]
    original = original_embedder(Settings())
    assert original.name == exported.name
    assert (exported.embed(asked) * original.embed(asked)).sum(axis=1).min() > 0.9999
    assert COMPARED >= 100


def test_a_vector_does_not_depend_on_its_company(exported: OnnxEmbedder) -> None:
    asked = [*QUESTIONS[:40], "word " * 300]
    together, alone = exported.embed(asked), np.stack([exported.embed([text])[0] for text in asked])
    assert np.abs(together - alone).max() < 1e-6
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_a_short_question_costs_few_tokens(exported: OnnxEmbedder) -> None:
    """The tokenizer as it is published pads every text to 128."""
    _, tokenizer = OnnxModel(exported.folder, exported.name)._loaded
    assert len(tokenizer.encode("What are beta cells?").ids) == 7
    assert len(tokenizer.encode("word " * 1000).ids) == 256
    assert tokenizer.encode("a question", "its source").type_ids[-1] == 1, "pairs, for cross-encoders"


def test_a_missing_or_damaged_export_is_refused(exported: OnnxEmbedder, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="python -m index"):
        OnnxEmbedder("any", tmp_path).embed(["x"])
    with pytest.raises(ModelMissing, match="python -m index"):
        OnnxEmbedder("another", exported.folder).embed(["x"])
    for file in exported.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    spoilt = bytearray((tmp_path / "weights.bin").read_bytes())
    spoilt[1000] ^= 1
    (tmp_path / "weights.bin").write_bytes(spoilt)
    with pytest.raises(ModelMissing, match="not as it was exported"):
        OnnxEmbedder(exported.name, tmp_path).embed(["x"])


def test_an_export_with_other_vectors_never_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original, folder = original_embedder(Settings()), tmp_path / "export"
    export_encoder(original, folder, "fp32", ["a", "b"])
    rotated = original.embed(["a", "b"])[::-1]
    monkeypatch.setattr(original, "embed", lambda texts: rotated)
    with pytest.raises(ModelMissing, match="other vectors"):
        export_encoder(original, folder, "fp32", ["a", "b"])
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
    OnnxEmbedder(original.name, folder).load()  # the good one before it is still there


def test_in_eight_bits_a_vector_is_near_and_does_not_depend_on_its_company(tmp_path: Path) -> None:
    original = original_embedder(Settings())
    folder = encoder_folder(tmp_path, original.name, "int8")
    export_encoder(original, folder, "int8", QUESTIONS[:20])
    small = OnnxEmbedder(original.name, folder)
    together, alone = small.embed(QUESTIONS[:20]), np.stack([small.embed([text])[0] for text in QUESTIONS[:20]])
    assert np.abs(together - alone).max() < 1e-6
    assert json.loads((folder / "manifest.json").read_text())["precision"] == "int8"
    assert folder.stat().st_mode & 0o777 == 0o755, "who serves may be another user than who exports"


def test_an_export_drops_those_of_other_tunings_but_none_in_use(tmp_path: Path) -> None:
    original = original_embedder(Settings())
    base, tuned = original.name.split("+")
    folder = encoder_folder(tmp_path, original.name, "fp32")
    export_encoder(original, folder, "fp32", ["a", "b"])

    def exported_as(name: str, precision: str) -> Path:
        copy = encoder_folder(tmp_path, name, precision)
        Exported(name, 256, precision, Exported.read(folder, original.name).files).write(shutil.copytree(folder, copy))
        return copy

    stays = [
        exported_as(f"{base}+{tuned}", "int8"),
        exported_as(base, "fp32"),
        exported_as(f"another{base}+{'0' * 12}", "fp32"),
        exported_as(f"guard/{base}+{'0' * 12}", "fp32"),
        folder,
    ]
    dropped, loaded = exported_as(f"{base}+{'1' * 12}", "fp32"), exported_as(f"{base}+{'2' * 12}", "int8")
    in_use = OnnxModel(loaded, f"{base}+{'2' * 12}")
    in_use.load()
    export_encoder(original, folder, "fp32", ["a", "b"])
    assert not dropped.exists()
    assert set(folder.parent.iterdir()) == {*stays, loaded}
    in_use.run(["it answers still"])
    del in_use
    drop_other_tunings(folder)
    assert set(folder.parent.iterdir()) == {*stays}


def test_precision_is_one_of_two() -> None:
    assert Settings.from_env({"ASK_PRECISION": "int8"}).precision == "int8"
    with pytest.raises(SettingsError, match="ASK_PRECISION"):
        Settings.from_env({"ASK_PRECISION": "int4"})


def test_threads_follow_the_usual_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    assert 1 <= threads() <= 4


@pytest.mark.parametrize("count", [200, 3_000])  # with an outline or without
def test_exact_search_is_exact(count: int) -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(count, 384)) * np.geomspace(1, 0.02, 384)  # as learned ones: few axes matter most
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    vectors[50] = vectors[20]  # equal ones come in their order
    texts = [IndexedText(str(n), "question", str(n), ()) for n in range(count)]
    exact = Exact(texts, vectors)
    for vector in vectors[:60]:
        similar = np.einsum("td,d->t", vectors, vector)
        best = sorted(range(count), key=lambda at: (-similar[at], at))
        for k in (1, 7, count, count + 300):
            found = exact.nearest(vector, k)
            assert [int(match.text.id) for match in found] == best[:k]
            assert found[0].similarity == pytest.approx(similar[best[0]])


def test_an_outline_leaves_little_to_compare() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(3_000, 384)) * np.geomspace(1, 0.002, 384)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    assert len(Outline(vectors).possible(vectors[0], 24)) < 300


def test_no_texts_have_none_near() -> None:
    assert Exact([], np.zeros((0, 8), np.float32)).nearest(np.ones(8, np.float32), 3) == []
