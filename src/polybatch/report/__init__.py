"""Stored results to something people look at: a page, tables, figures, JSON. No model, no torch, no network."""

from collections.abc import Callable, Mapping

from polybatch.report.document import to_json
from polybatch.report.loading import load_runs
from polybatch.report.markdown import to_markdown
from polybatch.report.page import to_html
from polybatch.report.papers import to_csv, to_tex
from polybatch.report.static import write_figures
from polybatch.report.summary import Report

__all__ = ["FORMATS", "Report", "load_runs", "to_csv", "to_html", "to_json", "to_markdown", "to_tex", "write_figures"]

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "html": to_html,
    "md": to_markdown,
    "json": to_json,
    "tex": to_tex,
    "csv": to_csv,
}
"""The writers by the name of their format; the same report gives the same text, byte for byte."""
