"""Search in Chinese: Sphinx's, with the terms of the book, and queries cut as the text is."""

import csv
import logging
from pathlib import Path

import jieba
from sphinx.search.zh import SearchChinese


class Terms(set):
    """Words of Latin letters: Sphinx looks for every word of the book in a list of them."""

    extend = set.update


class ChineseSearch(SearchChinese):
    """Words of Chinese by jieba, which is taught the terms."""

    js_splitter_code = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

    def init(self, options):
        """Read the terms."""
        super().init(options)
        self.latin_terms = Terms()  # pyright: ignore[reportAttributeAccessIssue]
        jieba.setLogLevel(logging.WARNING)
        with Path(options["terms"]).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                jieba.add_word(row["chinese"])
