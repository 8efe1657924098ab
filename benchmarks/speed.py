"""How fast it is, each figure beside a reference in the same run: `python benchmarks/speed.py [PART ...]`.

    answer    question in, Answer out, beside one bare forward pass of the same question
    start     `python -m bot` and `python app.py` from nothing, and memory while serving
    http      answers a second at 1, 8, 64 and 512 clients, beside the bare encoder in batches
    size      retrieval at 20, 2,000 and 100,000 sentences
    build     indexing real answers from nothing, beside bare encoding, and again with one of them changed

`size` and `build` take their texts from --medquad FILE (rows {"answer"}; abachaa/MedQuAD, CC BY 4.0). Other work on the
machine moves the figures, so each says the load it was taken under. Writes benchmarks/speed.json.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from load import load  # noqa: E402

from bot.open import open_bot  # noqa: E402
from corpus.article import Article, Header, Passage, Section  # noqa: E402
from corpus.load import Publication  # noqa: E402
from corpus.notes import Bank, Notes  # noqa: E402
from corpus.settings import Settings  # noqa: E402
from evals.sample import own_samples  # noqa: E402
from index.encoder import OnnxEmbedder  # noqa: E402
from index.onnx_model import _padded  # noqa: E402
from index.open import open_embedder  # noqa: E402

FILE, PORT = ROOT / "benchmarks" / "speed.json", 7871
ASKED = [s.question for s in own_samples() if not s.history and s.kind in ("answerable", "unanswerable")]
Figures = dict[str, Any]


def milliseconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def middle(values: Sequence[float], digits: int = 2) -> float:
    return round(statistics.median(values), digits)


def answer() -> Figures:
    bot = open_bot(Settings.from_env(os.environ))
    embedder = bot.index.embedder
    session, tokenizer = embedder._model._loaded  # a second session's threads would wait by spinning, and cost both
    whole, bare, search = [], [], []
    for question in ASKED[:300]:
        inputs = _padded([tokenizer.encode(question)])
        bot.ask(question)
        whole.append(milliseconds(lambda question=question: bot.ask(question)))  # type: ignore[misc]
        bare.append(milliseconds(lambda inputs=inputs: session.run(None, inputs)))  # type: ignore[misc]
        vector = embedder.embed([question])[0]
        search.append(milliseconds(lambda question=question, vector=vector: bot.index.search(question, vector)))  # type: ignore[misc]
    return {
        "ask_ms": middle(whole),
        "bare_forward_ms": middle(bare),
        "search_ms": middle(search),
        "ratio": round(statistics.median(whole) / statistics.median(bare), 2),
        "beside_the_forward_pass_ms": middle([one - two for one, two in zip(whole, bare, strict=True)]),
    }


def start() -> Figures:
    command, python, page, first, memory = [], [], [], [], []
    for _ in range(5):
        python.append(milliseconds(lambda: subprocess.run([sys.executable, "-c", "import numpy"], check=True)) / 1000)
        ask = [sys.executable, "-m", "bot", "What are beta cells?"]
        command.append(
            milliseconds(lambda ask=ask: subprocess.run(ask, cwd=ROOT, check=True, capture_output=True)) / 1000
        )  # type: ignore[misc]
    for _ in range(3):
        started = time.perf_counter()
        with app() as process:
            page.append(time.perf_counter() - started)
            asyncio.run(load(PORT, 1, 0.01, ASKED))
            first.append(time.perf_counter() - started)
            asyncio.run(load(PORT, 8, 3, ASKED))
            status = Path(f"/proc/{process.pid}/status").read_text()
            memory.append(int(status.split("VmRSS:")[1].split()[0]) / 1024)
    return {
        "python_and_numpy_s": middle(python),
        "bot_command_s": middle(command),
        "page_up_s": middle(page),
        "first_answer_s": middle(first),
        "memory_mb": middle(memory, 0),
    }


@contextmanager
def app(*options: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    where = {**os.environ, "ASK_RATE": "off", "ASK_FEEDBACK": "off", **environment}
    process = subprocess.Popen([sys.executable, "app.py", "--port", str(PORT), *options], cwd=ROOT, env=where)
    try:
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=5):
                    break
            except OSError:
                time.sleep(0.02)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def http() -> Figures:
    figures: Figures = {}
    for precision, workers in (("fp32", 1), ("fp32", 2), ("int8", 1), ("int8", 2)):
        settings = Settings.from_env({**os.environ, "ASK_PRECISION": precision})
        if not open_embedder(settings).folder.exists():
            continue
        embedder = open_embedder(settings)
        with app("--workers", str(workers), ASK_PRECISION=precision):
            asyncio.run(load(PORT, 64, 8, ASKED))  # every process opens its bot, and rules compile as they are met
            for clients in (1, 8, 64, 512):
                embedder.embed(ASKED[:64])
                bare = 320 / (milliseconds(lambda embedder=embedder: embedder.embed(ASKED[:320])) / 1000)  # type: ignore[misc]
                found = asyncio.run(load(PORT, clients, 6, ASKED)).figures()
                figures[f"{precision}, {workers} processes, {clients} clients"] = {
                    **found,
                    "bare_encoder_per_second": round(bare),
                    "share_of_bare": round(float(found["answers_per_second"]) / bare, 2),  # type: ignore[arg-type]
                }
    return figures


def sentences(medquad: Path) -> list[str]:
    answers = [json.loads(line)["answer"] for line in medquad.read_text("utf-8").splitlines()]
    return [part.strip() for text in answers for part in text.split(". ") if len(part) > 40]


def made_up(texts: Sequence[str]) -> Publication:
    """An article of these sentences, without notes and bank."""
    passages, at = [], 0
    for number, text in enumerate(texts):
        passages.append(Passage(f"s{number}", "Part", "body", text, at, at + len(text)))
        at += len(text) + 1
    header = Header("Benchmark", "MedQuAD", False, "en", "CC BY 4.0")
    article = Article("benchmark", header, " ".join(texts), (Section("Part", tuple(passages)),), ())
    return Publication(article, Notes(), Bank(), str(hash(tuple(texts))))


class Known:
    """An embedder whose vectors of an article's texts are given: real ones, and above them real ones moved a little."""

    def __init__(self, real: OnnxEmbedder, texts: list[str], vectors: np.ndarray) -> None:
        self.name, self._real = f"known {len(texts)}", real
        self._known = dict(zip(texts, vectors, strict=True))

    def embed(self, texts: list[str]) -> np.ndarray:
        if texts[0] in self._known:
            return np.stack([self._known[text] for text in texts])
        return self._real.embed(texts)


