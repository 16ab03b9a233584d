r"""Math, emphasis in Chinese, Japanese and Korean, and ``<br>`` are shown as they are meant."""

# ruff: noqa: RUF001 - the fullwidth punctuation is what is tested

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from hello_llm.rendering.console import make_console
from hello_llm.rendering.markdown.blocks import BlockLayout, wrap_rows
from hello_llm.rendering.markdown.source import Resume, inline, parse
from hello_llm.rendering.markdown.stream import MarkdownStream
from tests.rendering.screens import Pipes


def layout() -> BlockLayout:
    return BlockLayout(make_console(Pipes().terminal, "stdout", "never"))


def rows(source: str, width: int = 60) -> list[str]:
    return [row.plain for row in layout().rows(source, width, Resume())]


def marked(source: str) -> str:
    """The text of `source`, with marks around what is emphasised."""
    kinds = {"strong": "b", "em": "i", "s": "s"}
    ends = {1: "<{}>", -1: "</{}>", 0: ""}
    return "".join(
        ends[token.nesting].format(kinds.get(token.tag)) + token.content
        for token in inline(parse(source).children[0].children[0])
    )


MATH = [
    r"\(a_i * b_i\)",
    r"\(a*b*c\)",
    r"\[x_1 * y_1 * z_1\]",
    r"\[a \\\]",
    r"\(\{x \mid x \geq 0\}\)",
    r"\(\alpha\_1 \, \! \; \%\)",
    r"$a_1*b*c_2$",
    r"$x$",
    r"$\$5 * 3 * 2$",
    r"$f*(x)*$",
    r"$n_1$th",
    r"$2*3*4$",
    r"$$a_1 * b * c_2$$",
    r"$$ x*y*z \\ $$",
    r"$[a](b)$",
    r"$a < b > c$",
    r"\(a &lt; b &amp; c\)",
    r"$\text{if } x * y * z$",
    r"\(a ~~b~~ c\)",
]


@pytest.mark.parametrize("math", MATH)
@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("", "", "{}"),
        ("so ", ", then", "so {}, then"),
        ("**so ", "**", "so {}"),
        ("_so ", "_ and", "so {} and"),
        ("- ", "", "• {}"),
        ("1. so ", "", "1. so {}"),
        ("> ", " so", "│ {} so"),
        ("# ", "", "{}"),
        ("两个", "变量", "两个{}变量"),
        ("`code` ", " *i*", "code {} i"),
        ("[l ", "](u)", "l {} (u)"),
    ],
)
def test_math_is_shown_as_written_wherever_it_stands(math, before, after, shown):
    assert rows(before + math + after) == [shown.format(math)]


@pytest.mark.parametrize("math", MATH)
def test_math_in_a_table_cell_is_shown_as_written(math):
    assert rows(f"| a | b |\n|---|---|\n| {math} | *x* |")[-1] == f"{math:<{len(math)}}  x"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("costs $5 and $10 *now*", "costs $5 and $10 <i>now</i>"),
        ("**$5** or **$10**", "<b>$5</b> or <b>$10</b>"),
        ("**US$** and **CA$**", "<b>US$</b> and <b>CA$</b>"),
        ("US$ 3, *not* $ 4$", "US$ 3, <i>not</i> $ 4$"),
        ("**$HOME** and **$PATH**", "<b>$HOME</b> and <b>$PATH</b>"),
        ("*$HOME* is $HOME", "<i>$HOME</i> is $HOME"),
        ("$5, *or* `$x`", "$5, <i>or</i> $x"),
        ("a `$x*y*$` *b*", "a $x*y*$ <i>b</i>"),
        (r"\$x*y*\$", "$x<i>y</i>$"),
        ("$x *y* z $", "$x <i>y</i> z $"),
        ("$x *y* z$5", "$x <i>y</i> z$5"),
        ("**$$** is dear, **$$$** dearer", "<b>$$</b> is dear, <b>$$$</b> dearer"),
        ("($$) *and* ($$)", "($$) <i>and</i> ($$)"),
        ("$$ is the process *itself*\nso", "$$ is the process <i>itself</i>so"),
        (r"\(open *i*", "(open <i>i</i>"),
        ("$" + "x" * 3000 + "*i*$", "$" + "x" * 3000 + "<i>i</i>$"),
    ],
)
def test_prices_and_shell_variables_are_not_math(source, shown):
    assert marked(source) == shown


