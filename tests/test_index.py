"""The index: right, verified, private to each process, rebuilt safely, and searched with one embedding."""

import json
import multiprocessing
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from bot.chain import Bot
from corpus.errors import (
    AskError,
    IndexDamaged,
    IndexInUse,
    IndexMissing,
    IndexStale,
    ModelMissing,
    SettingsError,
    StoreUnavailable,
)
from corpus.load import Publication, load_publication
from corpus.notes import Answered, Bank, Notes, SentenceNote
from index.build import build
from index.chroma import QUESTIONS, SENTENCES, Stores, build_on_server, server_prefix
from index.documents import IndexedText, indexed_texts
from index.embed import SentenceEmbedder, packaged_model
from index.exact import Exact
from index.langchain_embeddings import LangChainEmbeddings
from index.lexical import LexicalIndex
from index.lock import exclusive, shared
from index.manifest import Manifest, builds
from index.remote import Remote
from index.retriever import ArticleRetriever
from index.search import Index
from index.snapshot import load_texts
from index.store import Store, close, open_server
from tests.conftest import ROOT
from tests.fakes import HashEmbedder
from tests.test_app import free_port


@pytest.fixture
def small(folder: Path) -> Publication:
    """The real article with no bank, so that building takes no time."""
    (folder / "bank.yaml").unlink()
    return load_publication(folder)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


def nothing_left(root: Path) -> bool:
    return not list(root.rglob("unfinished.*"))


def first_hit(index: Index, passage_text: str) -> str:
    from index.documents import in_context

    article = index.publication.article
    passage = next(p for p in article.passages if p.text == passage_text)
    text = in_context(article, passage)
    return index.search(text, index.embedder.embed([text])[0]).hits[0].passage.text


def test_every_passage_finds_itself(small: Publication, root: Path) -> None:
    build(small, HashEmbedder(), root)
    index = Index.open(small, HashEmbedder(), root)
    for passage in small.article.passages:
        assert first_hit(index, passage.text) == passage.text
    index.close()


def test_questions_of_the_bank_stand_for_what_completes_their_answer_too(publication: Publication) -> None:
    one, other, third, *_ = publication.article.passages
    notes = Notes(sentences=(SentenceNote(one.text, ask="Why?", beside=(other.text, third.text)),))
    asked = Answered((one.text,), ("What?",)), Answered((third.text, one.text), ("And?",))
    full = Answered(tuple(passage.text for passage in publication.article.passages[:5]), ("All?",))
    texts = indexed_texts(replace(publication, notes=notes, bank=Bank(answered=(*asked, full))))
    found = {text.text: text.passages for text in texts if text.kind == "question"}
    whole = (one.id, other.id, third.id)
    assert found == {"Why?": whole, "What?": whole, "And?": (third.id, one.id, other.id), "All?": found["All?"]}
    assert len(found["All?"]) == 5, "there is no room beside many"


def test_who_serves_may_be_another_user_than_who_builds(small: Publication, root: Path) -> None:
    assert build(small, HashEmbedder(), root).stat().st_mode & 0o777 == 0o755


def test_unchanged_texts_are_not_embedded_again(folder: Path, root: Path) -> None:
    (folder / "bank.yaml").unlink()
    build(load_publication(folder), HashEmbedder(), root)
    again = HashEmbedder()
    article = (folder / "article.md").read_text()
    (folder / "article.md").write_text(
        article.replace("Beta cells are cells located", "Beta cells are small cells located")
    )
    (folder / "notes.yaml").unlink()
    build(load_publication(folder), again, root)
    assert again.embedded == 1


def test_nothing_built_says_what_to_run(small: Publication, root: Path) -> None:
    with pytest.raises(IndexMissing, match="python -m index"):
        Index.open(small, HashEmbedder(), root)