def size(medquad: Path, sizes: Sequence[int]) -> Figures:
    from index.build import build
    from index.documents import in_context
    from index.search import Index

    real, random_words = open_embedder(Settings()), random.Random(1)
    numbers = np.random.default_rng(1)
    texts = list(dict.fromkeys(sentences(medquad)))[:2000]
    vectors = real.embed(texts)
    words = " ".join(texts).split()
    while len(texts) < max(sizes):
        texts.append(f"{' '.join(random_words.choices(words, k=18))} {len(texts)}")
    more = vectors[numbers.integers(0, len(vectors), len(texts) - len(vectors))]
    more = more + numbers.normal(scale=0.02, size=more.shape).astype(np.float32)
    vectors = np.concatenate([vectors, more / np.linalg.norm(more, axis=1, keepdims=True)]).astype(np.float32)
    indexes = {}
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory()))
        for count in sizes:
            publication = made_up(texts[:count])
            shown = [in_context(publication.article, passage) for passage in publication.article.passages]
            known = Known(real, shown, vectors[:count])
            build(publication, known, folder / str(count))
            indexes[count] = Index.open(publication, known, folder / str(count))
            undo.callback(indexes[count].close)
        times: dict[int, list[float]] = {count: [] for count in sizes}
        for question in ASKED[:220]:
            for count, index in indexes.items():
                times[count].append(
                    milliseconds(lambda i=index, q=question: i.search(q, i.embedder.embed([q])[0]))  # type: ignore[misc]
                )
        return {f"{count:,}": middle(taken[20:]) for count, taken in times.items()} | {
            "grows": round(statistics.median(times[max(sizes)]) / statistics.median(times[min(sizes)]), 2),
            "searched by": {f"{count:,}": type(index.sentences).__name__ for count, index in indexes.items()},
        }


def build(medquad: Path, count: int) -> Figures:
    from index.build import build as build_index
    from index.documents import in_context

    embedder = open_embedder(Settings())
    answers = [json.loads(line)["answer"] for line in medquad.read_text("utf-8").splitlines()]
    answers = list(dict.fromkeys(answers))[:count]
    publication, changed = made_up(answers), made_up(["Changed. " + answers[0], *answers[1:]])
    texts = [in_context(publication.article, passage) for passage in publication.article.passages]
    with tempfile.TemporaryDirectory() as folder:
        embedder.embed(texts[:32])
        bare = milliseconds(lambda: embedder.embed(texts)) / 1000
        whole = milliseconds(lambda: build_index(publication, embedder, Path(folder))) / 1000
        again = milliseconds(lambda: build_index(changed, embedder, Path(folder))) / 1000
    return {
        "answers": len(answers),
        "bare_encoding_s": round(bare, 1),
        "from_nothing_s": round(whole, 1),
        "ratio": round(whole / bare, 2),
        "one_changed_s": round(again, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["answer", "start", "http"])
    parser.add_argument("--medquad", type=Path)
    parser.add_argument("--answers", type=int, default=2000)
    parser.add_argument("--largest", type=int, default=100_000)
    arguments = parser.parse_args()
    known: dict[str, Callable[[], Figures]] = {
        "answer": answer,
        "start": start,
        "http": http,
        "size": lambda: size(arguments.medquad, (20, 2000, arguments.largest)),
        "build": lambda: build(arguments.medquad, arguments.answers),
    }
    figures: Figures = json.loads(FILE.read_text()) if FILE.exists() else {}
    for part in arguments.parts:
        before = os.getloadavg()[0]
        figures[part] = {**known[part](), "load_before_and_after": [round(before, 1), round(os.getloadavg()[0], 1)]}
        print(part, json.dumps(figures[part], indent=1), flush=True)
        FILE.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
