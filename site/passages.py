"""Links between passages: numbers of equations, names of the package, passages that moved."""

import json
import re
from functools import cache, cached_property
from pathlib import Path

from docutils import nodes
from sphinx.domains.std import StandardDomain
from sphinx.locale import _

CHECKED = re.compile(r"(✓ )(eq-[\w-]+)(.*)")
MOVED = json.loads(Path(__file__).with_name("moved.json").read_text(encoding="utf-8"))


class Pages:
    """Sphinx's environment, which unpickles every page once."""

    def __init__(self, env):
        self.env, self.get_doctree = env, cache(env.get_doctree)

    def __getattr__(self, name):
        return getattr(self.env, name)


class Numbers(StandardDomain):
    """Sphinx's own: it unpickles a page for every reference to a number of it."""

    @cached_property
    def pages(self):
        """All pages, to look into."""
        return Pages(self.env)

    def _resolve_numref_xref(self, env, *args, **kwargs):
        return super()._resolve_numref_xref(self.pages, *args, **kwargs)


def equations(env):
    """Find page, number and anchor of every labelled equation."""
    found = {}
    for label, entry in env.get_domain("math").equations.items():
        page = entry[0]
        anchor = nodes.make_id(f"equation-{label}")
        number = env.toc_fignumbers.get(page, {}).get("displaymath", {}).get(anchor, ())
        found[label] = page, ".".join(map(str, number)), anchor
    return found


def name_equations(soup, context):
    """Put the number of its equation, as a link, into every line that `check` has printed."""
    for line in soup.find_all("pre"):
        if "✓ eq-" not in line.get_text() or line.find_parent(class_="cell_input"):
            continue
        for text in line.find_all(string=CHECKED):
            parts = CHECKED.split(text)  # between two lines stand a mark, a label and the rest
            for k in range(1, len(parts), 4):
                mark, label, rest = parts[k : k + 3]
                told = parts[k] = soup.new_tag("span", attrs={"class": "check-line"})
                parts[k + 1 : k + 3] = "", ""
                if label not in context["equations"]:  # an example of the API page
                    told.string = mark + label + rest
                    continue
                page, number, anchor = context["equations"][label]
                here = page == context["pagename"]
                href = f"#{anchor}" if here else f"{context['pathto'](page)}#{anchor}"
                link = soup.new_tag("a", href=href, attrs={"class": "check-label"})
                link.string = f"({number}) {label}"
                told.extend([mark, link, rest])
            text.replace_with(*parts)


def forward(soup, context):
    """Lead old addresses of this page to where the passage stands; book.js goes there at once."""
    if moved := MOVED.get(context["pagename"]):
        nav = soup.new_tag(
            "nav", attrs={"class": "moved", "aria-label": str(_("Moved to another page"))}
        )
        for anchor, page in moved.items():
            href = f"{context['pathto'](page)}#{anchor}"
            link = soup.new_tag("a", id=anchor, href=href)
            link.string = str(_("This passage has moved to another page."))
            nav.append(link)
        soup.find("article").append(nav)


def public_name(app, env, node, contnode):
    """Find bpcore.backward where it is documented, as bpcore.backprop.backward."""
    package, _, name = node.get("reftarget", "").rpartition(".")
    if node.get("refdomain") != "py" or package != "bpcore":
        return None
    domain = env.get_domain("py")
    for full in domain.objects:
        if full.split(".")[0] == "bpcore" and full.split(".")[2:] == [name]:
            return domain.resolve_xref(
                env, node["refdoc"], app.builder, node["reftype"], full, node, contnode
            )
    return None
