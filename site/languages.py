"""The languages of the book: one site for each, with the same pages, anchors and numbers."""

import json
import pickle
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.errors import SphinxError
from sphinx.locale import _
from sphinx_proof.nodes import proof_node


@dataclass(frozen=True)
class Language:
    """How a language calls itself, its tag in HTML, and where its pages stand below the site."""

    name: str
    tag: str
    folder: str


# What Sphinx and its themes say in English whatever the language.
THEMES = (
    "Color mode",
    "Main",
    "Search this book...",
    "Toggle hidden content",
    "Toggle primary sidebar",
    "Toggle secondary sidebar",
    *(f"Link to this {place}" for place in ("heading", "image", "equation", "table", "code")),
    *(f"Link to this {place}" for place in ("term", "definition", "toctree")),
    "© Copyright %(copyright)s.",
    "Proof.",
)
SPOKEN = ("title", "aria-label", "placeholder", "data-bs-title")

PLURAL = re.compile(r'"plural_expr": (".*?")')
FROM_STRING = re.compile(r'new Function\(\s*"n",\s*`return \(\$\{catalog\.plural_expr\}\)`\s*\)')

LANGUAGES = {"en": Language("English", "en", ""), "zh_CN": Language("中文", "zh-CN", "zh/")}


def speak(soup):
    """Say in the language of the page what the themes say in English."""
    for key in SPOKEN:
        for tag in soup.find_all(attrs={key: THEMES}):
            tag[key] = _(tag[key])


def say_values(app, doctree, docname):
    """Say in the language of the page what cells glue into a text in words: three, 8 and the 1."""
    for node in doctree.findall(nodes.inline):
        if "pasted-text" in node["classes"]:
            value = node.astext()
            node[:] = [nodes.Text(app.config.book_values.get(value, value))]


def say_proof(app, doctree, docname):
    """Begin a proof in the language of the page, with the word set apart."""
    for proof in doctree.findall(proof_node):
        first = next(proof.findall(nodes.Text))
        if not first.startswith("Proof."):
            raise SphinxError(f"a proof does not begin with 'Proof.' as it did: {first!r}")
        word = _("Proof.")
        blank = " " if word.isascii() else ""  # Chinese punctuation brings its own
        rest = nodes.Text(blank + first.removeprefix("Proof.").lstrip())
        first.parent.replace(first, [nodes.strong(word, word), rest])


def switch(soup, context):
    """Lead to the same page in the other languages; book.js adds the section."""
    here = context["book_language"]
    page = f"{context['pagename']}.html"
    base = (
        context["page_address"].removesuffix(here.folder + page) if context["page_address"] else ""
    )
    top = posixpath.relpath(".", posixpath.dirname(here.folder + page) or ".")
    for language in LANGUAGES.values():
        address = f"{top}/{language.folder}{page}"
        alternate = soup.new_tag(
            "link",
            rel="alternate",
            hreflang=language.tag,
            href=base + language.folder + page if base else address,
        )
        soup.head.append(alternate)
        if language is not here:
            link = soup.new_tag("a", href=address, hreflang=language.tag, lang=language.tag)
            link["class"] = "btn btn-sm language"
            link["data-probe"] = f"{top}/{language.folder}_static/logo.svg"
            link.string = language.name
            soup.select_one(".article-header-buttons").insert(0, link)


def count(out):
    """Write the rule of plurals as code: Sphinx makes it from a string, which no page allows."""
    path = out / "_static" / "doctools.js"
    catalogue = (out / "_static" / "translations.js").read_text(encoding="utf-8")
    rule = f"(n) => ({json.loads(PLURAL.search(catalogue)[1])})"
    text, found = FROM_STRING.subn(lambda _: rule, path.read_text(encoding="utf-8"))
    if found != 1:
        raise SphinxError(f"{path}: the rule of plurals is not made from a string as it was")
    path.write_text(text, encoding="utf-8")


def speak_later(out):
    """Say in the language of the pages what a script adds to them."""
    path = out / "_static" / "togglebutton.js"
    words = "Toggle hidden content"
    text = path.read_text(encoding="utf-8")
    if words not in text:
        raise SphinxError(f"{path} does not say {words!r} as it did")
    path.write_text(text.replace(words, _(words)), encoding="utf-8")


def keep_anchors(app, config):
    """Give every section of a translated page the anchor that it has in the English page.

    It has to come when the section is read: a later change would leave out what has noted it by
    then, and docutils would have counted (id1, id2, …) where a title has no Latin letters.
    """
    if not config.book_english:
        return
    set_id = nodes.document.set_id

    def english(self, node, msgnode=None, suggested_prefix=""):
        if isinstance(node, nodes.section) and not node["ids"]:
            node["ids"].append(next(app.env.temp_data["anchors"]))
        return set_id(self, node, msgnode, suggested_prefix)

    nodes.document.set_id = english


def read_anchors(app, docname, source):
    """Find the anchors that the sections of a page got from their English titles."""
    if app.config.book_english:
        path = Path(app.config.book_english, f"{docname}.doctree")
        sections = pickle.loads(path.read_bytes()).findall(nodes.section)
        titled = [section for section in sections if isinstance(section.next_node(), nodes.title)]
        app.env.temp_data["anchors"] = iter([from_title(section) for section in titled])


def from_title(section):
    """Tell the anchor of a section's title from that of a module; those of labels come behind."""
    return next(name for name in section["ids"] if not name.startswith("module-"))
