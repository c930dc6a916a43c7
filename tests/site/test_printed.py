"""The book on paper: every page is in it, with every output, also those that the page folds."""

import io

import catalogues
import pdf
import printed
import pytest
from bs4 import BeautifulSoup
from languages import LANGUAGES
from pikepdf import Dictionary, Pdf


def test_folded_outputs_are_printed_and_folded_code_is_not(site, pages, page):
    shown = BeautifulSoup((site / f"{page}.html").read_bytes(), "html.parser").find("article")
    paper = printed.chapter(site, page, pages)
    assert len(paper.select(".cell_output")) == len(shown.select(".cell_output"))
    folded = shown.select("details.hide .cell_input")
    assert len(paper.select(".cell_input")) == len(shown.select(".cell_input")) - len(folded)
    assert not paper.select("details.hide, .headerlink, script")


def test_the_first_page_has_the_name_of_the_book_in_its_language(site):
    title = catalogues.done("book")["Backpropagation, executed"]
    for folder, wanted in (("", []), ("zh", [title])):
        book = BeautifulSoup((site / folder / "intro.html").read_bytes(), "html.parser")
        first = printed.title(book, book.select_one(".cite-box p"))
        assert [line.get_text() for line in first.select(".name")] == wanted


@pytest.mark.parametrize("fonts", ["", "NotoSansCJK-Regular.ttc"])
def test_a_language_without_letters_gets_no_pdf(tmp_path, monkeypatch, capsys, fonts):
    lister = tmp_path / "fc-list"
    lister.write_text(f"#!/bin/sh\n[ $1 = :lang=zh-cn ] && printf '{fonts}'\n")
    lister.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert pdf.has_letters(LANGUAGES["zh_CN"]) == bool(fonts)
    assert ("apt install fonts-noto-cjk" in capsys.readouterr().out) == (not fonts)


PAGE = """<html lang="en"><title>Two pages</title><h1 id="first">First</h1>
<p>So <math><mrow><mi>z</mi><mo>=</mo><mfrac><mi>w</mi><mn>2</mn></mfrac></mrow></math>; see
<a href="#second">the second</a> and <em>this</em> <code><span>a</span> <span>b</span></code>.</p>
<img alt="A point" src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">
<table><tr><th>one<th>two<tr><td>1<td><math><mi>x</mi></math></table>
FORMULAS<h2 id="second" style="break-before: page">Second</h2><p>The end.</p>"""


def meaning(element):
    """List the elements of a PDF that mean something, and the pieces of the pages, in order."""
    for child in pdf.children(element):
        if pdf.is_element(child):
            name = [] if child.S == "/NonStruct" else [str(child.S), str(child.get("/Alt", ""))]
            yield from name
            yield from meaning(child)
        else:
            yield str(child.Type if isinstance(child, Dictionary) else child)


def test_a_pdf_is_packed_and_loses_nothing(browser, tmp_path):
    path = tmp_path / "two.pdf"
    tab = browser.new_page()
    formula = (
        "<p>So <math><mrow><mi>z</mi><mo>=</mo><msub><mi>w</mi><mn>2</mn></msub></mrow></math>."
    )
    tab.set_content(PAGE.replace("FORMULAS", 20 * formula))
    tab.pdf(path=path, **pdf.PAPER)
    tab.close()
    before, size = path.read_bytes(), path.stat().st_size
    pdf.pack(path)
    assert path.stat().st_size < 0.6 * size
    with Pdf.open(io.BytesIO(before)) as old, Pdf.open(path) as new:
        assert new.check_pdf_syntax() == []
        assert [page.Contents.read_bytes() for page in new.pages] == [
            page.Contents.read_bytes() for page in old.pages
        ]
        said = list(meaning(new.Root.StructTreeRoot))
        assert said == list(meaning(old.Root.StructTreeRoot))
        assert {"/H1", "/H2", "/Figure", "A point", "/Table", "/TH", "/Em", "/Link"} <= {*said}
        for element in elements(new.Root.StructTreeRoot):
            assert all(
                element == child.P for child in filter(pdf.is_element, pdf.children(element))
            )
    assert pdf.numbers(path) == {"second": 2}  # where links lead


def elements(element):
    """List all elements of the structure of a PDF."""
    for child in filter(pdf.is_element, pdf.children(element)):
        yield child
        yield from elements(child)
