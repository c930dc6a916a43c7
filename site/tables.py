"""Tables of words on a telephone: each row a small card, as columns of words would be too narrow.

book.css draws them; here each cell gets what it cannot know: the words of its column's head.
"""

from copy import copy
from unicodedata import east_asian_width

from bs4 import BeautifulSoup

new = BeautifulSoup("", "html.parser").new_tag

LONG = 45  # half-width characters in one cell: four lines of a third of a telephone


def width(words):
    """Count the half-width characters of words."""
    return sum(1 + (east_asian_width(one) in "WF") for one in words)


def stack(soup):
    """Mark the tables of three columns or more in which a cell is long."""
    for table in soup.select("table.table"):
        heads = table.select("thead th")
        rows = [row.find_all("td") for row in table.select("tbody tr")]
        longest = max((width(cell.get_text().strip()) for row in rows for cell in row), default=0)
        if len(heads) < 3 or longest <= LONG:
            continue
        table["class"] = [*table["class"], "stacked"]
        for row in rows:
            for head, cell in zip(heads[1:], row[1:], strict=True):
                name = new("span", attrs={"class": "stacked-head"})
                name.extend(copy(child) for child in head.contents)
                cell.insert(0, name)
