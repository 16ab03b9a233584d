"""Turns the inline part of Markdown into styled text."""

from markdown_it.tree import SyntaxTreeNode
from rich.text import Text

from hello_llm.rendering.markdown_source import SENTINEL
from hello_llm.rendering.sanitize import sanitize

CODE_STYLE = "cyan"
_STYLES = {"em": "italic", "strong": "bold", "s": "strike", "link": "underline"}
_URL_STYLE = "dim"


def inline_text(node: SyntaxTreeNode, style: str = "") -> Text:
    """Return the text of `node`, the inline child of a block; a line end stays one."""
    text = Text(style=style)
    for child in node.children:
        _append(text, child, ())
    return text


def clean(text: str) -> str:
    """Return `text` safe once more, for entities can name what the source did not hold."""
    return sanitize(text.replace(SENTINEL, "")).expandtabs(4)


def _append(text: Text, node: SyntaxTreeNode, styles: tuple[str, ...]) -> None:
    match node.type:
        case "text":
            text.append(clean(node.content), " ".join(styles))
        case "code_inline":
            text.append(clean(node.content), " ".join((*styles, CODE_STYLE)))
        case "softbreak" | "hardbreak":
            text.append("\n")
        case "image":
            text.append(f"![{clean(node.content)}]({_target(node, 'src')})", " ".join(styles))
        case _:
            start = len(text)
            for child in node.children:
                _append(text, child, (*styles, _STYLES[node.type]))
            if node.type == "link":
                _append_url(text, _target(node, "href"), text.plain[start:])


def _append_url(text: Text, url: str, label: str) -> None:
    if url not in {label, f"mailto:{label}"}:
        text.append(f" ({url})", _URL_STYLE)


def _target(node: SyntaxTreeNode, attribute: str) -> str:
    title = node.attrs.get("title")
    url = str(node.attrs.get(attribute, ""))
    return clean(url if title is None else f'{url} "{title}"')
