"""The report as one HTML file without a script or a foreign request: verdict first, then figures, then cases."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from evals.claims import CLAIM_METRICS, by_error, claim_figures
from evals.evaluation import Evaluation, failures
from evals.figures import Figure, percent
from evals.gates import RateGate
from evals.metrics import BY_NAME, METRICS
from evals.report.pictures import bar, matrix
from evals.report.seen import case_card, why
from evals.scorers.routes import ROUTES

STYLE = Path(__file__).parent / "style.css"
HEADLINES = (
    "right",
    "emergency_recall",
    "false_alarms",
    "advice_recall",
    "abstain_recall",
    "false_answers",
    "over_refusal",
    "evidence_hit",
)
PUBLIC_HEADLINES = (
    "far_answered",
    "near_answered",
    "consumer_answered",
    "consumer_alarms",
    "look_alike_answered",
    "obeyed",
)


def as_html(evaluation: Evaluation) -> str:
    """The whole page."""
    parts = (
        _verdict(evaluation),
        _headlines(evaluation),
        _matrix(evaluation),
        _changes(evaluation),
        _worst(evaluation),
        _figures(evaluation),
        _claims(evaluation),
        _slices(evaluation),
        _failed(evaluation),
        _about(evaluation),
    )
    title = escape(evaluation.run.title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Evals: {title}</title><style>{STYLE.read_text('utf-8')}</style></head>"
        f'<body><main><h1>How well does the chat answer?</h1><p class="lead">Measured on {title}, '
        f"{evaluation.size}. No model judged anything: every figure follows from exact comparisons.</p>"
        + "\n".join(filter(None, parts))
        + "</main></body></html>\n"
    )


def _verdict(evaluation: Evaluation) -> str:
    failed = [verdict for verdict in evaluation.verdicts if verdict.held == "fails"]
    held = sum(verdict.held == "holds" for verdict in evaluation.verdicts)
    if evaluation.holds:
        return f'<div class="verdict"><b>Every gate holds.</b> {held} were checked on these cases.</div>'
    items = "".join(
        f"<li><b>{escape(_title(verdict.gate))}</b>: {escape(verdict.text)} {escape(verdict.why)}</li>"
        for verdict in failed
    )
    return f'<div class="verdict bad"><b>{len(failed)} gates fail</b>, {held} hold.<ul>{items}</ul></div>'


def _headlines(evaluation: Evaluation) -> str:
    names = HEADLINES if evaluation.run.own else (*HEADLINES, *PUBLIC_HEADLINES)
    found = [
        evaluation.main[name] for name in dict.fromkeys(names) if name in evaluation.main and evaluation.main[name].n
    ]
    if not found:
        return ""
    cards = "".join(_card(one, evaluation.bounds.get(one.metric)) for one in found)
    note = "The band is the 95 % interval, the dot the value, the stroke the gate. Red means beyond it."
    return f'<section><h2>In short</h2><p class="note">{note}</p><div class="cards">{cards}</div></section>'


def _card(found: Figure, gate: RateGate | None) -> str:
    return (
        f'<div class="card"><h3>{escape(_title(found.metric))}</h3><strong>{found.shown}</strong>{bar(found, gate)}'
        f"<small>{percent(found.low)} to {percent(found.high)}, n={found.n}</small></div>"
    )


def _matrix(evaluation: Evaluation) -> str:
    if not evaluation.confusion:
        return ""
    note = "Kinds of question down, outcomes across. A frame is where a kind is due; red went elsewhere."
    picture = f'<div class="picture">{matrix(evaluation.confusion, ROUTES)}</div>'
    return f'<section><h2>Where questions went</h2><p class="note">{note}</p>{picture}</section>'


def _changes(evaluation: Evaluation) -> str:
    if not evaluation.run.own or not evaluation.scored:
        return ""
    questions = {item.id: item.case.sample.question for item in evaluation.scored}
    moved = [change for change in evaluation.changes if change.lost or change.gained]
    rows = [
        f"<tr><td>{escape(_title(change.metric))}</td><td>{_moved(change.lost, questions, 'lost')}</td>"
        f'<td>{_moved(change.gained, questions, "gained")}</td><td class="value">{change.p:.3f}</td></tr>'
        for change in moved
    ]
    table = _table(("", "newly wrong", "newly right", "p"), rows, "stack")
    empty = "Nothing changed." if evaluation.changes else "There is no baseline yet."
    return f"<section><h2>Since the baseline</h2>{table if moved else f'<p>{empty}</p>'}</section>"


def _moved(ids: Iterable[str], questions: Mapping[str, str], style: str) -> str:
    return "<br>".join(
        f'<span class="{style}"><code>{escape(i)}</code> {escape(questions[i][:90])}</span>' for i in ids
    )


def _worst(evaluation: Evaluation) -> str:
    cards = "".join(case_card(item, failed) for item, failed in evaluation.worst)
    note = "By how bad it is to be wrong there: danger first, then answers that should not be, then silence."
    return f'<section><h2>The ten worst cases</h2><p class="note">{note}</p>{cards}</section>' if cards else ""


def _figures(evaluation: Evaluation) -> str:
    rows, group = list[str](), ""
    for metric in METRICS:
        found = [figures[metric.name] for figures in evaluation.figures.values()]
        if not any(one.n for one in found):
            continue
        if metric.group != group:
            group = metric.group
            rows.append(f'<tr class="group"><td colspan="{2 + len(found)}">{escape(group)}</td></tr>')
        cells = "".join(f'<td class="value">{_value(one)}</td>' for one in found)
        picture = bar(found[0], evaluation.bounds.get(metric.name))
        rows.append(f'<tr><td>{escape(metric.title)}</td>{cells}<td class="bar">{picture}</td></tr>')
    heads = [split or "this file" for split in evaluation.figures]
    note = (
        "The test split decides; the development split was used for building and flatters."
        if evaluation.run.own
        else ""
    )
    table = _table(("", *heads, ""), rows)
    return f'<section><h2>Every figure</h2><p class="note">{note}</p>{table}</section>' if rows else ""


def _value(found: Figure) -> str:
    return f"{found.shown}<br><small>n={found.n}</small>" if found.n else "n/a<br><small>n=0</small>"


def _claims(evaluation: Evaluation) -> str:
    if not evaluation.checked:
        return ""
    found = claim_figures(evaluation.checked)
    cards = "".join(_card(one, evaluation.bounds.get(one.metric)) for one in found.values())
    rows = [_row(one.metric.replace("_", " "), one) for one in by_error(evaluation.checked)]
    opened = "" if evaluation.scored else " open"
    table = _table(("kind of fault", "stopped", ""), rows)
    faults = f"<details{opened}><summary>By kind of fault</summary>{table}</details>"
    return f'<section><h2>The guard on claims</h2><div class="cards">{cards}</div>{faults}</section>'


def _slices(evaluation: Evaluation) -> str:
    parts = []
    for by in dict.fromkeys(one.by for one in evaluation.slices):
        found = [one for one in evaluation.slices if one.by == by]
        if by != "kind" and len(found) < 2:
            continue
        table = _table(
            (by, "lost" if by == "variant" else "right", ""),
            [_row(one.name.replace("_", " "), one.figure) for one in found],
        )
        opened = " open" if by == "kind" else ""
        parts.append(f"<details{opened}><summary>By {by}</summary>{table}</details>")
    return f"<section><h2>Slices</h2>{''.join(parts)}</section>" if parts else ""


def _row(name: str, found: Figure) -> str:
    return f'<tr><td>{escape(name)}</td><td class="value">{_value(found)}</td><td class="bar">{bar(found)}</td></tr>'


def _failed(evaluation: Evaluation) -> str:
    rows = [
        f"<tr><td><code>{escape(item.id)}</code></td><td>{escape(item.case.sample.question[:200])}</td>"
        f"<td>{escape(item.case.sample.kind)}</td><td>{escape(why(item, failed)[:300])}</td></tr>"
        for item in evaluation.main_scored
        if (failed := failures(item))
    ]
    table = _table(("case", "asked", "kind", "what is wrong"), rows, "stack")
    return f"<details><summary>Every case with something wrong ({len(rows)})</summary>{table}</details>" if rows else ""


def _about(evaluation: Evaluation) -> str:
    found, parts = evaluation.agreement, list[str]()
    if found:
        kinds, evidence = (f"{k:.3f}" if k is not None else "n/a" for k in (found.kind_kappa, found.evidence_kappa))
        parts.append(
            f"<h3>Two readers</h3><p>They agree on the kind of {found.kinds_agree} of {found.cases} test questions "
            f"(kappa {kinds}) and on the evidence of {found.evidence_agree} of {found.evidence_cases} "
            f"(kappa {evidence} over sentences). {found.settled} disagreements are settled in writing.</p>"
        )
    if evaluation.run.unscored:
        parts.append(
            "<h3>Cannot be scored</h3>" + "".join(f"<p>{escape(text)}</p>" for text in evaluation.run.unscored)
        )
    definitions = [f"<tr><td>{escape(m.title)}</td><td>{escape(m.definition)}</td></tr>" for m in METRICS]
    parts.append(f"<details><summary>Definitions</summary>{_table(('', ''), definitions)}</details>")
    measured = [f"<tr><td>{escape(k)}</td><td><code>{escape(v)}</code></td></tr>" for k, v in evaluation.hashes.items()]
    measured += [f"<tr><td>{escape(k)}</td><td>{v}</td></tr>" for k, v in evaluation.timing.items()]
    parts.append(f"<details><summary>What was measured, and how fast</summary>{_table(('', ''), measured)}</details>")
    return f"<section><h2>About these figures</h2>{''.join(parts)}</section>"


def _table(heads: Iterable[str], rows: Iterable[str], style: str = "plain") -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="scroll"><table class="{style}">{body}</table></div>'


def _title(metric: str) -> str:
    return BY_NAME[metric].title if metric in BY_NAME else CLAIM_METRICS.get(metric, metric)
