"""Claims about the notebook of examples/: it runs as it stands, offline, and ends with a table and a figure."""

import shutil
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]


def test_the_notebook_runs_and_shows_a_significance_table_and_a_plot(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes")
    path = tmp_path / "examples" / "which_encoder.ipynb"
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    shown = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("p_holm" in data.get("text/html", "") for data in shown)
    assert "image/png" in shown[-1]
