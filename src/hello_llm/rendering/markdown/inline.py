"""Converts inline Markdown into styled text."""

from collections.abc import Iterator

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from rich.console import Console
from rich.text import Text

from hello_llm.rendering.markdown.source import inline, without_marks
from hello_llm.rendering.sanitize import sanitize

CODE_STYLE = "cyan"
_STYLES = {"em": "italic", "strong": "bold", "s": "strike", "a": "underline"}
_URL_STYLE = "dim"
# A space at which no row breaks. The sanitizer lets no noncharacter through.
_HELD_SPACE = "\ufdd3"


def inline_text(node: SyntaxTreeNode, style: str = "") -> Text:
    """Return the text of `node`, the inline child of a block, with its line breaks."""
    text = Text(style=style)
    styles: list[str] = []
    links: list[tuple[int, str]] = []
    for token in inline(node):
        if token.nesting > 0:
            styles.append(_STYLES[token.tag])
            links += [(len(text), _target(token, "href"))] if token.tag == "a" else []
        elif token.nesting < 0:
            styles.pop()
            if token.tag == "a":
                start, url = links.pop()
                _append_url(text, url, text.plain[start:])
        else:
            _append(text, token, " ".join(dict.fromkeys(styles)))
    return text


def wrapped(text: Text, console: Console, width: int) -> Iterator[Text]:
    """Yield `text` wrapped to rows of `width` columns; a math span wraps as one word."""
    for row in text.wrap(console, width, overflow="fold", tab_size=4):
        row.rstrip()
        if _HELD_SPACE in row.plain:
            row.plain = row.plain.replace(_HELD_SPACE, " ")
        yield row


def clean(text: str) -> str:
    """Sanitize `text` again, because entities can name characters that were not in the source."""
    return sanitize(without_marks(text)).expandtabs(4)


def _append(text: Text, token: Token, style: str) -> None:
    match token.type:
        case "code_inline":
            text.append(clean(token.content), f"{style} {CODE_STYLE}".strip())
        case "math":
            text.append(clean(token.content).replace(" ", _HELD_SPACE), style)
        case "softbreak" | "hardbreak":
            text.append("\n")
        case "image":
            text.append(f"![{clean(token.content)}]({_target(token, 'src')})", style)
        case _:
            text.append(clean(token.content), style)


def _append_url(text: Text, url: str, label: str) -> None:
    if url not in {label, f"mailto:{label}"}:
        text.append(f" ({url})", _URL_STYLE)


def _target(token: Token, attribute: str) -> str:
    title = token.attrs.get("title")
    url = str(token.attrs.get(attribute, ""))
    return clean(url if title is None else f'{url} "{title}"')
