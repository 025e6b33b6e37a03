"""Stored results to something people look at: Markdown, JSON, one HTML page. No model, no torch, no network."""

from collections.abc import Callable, Mapping

from polybatch.report.document import to_json
from polybatch.report.loading import load_runs
from polybatch.report.markdown import to_markdown
from polybatch.report.page import to_html
from polybatch.report.summary import Report

__all__ = ["FORMATS", "Report", "load_runs", "to_html", "to_json", "to_markdown"]

FORMATS: Mapping[str, Callable[[Report], str]] = {"html": to_html, "md": to_markdown, "json": to_json}
"""The writers by the name of their format; the same report gives the same text, byte for byte."""
