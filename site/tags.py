"""HTML that an author typed: whether all of it ends."""

from html.parser import HTMLParser

VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track"}
VOID |= {"wbr"}
# What HTML ends by itself.
OPTIONAL = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option"}


class Tags(HTMLParser):
    """What is open in the HTML of a text, and the first tag that closes nothing."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], None

    def handle_starttag(self, tag, attrs):
        """Open it, unless it holds nothing."""
        self.open += [tag] * (tag not in VOID)

    def handle_startendtag(self, tag, attrs):
        """Nothing is open behind <path/>."""

    def handle_endtag(self, tag):
        """Close it."""
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL:
            self.open.pop()
        if self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self.wrong = self.wrong or tag

    def faults(self):
        """Give what closes nothing, and what is not closed, of what HTML does not end by itself."""
        return [tag for tag in [self.wrong, *self.open] if tag and tag not in OPTIONAL]
