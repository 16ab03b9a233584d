"""Whatever a suite says and whatever answers it: a sentence, or a verdict."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import tomli_w
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hello_llm.checks.assertions.table import ASSERTIONS
from hello_llm.checks.mismatches import Bench, find_mismatches
from hello_llm.checks.suite_keys import CHECK_KEYS
from hello_llm.checks.suite_reading import read_suite
from hello_llm.contract import DeadlineError, LLMReply, ToolCall, Usage, UsageError
from hello_llm.contract.model_name import ModelName
from hello_llm.judge.pool import Judges

HOSTILE = (
    *("1e999", "-1e400", "9" * 5000, "[" * 1000, "[" * 200 + "]" * 200, '{"a": NaN}', '{"a"'),
    *("a" * 40 + "!", '"' + "a" * 40 + '!"', "\x00", "\ud800", "\u202e", "::error::x", "", " "),
    *('{"a": {"b": [1, null, true]}}', '{"a": 1, "a": 2}', "0", '""', "null", "[[], [[]]]"),
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([2**63, 10**400, -1, 0, 1])
LEAVES = (
    st.booleans()
    | NUMBERS
    | st.text(max_size=20)
    | st.datetimes()
    | st.dates()
    | st.sampled_from(
        """# #/a #/type/foo http://[::1 $ $.a $[0] $.a.b[-1] integer string object array ( (a+)+$ ^a
        [[:alpha:]] a{9999999999} (?<=a+) \\ true sleep ./absent stop AUTH mock/x openai/gpt-4o-mini
        """.split()
    )
)
NAMES = st.text(max_size=8) | st.sampled_from(
    """$ref $dynamicRef $id $schema $anchor $defs type enum const allOf anyOf oneOf not if then else
    properties patternProperties additionalProperties propertyNames items prefixItems contains
    uniqueItems multipleOf maximum minLength pattern required dependentSchemas name arguments a $
    $.a $[0]""".split()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
EXPECTS = st.dictionaries(st.sampled_from(sorted(ASSERTIONS)), VALUES, max_size=4)
CHECKS = st.fixed_dictionaries(
    {"name": st.just("a"), "prompt": st.just("hi"), "expect": EXPECTS},
    optional={key: VALUES for key in CHECK_KEYS if key not in {"name", "prompt", "expect"}},
)
SUITES = st.fixed_dictionaries({"version": st.just(1), "check": st.lists(CHECKS, max_size=2)})
FITTING = {
    "regex": st.sampled_from(["a", "(a+)+$", "(?i)x", "(?=a)(b|c)*", "\\d{3,}"]),
    "not_regex": st.sampled_from(["b", "(a|a)*$", "[^a]"]),
    "json": st.booleans(),
    "json_path": st.dictionaries(
        st.sampled_from(["$", "$.a", "$[0]", "$.a.b[-1]"]), NUMBERS | st.text(), min_size=1
    ),
    "json_schema": st.dictionaries(
        st.sampled_from(["multipleOf", "maximum", "minimum", "exclusiveMinimum"]),
        st.integers(1) | st.floats(1e-300, 1e300),
    )
    | st.sampled_from(
        [
            {"uniqueItems": True},
            {"items": {"$ref": "#"}},
            {"enum": [1, [], {}]},
            {"pattern": "(a+)+$"},
        ]
    ),
    "tool_call": st.just({"name": "f", "arguments": {"a": 1}}),
    "max_tokens_out": st.integers(0, 100),
}
RIGHT = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "check": st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.just("a"),
                    "prompt": st.just("hi"),
                    "expect": st.fixed_dictionaries({}, optional=FITTING),
                }
            ),
            min_size=1,
            max_size=1,
        ),
    }
)
ANSWERS = st.sampled_from(HOSTILE) | st.text(max_size=50)


@pytest.fixture(scope="module")
def judges():
    with Judges({"PATH": os.defpath}) as judges:
        yield judges


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(SUITES | RIGHT, ANSWERS)
def test_a_suite_is_refused_in_a_sentence_or_judges(judges, suite, answer):
    hostile(judges, suite, answer)


@pytest.mark.fuzz
@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(SUITES | RIGHT, ANSWERS)
def test_many_suites_are_refused_in_a_sentence_or_judge(judges, suite, answer):
    hostile(judges, suite, answer)


def hostile(judges, suite, answer):
    try:
        content = tomli_w.dumps(suite)
    except ValueError:  # what TOML has not
        assume(False)
    with TemporaryDirectory() as folder:
        path = Path(folder, "suite.toml")
        path.write_text(content, encoding="utf-8", errors="replace")
        with suppress(UsageError, DeadlineError):
            reply = LLMReply(
                *(answer, "mock", "mock/echo", Usage(), "stop"),
                tool_calls=(ToolCall("1", "f", answer),),
            )
            for check in read_suite(path, ModelName.parse, judges).checks:
                for one in find_mismatches(
                    check.expectations, reply, Bench(judges, path.parent, timeout_s=1.0), 0.1
                ):
                    assert one.expected
                    assert one.got
