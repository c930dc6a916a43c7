"""Formulas as MathML, translated when the book is built.

A browser draws MathML by itself: no script has to come first, the formulas stand in the page with
its words, and a screen reader reads them. Temml translates, in QuickJS: no Node is needed.
"""

import json
import re
from functools import cache
from pathlib import Path

import quickjs
from bs4 import BeautifulSoup
from bs4.element import NavigableString
from sphinx.errors import SphinxError

TEMML = Path(__file__).parent / "vendor" / "temml" / "temml.cjs"

STYLE = "vendor/formulas/Temml-STIX2.css"
TEX = re.compile(r"\s*(\\\(|\\\[)(.*)(?:\\\)|\\\])\s*", re.DOTALL)
LONG = 20  # characters; a telephone's line has about 35
TIED = r"[^\s\u3400-\u9fff，。；：、！？）》」]*"  # a bracket, letters; nothing Chinese
CLOSED = "[，。；：、！？）》」]*"  # a line may end behind these
BREAKS = set("=≠≈∼<>≤≥→,")

new = BeautifulSoup("", "html.parser").new_tag


@cache
def temml():
    """Load Temml: a function of a formula in TeX and its options, which takes and gives JSON."""
    context = quickjs.Context()
    context.eval(f"const module = {{}};{TEMML.read_text(encoding='utf-8')}")
    # A string put together piece by piece is a kind of its own in QuickJS; JSON is plain text.
    return context.eval(
        "(given) => JSON.stringify(module.exports.renderToString(...JSON.parse(given)))"
    )


@cache
def mathml(tex, displayed):
    """Translate one formula."""
    try:
        options = {"displayMode": displayed, "throwOnError": True}
        return json.loads(temml()(json.dumps([tex, options])))
    except quickjs.JSException as error:
        what = str(error).strip().splitlines()[0]
        raise SphinxError(f"the formula {tex.strip()} cannot be read: {what}") from None


def translate(soup):
    r"""Replace the TeX in every formula of a page, \(…\) or \[…\], by MathML."""
    texts = [
        text for tag in soup.find_all(class_="math") for text in tag.find_all(string=TEX.fullmatch)
    ]
    for text in texts:
        opening, tex = TEX.fullmatch(text).groups()
        place = text.parent
        text.replace_with(BeautifulSoup(mathml(tex, opening == r"\["), "html.parser"))
        space(place)
        if place.name == "span":
            let_break(place.math)
            tie(place)


def space(formula):
    """Set the spaces that TeX sets and Temml does not."""
    for applied in formula.find_all("mo", string="\N{FUNCTION APPLICATION}"):
        name = applied.find_previous_sibling()  # ln, or log with its base
        before = name.find_previous_sibling() or applied.parent.find_previous_sibling()
        if before and (before.name not in ("mo", "mspace") or before.get_text() in set(")]")):
            name.insert_before(new("mspace", width="0.1667em"))  # p_k ln q_k
        behind = applied.find_next_sibling("mspace")
        if behind and not (behind.find_next_sibling() or applied.parent.find_next_sibling()):
            behind.decompose()  # a function alone
    for sign in formula.find_all("mo", string=re.compile("[+−]")):
        before = sign.find_previous_sibling()
        if before and before.get("fence") and before.get_text() in set("(["):
            sign["form"] = "prefix"
    for slash in formula.find_all("mo", string="/"):
        slash["lspace"] = slash["rspace"] = "0em"
    for dots in formula.find_all("mo", string=re.compile("[…⋯]")):
        beside = {"lspace": dots.find_previous_sibling(), "rspace": dots.find_next_sibling()}
        for side, tag in beside.items():  # signs and commas bring their own space
            dots[side] = "0em" if tag is None or tag.name in ("mo", "mspace") else "0.1667em"
    for sign in formula.find_all("mo", string=re.compile("[∑∏]")):
        term = sign.find_parent(["munder", "munderover", "msub", "msubsup"]) or sign
        before = term.find_previous_sibling()
        if before is None or before.name == "mo":
            sign["lspace"] = "0em"
    if formula.name == "span":  # the text has its own spaces
        edges = formula.find_all("mo")
        if edges and formula.get_text().startswith(edges[0].get_text()):
            edges[0]["lspace"] = "0em"
        if edges and formula.get_text().endswith(edges[-1].get_text()):
            edges[-1]["rspace"] = "0em"
    if formula.find("mtable"):
        # A line that goes on with plus or minus: no sign, an operation.
        for sign in formula.select(
            "mtd.tml-left > mrow > mo[form=prefix]:first-child:not([fence])"
        ):
            sign["form"] = "infix"
        for row in formula.select("mtable:not(.tml-jot) > mtr"):  # side by side: equal rows
            row.mtd.append(new("mspace", height="0.7em", depth="0.2em"))
    for script in formula.find_all(["msup", "msubsup"]):
        letter, *_, upper = script.find_all(recursive=False)
        if letter.get_text() in set("TVWY") and upper.name == "mrow":  # leans to the right
            upper["class"] = "tml-med-pad"
        if letter.name == "mover":  # the script stands as it does at the bare letter
            height = "0.68em" if letter.find().get_text().isupper() else "0.48em"
            letter.wrap(new("mpadded", height=height))


def let_break(math):
    """Allow a line to end within a long formula of the text.

    It may end behind a relation or a comma, in a long part also behind a plus. Only
    Firefox breaks lines within a <math>; all browsers do between two.
    """
    if len(math.get_text()) <= LONG or math.find().name != "mrow":
        return
    part = []
    for child in list(math.mrow.children)[:-1]:
        part.append(child)
        longer = sum(len(piece.get_text()) for piece in part) > LONG / 2
        if child.get_text() in BREAKS or (longer and child.get_text() in set("+−")):
            row = new("mrow")  # Chromium sets no space about an operator that stands in none
            row.extend(part)
            math.insert_before(row, new("wbr"))
            row.wrap(new("math"))
            part = []


def tie(formula):
    """Keep the bracket before a formula and the comma behind it on its line; Chinese may break."""
    before, behind = formula.previous_sibling, formula.next_sibling
    opening = re.search(TIED + r"\Z", before)[0] if type(before) is NavigableString else ""
    closing = re.match(TIED + CLOSED, behind)[0] if type(behind) is NavigableString else ""
    if not opening + closing:
        return
    line = formula.wrap(new("span", attrs={"class": "one-line"}))
    if opening:
        before.replace_with(before.removesuffix(opening))
        line.insert(0, opening)
    if closing:
        behind.replace_with(behind.removeprefix(closing))
        line.append(closing)