@pytest.mark.parametrize(("what", "word"), [("article", "content"), ("model", "model")])
def test_a_stale_index_says_what_changed_and_what_to_run(folder: Path, root: Path, what: str, word: str) -> None:
    (folder / "bank.yaml").unlink()
    build(load_publication(folder), HashEmbedder(), root)
    if what == "article":
        (folder / "notes.yaml").unlink()
    with pytest.raises(IndexStale, match=f"another {word}; run 'python -m index'"):
        Index.open(load_publication(folder), HashEmbedder("other" if what == "model" else "hash"), root)


@pytest.mark.parametrize("name", ["{}-old", "{} (copy)", "copy-of-{}", "my-notes"])
def test_a_copy_beside_a_build_is_left_alone(small: Publication, root: Path, name: str) -> None:
    built = build(small, HashEmbedder(), root)
    copy = shutil.copytree(built, built.with_name(name.format(built.name)))
    Index.open(small, HashEmbedder(), root).close()
    again = build(small, HashEmbedder(), root)
    assert {path.name for path in again.parent.iterdir() if path.is_dir()} == {copy.name, again.name}


def test_a_bad_article_leaves_the_index_usable(folder: Path, root: Path) -> None:
    (folder / "bank.yaml").unlink()
    good = (folder / "article.md").read_bytes()
    build(load_publication(folder), HashEmbedder(), root)
    (folder / "article.md").write_bytes(b"spoilt \xff")
    with pytest.raises(AskError):
        build(load_publication(folder), HashEmbedder(), root)
    (folder / "article.md").write_bytes(good)
    Index.open(load_publication(folder), HashEmbedder(), root).close()


def spoil_vectors(folder: Path) -> None:
    vectors = np.load(folder / "vectors.npy", mmap_mode="r+")
    vectors[:] = -vectors
    vectors.flush()


def spoil_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))


