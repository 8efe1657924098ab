"""One case as a reader of the report needs it: what was asked, what the patient would have seen, what was due."""

from collections.abc import Sequence
from html import escape

from evals.figures import Scored
from evals.metrics import BY_NAME
from evals.scorers.routes import ROUTES

SHOWN = 700
"""Characters of a question that are shown: some attacks fill pages."""


def case_card(item: Scored, failed: Sequence[str]) -> str:
    """A card with both sides."""
    sample = item.case.sample
    tags = "".join(f'<span class="tag bad">{escape(BY_NAME[name].title)}</span>' for name in failed if name != "right")
    return (
        f'<article class="case" id="{escape(item.id)}"><header><code>{escape(item.id)}</code>'
        f'<span class="tag">{escape(sample.kind)}</span>{tags}</header>'
        f'<div class="two"><div>{_asked(item)}{_said(item)}</div><div class="due-side">{_due(item)}</div></div>'
        "</article>"
    )


def why(item: Scored, failed: Sequence[str]) -> str:
    """What was wrong, in words."""
    return "; ".join(dict.fromkeys(item.scores[name].why for name in failed if item.scores[name].why))


def _asked(item: Scored) -> str:
    turns = "".join(f'<p class="asked before">{escape(turn)}</p>' for turn in item.case.sample.history)
    question = item.case.sample.question
    cut = f"{question[:SHOWN]} …" if len(question) > SHOWN else question
    return f'{turns}<p class="asked">{escape(cut)}</p>'


def _said(item: Scored) -> str:
    answer = item.case.answer
    labels = {citation.number: escape(citation.label) for citation in answer.citations}
    notice = "".join(f"<p>{escape(part)}</p>" for part in (answer.notice or "").split("\n\n") if part)
    quotes = "".join(
        f"<blockquote>{escape(sentence.text)} "
        f'<span class="fine">{", ".join(labels.get(n, "no source") for n in sentence.citations)}</span></blockquote>'
        for sentence in answer.sentences
    )
    offered = f'<p class="fine">Offered: {escape(" · ".join(answer.suggestions))}</p>' if answer.suggestions else ""
    return (
        f'<div class="said"><h4>What the patient would have seen ({escape(answer.outcome.replace("_", " "))})</h4>'
        f'{notice}{quotes}{offered}<p class="fine">{escape(answer.disclaimer)}</p></div>'
    )


def _due(item: Scored) -> str:
    sample = item.case.sample
    if item.case.gold_sets and sample.kind != "injection":
        sets = [" + ".join(f"<blockquote>{escape(text)}</blockquote>" for text in gold) for gold in sample.gold_sets]
        due = "<h4>What the article says to this</h4>" + "<p>or</p>".join(sets)
    else:
        expected = ROUTES.get(sample.kind, "not_in_article" if sample.kind == "followup" else "no answer")
        due = f"<h4>What was due</h4><p>{escape(expected.replace('_', ' '))}</p>"
    note = f'<p class="note">{escape(sample.note)}</p>' if sample.note else ""
    return f"{due}<h4>What is wrong</h4><p>{escape(why(item, list(item.scores)) or 'nothing')}</p>{note}"
