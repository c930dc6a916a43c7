"""The book on paper: every page is in it, with every output, also those that the page folds."""

import printed
import pytest
from bs4 import BeautifulSoup
from languages import LANGUAGES


def test_folded_outputs_are_printed_and_folded_code_is_not(site, pages, page):
    shown = BeautifulSoup((site / f"{page}.html").read_bytes(), "html.parser").find("article")
    paper = printed.chapter(site, page, pages)
    assert len(paper.select(".cell_output")) == len(shown.select(".cell_output"))
    folded = shown.select("details.hide .cell_input")
    assert len(paper.select(".cell_input")) == len(shown.select(".cell_input")) - len(folded)
    assert not paper.select("details.hide, .headerlink, script")


@pytest.mark.parametrize("fonts", ["", "NotoSansCJK-Regular.ttc"])
def test_a_language_without_letters_gets_no_pdf(tmp_path, monkeypatch, capsys, fonts):
    lister = tmp_path / "fc-list"
    lister.write_text(f"#!/bin/sh\n[ $1 = :lang=zh-cn ] && printf '{fonts}'\n")
    lister.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert printed.has_letters(LANGUAGES["zh_CN"]) == bool(fonts)
    assert ("apt install fonts-noto-cjk" in capsys.readouterr().out) == (not fonts)
