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
    soup = translated(r'<p>（of x）<span class="math">\(a\)</span>），b</p>')
    assert soup.select_one(".one-line").get_text() == "a），"
    alone = '<p>so\n<span class="math">{}</span>\nis</p>'
    assert translated(alone.format(r"\(a\)")).get_text() == "so\na\nis"


def test_a_long_formula_may_break_behind_a_relation():
    tex = r"C = m(3N_W - n_1n_0 + N_b) = m(5w^2 + 5w + 1)"
    soup = translated(rf'<p><span class="math">\({tex}\)</span></p>')
    parts = [math.get_text() for math in soup.select(".math > math")]
    assert parts == ["C=", "m(3NW−n1n0+Nb)=", "m(5w2+5w+1)"]
    assert len(soup.select("math + wbr + math")) == 2
    tex = r"\Theta_{j,0}\,1 \quad \Theta_{j,1}\,a_1 \quad \Theta_{j,2}\,a_2 \quad \Theta_{j,3}\,a_3"
    assert not translated(rf'<p><span class="math">\({tex}\)</span></p>').select("wbr")
    tex = r"W_{j1}\cdot 1 + W_{j2}a_1 + \dots + W_{j,n_{i-1}+1}\,a_{n_{i-1}}"
    assert len(translated(rf'<p><span class="math">\({tex}\)</span></p>').select("wbr")) == 1


@pytest.mark.parametrize(
    ("tex", "names"),
    [
        (r"p_k\ln q", "msub mspace mi mo mspace mi"),
        (r"(1 - y)\ln(a)", "mrow mspace mi mo mrow"),
        (r"y\ln a", "mi mspace mi mo mspace mi"),  # Temml has set it
        (r"-\ln q", "mo mi mo mspace mi"),
        (r"\ln", "mi mo"),
        (r"\frac12\log_c a", "mfrac mspace msub mo mspace mi"),
    ],
)
def test_space_about_a_function(tex, names):
    soup = translated(rf'<span class="math">\({tex}\)</span>')
    row = soup.math.mrow
    for function in row.find_all("mrow", recursive=False):
        if function.find("mo", string="\N{FUNCTION APPLICATION}", recursive=False):
            function.unwrap()
    assert " ".join(tag.name for tag in row.find_all(recursive=False)) == names


@pytest.mark.parametrize(
    ("tex", "sign", "wanted"),
    [
        (r"\bigl(-a\bigr)", "−", {"form": "prefix"}),
        (r"a, \dots, b", "…", {"lspace": "0em", "rspace": "0em"}),
        (r"1 \cdots 1", "⋯", {"lspace": "0.1667em", "rspace": "0.1667em"}),
        (r"x_1 \cdots", "⋯", {"lspace": "0.1667em", "rspace": "0em"}),
        (r"m \big/ n", "/", {"lspace": "0em", "rspace": "0em"}),
        (r"a = \sum_k b", "∑", {"lspace": "0em"}),
        (r"a =", "=", {"rspace": "0em"}),
        (r":= b", ":", {"lspace": "0em"}),
    ],
)
def test_space_about_a_sign(tex, sign, wanted):
    soup = translated(rf'<span class="math">\({tex}\)</span>')
    assert wanted.items() <= soup.find("mo", string=sign).attrs.items()


def test_rows_of_matrices_are_of_one_height():
    tex = (
        r"\begin{bmatrix} z_1 \\ z_2 \end{bmatrix} \begin{bmatrix} b_1 & 0 \\ b_2 & 1 \end{bmatrix}"
    )
    soup = translated(rf'<span class="math">\({tex}\)</span>')
    assert len(soup.select("mtr > mtd:first-child > mspace:last-child[height]")) == 4
    assert len(soup.select("mspace")) == 4
    aligned = r'<div class="math">\[\begin{aligned} a &= b \\ &= c \end{aligned}\]</div>'
    assert not translated(aligned).select("mspace")


def test_a_script_stands_at_an_accented_letter_as_at_the_bare_one():
    soup = translated(r'<span class="math">\(\tilde x^{(s)} \tilde X^\top W^{[i]}\)</span>')
    assert [box["height"] for box in soup.find_all("mpadded")] == ["0.48em", "0.68em"]
    assert soup.select("msup")[-1].find_all(recursive=False)[-1]["class"] == "tml-med-pad"
