"""The languages of the book: one site for each, with the same pages, anchors and numbers."""

import pickle
import posixpath
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.errors import SphinxError
from sphinx.transforms import SphinxTransform


@dataclass(frozen=True)
class Language:
    """How a language calls itself, its tag in HTML, and where its pages stand below the site."""

    name: str
    tag: str
    folder: str


LANGUAGES = {"en": Language("English", "en", ""), "zh_CN": Language("中文", "zh-CN", "zh/")}


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
            link.string = language.name
            soup.select_one(".article-header-buttons").insert(0, link)


class SameAnchors(SphinxTransform):
    """Give every place of a translated page the anchor that it has in the English page."""

    default_priority = 840  # before the domains look at the anchors

    def apply(self, **kwargs):
        """Take the anchors over from the page as it was read for the English edition."""
        read = self.config.book_english
        if not read:
            return
        path = Path(self.app.srcdir, read, f"{self.env.docname}.doctree")
        renamed = {}
        here, there = by_kind(self.document), by_kind(pickle.loads(path.read_bytes()))
        for kind in here.keys() | there.keys():
            mine, theirs = here.get(kind, []), there.get(kind, [])
            if len(mine) != len(theirs):
                raise SphinxError(
                    f"{self.env.docname} has {len(mine)} places of the kind {kind} with an anchor, "
                    f"and {len(theirs)} in English: a translation adds and drops none"
                )
            for node, other in zip(mine, theirs, strict=True):
                renamed |= zip(node["ids"], other["ids"], strict=True)
        rename(self.document, renamed)


def by_kind(document):
    """List the nodes that have an anchor, by their kind."""
    found = {}
    for node in document.findall(nodes.Element):
        if node.get("ids"):
            found.setdefault(node.tagname, []).append(node)
    return found


def rename(document, names):
    """Rename anchors, and what refers to them."""
    for node in document.findall(nodes.Element):
        for key in ("ids", "backrefs"):
            if node.get(key):
                node[key] = [names.get(name, name) for name in node[key]]
        if "refid" in node:
            node["refid"] = names.get(node["refid"], node["refid"])
    document.ids = {names.get(name, name): node for name, node in document.ids.items()}
    document.nameids = {key: names.get(name, name) for key, name in document.nameids.items()}