DAMAGES = {
    "sqlite": lambda folder: spoil_byte(folder / "chroma" / "chroma.sqlite3"),
    "vector file": lambda folder: spoil_byte(next(folder.rglob("data_level0.bin"))),
    "vector folder gone": lambda folder: next(folder.rglob("data_level0.bin")).unlink(),
    "truncated": lambda folder: os.truncate(folder / "vectors.npy", 100),
    "other vectors": spoil_vectors,
    "texts": lambda folder: (folder / "texts.json").write_text("[]"),
    "extra file": lambda folder: (folder / "stray").write_text("x"),
    "manifest": lambda folder: (folder / "manifest.json").write_text("{}"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_refused_before_chroma_opens_it(small: Publication, root: Path, damage: str) -> None:
    DAMAGES[damage](build(small, HashEmbedder(), root))
    with pytest.raises(IndexDamaged, match="python -m index"):
        Index.open(small, HashEmbedder(), root)
    texts, vectors = load_texts(build(small, HashEmbedder(), root))
    assert np.allclose(vectors, HashEmbedder().embed([text.text for text in texts]), atol=1e-6), "nothing of the damage"
    Index.open(small, HashEmbedder(), root).close()


def test_a_large_index_is_searched_by_chroma_and_finds_the_same(
    small: Publication, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(small, HashEmbedder(), root)
    in_memory = Index.open(small, HashEmbedder(), root)
    monkeypatch.setattr("index.search.EXACT_UP_TO", 10)
    large = Index.open(small, HashEmbedder(), root)
    assert isinstance(in_memory.sentences, Exact)
    assert isinstance(large.sentences, Store)
    for passage in small.article.passages:
        vector = HashEmbedder().embed([passage.text])[0]
        one, two = in_memory.search(passage.text, vector), large.search(passage.text, vector)
        assert [hit.passage for hit in one.hits] == [hit.passage for hit in two.hits]
        assert [hit.dense for hit in one.hits] == pytest.approx([hit.dense for hit in two.hits], abs=1e-5)
    large.close()


def negated(store: Store) -> tuple[list[IndexedText], np.ndarray]:
    texts, vectors = EVERYTHING(store)
    return texts, -vectors


EVERYTHING, COUNT = Store.everything, Store.count


@pytest.mark.parametrize(
    ("method", "wrong"), [("everything", negated), ("count", lambda store: COUNT(store) + 1)], ids=["vectors", "count"]
)
def test_what_does_not_read_back_is_never_an_index(
    small: Publication, root: Path, monkeypatch: pytest.MonkeyPatch, method: str, wrong: object
) -> None:
    good = build(small, HashEmbedder(), root)
    monkeypatch.setattr(Store, method, wrong)
    with pytest.raises(IndexDamaged, match="does not read back"):
        build(small, HashEmbedder(), root)
    assert [folder for _, folder in builds(good.parent)] == [good], "the one before it is untouched"


def test_a_new_build_replaces_the_old_one_once_nobody_reads_it(small: Publication, root: Path) -> None:
    old = build(small, HashEmbedder(), root)
    builder = threading.Thread(target=build, args=(small, HashEmbedder(), root))
    with shared(old.parent / "read.lock"):
        builder.start()
        until(lambda: len(builds(old.parent)) == 2)
        builder.join(0.5)
        assert builder.is_alive(), "it waits for who reads"
        Manifest.read(old).check_files(old)
    builder.join(10)
    assert [number for number, _ in builds(old.parent)] == [2]
    assert nothing_left(root)


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_opening_changes_nothing_in_the_built_index(small: Publication, root: Path) -> None:
    folder = build(small, HashEmbedder(), root)
    one, two = Index.open(small, HashEmbedder(), root), Index.open(small, HashEmbedder(), root)
    one.search("beta cells", HashEmbedder().embed(["beta cells"])[0])
    one.close()
    two.close()
    Manifest.read(folder).check_files(folder)


def test_a_second_builder_is_told_who_holds_the_index(small: Publication, root: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from index.lock import exclusive\n"
        f"with exclusive(Path({str(root / small.article.slug / 'build.lock')!r})):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT) as holder:
        assert holder.stdout and holder.stdout.readline()
        with pytest.raises(IndexInUse, match=f"process {holder.pid}"):
            build(small, HashEmbedder(), root)
        holder.kill()
    build(small, HashEmbedder(), root)


def test_the_lock_ends_with_its_holder(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock"):
        pass
    with exclusive(tmp_path / "lock"):
        pass


def test_who_waits_for_the_lock_gets_it_after_its_holder(tmp_path: Path) -> None:
    turns = []

    def wait() -> None:
        with exclusive(tmp_path / "lock", wait=True):
            turns.append("second")

    with exclusive(tmp_path / "lock"):
        second = threading.Thread(target=wait)
        second.start()
        second.join(0.3)
        turns.append("first")
    second.join(10)
    assert turns == ["first", "second"]


def build_for_ever(folder: Path, root: Path, ready: "multiprocessing.synchronize.Event") -> None:
    original = (folder / "article.md").read_text()
    for number in range(10_000):
        (folder / "article.next").write_text(original.replace("many diabetes", f"many{number} diabetes"))
        (folder / "article.next").replace(folder / "article.md")
        build(load_publication(folder), HashEmbedder(), root)
        ready.set()


def test_a_large_store_is_read_back_page_by_page(
    small: Publication, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded Chroma refuses to give more than some 30,000 texts at once."""
    monkeypatch.setattr("index.store.PAGE", 7)
    texts, vectors = load_texts(build(small, HashEmbedder(), root))
    assert len(texts) == len(vectors) > 14


def test_a_kill_at_any_moment_leaves_a_whole_index(folder: Path, root: Path) -> None:
    """Kill the builder at random moments; whatever is there afterwards opens, is whole, and can be built upon."""
    (folder / "bank.yaml").unlink()
    (folder / "notes.yaml").unlink()
    kills = int(os.environ.get("ASK_TEST_KILLS", "8"))
    moments = random.Random(1)
    spawn = multiprocessing.get_context("spawn")
    for _ in range(kills):
        ready = spawn.Event()
        builder = spawn.Process(target=build_for_ever, args=(folder, root, ready))
        builder.start()
        assert ready.wait(60)
        time.sleep(moments.uniform(0.0, 0.6))
        os.kill(builder.pid or 0, signal.SIGKILL)
        builder.join()
        builds = [path.parent for path in (root / folder.name).glob("*-*/manifest.json")]
        assert builds, "no index is left"
        for left in builds:
            Manifest.read(left).check_files(left)
        if open_if_current(folder, root) is None:
            build(load_publication(folder), HashEmbedder(), root)
            assert open_if_current(folder, root) is not None
            assert nothing_left(root)


def open_if_current(folder: Path, root: Path) -> str | None:
    """The first sentence the index finds, when it is of the article as it is now."""
    publication = load_publication(folder)
    try:
        index = Index.open(publication, HashEmbedder(), root)
    except IndexStale:
        return None
    found = first_hit(index, publication.article.passages[1].text)
    index.close()
    assert found == publication.article.passages[1].text
    return found


@contextmanager
def chroma_server(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Chroma's own server."""
    chroma, port = Path(sys.executable).parent / "chroma", free_port()
    command = [str(chroma), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for_server(f"http://127.0.0.1:{port}")
            yield server, f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGCONT)
            server.kill()


def test_a_chroma_server_serves_the_same_answers_and_is_done_without_when_it_fails(
    small: Publication, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against chromadb's own server: stopped, it must not hold up questions; killed, they are answered all the same."""
    monkeypatch.setattr("index.remote.PAUSE", 0.2)
    embedder = HashEmbedder()
    with chroma_server(tmp_path / "server") as (server, url):
        with pytest.raises(IndexMissing, match="python -m index"):
            Index.open_server(small, embedder, url, root)
        place = build(small, embedder, root)
        build_on_server(small, embedder, url, *load_texts(place))
        elsewhere = Index.open_server(small, embedder, url, tmp_path / "no folder")
        index = Index.open_server(small, embedder, url, root)
        texts = [passage.text for passage in small.article.passages[:3]]
        assert [first_hit(index, text) for text in texts] == texts
        assert index.problem == ""
        server.send_signal(signal.SIGSTOP)
        started = time.monotonic()
        assert [first_hit(index, text) for text in texts] == texts
        assert time.monotonic() - started < 5, "Chroma's own client would wait for ever"
        assert "its own vectors are searched instead" in index.problem
        with pytest.raises(StoreUnavailable, match="nothing can be found"):
            first_hit(elsewhere, texts[0])
        server.send_signal(signal.SIGCONT)
        time.sleep(0.5)
        assert [first_hit(one, texts[0]) for one in (index, elsewhere)] == [texts[0]] * 2
        assert (index.problem, elsewhere.problem) == ("", "")
        fill_anew(small, url, place)
        first_hit(index, texts[0])
        assert index.problem, "the collections that it knew are gone"
        time.sleep(0.3)
        assert (first_hit(index, texts[0]), index.problem) == (texts[0], "")
        server.kill()
        server.wait()
        assert [first_hit(index, text) for text in texts] == texts
        late = Index.open_server(small, embedder, url, root)
        assert first_hit(late, texts[0]) == texts[0], "it may even start without the server"
        assert late.problem
        for one in (index, elsewhere, late):
            one.close()


def fill_anew(publication: Publication, url: str, place: Path) -> None:
    client = open_server(url, 30)
    for name in (SENTENCES, QUESTIONS):
        client.delete_collection(server_prefix(publication, HashEmbedder()) + name)
    close(client)
    build_on_server(publication, HashEmbedder(), url, *load_texts(place))


def test_a_server_that_is_slow_to_find_its_collections_holds_up_one_question_at_a_time() -> None:
    slow, asked, looked_up = threading.Event(), threading.Event(), []

    def look_up() -> Stores:
        looked_up.append(1)
        if len(looked_up) == 2:
            asked.set()
            slow.wait(10)
        raise TimeoutError

    none = Exact([], np.zeros((0, 8), np.float32))
    remote = Remote(lambda undo: look_up, (none, none), "here")
    vector = np.ones(8, np.float32)
    remote.nearest(0, vector, 1)
    remote._again = 0.0  # the pause is over
    waiting = threading.Thread(target=remote.nearest, args=(0, vector, 1))
    waiting.start()
    assert asked.wait(10)
    started = time.monotonic()
    assert remote.nearest(0, vector, 1) == []
    assert time.monotonic() - started < 1
    slow.set()
    waiting.join()


def wait_for_server(url: str) -> None:
    for _ in range(100):
        try:
            if httpx.get(f"{url}/api/v2/heartbeat").status_code == 200:
                return
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError("the Chroma server did not start")


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://x", "http://127.0.0.1:80000", "http://127.0.0.1:abc", "http://[::1", "http://"]
)
def test_a_wrong_server_address_is_a_clear_error(small: Publication, root: Path, url: str) -> None:
    build(small, HashEmbedder(), root)  # what stands in for a server that is down must not hide a mistake
    with pytest.raises(SettingsError, match="CHROMA_URL"):
        Index.open_server(small, HashEmbedder(), url, root)


def test_no_server_and_nothing_built_here_says_what_to_do(small: Publication, root: Path) -> None:
    with pytest.raises(StoreUnavailable, match="chroma run"):
        Index.open_server(small, HashEmbedder(), "http://127.0.0.1:9", root)


def test_a_server_that_takes_the_call_and_says_nothing_does_not_hold_up_the_start(
    small: Publication, root: Path
) -> None:
    build(small, HashEmbedder(), root)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        index = Index.open_server(small, HashEmbedder(), f"http://127.0.0.1:{mute.getsockname()[1]}", root)
    text = small.article.passages[0].text
    assert first_hit(index, text) == text
    assert "its own vectors are searched instead" in index.problem
    index.close()


def test_the_packaged_model_embeds_with_unit_length() -> None:
    embedder = SentenceEmbedder(packaged_model())
    vectors = embedder.embed(["What are beta cells?", "Is it safe?"])
    assert vectors.shape == (2, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert isinstance(LangChainEmbeddings(embedder), Embeddings)
    assert np.allclose(LangChainEmbeddings(embedder).embed_query("Is it safe?"), vectors[1], atol=1e-5)


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="ASK_EMBEDDER"):
        SentenceEmbedder(tmp_path)


def test_the_retriever_is_langchains(bot: Bot) -> None:
    retriever = ArticleRetriever.over(bot.index, k=3)
    assert isinstance(retriever, BaseRetriever)
    found = retriever.invoke("Where are beta cells located?")
    assert len(found) == 3
    text = bot.index.publication.article.text
    assert all(text[d.metadata["start"] : d.metadata["end"]] == d.page_content for d in found)
    assert found[0].page_content == "Beta cells are cells located in pancreas that produce insulin."


def test_retrieval_is_hybrid(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either side changes the ranking; a word that only the lexical one and the aliases know finds its sentence."""

    def ranking(question: str) -> list[str]:
        return [hit.passage.id for hit in bot.index.search(question, bot.index.embedder.embed([question])[0]).hits]

    assert "s3.3" in ranking("angiogenesis")[:2]
    both = ranking("pancreas gland")
    with monkeypatch.context() as without_words:
        without_words.setattr(LexicalIndex, "scores", lambda self, question: np.zeros(len(both), np.float32))
        assert ranking("pancreas gland") != both
    with monkeypatch.context() as without_vectors:
        without_vectors.setattr(Index, "_dense", lambda self, vector: {})
        assert ranking("pancreas gland") != both


def test_check_command() -> None:
    run = subprocess.run([sys.executable, "-m", "index", "--check"], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert "the index is good" in run.stdout


def test_check_command_without_an_index(tmp_path: Path) -> None:
    environment = {**os.environ, "ASK_INDEX": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-m", "index", "--check"], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert run.returncode == 1
    assert "python -m index" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_manifest_pins_what_the_index_was_built_from(small: Publication, root: Path) -> None:
    manifest = json.loads((build(small, HashEmbedder(), root) / "manifest.json").read_text())
    assert manifest["identity"]["model"] == "hash"
    assert manifest["identity"]["content"] == small.digest
    assert manifest["identity"]["splitter"]
    assert manifest["dimension"] == 32
