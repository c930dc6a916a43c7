"""Tables of words on a telephone: each row a small card, as columns of words would be too narrow.

book.css draws it; here the cells get what it cannot know: the words of their column's head.
"""

from unicodedata import east_asian_width

LONG = 60  # half-width characters in one cell: about three lines, of a third of a telephone


def width(words):
    """Count the half-width characters of words."""
    return sum(1 + (east_asian_width(one) in "WF") for one in words)


def stack(soup):
    """Mark the tables of three columns or more in which a cell is long."""
    for table in soup.select("table.table"):
        heads = [head.get_text().strip() for head in table.select("thead th")]
        rows = [row.find_all("td") for row in table.select("tbody tr")]
        longest = max((width(cell.get_text().strip()) for row in rows for cell in row), default=0)
        if len(heads) < 3 or longest <= LONG:
            continue
        table["class"] = [*table["class"], "stacked"]
        for row in rows:
            for head, cell in zip(heads, row, strict=True):
                cell["data-head"] = head
