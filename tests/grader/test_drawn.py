"""Words of students as HTML: formulas are drawn, what is hostile is text, nothing is lost."""

import re
import time
from html.parser import HTMLParser

import pytest

from bpgrader.drawn import ATTRIBUTES, ELEMENTS, draw, formula
from bpgrader.words import MAX_ANSWER

MARKDOWN = {
    *("p", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br", "img"),
    *("table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5", "h6", "span", "div"),
}
ALLOWED = {"class", "alt", "src", "loading", "start", "style"} | ATTRIBUTES


class Reader(HTMLParser):
    """What a browser would see."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


FORMULAS = {
    r"\frac{\partial \ell}{\partial W^{[i]}}": "mfrac",
    r"\sum_{k=1}^{m} \ell_k": "munderover|msubsup",
    r"\begin{pmatrix}1&2\\3&4\end{pmatrix}": "mtable",
    r"\sqrt{x}": "msqrt",
    r"\hat{y} = \sigma'(z) \odot a": "mover",
    r"\begin{cases}1&x>0\\0&\text{else}\end{cases}": "mtable",
    r"\mathbb{R}^{n\times m}": "msup",
}


@pytest.mark.parametrize("tex", FORMULAS)
def test_a_formula_is_drawn_as_students_write_it(tex):
    places = ["so ${}$ is", "$${}$$", "$$\n{}\n$$", "- ${}$", "# ${}$", "**${}$**"]
    for text in (place.replace("{}", tex) for place in places):
        tags = {tag for tag, _ in Reader(draw(text)).found}
        assert tags & set(FORMULAS[tex].split("|")), text
        assert "math" in tags


def test_an_environment_needs_no_dollars():
    text = "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}"
    assert [tag for tag, _ in Reader(draw(text)).found].count("mtr") == 2
    assert "(1)" not in draw("\\begin{equation}a\\end{equation}")


ENVIRONMENTS = {
    **dict.fromkeys(("aligned", "split", "eqnarray", "cases"), r"a&=b\\c&=d"),
    **dict.fromkeys(("gathered", "multline", "equation"), r"a\\b"),
    **dict.fromkeys(("bmatrix", "vmatrix", "matrix", "smallmatrix"), "1&2"),
}
DRAWN = [
    *(rf"\begin{{{name}}}{inside}\end{{{name}}}" for name, inside in ENVIRONMENTS.items()),
    *(r"\label{x}a", r"a\nonumber", r"\arg\max_x", r"1, \hdots, n", r"\%\#\_\{\}\&"),
    *(r"\left\{\begin{array}{l}a\\b\end{array}\right.", r"\lVert x\rVert_2", r"\tfrac12"),
    *(r"\operatorname*{argmin}_x", r"\underbrace{a}_{b}", r"\stackrel{!}{=}", r"W^{[1]\top}"),
    *("a'b''", "a := b", r"\mathbf 1"),
]


@pytest.mark.parametrize("tex", DRAWN)
def test_what_students_use_is_drawn_to_the_last_sign(tex):
    shown = formula(tex, display=True)
    assert shown.startswith("<math"), shown
    assert not re.search(r">(\\[a-z]+|&amp;)<", shown) or r"\&" in tex


UNKNOWN = [r"\qed", "a & b", r"\begin{alignat}{2}a&=b\end{alignat}", r"\boxed{x}"]


@pytest.mark.parametrize("tex", UNKNOWN)
def test_what_is_not_understood_is_shown_as_it_was_typed(tex):
    assert formula(tex, display=True) == f"<code>{tex.replace('&', '&amp;')}</code>"


BAD = [
    *("{", "a^b^c", r"\left( x", r"\frac", "a & b \\\\", r"\end{x}", "\\"),
    *(r"\newcommand{\a}{\b\b}\a", r"\def\a{\a\a}\a", "x" * 5000, "{" * 2000, r"\sqrt" * 500),
    r"\href{javascript:x}{y}",
    r"\text{<script>alert(1)</script>}",
    r"\text{&lt;img src=x onerror=alert(1)&gt;}",
    r"\style{background:url(http://x.org)}{a}",
    r"\class{x}{a} \color{red}{b} \rule{9999em}{9999em} \hspace{9999em}",
    r"\unicode{x3c}script\unicode{x3e}",
    'a" onmouseover="alert(1)',
]


@pytest.mark.parametrize("tex", BAD)
def test_whatever_a_formula_holds_it_is_mathml_or_text(tex):
    for display in (False, True):
        for tag, attributes in Reader(formula(tex, display=display)).found:
            assert tag in ELEMENTS | {"code"}
            assert set(attributes) <= ATTRIBUTES


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- <b> -->",
    "[a](javascript:alert(1))",
    "![a](javascript:alert(1))",
    "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    '![a](x "onerror=alert(1)")',
    "<http://x.org>",
    "[a]: http://x.org\n\n[a] ![a]",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    '```a"onclick="alert(1)\nx\n```',
    "&lt;script&gt; &#60;script&#62;",
    "| <b> |\n|--|\n| [l](http://x) |",
    "<style>*{display:none}</style>\n\n<form action=http://x.org><button>",
    "$<img src=x onerror=alert(1)>$",
    "\\begin{align}<script>alert(1)</script>\\end{align}",
    *BAD,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_student_is_more_than_text(text):
    found = Reader(draw(f"{text}\n\n${text}$\n\n# {text}", ["picture?a=1"])).found
    for tag, attributes in found:
        assert tag in MARKDOWN | ELEMENTS, tag
        assert set(attributes) <= ALLOWED
        assert attributes.get("src", "picture?a=1") == "picture?a=1"
        assert re.fullmatch(r"|text-align:(left|right|center)", attributes.get("style", ""))


def test_pictures_stand_where_the_text_has_them_and_none_is_lost():
    text = "one ![mine](picture-2) two ![x](picture-3) ![y](picture-0) ![z](picture-99999999999)"
    sources = [a["src"] for tag, a in Reader(draw(text, ["u1", "u2"])).found if tag == "img"]
    assert sources == ["u2", "u1"]
    assert draw(text, ["u1", "u2"]).count("a picture that is not shown") == 3
    alts = [a["alt"] for tag, a in Reader(draw("", ["u1", "u2"])).found if tag == "img"]
    assert alts == ["Picture 1 of the answer", "Picture 2 of the answer"]


N = MAX_ANSWER
UNITS = [
    *("*a ", "[", "![", ">", "`", "$", "$a ", "$$ ", "_a__", "- ", "|a", "&", "![a](", "\n", "\\"),
    *("<", "<!-- ", "1. ", "\\begin{align}", "\\begin{align} x\n", "$a_1$ ", "[a]:x\n"),
]
LONG = {
    **{unit: (unit * N)[:N] for unit in UNITS},
    "deep": "".join(f"{'  ' * k}- a\n" for k in range(140)),
    "rows": ("|a|b|\n|-|-|\n" + "|\n" * N)[:N],
    "ticks": "".join("`" * k + " " for k in range(200))[:N],
    "formulas": f"${'a_1 ' * 700}$\n\n" * 7,
    "braces": f"${'{' * 2000}$ " * 10,
    "scripts": f"${'a^{' * 400}{'}' * 400}$ " * 10,
}


@pytest.mark.parametrize("kind", LONG)
def test_no_answer_takes_long_to_draw(kind):
    began = time.process_time()
    draw(LONG[kind])
    assert time.process_time() - began < 6  # of the processor: the worst takes 2 on a quiet machine
