"""No secret is left in what is said about a call."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.secrets.redactor import REDACTED, Redactor
from tests.cli.shapes_of_keys import SHAPES, forms, leaked

SECRET = "p@ss/w0rd+with~all=kinds"


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(SECRET),
        quote(SECRET, safe="").lower().replace("%2f", "%2f"),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        base64.b64encode(SECRET.encode()).decode().rstrip("="),
    ],
)
def test_a_known_secret_is_redacted_in_each_form_it_travels_in(form):
    assert Redactor([SECRET])(f"refused: {form}!").replace("=", "") == "refused: [redacted]!"


@given(st.text(max_size=5), st.text(max_size=5))
def test_a_known_secret_in_base64_is_redacted_whatever_stands_around_it(before, after):
    encoded = base64.b64encode(f"{before}{SECRET}{after}".encode()).decode()
    shown = Redactor([SECRET])(encoded)
    middle = base64.b64encode(SECRET[3:-3].encode()).decode().rstrip("=")[:-1]
    assert "[redacted]" in shown
    assert middle not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key sk-proj-abcdefgh12345678 bad", "key [redacted] bad"),
        ("key sk-ant-api03-abcdefgh_1234 bad", "key [redacted] bad"),
        (
            "Incorrect API key provided: sk-abc12*****wxyz.",
            "Incorrect API key provided: [redacted].",
        ),
        ("AIzaSyA1234567890abcdefghijk", "[redacted]"),
        ("gsk_abcdefgh12345678", "[redacted]"),
        ("hf_abcdefgh12345678", "[redacted]"),
        ("AKIAIOSFODNN7EXAMPLE", "[redacted]"),
        ("eyJhbGciOi.eyJzdWIiOi.SflKxwRJ", "[redacted]"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer [redacted]"),
        ("x-api-key: abcdef123456", "x-api-key: [redacted]"),
        ('{"api_key": "abcdef123456"}', '{"api_key": "[redacted]"}'),
        ("http://h/?api_key=abcdef1&x=1", "http://h/?api_key=[redacted]&x=1"),
        ("http://me:hunter2@host/", "http://me:[redacted]@host/"),
        ("http://me:hunt@r2@host/", "http://me:[redacted]@host/"),
        ("http://:hunter2@host/", "http://:[redacted]@host/"),
        ("https://a-token@host/", "https://[redacted]@host/"),
        ("ya29.a0AfB_byC-12345", "[redacted]"),
        ("xoxb-1234-abcdEFGH", "[redacted]"),
        ("Authorization: Basic bWU6aHVudGVyMg==", "Authorization: Basic [redacted]"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- it says",
            "[redacted] it says",
        ),
        ("-----BEGIN PRIVATE KEY-----\\nMIIE…", "[redacted]"),
    ],
)
def test_what_looks_like_a_key_is_redacted_though_nobody_named_it(text, shown):
    assert Redactor()(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "OPENAI_API_KEY is not set, and openai/gpt-4o-mini needs it",
        "export OPENAI_API_KEY=…   or name another variable with --api-key-env",
        "cannot connect to http://127.0.0.1:11434",
        "a risk-free task, ask-me",
        "--api-key-env NAME",
        '{"address":"http://host","mail":"me@example.com"}',
        "write to me@example.com, see http://host/@me",
        "basic authorization is not enough",
    ],
)
def test_ordinary_sentences_stay(text):
    assert Redactor(["", "abc", "is"])(text) == text


def test_the_longest_form_goes_first():
    assert Redactor(["secret-1", "secret-1-and-more"])("secret-1-and-more") == "[redacted]"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_known_key_of_any_shape_is_redacted_in_every_form(shape):
    redact = Redactor([f" {SHAPES[shape]}\n"])
    for form, written in forms(SHAPES[shape]).items():
        shown = redact(f"refused {written}, it says")
        assert REDACTED in shown, form
        assert leaked(shown) == set(), form


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key tWo2wOrds f0Ur…", "key [redacted]…"),
        ("key tWo2wOrd...", "key [redacted]..."),
        ("key tWo2wO****r5Ix!", "key [redacted]!"),
        ("key tWo2wOrds\n   f0Ur5Ix!", "key [redacted]!"),
        ("key tWo2wOrds%20f0Ur5Ix!", "key [redacted]!"),
        ("key tWo2wOrds\\nf0Ur5Ix!", "key [redacted]!"),
        ("key tWo2wOrds of another…", "key tWo2wOrds of another…"),
        ("key tWo2…", "key tWo2…"),
    ],
)
def test_what_a_cut_or_a_line_break_leaves_of_a_known_secret_is_redacted(text, shown):
    assert Redactor(["tWo2wOrds f0Ur5Ix"])(text) == shown


@pytest.mark.parametrize("layers", range(4))
def test_a_known_secret_is_redacted_in_a_text_within_a_text(layers):
    secret = text = 'quote"slash/back\\slash+\u00e9'
    for _ in range(layers):
        text = json.dumps([text])
    shown = Redactor([secret])(text)
    assert shown.strip('[]\\"') == "redacted"
