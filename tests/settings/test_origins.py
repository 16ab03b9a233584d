"""The words that say where a value came from."""

from pathlib import Path

import pytest

from hello_llm.settings.origins import Origin

FILE = Path("/etc/\x1b/c.toml")


@pytest.mark.parametrize(
    ("origin", "words", "in_its_file"),
    [
        (Origin("built-in"), "built-in", "built-in"),
        (Origin("flag --model"), "flag --model", "flag --model"),
        (Origin("[defaults]", FILE, 7), r"[defaults] (/etc/\x1b/c.toml:7)", "[defaults], line 7"),
        (Origin("profile ci", FILE), r"profile ci (/etc/\x1b/c.toml)", "profile ci"),
    ],
)
def test_an_origin_is_shown_with_its_place(origin, words, in_its_file):
    assert (str(origin), origin.in_its_file) == (words, in_its_file)
