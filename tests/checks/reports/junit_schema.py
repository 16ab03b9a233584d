"""Reads a JUnit report that satisfies the common schema, which lies beside as ``junit.xsd``."""

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import xmlschema

# https://www.w3.org/TR/xml/#charsets
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@cache
def _schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(Path(__file__).parent / "junit.xsd")


def read(report: str | bytes) -> ET.Element:
    """The root of `report`, which satisfies the schema and holds no forbidden character.

    Raises:
        xmlschema.XMLSchemaValidationError: it does not satisfy the schema.
        xml.etree.ElementTree.ParseError: it is no XML.
    """
    text = report if isinstance(report, str) else report.decode()
    assert not FORBIDDEN.search(text)
    root = ET.fromstring(text.encode())
    _schema().validate(root)
    assert root.tag in {"testsuites", "testsuite"}
    return root
