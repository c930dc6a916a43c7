"""The book on paper: every page is in it, with every output, also those that the page folds."""

import printed
from bs4 import BeautifulSoup


def test_folded_outputs_are_printed_and_folded_code_is_not(site, pages, page):
    shown = BeautifulSoup((site / f"{page}.html").read_bytes(), "html.parser").find("article")
    paper = printed.chapter(site, page, pages)
    assert len(paper.select(".cell_output")) == len(shown.select(".cell_output"))
    folded = shown.select("details.hide .cell_input")
    assert len(paper.select(".cell_input")) == len(shown.select(".cell_input")) - len(folded)
    assert not paper.select("details.hide, .headerlink, script")
