"""How Sphinx builds the documentation."""

import re

from sphinx.application import Sphinx

import hello_llm

project = "hello-llm"
author = "The hello-llm developers"
project_copyright = "2026, the hello-llm developers"
version = release = hello_llm.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "_generated/rooms.md"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"hello-llm {version}"
html_show_sphinx = False

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"

nitpicky = True
# The standard library's own names; looking them up would need the network.
nitpick_ignore_regex = [
    ("py:.*", r"(collections|dataclasses|decimal|enum|pathlib|types|typing)\..*"),
    ("py:.*", r"(Callable|Decimal|Iterable|Iterator|Mapping|Path|Self)"),
]


def _make_targets(_app: Sphinx, page: str, source: list[str]) -> None:
    """Make each parameter on the page of the commands a target of the role ``option``.

    The page itself is plain Markdown, since it is also read on the site of the repository.
    """
    if page == "_generated/cli":
        program = "## \\1\n\n```{program} \\1\n```"
        text = re.sub(r"^## (.+)$", program, source[0], flags=re.MULTILINE)
        source[0] = re.sub(r"^- (`.+`)\\\n  (.+)$", _target, text, flags=re.MULTILINE)


def _target(found: re.Match[str]) -> str:
    return f"```{{option}} {found[1].replace('`', '')}\n{found[2]}\n```\n"


def setup(app: Sphinx) -> None:
    """Have Sphinx call what changes pages as they are read."""
    app.connect("source-read", _make_targets)
