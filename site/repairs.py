"""Repairs of what the theme and the extensions get wrong on a page.

Each waits for its fault to be mended upstream: a test builds a page without the repairs and finds
every fault on it, so that a repair goes when its fault has gone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from sphinx.errors import SphinxError
from sphinx.locale import _

SEARCH = re.compile("searchtools|language_data|searchindex")
NEEDED = re.compile(r"/(documentation_options|book|explore/\w+)\.js")  # by the first screen
PLAIN = ["n", "nn", "nx", "p", "pm", "w"]  # what Pygments calls names, punctuation, blanks
REMEMBERED = 'localStorage.getItem("theme") || "auto"'
COLOURS = """{ light: "light", dark: "dark" }[localStorage.getItem("mode")]
      ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")"""
TAB_STOPS = re.compile(r'\["pre",[^]]*\]\.join\(", "\)')

new = BeautifulSoup("", "html.parser").new_tag


@dataclass(frozen=True)
class Repair:
    """One fault: who makes it, what it is, how it is found on a page, how a place is repaired."""

    by: str
    fault: str
    find: Callable[[BeautifulSoup], list[Tag]]
    repair: Callable[[Tag], object]


def repeated(soup):
    """Find all but the first of the tags with one id."""
    seen = set()
    return [tag for tag in soup.find_all(id=True) if tag["id"] in seen or seen.add(tag["id"])]


def to_class(tag):
    """Turn an id into a class; styles may want it."""
    tag["class"] = [*tag.get("class", []), tag["id"]]
    del tag["id"]


def proof_box(tag):
    """Give the box of a proof a class of its own: "proof" is that of what is in it."""
    tag["class"] = [*tag["class"], "proof-box"]
    del tag["id"]


def drop(name):
    """Take an attribute away."""
    return lambda tag: tag.attrs.pop(name)


def listen(button):
    """Leave the call to book.js, which listens to the button."""
    button["data-call"] = button.attrs.pop("onclick")


def blank_first(soup):
    """Find the links whose words begin with a blank, which would be underlined."""
    links = [link for link in soup.find_all("a") if isinstance(link.next_element, NavigableString)]
    return [link for link in links if link.next_element[:1].isspace() and link.get_text(strip=True)]


def blank_before(link):
    """Put the blank in front of the link."""
    link.next_element.replace_with(link.next_element.lstrip())
    link.insert_before(" ")


def search_button(form):
    """Give a form a button to send it."""
    button = new("button", type="submit", attrs={"class": "search-submit"})
    button.string = str(_("Search"))
    form.append(button)


def when_it_stands(script):
    """Have a script fetched only; book.js starts it when the first screen stands."""
    link = {"rel": "preload", "as": "script", "href": script["src"]}
    script.replace_with(new("link", attrs=link))


def colours_first(script):
    """Let the first script of a page find out its colours."""
    script.string = script.string.replace(REMEMBERED, COLOURS)


REPAIRS = (
    Repair(
        "sphinx-book-theme",
        "title and contents stand a second time, for print, with an empty heading",
        lambda soup: soup.find_all(id="jb-print-docs-body"),
        Tag.decompose,
    ),
    Repair(
        "sphinx-proof",
        "every proof of a page has the same id",
        lambda soup: soup.find_all("div", id="proof"),
        proof_box,
    ),
    Repair(
        "sphinx-exercise",
        "every exercise of a page has the same id, and every solution",
        lambda soup: soup.find_all(id=["exercise-content", "solution-content"]),
        to_class,
    ),
    Repair("sphinx-book-theme", "ids stand twice", repeated, to_class),
    Repair(
        "pydata-sphinx-theme",
        "the scripts of the search are loaded by every page, for results that are switched off",
        lambda soup: [] if soup.find(id="search-results") else soup.find_all("script", src=SEARCH),
        Tag.decompose,
    ),
    Repair(
        "pydata-sphinx-theme",
        "the last script finds out the colours: styles are computed twice, the dark begins light",
        lambda soup: soup.find_all("script", string=re.compile(re.escape(REMEMBERED))),
        colours_first,
    ),
    Repair(
        "Sphinx and the theme",
        "scripts hold up the text and the pictures",  # one may: an inline script completes it
        lambda soup: soup.find_all("script", src=lambda src: src and not NEEDED.search(src)),
        when_it_stands,
    ),
    Repair(
        "sphinx-book-theme",
        "buttons call inline scripts, which the policy of the page does not allow",
        lambda soup: soup.find_all(onclick=True),
        listen,
    ),
    Repair(
        "sphinx-togglebutton and the theme",
        "a label is read out instead of the words that are seen",
        lambda soup: [
            tag
            for tag in soup.find_all(["summary", "button"], attrs={"aria-label": True})
            if tag.get_text(strip=True)
        ],
        drop("aria-label"),
    ),
    Repair(
        "sphinx-book-theme",
        "an icon has a title beside that of its button",
        lambda soup: [
            icon for icon in soup.find_all("svg", title=True) if icon.find_parent("button")
        ],
        drop("title"),
    ),
    Repair("sphinx-exercise", "a link begins with a blank", blank_first, blank_before),
    Repair(
        "sphinxcontrib-bibtex",
        "the role of a list, but no list items in it",
        lambda soup: soup.find_all(class_="citation-list", role="list"),
        drop("role"),
    ),
    Repair(
        "pydata-sphinx-theme",
        "the search has no button",
        lambda soup: [
            form
            for form in soup.find_all("form", class_="bd-search")
            if not form.find("button", type="submit")
        ],
        search_button,
    ),
    Repair(
        "Pygments",
        "code in the colour of plain code is marked, word by word: a third of all tags of a page",
        lambda soup: [
            word for word in soup.find_all("span", class_=PLAIN) if word.find_parent("pre")
        ],
        Tag.unwrap,
    ),
)


def repair(soup):
    """Repair every fault of a page."""
    for each in REPAIRS:
        for tag in each.find(soup):
            each.repair(tag)


def repair_script(text):
    """Let the theme's script measure no code: it would lay out all sections at once (book.js)."""
    text, found = TAB_STOPS.subn('":not(*)"', text)
    if found != 1:
        raise SphinxError(f"the theme's script sets tab stops {found} times, not once")
    return text
