"""The documentation as a site: Sphinx with MyST and Furo, strict, offline. `make docs` builds it."""

import re
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "polybatch"
extensions = ["myst_parser"]
root_doc = "index"
nitpicky = True
highlight_language = "none"  # a block without a language is shown as it is
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"polybatch {metadata.version('polybatch')}"
html_copy_source = False
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_show_search_summary = False  # it fetches the pages found, which browsers refuse for pages from disk


def contents(page: str) -> str:
    """The map with the pages that it links to, in its order, as the site's contents. Nothing else lists them."""
    pages = dict.fromkeys(re.findall(r"\]\(([\w-]+)\.md\)", page))
    return "\n".join([page, "```{toctree}", ":hidden:", "", *pages, "```", ""])


def _add_contents(app: "Sphinx", name: str, source: list[str]) -> None:
    if name == root_doc:
        source[0] = contents(source[0])


def setup(app: "Sphinx") -> dict[str, bool]:
    """What Sphinx calls."""
    app.connect("source-read", _add_contents)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
