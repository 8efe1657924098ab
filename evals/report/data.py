"""The evaluation as JSON: byte-identical for the same bot, article and samples, but for the block `timing`."""

import json
from dataclasses import asdict
from typing import Any

from evals.claims import by_error, claim_figures
from evals.evaluation import Evaluation
from evals.figures import DIGITS, Figure, Scored

FORMAT = 1


def as_json(evaluation: Evaluation) -> str:
    """The whole report; `timing` comes last."""
    return json.dumps(_report(evaluation), ensure_ascii=False, indent=1) + "\n"


def _report(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "title": evaluation.run.title,
        "holds": evaluation.holds,
        "hashes": dict(evaluation.hashes),
        "gates": [asdict(verdict) for verdict in evaluation.verdicts],
        "figures": {
            split: {name: _figure(found) for name, found in figures.items()}
            for split, figures in evaluation.figures.items()
        },
        "slices": [{"by": one.by, "name": one.name, **_figure(one.figure)} for one in evaluation.slices],
        "confusion": {kind: dict(sorted(row.items())) for kind, row in evaluation.confusion.items()},
        "changes": [{**asdict(change), "p": round(change.p, DIGITS)} for change in evaluation.changes],
        "agreement": asdict(evaluation.agreement) if evaluation.agreement else None,
        "claims": _claims(evaluation),
        "unscored": list(evaluation.run.unscored),
        "cases": [_case(item) for item in evaluation.scored],
        "timing": dict(evaluation.timing),
    }


def _figure(found: Figure) -> dict[str, Any]:
    return {"n": found.n, "value": found.value, "low": found.low, "high": found.high, "failed": list(found.failed)}


def _claims(evaluation: Evaluation) -> dict[str, Any]:
    if not evaluation.checked:
        return {}
    figures = [*claim_figures(evaluation.checked).values(), *by_error(evaluation.checked)]
    return {found.metric: _figure(found) for found in figures}


def _case(item: Scored) -> dict[str, Any]:
    answer = item.case.answer
    return {
        "id": item.id,
        "kind": item.case.sample.kind,
        "question": item.case.sample.question,
        "outcome": answer.outcome,
        "cited": [citation.passage for citation in answer.citations],
        "scores": {name: _score(score.hits, score.out_of) for name, score in item.scores.items()},
    }


def _score(hits: float, out_of: float) -> float | list[float]:
    return round(hits, DIGITS) if out_of == 1 else [round(hits, DIGITS), round(out_of, DIGITS)]
