"""The README tells the truth: its commands run, its files exist, its settings are the settings."""

import json
import os
import re
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from corpus.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line]
SERVES = [command for command in COMMANDS if command.startswith("make run") or "app.py" in command]
OURSELVES = [command for command in COMMANDS if command in ("make test", "make eval")]
"""Run by CI itself, or by a test of its own: running them from within a test would recurse or take too long."""


def environment() -> dict[str, str]:
    """The environment in which `.venv/bin` means the interpreter that runs the tests."""
    return {**os.environ, "ASK_INDEX": str(Settings().index)}


@pytest.mark.skipif(not (ROOT / ".venv").exists(), reason="the README's commands use .venv; run 'make test'")
@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in (*SERVES, *OURSELVES)])
def test_commands_run(command: str) -> None:
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, env=environment())
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip()
    if "--json" in command:
        for line in run.stdout.splitlines():
            assert json.loads(line)["disclaimer"]


def test_every_make_target_named_exists() -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test", "eval"} <= named <= targets
    assert {"run", "test", "check", "index", "eval"} <= targets


def test_ci_runs_the_readmes_test_command() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README, re.MULTILINE))
def test_links_lead_somewhere(link: str) -> None:
    assert link.startswith("http") or (ROOT / link).exists()


def test_settings_are_documented() -> None:
    documented = set(re.findall(r"`(ASK_[A-Z_]+|CHROMA_URL)`", README, re.MULTILINE))
    names = {"CHROMA_URL" if field.name == "chroma_url" else f"ASK_{field.name.upper()}" for field in fields(Settings)}
    assert documented == names


@pytest.mark.parametrize(
    "page", sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")]), ids=lambda page: page.name
)
def test_every_row_stands_in_a_table(page: Path) -> None:
    """A row after an empty line is shown as plain text, unless it is a heading with its rule below it."""
    lines = ["", *page.read_text("utf-8").splitlines(), ""]
    starts = [at for at, line in enumerate(lines) if line.startswith("|") and not lines[at - 1].startswith("|")]
    assert not [lines[at] for at in starts if not re.match(r"\|[-:| ]+\|$", lines[at + 1])]


def test_the_version_is_the_newest_of_the_changelog() -> None:
    newest = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == newest[1]


def test_the_annotated_tree_names_files_that_exist() -> None:
    tree = README.split("## How it is built")[1].split("```")[1]
    folder = ROOT
    for line in tree.strip().splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            folder = ROOT / name.rstrip("/")
            assert (ROOT / name.rstrip("/")).exists(), name
        elif name.endswith((".py", "/")):
            assert (folder / name.rstrip("/")).exists(), name


def test_the_screenshot_is_a_picture() -> None:
    picture = Path(ROOT / re.search(r"!\[.*?\]\((.*?)\)", README)[1])  # type: ignore[index]
    assert picture.read_bytes()[:4] == b"\x89PNG"
