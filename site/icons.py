"""The icons of the theme (Font Awesome Free, CC BY 4.0), drawn when the book is built.

The theme leaves that to a script of 1.5 MB in every page: 2000 icons, of which a page shows 15.
"""

from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.errors import SphinxError

FOLDER = Path(__file__).parent / "vendor" / "icons"
STYLES = {"fa-solid": "solid", "fas": "solid", "fa-brands": "brands", "fab": "brands"}


@cache
def known():
    """Read the icons that were vendored: style -> name -> the drawing as text."""
    return {
        style: {path.stem: path.read_text("utf-8") for path in (FOLDER / style).glob("*.svg")}
        for style in set(STYLES.values())
    }


def draw(soup):
    """Draw every icon of a page, such as <i class="fa-solid fa-list">, and drop the script."""
    for script in soup.find_all("script", src=lambda src: src and "fontawesome.js" in src):
        script.decompose()
    for tag in soup.find_all(["i", "span"], class_=True):
        style = next((word for word in tag["class"] if word in STYLES), None)
        if style is None:
            continue
        icons = known()[STYLES[style]]
        names = (word.removeprefix("fa-") for word in tag["class"])
        drawing = next(filter(None, map(icons.get, names)), None)
        if drawing is None:
            raise SphinxError(
                f"the icon {' '.join(tag['class'])} is not vendored: add it to site/vendor.py, "
                "then make vendor"
            )
        svg = BeautifulSoup(drawing, "html.parser").svg
        tag.name = "svg"
        tag["class"] = ["svg-inline--fa", *(word for word in tag["class"] if word != style)]
        tag["viewbox"] = svg["viewbox"]
        tag["aria-hidden"] = "true"
        tag.append(svg.path.extract())
