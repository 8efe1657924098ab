"""Writes one evaluation in four forms: HTML for people, Markdown for a pull request, JSON and JUnit for machines."""
