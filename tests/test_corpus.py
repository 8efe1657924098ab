"""The article is read exactly, and a bad one is refused with file and line."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import Article, Header
from corpus.errors import ArticleError
from corpus.load import Publication, load_corpus, load_publication
from corpus.parse import parse
from corpus.split import split
from tests.conftest import ROOT

PUBLISHED = (Path(__file__).parent / "data" / "published.txt").read_text("utf-8")
HERE = Path("article.md")


def test_reading_text_is_the_published_text_byte_for_byte(publication: Publication) -> None:
    assert publication.article.text == PUBLISHED


def test_the_article_has_its_19_sentences_and_2_footnotes(publication: Publication) -> None:
    article = publication.article
    assert len(article.passages) == 19
    assert [(note.label, len(note.passages)) for note in article.footnotes] == [("1", 1), ("2", 2)]
    assert article.passage("s2.3").footnotes == ("1",)
    assert article.passage("s2.5").footnotes == ("2",)
    assert article.passage("s2.1").section == "Point 1: type 1 diabetes"
    assert article.header.publisher_offers_therapy


def test_captions_are_shown_but_never_quoted(publication: Publication) -> None:
    assert "Woman Performing Blood Test" in publication.article.text
    assert not any("Woman Performing" in passage.text for passage in publication.article.passages)


def check_exact(article: Article, prose: list[str]) -> None:
    """Offsets are exact, passages do not overlap, and together they are all the prose, once."""
    passages = article.passages
    assert all(article.text[p.start : p.end] == p.text for p in passages)
    ordered = sorted(passages, key=lambda passage: passage.start)
    assert all(one.end <= two.start for one, two in pairwise(ordered))
    assert "".join("".join(p.text.split()) for p in ordered) == "".join("".join(text.split()) for text in prose)
    marked = {label for passage in passages for label in passage.footnotes}
    assert marked == {footnote.label for footnote in article.footnotes}
    assert len({passage.id for passage in passages}) == len(passages)


def test_passages_of_the_article_are_exact(publication: Publication) -> None:
    captions = 2 * "Woman Performing Blood Test on Herself\n"
    body = PUBLISHED.replace(captions, "")
    for number in ("1. For", "2. For", "3. For", "1. T cells", "2. Beta cells"):
        body = body.replace(number, number[3:])
    check_exact(publication.article, [body])


WORDS = st.text(st.sampled_from("abcdefghij éüñ中文😀'-,;()%"), min_size=1, max_size=30).map(str.strip).filter(bool)
SENTENCES = st.lists(WORDS.map(lambda words: f"X{words}."), min_size=1, max_size=4).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(SENTENCES, st.booleans(), st.sampled_from(["", "1. ", "- ", "> ", "## "])), min_size=1, max_size=6
    )
)
def test_passages_of_generated_articles_are_exact(blocks: list[tuple[str, bool, str]]) -> None:
    lines, notes, prose = [], [], []
    for number, (text, marked, prefix) in enumerate(blocks, 1):
        lines.append(f"{prefix}{text}{f'[^{number}]' if marked else ''}")
        prose.append(f"{text}{f'[{number}]' if marked else ''}")
        if marked:
            notes.append(f"[^{number}]: Note {text}")
    source = "\n\n".join([*lines, *notes])
    parsed = parse(source, HERE)
    header = Header("t", "p", False, "en", "l")
    article = Article("x", header, parsed.text, *split(parsed, "en"))
    footnotes = [f"Note {text}" for text, marked, _ in blocks if marked]
    check_exact(article, prose + footnotes)


HEADER = "---\ntitle: T\npublisher: P\npublisher_offers_therapy: false\nlanguage: en\nlicence: L\n---\n\n"


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"", 1, "empty"),
        (b"   \n", 1, "empty"),
        (HEADER.encode() + b"One.\n\nTwo \xff here.\n", 11, "not UTF-8"),
        (HEADER.encode(), 1, "no text"),
        (b"# Title\n\nOne.", 1, "header is missing"),
        ((HEADER + "One [^1].").encode(), 9, "mark [^1] has no footnote"),
        ((HEADER + "One.\n\n[^1]: Alone.").encode(), 11, "footnote [^1] has no mark"),
        ((HEADER + "One [^1].\n\n[^1]: A.\n[^1]: B.").encode(), 12, "given twice"),
        ((HEADER + "One <b>two</b>.").encode(), 9, "HTML"),
        ((HEADER + "One \u200b two.").encode(), 9, "hidden character"),
        ((HEADER.replace("title: T", "titel: T") + "One.").encode(), 2, "titel"),
        ((HEADER.replace("language: en\n", "") + "One.").encode(), 2, "language"),
    ],
)
def test_a_bad_article_is_refused_with_file_and_line(folder: Path, content: bytes, line: int, problem: str) -> None:
    (folder / "article.md").write_bytes(content)
    with pytest.raises(ArticleError) as caught:
        load_publication(folder)
    assert problem in caught.value.problem
    assert (caught.value.path, caught.value.line) == (folder / "article.md", line)


@pytest.mark.parametrize(
    ("file", "content", "line", "problem"),
    [
        ("notes.yaml", "sentences:\n  - quote: Not there.\n", 2, "no sentence 'Not there.'"),
        (
            "notes.yaml",
            "sentences:\n  - quote: Additionally, MSC also stimulates regeneration of impaired cells.\n"
            "    beside: [Nor there.]\n",
            3,
            "no sentence 'Nor there.'",
        ),
        ("notes.yaml", "terms:\n  - term: flux capacitor\n    gloss: x\n", 2, "no word 'flux capacitor'"),
        ("notes.yaml", "terms:\n  - term: insulin\n    glos: x\n", 3, "glos"),
        ("notes.yaml", "terms: [\n", 2, "not valid YAML"),
        ("bank.yaml", "answered:\n  - quotes: [Nowhere.]\n    questions: [a]\n", 2, "no sentence 'Nowhere.'"),
    ],
)
def test_bad_notes_are_refused_with_file_and_line(
    folder: Path, file: str, content: str, line: int, problem: str
) -> None:
    (folder / file).write_text(content)
    with pytest.raises(ArticleError, match=problem) as caught:
        load_publication(folder)
    assert (caught.value.path, caught.value.line) == (folder / file, line)


def test_two_articles_with_one_name_are_refused(folder: Path) -> None:
    twin = folder.parent / "twin"
    twin.mkdir()
    (twin / "article.md").write_bytes((folder / "article.md").read_bytes())
    with pytest.raises(ArticleError, match="same name"):
        load_corpus(folder.parent)


@pytest.mark.parametrize("command", [[], ["check"]])
def test_the_command_lists_and_checks(command: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "corpus", *command], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "msc-diabetes" in run.stdout
    assert ("Beta cells are cells located" in run.stdout) == (not command)


def test_the_command_fails_with_one_sentence(folder: Path) -> None:
    (folder / "article.md").write_text("nothing")
    run = subprocess.run(
        [sys.executable, "-m", "corpus", "check", "--articles", str(folder.parent)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "article.md:1:" in run.stderr
