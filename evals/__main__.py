"""`python -m evals`: score the bot offline, write the report, and exit 0 only when every gate holds."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from bot.feedback import FeedbackStore
from bot.guard import Guard
from corpus.errors import AskError
from corpus.load import Publication
from corpus.settings import Settings
from evals.baseline import Change, changes, read_baseline, write_baseline
from evals.case import Case, Reply
from evals.claims import CLAIM_METRICS, Claim, check_claims, read_claims
from evals.evaluation import Evaluation, Run, cases, evaluate
from evals.faults import seeded_claims
from evals.feedback import counts, write_samples
from evals.gates import LOSS, Gates, load_gates
from evals.grounds import Grounds
from evals.metrics import BY_NAME
from evals.offline import cut_off
from evals.provenance import hashes
from evals.public import read_samples
from evals.replies import replies
from evals.report.write import write
from evals.sample import SPLITS, own_samples
from evals.scorers.language import can_grade
from evals.slices import take
from evals.variants import variants
from index.open import open_embedder, open_publication

FEEDBACK = Path(__file__).parent.parent / "var" / "feedback-samples.jsonl"
REPORT = Path(__file__).parent.parent / "var" / "report"
MARKS = {"holds": "ok  ", "fails": "FAIL"}


def main() -> int:
    arguments = _arguments()
    cut_off()
    try:
        settings = Settings.from_env(os.environ)
        if arguments.feedback:
            print(_feedback(settings, arguments.feedback))
            return 0
        gates = load_gates([*BY_NAME, *CLAIM_METRICS])
        evaluation = _evaluation(_run(arguments), gates, arguments.claims, settings, arguments.processes)
        if arguments.update_baseline:
            _update_baseline(evaluation)
            baseline = read_baseline()
            evaluation = replace(evaluation, changes=tuple(changes(baseline, evaluation.compared)))
        page = write(evaluation, arguments.report)
    except AskError as error:
        print(error, file=sys.stderr)
        return 2
    print(summary(evaluation))
    print(f"report: {page}")
    return 0 if evaluation.holds else 1


def summary(evaluation: Evaluation) -> str:
    """The gates and what cannot be scored, for the terminal."""
    quiet = {f"{change.metric}{LOSS}" for change in evaluation.changes if not change.lost and not change.gained}
    told = [verdict for verdict in evaluation.verdicts if verdict.held in MARKS and verdict.gate not in quiet]
    lines = [f"{MARKS[verdict.held]} {verdict.gate}: {verdict.text}" for verdict in told]
    if idle := [verdict.gate for verdict in evaluation.verdicts if verdict.held == "not scored"]:
        lines.append(f"nothing to score (n=0) for: {', '.join(idle)}")
    lines += [f"cannot be scored: {text}" for text in evaluation.run.unscored]
    failed = sum(verdict.held == "fails" for verdict in evaluation.verdicts)
    return "\n".join((*lines, "every gate holds" if evaluation.holds else f"{failed} gates fail"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument(
        "--questions", type=Path, metavar="FILE", help="score this file instead of the project's samples"
    )
    parser.add_argument("--claims", type=Path, metavar="FILE", help="score the guard on this file of claims")
    parser.add_argument(
        "--report", type=Path, metavar="DIR", default=REPORT, help="where the report goes (default: var/report)"
    )
    parser.add_argument(
        "--feedback",
        type=Path,
        nargs="?",
        const=FEEDBACK,
        metavar="FILE",
        help="turn readers' verdicts into samples to settle (default: var/feedback-samples.jsonl), and score nothing",
    )
    parser.add_argument("--slice", type=int, metavar="N", help="only N samples, every kind among them")
    parser.add_argument("--processes", type=int, metavar="N", default=os.cpu_count() or 1, help="default: one a core")
    parser.add_argument("--update-baseline", action="store_true", help="show what changed, and accept it")
    arguments = parser.parse_args()
    if arguments.update_baseline and (arguments.slice or arguments.questions or arguments.claims):
        parser.error("the baseline moves only with the whole of the project's samples")
    if (arguments.slice is not None and arguments.slice < 1) or arguments.processes < 1:
        parser.error("--slice and --processes take 1 or more")
    return arguments


def _feedback(settings: Settings, path: Path) -> str:
    """Write what readers said as samples, and tell what it is."""
    publication = open_publication(settings)
    verdicts = FeedbackStore(settings.feedback).all() if settings.feedback else []
    if not verdicts:
        return f"no verdicts in {settings.feedback or 'ASK_FEEDBACK, which is off'}"
    made = write_samples(verdicts, publication, path)
    return "\n".join([*counts(verdicts, publication), f"{made} samples to settle: {path}"])


def _run(arguments: argparse.Namespace) -> Run:
    if arguments.questions:
        found = read_samples(arguments.questions)
        samples = take(found.samples, arguments.slice) if arguments.slice else found.samples
        return Run(
            arguments.questions.stem, tuple(samples), own=False, whole=not arguments.slice, unscored=found.unscored
        )
    if arguments.claims:
        return Run(arguments.claims.stem, (), own=False)
    samples = own_samples()
    if arguments.slice:
        return Run(f"slice of {arguments.slice}", tuple(take(samples, arguments.slice)), own=True, whole=False)
    test = (sample for sample in samples if sample.split == SPLITS[0])
    return Run("the project's samples", (*samples, *variants(test)), own=True)


def _evaluation(run: Run, gates: Gates, claims: Path | None, settings: Settings, processes: int) -> Evaluation:
    started, publication = time.perf_counter(), open_publication(settings)
    grounds = Grounds.load(publication)
    found = cases(run.samples, replies(run.samples, settings, processes, _bar), grounds) if run.samples else []
    checked = check_claims(_claims(run, claims, publication), Guard.packaged(settings.index))
    run = replace(run, unscored=(*run.unscored, *_cannot_score(found)))
    evaluation = evaluate(run, found, gates, read_baseline(), checked)
    milliseconds = sorted(case.reply.seconds * 1000 for case in found)
    timing = {"seconds": round(time.perf_counter() - started, 1), "processes": processes}
    if milliseconds:
        timing |= {
            "median_ms": round(milliseconds[len(milliseconds) // 2], 1),
            "p95_ms": round(milliseconds[int(len(milliseconds) * 0.95)], 1),
        }
    return replace(evaluation, hashes=hashes(publication, open_embedder(settings), run.samples), timing=timing)


def _claims(run: Run, file: Path | None, publication: Publication) -> list[Claim]:
    """The claims of the file; without one, the project's own run makes some of the article's sentences."""
    if file:
        return read_claims(file)
    return list(seeded_claims(publication.article)) if run.own else []


def _cannot_score(found: list[Case]) -> list[str]:
    lost = [case.sample.id for case in found if case.sample.gold_sets and not case.gold_sets]
    said = [f"the article no longer has the evidence of {len(lost)} samples, first {lost[0]}"] if lost else []
    return said if can_grade() else [*said, "the reading grade: install the extra 'test', which has textstat"]


def _bar(done: Iterator[Reply], total: int) -> Iterator[Reply]:
    return iter(tqdm(done, total=total, desc="questions", unit="", leave=False, mininterval=0.5))


def _update_baseline(evaluation: Evaluation) -> None:
    for change in evaluation.changes:
        if change.lost or change.gained:
            print(_moved(change))
    write_baseline(evaluation.compared)
    print("the baseline is what it is now; commit it with the reason")


def _moved(change: Change) -> str:
    lost, gained = " ".join(change.lost) or "-", " ".join(change.gained) or "-"
    return f"{change.metric}: newly wrong {lost}; newly right {gained}"


if __name__ == "__main__":
    sys.exit(main())
