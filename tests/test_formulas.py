"""Formulas of the site: TeX becomes MathML when the book is built, and what is wrong stops it."""

import formulas
import pytest
from bs4 import BeautifulSoup
from sphinx.errors import SphinxError


def translated(text):
    soup = BeautifulSoup(text, "html.parser")
    formulas.translate(soup)
    return soup


def test_tex_becomes_mathml_and_the_number_stays():
    soup = translated(
        '<div class="math" id="equation-eq-x"><span class="eqno">(8.1)</span>'
        r"\[\begin{split}a &amp;= b \\ &amp;- c\end{split}\]</div>"
    )
    assert soup.select_one("#equation-eq-x > .eqno").get_text() == "(8.1)"
    assert soup.math["display"] == "block"
    assert [row.get_text() for row in soup.select("mtr")] == ["a=b", "−c"]
    assert soup.select("mtr:last-child mo")[0]["form"] == "infix"  # no sign: the line goes on


def test_a_page_without_formulas_stays():
    assert str(translated("<p>Text</p>")) == "<p>Text</p>"


@pytest.mark.parametrize("tex", [r"\nosuch x", r"\frac{1", r"a^b^c"])
def test_a_formula_that_cannot_be_read_stops_the_build(tex):
    with pytest.raises(SphinxError, match="cannot be read") as caught:
        translated(rf'<span class="math">\({tex}\)</span>')
    assert tex in str(caught.value)


def test_what_touches_a_formula_stays_on_its_line():
    soup = translated(r'<p>of (<span class="math">\(a\)</span>), not <i>b</i></p>')
    assert soup.select_one(".one-line").get_text() == "(a),"
    assert soup.get_text() == "of (a), not b"
    alone = '<p>so\n<span class="math">{}</span>\nis</p>'
    assert translated(alone.format(r"\(a\)")).get_text() == "so\na\nis"


def test_a_long_formula_may_break_behind_a_relation():
    tex = r"C = m(3N_W - n_1n_0 + N_b) = m(5w^2 + 5w + 1)"
    soup = translated(rf'<p><span class="math">\({tex}\)</span></p>')
    parts = [math.get_text() for math in soup.select(".math > math")]
    assert parts == ["C=", "m(3NW−n1n0+Nb)=", "m(5w2+5w+1)"]
    assert len(soup.select("math + wbr + math")) == 2


def test_space_before_a_function():
    soup = translated(r'<span class="math">\(p_k\ln q\)</span><span class="math">\(-\ln q\)</span>')
    functions = [
        applied.parent for applied in soup.find_all("mo", string="\N{FUNCTION APPLICATION}")
    ]
    assert [function.find().name for function in functions] == ["mspace", "mi"]
