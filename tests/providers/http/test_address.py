"""What an address is."""

import pytest

from hello_llm.providers.http.address import is_address, place_of


@pytest.mark.parametrize("text", ["http://h", "https://h:8080/v1", "http://[::1]:9", "http://ü.x"])
def test_an_address_has_a_scheme_and_a_host(text):
    assert is_address(text)


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
    assert not is_address(text)


def test_a_place_is_named_without_its_password():
    assert place_of("http://user:pa@ss@host:3128/path") == "host:3128"
