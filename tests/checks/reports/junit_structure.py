"""What the common schema of JUnit reports allows, and a strict reader that holds a report to it.

The facts are those of ``junit-10.xsd`` of Jenkins' xUnit plugin, in words of our own: which
elements there are, what each may hold, which attributes it has to have and which it may have, and
what a time looks like. The reader is expat, by way of ``xml.sax``, and not what the reports are
written with.
"""

import re
import xml.sax
from dataclasses import dataclass, field
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

TIME = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?")


@dataclass(frozen=True)
class Rule:
    """What one element allows."""

    needed: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    text: bool = False


def _rule(needed: str = "", allowed: str = "", children: str = "", *, text: bool = False) -> Rule:
    return Rule(
        frozenset(needed.split()), frozenset(allowed.split()), frozenset(children.split()), text
    )


_OUTCOME = _rule(allowed="type message", text=True)
_RERUN = _rule("type", "message", "stackTrace system-out system-err", text=True)
_RERUNS = "rerunFailure rerunError flakyFailure flakyError"
RULES = {
    "testsuites": _rule(allowed="name time tests failures errors", children="testsuite"),
    "testsuite": _rule(
        "name tests failures errors",
        "group time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "properties": _rule(children="property"),
    "property": _rule("name value"),
    "testcase": _rule(
        "name",
        "time classname group",
        f"skipped error failure system-out system-err {_RERUNS}",
    ),
    "failure": _OUTCOME,
    "error": _OUTCOME,
    "skipped": _OUTCOME,
    **dict.fromkeys(_RERUNS.split(), _RERUN),
    **dict.fromkeys(("stackTrace", "system-out", "system-err"), _rule(text=True)),
}


@dataclass
class Node:
    """An element that was read."""

    tag: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> list["Node"]:
        """Every element below this one with `tag`, in order."""
        below = [node for child in self.children for node in child.all(tag)]
        return [self, *below] if self.tag == tag else below


class _Reader(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - its name
        node = Node(name, dict(attrs.items()))
        self.open[-1].children.append(node)
        self.open.append(node)

    def endElement(self, name: str) -> None:  # noqa: N802 - its name
        self.open.pop()

    def characters(self, content: str) -> None:
        self.open[-1].text += content


def read(report: str) -> Node:
    """The root of `report`, after a check of all of it; an AssertionError says what is wrong."""
    reader = _Reader()
    xml.sax.parseString(report.encode(), reader)
    (root,) = reader.open[0].children
    assert root.tag in {"testsuites", "testsuite"}
    _check(root)
    return root


def _check(node: Node) -> None:
    rule = RULES[node.tag]
    names = set(node.attributes)
    assert rule.needed <= names <= rule.needed | rule.allowed, (node.tag, names)
    assert rule.text or not node.text.strip(), (node.tag, node.text)
    if node.tag != "testcase":
        assert TIME.fullmatch(node.attributes.get("time", "")), node.attributes
    for child in node.children:
        assert child.tag in rule.children, (node.tag, child.tag)
        _check(child)
