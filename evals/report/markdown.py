"""The evaluation as Markdown, short enough for a pull request."""

from collections.abc import Iterable

from evals.claims import by_error, claim_figures
from evals.evaluation import Evaluation
from evals.figures import Figure, percent
from evals.metrics import METRICS

LISTED = 12


def as_markdown(evaluation: Evaluation) -> str:
    """Verdict, figures, gates that fail, changes, worst cases."""
    failed = [verdict for verdict in evaluation.verdicts if verdict.held == "fails"]
    lines = [f"# Evals: {evaluation.run.title}", ""]
    lines += [
        f"**{_verdict(evaluation, len(failed))}**, {evaluation.size}.",
        "",
    ]
    lines += [f"- `{verdict.gate}` fails: {_cell(verdict.text)}" for verdict in failed]
    lines += [
        *_figures(evaluation),
        *_claims(evaluation),
        *_changes(evaluation),
        *_agreement(evaluation),
        *_worst(evaluation),
    ]
    lines += _part("Cannot be scored", [f"- {text}" for text in evaluation.run.unscored])
    lines += _part("Measured", [f"- {name}: `{value}`" for name, value in evaluation.hashes.items()])
    return "\n".join(lines).rstrip() + "\n"


def _verdict(evaluation: Evaluation, failed: int) -> str:
    return "Every gate holds" if evaluation.holds else f"{failed} gates fail"


def _figures(evaluation: Evaluation) -> list[str]:
    rows = []
    splits = list(evaluation.figures)
    for metric in METRICS:
        found = [evaluation.figures[split][metric.name] for split in splits]
        if any(one.n for one in found):
            rows.append(f"| {metric.title} | " + " | ".join(_figure(one) for one in found) + " |")
    if not rows:
        return []
    head = f"| | {' | '.join(split or 'this file' for split in splits)} |"
    return _part("Figures", [head, "|---" * (len(splits) + 1) + "|", *rows])


def _figure(found: Figure) -> str:
    return (
        found.shown
        if found.value is None
        else f"{found.shown} [{percent(found.low)}, {percent(found.high)}], n={found.n}"
    )


def _claims(evaluation: Evaluation) -> list[str]:
    if not evaluation.checked:
        return []
    figures = [*claim_figures(evaluation.checked).values(), *by_error(evaluation.checked)]
    return _part("Claims", ["| | |", "|---|---|", *(f"| {found.metric} | {_figure(found)} |" for found in figures)])


def _changes(evaluation: Evaluation) -> list[str]:
    if not evaluation.run.own:
        return []
    moved = [change for change in evaluation.changes if change.lost or change.gained]
    rows = [f"| {c.metric} | {_ids(c.lost)} | {_ids(c.gained)} | {c.p:.3f} |" for c in moved]
    head = ["| | newly wrong | newly right | p |", "|---|---|---|---|"]
    return _part(
        "Against the baseline",
        [*head, *rows] if rows else ["Nothing changed." if evaluation.changes else "There is none."],
    )


def _agreement(evaluation: Evaluation) -> list[str]:
    found = evaluation.agreement
    if not found:
        return []
    return _part(
        "Two readers",
        [
            f"Kind: {found.kinds_agree} of {found.cases} agree, kappa {_kappa(found.kind_kappa)}. "
            f"Evidence: {found.evidence_agree} of {found.evidence_cases}, "
            f"kappa {_kappa(found.evidence_kappa)} over sentences. "
            f"{found.settled} settled in writing."
        ],
    )


def _kappa(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"


def _worst(evaluation: Evaluation) -> list[str]:
    rows = [
        f"- `{item.id}` {_cell(item.case.sample.question[:120])} → {item.case.answer.outcome} ({', '.join(names)})"
        for item, names in evaluation.worst
    ]
    return _part("Worst cases", rows)


def _part(title: str, lines: Iterable[str]) -> list[str]:
    lines = list(lines)
    return ["", f"## {title}", "", *lines] if lines else []


def _ids(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
    return (" ".join(f"`{case_id}`" for case_id in ids[:LISTED]) + more) or "-"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
