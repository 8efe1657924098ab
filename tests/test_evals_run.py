"""The runner: offline for certain, the same bytes every time, and honest about what it cannot do."""

import json
import math
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

import pytest

from bot.chain import Bot
from bot.guard import Guard
from corpus.errors import ArticleError
from corpus.load import Publication
from corpus.settings import Settings
from evals.baseline import changes, read_baseline, write_baseline
from evals.claims import CLAIM_METRICS, check_claims, read_claims
from evals.errors import GateError, NetworkBlocked, SampleError
from evals.evaluation import Evaluation, Run, cases, evaluate
from evals.faults import EDITS, seeded_claims
from evals.figures import Figure
from evals.gates import RateGate, check_rates, load_gates
from evals.grounds import Grounds
from evals.metrics import BY_NAME
from evals.replies import ask, workers
from evals.report.write import FORMS
from evals.sample import OWN_KINDS, Sample, own_samples
from evals.slices import take
from tests.conftest import ROOT

NAMES = [*BY_NAME, *CLAIM_METRICS]
SMALL = 16


def run(
    *arguments: str, before: Sequence[str] = (), environ: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-m", "evals", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=240, env={**os.environ, **environ})


def evaluated(bot: Bot, samples: Sequence[Sample]) -> Evaluation:
    found = cases(samples, [ask(bot, sample) for sample in samples], Grounds.load(bot.index.publication))
    return evaluate(Run("a test", tuple(samples), own=True, whole=False), found, load_gates(NAMES), {})


@pytest.fixture(scope="module")
def evaluation(bot: Bot) -> Evaluation:
    return evaluated(bot, take(own_samples(), 40))


ATTEMPTS = (
    "socket.create_connection(('127.0.0.1', 80))",
    "socket.getaddrinfo('localhost', 80)",
    "socket.gethostbyname('localhost')",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "socket.socket().bind(('127.0.0.1', 0))",
    "_socket.socket().connect(('127.0.0.1', 80))",
    "urllib.request.urlopen('http://127.0.0.1/')",
)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_process_that_is_cut_off_reaches_nothing(attempt: str) -> None:
    code = f"import socket, _socket, urllib.request\nfrom evals.offline import cut_off\ncut_off()\n{attempt}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert "NetworkBlocked" in done.stderr


def test_the_workers_are_cut_off() -> None:
    with workers(1) as pool:
        assert isinstance(pool.submit(socket.getaddrinfo, "localhost", 80).exception(), NetworkBlocked)


def test_a_bot_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    done = run("--slice", "9", "--report", str(tmp_path), environ={"ASK_INDEX": str(tmp_path / "none")})
    assert done.returncode == 2
    assert "no index in" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process alone reports; native code cannot get around a network namespace without interfaces."""
    folder = tmp_path_factory.mktemp("reported")
    done = run("--slice", str(SMALL), "--processes", "1", "--report", str(folder), before=no_network())
    assert done.returncode in (0, 1), done.stderr
    return folder


def no_network() -> tuple[str, ...]:
    """What runs a command without any network, where the system allows it."""
    alone = ("unshare", "-rn")
    allowed = shutil.which("unshare") and not subprocess.run([*alone, "true"], capture_output=True).returncode
    return alone if allowed else ()


def test_it_runs_where_there_is_no_network_at_all(reported: Path) -> None:
    if not no_network():
        pytest.skip("this system lets nobody make a network namespace")
    assert (reported / "report.html").is_file()


def untimed(folder: Path) -> str:
    text = (folder / "report.json").read_text("utf-8")
    head, timing = text.split('\n "timing": {')
    assert timing.count("\n") < 10
    return head


def test_reports_are_the_same_whatever_the_number_of_processes(reported: Path, tmp_path: Path) -> None:
    done = run("--slice", str(SMALL), "--processes", "2", "--report", str(tmp_path))
    assert done.returncode in (0, 1), done.stderr
    assert untimed(reported) == untimed(tmp_path)
    assert (reported / "report.md").read_bytes() == (tmp_path / "report.md").read_bytes()


def test_order_and_company_do_not_matter(bot: Bot, evaluation: Evaluation) -> None:
    samples = [item.case.sample for item in evaluation.scored]
    backwards = {item.id: item.scores for item in evaluated(bot, samples[::-1]).scored}
    assert backwards == {item.id: item.scores for item in evaluation.scored}
    alone = samples[len(samples) // 2]
    assert evaluated(bot, [alone]).scored[0].scores == backwards[alone.id]


def test_a_slice_holds_every_kind_and_is_always_the_same() -> None:
    taken = take(own_samples(), 60)
    assert taken == take(reversed(own_samples()), 60)[::-1]
    assert {sample.kind for sample in taken} == set(OWN_KINDS)
    assert len(taken) == 60
    assert take(own_samples(), 10_000) == list(own_samples())


def test_the_report_is_sound_in_every_form(evaluation: Evaluation) -> None:
    hostile = "<script>alert(1)</script> | \x07 &"
    first = evaluation.scored[0]
    case = replace(first.case, sample=replace(first.case.sample, question=hostile))
    spoilt = replace(evaluation, scored=(replace(first, case=case), *evaluation.scored[1:]))
    html, markdown, data, junit = (form(spoilt) for form in FORMS.values())
    assert "<script" not in html
    assert not re.search(r"(src|href)=.https?:|url\(|@import", html)
    assert "NaN" not in data
    numbers = [
        value for figures in json.loads(data)["figures"].values() for f in figures.values() for value in (f["value"],)
    ]
    assert all(value is None or math.isfinite(value) for value in numbers)
    assert "## Figures" in markdown
    tests = ElementTree.fromstring(junit)
    assert len(tests) == len(evaluation.verdicts) == int(tests.get("tests") or 0)


def test_claims_alone(tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    rows = [
        {
            "id": "1",
            "claim": "Beta cells produce insulin.",
            "label": "supported",
            "error": None,
            "sources": ["Beta cells produce insulin."],
        },
        {
            "id": "2",
            "claim": "Beta cells cure 9 of 10.",
            "label": "unsupported",
            "error": "number",
            "sources": ["Beta cells produce insulin."],
        },
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    assert [item.right for item in check_claims(read_claims(file), Guard.packaged(Settings().index))] == [True, True]
    done = run("--claims", str(file), "--report", str(tmp_path / "report"))
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "report" / "report.json").read_text())["claims"]
    assert found["fault_recall"]["value"] == found["pass_through"]["value"] == 1
    assert found["number"]["n"] == 1


@pytest.mark.parametrize("row", ['{"id": "1"}', '{"id": "1", "claim": "c", "label": "maybe", "sources": []}'])
def test_a_wrong_claim_is_named(tmp_path: Path, row: str) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text(row)
    with pytest.raises(SampleError, match=re.escape(f"{file}:1")):
        read_claims(file)


def test_errors_are_one_sentence(tmp_path: Path) -> None:
    done = run("--questions", str(tmp_path / "none.jsonl"), "--report", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "none.jsonl:1: cannot be read" in done.stderr


def test_the_baseline_does_not_move_with_part_of_the_samples() -> None:
    done = run("--update-baseline", "--slice", "9")
    assert done.returncode == 2
    assert "whole of the project's samples" in done.stderr


def test_the_baseline_remembers_cases(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    assert read_baseline(file) == {}
    before = Figure("right", 4, 0.5, 0, 1, failed=("a", "b"), passed=("c", "d"))
    write_baseline([before], file)
    after = Figure("right", 4, 0.5, 0, 1, failed=("c", "new"), passed=("a", "d"))
    (change,) = changes(read_baseline(file), [after])
    assert (change.lost, change.gained, change.pairs, change.p) == (("c",), ("a",), 3, 1)
    file.write_text("[]")
    with pytest.raises(GateError, match="--update-baseline"):
        read_baseline(file)


def test_gates_are_read_strictly(tmp_path: Path) -> None:
    text = (ROOT / "evals" / "gates.yaml").read_text("utf-8")
    file = tmp_path / "gates.yaml"
    for old, new, error in (
        ("metric: closure", "metric: closeness", GateError),
        ("at_least: 0", "at_last: 0", ArticleError),
        ("metric: closure,", "metric: closure, at_least: 1,", ArticleError),
    ):
        file.write_text(text.replace(old, new, 1))
        with pytest.raises(error):
            load_gates(NAMES, file)


def test_a_gate_that_checks_nothing_does_not_hold() -> None:
    gate, nothing = RateGate("right", 1, "why", at_least=0.5), {"right": Figure("right", 0, None, 0, 1)}
    assert check_rates([gate], nothing, exactly=True, all_needed=True)[0].held == "fails"
    assert check_rates([gate], nothing, exactly=False, all_needed=False)[0].held == "not scored"


def test_a_rate_fails_by_its_value_on_the_whole_set_and_by_its_interval_on_a_part() -> None:
    gate, found = RateGate("right", 1, "why", at_least=0.8), {"right": Figure("right", 10, 0.7, 0.4, 0.9)}
    assert check_rates([gate], found, exactly=True, all_needed=True)[0].held == "fails"
    assert check_rates([gate], found, exactly=False, all_needed=False)[0].held == "holds"


def test_every_gated_rate_has_a_reach_beyond_its_gate() -> None:
    gates = load_gates(NAMES)
    for gate in (*gates.rates, *gates.public, *gates.claims):
        assert not gate.beyond(gate.reach), gate.metric
        assert gate.why


def test_every_sentence_gives_faulty_claims_and_the_guard_stops_them(publication: Publication) -> None:
    claims = list(seeded_claims(publication.article))
    assert claims == list(seeded_claims(publication.article))
    errors = {claim.error for claim in claims if claim.error}
    assert errors == {*EDITS, "wrong_source"}
    assert len({claim.id for claim in claims}) == len(claims) > 100
    assert [
        item.claim.id
        for item in check_claims(claims, Guard.packaged(Settings().index))
        if not item.right and item.claim.error
    ] == []
