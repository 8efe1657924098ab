"""Writes the four forms into one folder."""

from pathlib import Path

from evals.evaluation import Evaluation
from evals.report.data import as_json
from evals.report.junit import as_junit
from evals.report.markdown import as_markdown
from evals.report.page import as_html

FORMS = {"report.html": as_html, "report.md": as_markdown, "report.json": as_json, "report.xml": as_junit}


def write(evaluation: Evaluation, folder: Path) -> Path:
    """Write every form and return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, form in FORMS.items():
        (folder / name).write_text(form(evaluation), "utf-8")
    return folder / "report.html"
