"""What an author typed and Markdown took for words, so that no tool says anything about it.

A mark that begins something without an end is left as it is, a fence too many is an empty box, a
second title a chapter of its own, and a picture without words is silent for who cannot see it.
"""

import re

import typed
from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging

MARK = re.compile(
    r"\$(?!\d)"  # a formula, of which one end is missing; five dollars are $5
    r"|\\[a-zA-Z]+\{|\{[a-z:]{2,}\}|`"  # a command of TeX, a role, code
    r"|:::|^#{1,6}[^\W\d]|\{\{|\]\(\w+:"  # a box, a heading, a value, a link
    r"|\] \(https?:|&[a-z]+;"  # a link with a blank, a letter by a name that it has not
    r"|(?<!\w)\*\*|\*\*(?!\w)"  # bold words; 2**3 is a power
    r"|(?<=\w )\*(?=\w)|(?<=\w)\*(?![\w*])"  # words in italics; 2*3 is a product
    r"|^\|.*\|\s*$|\[\^|<{7}|>{7}"  # a table, a footnote, a merge
    r"|\\[a-zA-Z]{2,}|~~|^\[[ xX]\] |^\*(?=\w)|^\d+\.[^\W\d]{2}"  # TeX, a list
    r"|\]\[[a-zA-Z][^]]*\]|\]\([^()[\]]*(?:/|\.[a-z])|\[\[[a-z]|\[@|\[!|\{#"  # a link, as others
    r"|\w\(https?:"  # write it, or without its bracket
    r"|:[a-z:]+:$|^\.\. \w|^_(?!\w)"  # a role, a directive, a link of reStructuredText
    r"|^:[a-z]+:(?:\s|$)"  # an option
    r"|\bTODO\b|\bFIXME\b|\?\?|[a-z.]~\d"  # what an author left for later, a blank of TeX
)
FORMULA = re.compile(r"\w\^[\w{-]|(?<!\w)[a-zA-Z]_\w")  # without its dollars
DOCSTRINGS = addnodes.desc_content  # there formulas are plain
OTHER = (
    *(nodes.FixedTextElement, nodes.math, nodes.literal, addnodes.desc_signature),
    *(nodes.system_message, nodes.problematic),
)
CHECKED = re.compile(r"✓ (eq-[\w-]+)")

logger = logging.getLogger(__name__)


def left(app, doctree):
    """Tell what a reader would see, once for each paragraph."""
    if app.env.temp_data.get("book_told"):
        return  # what would be told here may follow from it
    told = set()
    for text in doctree.findall(nodes.Text):
        around = list(above(text))
        if text.parent in told or any(isinstance(n, OTHER) for n in around):
            continue
        if text.parent.get("refuri", "").endswith(text):  # an address, as it is
            continue
        plain = any(isinstance(n, DOCSTRINGS) for n in around)
        found = MARK.search(text) or (not plain and FORMULA.search(text))
        if found:
            told.add(text.parent)
            words = text[max(0, found.start() - 20) : found.end() + 20]
            logger.error("a mark of the source is left in the text: %s", words, location=text)
    for html in doctree.findall(nodes.raw):
        if html.astext().count("<!--") > html.astext().count("-->"):
            told.add(html)
            logger.error("a comment has no end: all behind it is lost", location=html)
    if told:
        return  # what is below may follow from it
    for note in doctree.findall(nodes.footnote):
        if len(note.children) < 2:  # its number alone
            logger.error("a footnote without words", location=note)
    for title in list(doctree.findall(nodes.section)):
        if title.parent is doctree and title is not doctree.next_node(nodes.section):
            logger.error("a page has one title, and this is another", location=title)
    for picture in doctree.findall(nodes.image):
        if not picture.get("alt"):
            said = "a picture has no words (alt) for who cannot see it"
            logger.error(said, location=picture.parent)
        if "://" in picture["uri"]:
            said = "a picture of another host: keep it beside the page"
            logger.error(said, location=picture.parent)


def above(node):
    """Give the nodes that a node stands in."""
    while node := node.parent:
        yield node


def nowhere(app, doctree, docname):
    """Tell every label that `check` printed and no equation has; of a function's example, none."""
    known = app.env.get_domain("math").equations
    if app.env.doc2path(docname).endswith(".ipynb"):
        for block in doctree.findall(nodes.literal_block):
            for label in CHECKED.findall(block.astext()):
                if label not in known:
                    said = "check names %r, and no equation has this label"
                    logger.error(said, label, location=block)


def setup(app):
    """Look at each source, at what was read of it, and at what its links lead to."""
    app.connect("source-read", typed.look)
    app.connect("doctree-read", left)
    app.connect("doctree-resolved", nowhere)
