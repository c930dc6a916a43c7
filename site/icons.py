"""The icons of the theme (Font Awesome Free, CC BY 4.0), drawn when the book is built.

The theme leaves that to a script of 1.5 MB in every page: 2000 icons, of which a page shows 15.
"""

from functools import cache
from pathlib import Path

import pydata_sphinx_theme
from javascript import answer
from sphinx.errors import SphinxError

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme"
SCRIPT = "scripts/fontawesome.js"


@cache
def known():
    """Read all icons out of the theme's script: style -> name -> [width, height, …, path]."""
    return answer("icons.js", THEME / "static" / SCRIPT)


def draw(soup):
    """Draw every icon of a page, such as <i class="fa-solid fa-list">, and drop the script."""
    for script in soup.find_all("script", src=lambda src: src and SCRIPT in src):
        script.decompose()
    for tag in soup.find_all(["i", "span"], class_=True):
        style = next(filter(known().get, tag["class"]), None)
        if style is None:
            continue
        names = (word.removeprefix("fa-") for word in tag["class"])
        icon = next(filter(None, map(known()[style].get, names)), None)
        if icon is None:
            raise SphinxError(f"Font Awesome has no icon {' '.join(tag['class'])}")
        width, height, *_, path = icon
        tag.name = "svg"
        tag["class"] = ["svg-inline--fa", *(word for word in tag["class"] if word != style)]
        tag["viewBox"] = f"0 0 {width} {height}"
        tag["aria-hidden"] = "true"
        tag.append(soup.new_tag("path", fill="currentColor", d=path))
