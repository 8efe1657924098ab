"""The samples: readable, in one format, held against the article, apart from everything that the bot learns from."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.train import EXAMPLES
from corpus.load import ARTICLES, Publication, load_corpus
from evals.agreement import Label, agreement, first_labels, load_settled, same_evidence, second_labels
from evals.errors import SampleError
from evals.public import read_samples
from evals.sample import FOLDER, OWN_KINDS, Sample, own_samples, read_rows
from evals.variants import CHANGES, variants
from index.embed import SentenceEmbedder, packaged_model

SAME_COSINE, SAME_TOKENS = 0.95, 0.85
WORTH_EMBEDDING = 0.5
"""Pairs that share fewer of their words than this are not embedded: near-copies share more, and it takes a minute."""
CLOSEST = 4

OWN = own_samples()
TEST = [sample for sample in OWN if sample.split == "test"]
DEV = [sample for sample in OWN if sample.split == "dev"]


def test_there_are_enough_of_every_kind() -> None:
    assert len(TEST) >= 300
    assert len({sample.id for sample in OWN}) == len(OWN)
    for split in (TEST, DEV):
        kinds = Counter(sample.kind for sample in split)
        assert min(kinds[kind] for kind in OWN_KINDS if kind != "partial") >= 8


def test_evidence_stands_in_the_article(publication: Publication) -> None:
    sentences = {passage.text for passage in publication.article.passages}
    for sample in OWN:
        assert sample.fair <= sentences, sample.id
        if sample.kind in ("answerable", "partial"):
            assert sample.gold_sets, sample.id
        if sample.kind not in ("answerable", "partial", "followup", "injection"):
            assert not sample.gold_sets, sample.id


def test_every_sentence_of_the_article_is_asked_for(publication: Publication) -> None:
    asked = frozenset[str]().union(*(gold for sample in TEST for gold in sample.gold_sets))
    assert asked == {passage.text for passage in publication.article.passages}


def words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())


def whole(sample: Sample) -> str:
    return " ".join((*sample.history, sample.question))


def learnt_from(*, follow_ups: bool) -> list[str]:
    """Every question that the bot is built or trained with, and the development split; follow-ups apart."""
    lines = [whole(sample) for sample in DEV if bool(sample.history) == follow_ups]
    if not follow_ups:
        lines += [line for path in sorted(EXAMPLES.rglob("*.txt")) for line in path.read_text("utf-8").splitlines()]
        for publication in load_corpus(ARTICLES):
            for group in (*publication.bank.answered, *publication.bank.missing):
                lines += group.questions
    return [line for line in dict.fromkeys(lines) if line.strip()]


def shares_of_words(some: list[str], others: list[str]) -> Any:
    """Shape (some, others): of the words that either of two texts has, how many both have."""
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=words, binary=True).fit([*some, *others])
    one, other = counter.transform(some), counter.transform(others)
    both = (one @ other.T).toarray()
    return both / np.maximum(1, np.add.outer(one.sum(1).A1, other.sum(1).A1) - both)


@pytest.mark.parametrize("follow_ups", [False, True])
def test_no_test_question_is_a_near_copy(follow_ups: bool) -> None:
    samples, others = [one for one in TEST if bool(one.history) == follow_ups], learnt_from(follow_ups=follow_ups)
    near: list[tuple[str, str, str, float]] = []
    for sample, shares in zip(samples, shares_of_words([whole(one) for one in samples], others), strict=True):
        closest = np.argsort(-shares, kind="stable")[:CLOSEST]
        near += [(sample.id, whole(sample), others[at], shares[at]) for at in closest if shares[at] >= WORTH_EMBEDDING]
    # The model as it was published: the tuned one brings together whatever has the same answer.
    texts = sorted({text for _, question, line, _ in near for text in (question, line)}, key=len)
    vectors = dict(zip(texts, SentenceEmbedder(packaged_model()).embed(texts), strict=True)) if texts else {}
    copies = [
        f"{case_id} {question!r} ~ {line!r}"
        for case_id, question, line, share in near
        if share > SAME_TOKENS
        or words(line) == words(question)
        or float(vectors[line] @ vectors[question]) > SAME_COSINE
    ]
    assert not copies, "drop or reword these: " + "; ".join(copies)


def test_every_disagreement_of_the_readers_is_settled(publication: Publication) -> None:
    settled, second = load_settled(), second_labels()
    first, now = first_labels(TEST, settled), {sample.id: Label.of(sample) for sample in TEST}
    decided = {case.id: case for case in settled.cases}
    for case_id, label in second.items():
        one = first[case_id]
        apart = one.read_kind != label.read_kind or (one.kind != "injection" and not same_evidence(one, label))
        assert apart == (case_id in decided), f"{case_id}: settle it in settled.yaml, or take it out there"
    for case_id, case in decided.items():
        assert len(case.reason) > 20
        chosen = case.first if case.decision == "first" else second[case_id]
        assert now[case_id].read_kind == chosen.read_kind
        assert set(now[case_id].gold_sets) == set(chosen.gold_sets)
    found = agreement(TEST, [passage.text for passage in publication.article.passages])
    assert found.cases >= 400
    assert (found.kind_kappa or 0) > 0.8
    assert found.settled == len(settled.cases)


def test_variants_are_the_same_in_every_run_and_keep_what_matters() -> None:
    made = list(variants(TEST))
    assert made == list(variants(TEST))
    assert len({sample.id for sample in made}) == len(made) > len(TEST)
    originals = {sample.id: sample for sample in TEST}
    for sample in made:
        before = originals[sample.variant_of]
        assert sample.question != before.question
        assert re.findall(r"\d+", sample.question) == re.findall(r"\d+", before.question)
        assert (sample.kind, sample.gold_sets) == (before.kind, before.gold_sets)
    assert {sample.id.partition("~")[2] for sample in made} == set(CHANGES)


def test_the_earlier_format_is_read(tmp_path: Path) -> None:
    file = tmp_path / "earlier.jsonl"
    file.write_text(
        json.dumps(
            {"id": "a", "question": "q", "kind": "answerable", "gold": ["A.", "B."], "must": ["A."], "topic": "t"}
        )
    )
    (sample,) = read_rows(file)
    assert (sample.gold_sets, sample.also, sample.fair) == ((("A.",),), ("B.",), {"A.", "B."})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"id": "a"}', "question"),
        ('{"id": "a", "question": 1}', "question is not a string"),
        ('{"id": "a", "question": "q", "kind": "riddle"}', "unknown kind 'riddle'"),
        ('{"id": "a", "question": "q", "golds": []}', "unknown key 'golds'"),
        ('{"id": "a", "question": "q", "gold_sets": ["A."]}', "gold_sets is not a list of strings"),
        ('{"id": "a", "question": "q"}\n{"id": "a", "question": "q"}', "used above"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "wrong.jsonl"
    file.write_text(line)
    with pytest.raises(SampleError, match=re.escape(f"{file}:")) as error:
        list(read_rows(file))
    assert said in str(error.value)


def test_what_cannot_be_scored_is_said(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text('{"id": "a", "question": "q"}\n')
    assert "1 of 1 rows name no kind" in read_samples(file).unscored[0]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"id": "1", "qtype": "causes", "focus": "f", "question": "q", "answer": "a"}, "far_topic"),
        ({"id": "1", "qtype": "causes", "focus": "f", "question": "q", "answer": "a", "tier": "core"}, "near_topic"),
        ({"id": "1", "file": "f", "summary": "s", "question": "q"}, "consumer"),
        ({"id": "1", "decision": "yes", "contexts": [], "question": "q"}, "far_topic"),
        ({"id": "1", "prompt": "q", "focus": "f", "type": "t", "label": "safe"}, "look_alike"),
        ({"id": "1", "prompt": "q", "focus": "f", "type": "t", "label": "unsafe"}, "harmful"),
        ({"id": "1", "family": "f", "subtype": "s", "text": "q"}, "attack"),
        ({"id": "1", "category": "c", "check": "none", "label": "benign", "text": "q"}, "benign_trap"),
    ],
)
def test_public_sets_are_recognised(tmp_path: Path, row: dict[str, object], kind: str) -> None:
    file = tmp_path / "public.jsonl"
    file.write_text(json.dumps(row) + "\n" + json.dumps(row))
    found = read_samples(file)
    assert [sample.kind for sample in found.samples] == [kind, kind]
    assert len({sample.id for sample in found.samples}) == 2
    assert found.unscored


def test_files_of_samples_are_named_in_the_docs() -> None:
    page = (Path(__file__).parent.parent / "docs" / "evals.md").read_text("utf-8")
    for file in FOLDER.iterdir():
        assert file.name in page
