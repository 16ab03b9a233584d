"""How Sphinx builds the documentation."""

import hello_llm

project = "hello-llm"
author = "The hello-llm developers"
project_copyright = "2026, the hello-llm developers"
version = release = hello_llm.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "_generated/rooms.md"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"hello-llm {version}"
html_show_sphinx = False

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"

nitpicky = True
# The standard library's own names; looking them up would need the network.
nitpick_ignore_regex = [
    ("py:.*", r"(collections|dataclasses|enum|pathlib|types|typing)\..*"),
    ("py:.*", r"(Callable|Iterable|Iterator|Mapping|Self)"),
]