DISPLAY = [
    "\\[\na_1 * b_1 \\\\\n+ c*d*\n- e\n# f\n> g\n| h |\n    i\n\\]",
    "$$\n\\begin{aligned}\n  x &= y*z \\\\\n    &= *w*\n\\end{aligned}\n$$",
    "\\[ x = y\n+ z \\]",
    "$$E = mc^2\n- 1$$",
]


@pytest.mark.parametrize("math", DISPLAY)
@pytest.mark.parametrize("mark", ["", "> ", "- ", "10. "])
def test_a_block_of_math_is_shown_line_by_line_as_written(math, mark):
    lines = math.split("\n")
    more = mark if mark == "> " else " " * len(mark)
    source = "\n".join([mark + lines[0], *(more + line for line in lines[1:])])
    shown = {"> ": "│ ", "- ": "• "}.get(mark, mark)
    after = "│ " if mark == "> " else " " * len(shown)
    assert rows(source) == [shown + lines[0], *((after + line).rstrip() for line in lines[1:])]


def test_a_block_of_math_stands_between_paragraphs():
    source = "Let\n\\[\n+ x\n\\]\nbe *so*.\n\nAs $$\nx *y*\n$$\nis *so*"
    assert rows(source) == [
        *["Let", "", "\\[", "+ x", "\\]", "", "be so.", ""],
        *["As $$", "x *y*", "$$", "is so"],
    ]


def test_a_blank_line_and_the_end_of_an_item_end_a_block_of_math():
    assert rows("$$\na*b*\n\n*c*") == ["$$", "a*b*", "", "c"]
    assert rows("- $$\n  a*b*\n- *c*") == ["• $$", "  a*b*", "• c"]


def test_in_code_nothing_is_math_and_in_math_nothing_is_code():
    assert rows("```\n$$\n*x*\n```\n*y*") == ["$$", "*x*", "", "y"]
    assert rows("    \\[\n    a\n\n*y*") == ["\\[", "a", "", "y"]


def test_math_wraps_as_one_word_and_is_not_altered():
    assert rows("the sum $a + b + c$ is", 16) == ["the sum", "$a + b + c$ is"]
    long = "\\(" + "a + " * 12 + "b\\)"
    assert "".join(rows(f"so {long}", 20)) == f"so{long}"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("**注意：**请", "<b>注意：</b>请"),
        ("**「重要」**です", "<b>「重要」</b>です"),
        ("これは**「重要」**です", "これは<b>「重要」</b>です"),
        ("这是**重点（必读）**的", "这是<b>重点（必读）</b>的"),
        ("这是**“重点”**的", "这是<b>“重点”</b>的"),
        ("请用**`code`**运行", "请用<b>code</b>运行"),
        ("**한국어(Korean)**은", "<b>한국어(Korean)</b>은"),
        ("*「強調」*は~~「消」~~だ", "<i>「強調」</i>は<s>「消」</s>だ"),
        ("***注意：***请", "<i><b>注意：</b></i>请"),
        ("**ｶﾅ(half)**で", "<b>ｶﾅ(half)</b>で"),
        ("**葛\U000e0100**は", "<b>葛\U000e0100</b>は"),
        ("__注意：__ 请", "<b>注意：</b> 请"),
        ("__注意__：请", "<b>注意</b>：请"),
        ("中_文_字", "中_文_字"),
        ("snake_注意_case", "snake_注意_case"),
        ("2 * 3 * 4 和 5 * 6", "2 * 3 * 4 和 5 * 6"),
        ("**注意： **请", "**注意： **请"),
        ("👍**(a)**b", "👍**(a)**b"),
    ],
)
def test_emphasis_beside_chinese_japanese_and_korean_punctuation(source, shown):
    assert marked(source) == shown


@settings(max_examples=200)
@given(st.text(st.sampled_from("ab 1*_~.,(é—“😀\n"), max_size=30))
@example("👍**(a)**b")
def test_emphasis_in_other_writing_is_that_of_commonmark(source):
    plain = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").disable("lheading")
    found = [inline(node) for node in parse(source).walk() if node.type == "inline"]
    expected = [token.children or [] for token in plain.parse(source) if token.type == "inline"]
    assert _kinds(found) == _kinds(expected)


