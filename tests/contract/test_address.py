"""What an address is."""

import pytest

from hello_llm.contract.address import find_fault, place_of


@pytest.mark.parametrize("text", ["http://h", "https://h:8080/v1", "http://[::1]:9", "http://ü.x"])
def test_an_address_has_a_scheme_and_a_host(text):
    assert find_fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h:80",
        "ftp://h",
        "http://",
        "http://h:x",
        "http://a b",
        "http://.",
        f"http://{'a' * 64}",
    ],
)
def test_anything_else_is_none(text):
    assert find_fault(text) is not None


def test_a_place_is_named_without_its_password():
    assert place_of("http://user:pa@ss@host:3128/path") == "host:3128"
