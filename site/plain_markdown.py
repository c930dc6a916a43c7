"""The Markdown that every notebook program draws: CommonMark, tables, formulas, <details>.

Written from the HTML of a page, whose numbers and titles are in place.
"""
# markdownify's types leave out its methods:
# pyright: reportAttributeAccessIssue=false

import copy
import html
import posixpath
import re

from formulas import TEX
from markdownify import ATX, MarkdownConverter

CODE, HEADING = "\0", "\1"  # in the Markdown of a page: here stands a cell, here begins another
MARKUP = re.compile(r"[\\`*$<~]|(?<!\w)_|_(?!\w)")
BLOCK = re.compile(r"(\d+)?([.)#>+-])(?=\s)")
SPLIT = re.compile(r"\\begin\{split\}(\\begin.*)\\end\{split\}", re.DOTALL)  # Sphinx adds it


class Links:
    """Lead out of the notebook of a page: to the site, else to the cell where a section begins."""

    def __init__(self, page, base, known):
        self.page, self.base, self.known = page, base, known

    def __call__(self, href):
        """Give the address for a link of the page; None if there is nothing to lead to."""
        if "://" in href or href.startswith("mailto:"):
            return href
        path, _, anchor = href.partition("#")
        here = f"{self.page}.html"
        path = posixpath.normpath(posixpath.join(posixpath.dirname(here), path)) if path else here
        if self.base:
            return f"{self.base}{path}" + (f"#{anchor}" if anchor else "")
        name = path.removesuffix(".html")
        if name not in self.known or (anchor and anchor not in self.known[name]):
            return None
        cell = anchor and f"#cell-id={cell_id(self.known[name][anchor])}"
        if name == self.page:
            return cell or None
        return posixpath.relpath(f"{name}.ipynb", posixpath.dirname(here)) + cell


class Reader(MarkdownConverter):
    """Write a page of the site in CommonMark with tables, formulas and <details>."""

    class Options:
        heading_style, bullets, wrap, wrap_width = ATX, "-", True, None
        code_language_callback = staticmethod(lambda el: language(el))

    def __init__(self, links):
        super().__init__()
        self.links, self.cited = links, {}

    def escape(self, text, parent_tags):
        """Keep from text what Markdown would take for its own signs."""
        text = MARKUP.sub(lambda found: "&lt;" if found[0] == "<" else "\\" + found[0], text)
        return text.replace("|", r"\|") if parent_tags & {"td", "th"} else text

    def convert_p(self, el, text, parent_tags):
        """Write a paragraph, or the title of a box."""
        if "admonition-title" in el.get("class", []):
            folded = "dropdown" in el.parent.get("class", [])
            title = " ".join(text.split())
            return f"<summary>{plain(el)}</summary>\n\n" if folded else f"**{title}**\n\n"
        text = BLOCK.sub(r"\1\\\2", text.strip(), count=1) if BLOCK.match(text.strip()) else text
        return super().convert_p(el, text, parent_tags)

    def convert_div(self, el, text, parent_tags):
        """Write a formula, a box, the place of a cell."""
        kind = el.get("class", [])
        if "cell" in kind:
            return f"\n\n{CODE}\n\n{self.captions(el)}\n\n"
        if "math" in kind:
            return display(el, one_line="li" in parent_tags or boxed(el))
        if "dropdown" in kind:
            return f"\n\n<details>\n{text.strip()}\n\n</details>\n\n"
        if "admonition" in kind:
            return self.convert_blockquote(el, text, parent_tags)
        return super().convert_div(el, text, parent_tags)

    def convert_span(self, el, text, parent_tags):
        """Write a formula of a line; number a caption in bold letters."""
        kind = el.get("class", [])
        if "math" in kind:
            return f"${tex(el, parent_tags & {'td', 'th'})}$"
        if "caption-number" in kind and el.find_parent("figcaption"):
            return f"**{text.strip()}** "
        return text

    def convert_a(self, el, text, parent_tags):
        """Write a link as it leads from a notebook; a citation leads to the list at the end."""
        kind, href = el.get("class", []), el.get("href")
        if not href or "headerlink" in kind:
            return "" if "headerlink" in kind else text
        if el.find_parent(class_="bibtex-citation"):
            self.cited[int(text)] = el["title"]
            return f"[{text}](#cell-id=references)"
        address = self.links(href)
        return f"[{text.strip()}]({address})" if address else text.strip()

    def convert_hN(self, n, el, text, parent_tags):
        """Begin a cell with each heading."""
        section = el.find_parent("section").get("id", "")
        line = super().convert_hN(n, el, text, parent_tags).strip()
        return f"\n\n{HEADING}{section}{HEADING}{line}\n\n"

    def captions(self, cell):
        """Write below a cell what its pictures show, and the same in words."""
        found = []
        for image in cell.find_all("img"):
            figure = image.find_parent("figure")
            if image.find_parent("noscript"):  # the still of a live picture: it has its label
                continue
            name = "The picture"
            if figure:
                caption = figure.figcaption.p
                name = caption.find(class_="caption-number").get_text(strip=True)
                found.append(self.process_tag(caption).strip())
            words = html.escape(image["alt"], quote=False)
            found.append(f"<details>\n<summary>{name} in words</summary>\n\n{words}\n\n</details>")
        return "\n\n".join(found)

    def references(self):
        """List what the notebook cites, under the numbers of the page."""
        items = []
        for number, text in sorted(self.cited.items()):
            text = self.escape(text, set())
            text = re.sub(r"doi:(\S+?)(?=\.?(\s|$))", r"[doi:\1](https://doi.org/\1)", text)
            items.append(f"\\[{number}\\] {text}")
        head = f"{HEADING}references{HEADING}## References"
        return "\n\n".join([head, *items]) if items else ""


def language(pre):
    """Name the language of a listing."""
    for box in pre.parents:
        for name in box.get("class", []):
            if name.startswith("highlight-"):
                return {"default": "python"}.get(name[10:], name[10:])
    return ""


def tex(formula, in_table=False):
    """Give the TeX of a formula."""
    found = next(filter(None, map(TEX.fullmatch, formula.find_all(string=True))))[2].strip()
    found = SPLIT.sub(r"\1", found).replace("{split}", "{aligned}")  # which KaTeX knows, too
    if in_table:  # there a bar would end the cell
        found = found.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
    return found.strip()


def display(formula, one_line):
    """Write a displayed formula with the number that it has on the page."""
    lines = tex(formula)
    if number := formula.find(class_="eqno"):
        lines += rf" \tag{{{number.find(string=True).strip('()')}}}"
    if one_line:  # Jupyter would take the signs before each line for TeX
        return f"\n\n$$ {' '.join(lines.split())} $$\n\n"
    return f"\n\n$$\n{lines}\n$$\n\n"


def boxed(el):
    """Say whether an element stands in a box that is quoted."""
    return any("dropdown" not in box["class"] for box in el.find_parents(class_="admonition"))


def plain(el):
    """Give the words of an element, formulas as TeX: in HTML no Markdown is read."""
    el = copy.copy(el)
    for formula in el.find_all(class_="math"):
        formula.replace_with(f"${tex(formula)}$")
    return html.escape(" ".join(el.get_text().split()), quote=False)


def cell_id(section):
    """Make the id of a cell from the name of a section."""
    return section[:64]