def _kinds(texts) -> list[list[tuple[str, str]]]:
    return [[(token.type, token.content) for token in tokens] for tokens in texts]


@pytest.mark.parametrize("mark", ["<br>", "<BR>", "<br/>", "<br />", "<Br  />"])
def test_a_line_breaks_at_br_in_a_cell_and_elsewhere_but_not_in_code(mark):
    cell = f"| a | b |\n|---|---|\n| one{mark}two {mark} 三 | x |"
    assert rows(cell) == ["a    b", "───  ─", "one  x", "two", "三"]
    assert rows(f"one{mark}\n**two{mark}three**{mark}") == ["one", "two", "three"]
    assert rows(f"`{mark}` \\{mark}") == [f"{mark} {mark}"]


def test_other_html_is_shown_as_written():
    assert rows("a<b>c</b> <brx> <hr> <br") == ["a<b>c</b> <brx> <hr> <br"]


_PIECES = st.one_of(
    st.sampled_from([f"\n{block}" for block in DISPLAY]),  # opened in a line, it is a paragraph's
    st.sampled_from([*MATH, "$5", "$HOME", "\\$", "US$", "$$$"]),
    st.sampled_from(["word", "漢字、", "a<br>b", "a few words"]),
    st.sampled_from(["many words that fill a row or two and go on to the next"]),
)
_GLUE = st.sampled_from([" ", " ", ", ", "\n", "\n\n", "\n\n# "])


@st.composite
def _texts(draw: st.DrawFn) -> str:
    pieces = draw(st.lists(st.tuples(_PIECES, _GLUE), max_size=25))
    return "".join(piece + glue for piece, glue in pieces)


def grown(text: str, size: int, width: int, tallest: int) -> list[str]:
    """The rows of `text` that comes in pieces of `size`, of which `tallest` may be redrawn."""
    stream = MarkdownStream(layout())
    shown = []
    for start in range(0, len(text), size):
        stream.feed(text[start : start + size])
        shown += stream.advance(width, tallest)
    return [row.plain for row in wrap_rows(shown + stream.finish(width), width)]


_OPENED_IN_A_LINE = (
    "\\(a_i * b_i\\) " + "$$\n  x &= y*z \\\\\n    &= *w*\nz\n$$ \\[\na_1 \\\\\n+ c*d*\n- e\n\\] "
)


@pytest.mark.parametrize("examples", [60, pytest.param(2000, marks=pytest.mark.fuzz)])
def test_math_is_the_same_streamed_and_whole(examples):
    @settings(max_examples=examples, deadline=None)
    @given(
        _texts(),
        st.sampled_from([1, 7, 40, 300]),
        st.sampled_from([30, 60]),
        st.sampled_from([3, 8, 24]),
    )
    @example(
        "\\[ x = y\n+ z \\] many words that fill a row or two and go on to the next ", 1, 30, 3
    )
    @example(_OPENED_IN_A_LINE, 1, 30, 3)
    @example("1. \\[ x\n2. y \\, z\n\n" + "and " * 30, 1, 30, 3)
    def holds(text: str, size: int, width: int, tallest: int) -> None:
        whole = [row.plain for row in wrap_rows(layout().rows(text, width, Resume()), width)]
        assert grown(text, size, width, tallest) == whole

    holds()


LONG = "\\begin{aligned}\n" + "\n".join(f"  x_{n} &= *y*_{n} \\\\" for n in range(200))


@pytest.mark.parametrize("marks", [("\\[", "\\]"), ("$$", "$$")])
@pytest.mark.parametrize("indent", ["", "   "])
def test_a_block_of_math_taller_than_the_screen_is_shown_as_written(marks, indent):
    begin, end = marks
    lines = [begin, *LONG.split("\n"), "\\end{aligned}", end]
    text = "\n".join(indent + line for line in lines) + f"\n{indent}*after* it"
    text = "1. " + text.lstrip() if indent else text
    assert grown(text, 50, 60, 8) == rows(text)
    assert [row.strip() for row in rows(text)[1:-2]] == [line.strip() for line in lines[1:]]
