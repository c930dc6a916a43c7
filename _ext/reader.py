"""The reader's edition: each notebook with the text of its page, for every notebook program.

It is written from the finished page, so that numbers, titles and links are those of the page, in
Markdown that needs no extension. Its code is that of the source, cell by cell.
"""
# markdownify's types leave out its methods:
# pyright: reportAttributeAccessIssue=false

import copy
import html
import posixpath
import re
from base64 import b64decode
from pathlib import Path

import nbformat
from bs4.element import Tag
from docutils import nodes
from formulas import TEX, new
from markdownify import ATX, MarkdownConverter
from sphinx.errors import SphinxError

FOLDER = "notebooks"  # of the site
CODE, HEADING = "\0", "\1"  # in the Markdown of a page: here stands a cell, here begins another
MARKUP = re.compile(r"[\\`*$<~]|(?<!\w)_|_(?!\w)")
BLOCK = re.compile(r"(\d+)?([.)#>+-])(?=\s)")
SPLIT = re.compile(r"\\begin\{split\}(\\begin.*)\\end\{split\}", re.DOTALL)  # Sphinx adds it
WIDGET = "application/vnd.jupyter.widget-view+json"


def sections(app, env):
    """Find for each anchor of each notebook the name of the section that it stands in."""
    app.sections = {}
    for name in env.found_docs:
        if str(env.doc2path(name)).endswith(".ipynb"):
            found = app.sections[name] = {}
            for title in env.get_doctree(name).findall(nodes.title):  # outer before inner
                if isinstance(title.parent, nodes.section):
                    for node in title.parent.findall(nodes.Element):
                        found |= dict.fromkeys(node.get("ids", ()), title.parent["ids"][0])


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


def end_boxes_at_cells(article):
    """Cut a box in which a cell stands: a cell of text cannot reach around a cell of code."""
    for content in {id(c.parent): c.parent for c in article.select(".admonition .cell")}.values():
        box, parts = content.find_parent(class_="admonition"), []
        title = box.find(class_="admonition-title").extract()
        if "cell" in content.find(True).get("class", []):
            content.insert(0, new("p", string="In the folded cell below."))
        for child in list(content.children):
            if isinstance(child, Tag) and "cell" in child.get("class", []):
                child["class"].append("folded")
                parts.append(child)
            elif isinstance(child, Tag):
                if not parts or "cell" in parts[-1]["class"]:
                    part = copy.copy(box)
                    part.clear()
                    part.append(copy.copy(title))
                    if parts:
                        part.find("p").append(", continued")
                    parts.append(part)
                parts[-1].append(child)
        box.replace_with(*parts)


def clean(cell, stills, folded):
    """Keep of a cell of code what a reader needs; fold what the page folds."""
    tags = set(cell.metadata.get("tags", ()))
    cell.metadata = {}
    if folded or tags & {"hide-input", "hide-cell", "remove-cell"}:
        hidden = {"source_hidden": True}
        if folded or tags & {"hide-cell", "remove-cell"}:
            hidden["outputs_hidden"] = True
        cell.metadata = {"jupyter": hidden, "cellView": "form"}  # the second for Colab
    for output in cell.outputs:
        if WIDGET in output.get("data", {}):  # a kernel is needed to draw it; until then its still
            output.data = {"text/plain": output.data["text/plain"]} | next(stills)
    return cell


def still(image):
    """Give the picture that stands in for a live one, with its words where a program shows them."""
    svg = b64decode(image["src"].partition("base64,")[2]).decode()
    return {"image/svg+xml": svg, "text/markdown": f"![{image['alt']}]({image['src']})"}


def cells(article, reader, source):
    """Put the text of a page between its cells of code."""
    boxes = article.select("div.cell")
    stills = iter([still(image) for image in article.select("noscript img")])
    end_boxes_at_cells(article)
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    shown = [cell for cell in code if "remove-cell" not in cell.metadata.get("tags", ())]
    on_page = [box.select_one(".cell_input pre").get_text().strip() for box in boxes]
    if on_page != [cell.source.strip() for cell in shown]:
        raise SphinxError("the cells of the page are not those of its notebook")
    folded = iter("folded" in box["class"] for box in boxes)
    first, *texts = reader.process_tag(article).split(CODE)
    yield from words(first)
    for cell in code:
        on_the_page = any(cell is one for one in shown)
        yield clean(cell, stills, on_the_page and next(folded))
        if on_the_page:
            yield from words(texts.pop(0))


def words(text):
    """Make cells of text, one for each heading; the name of its section becomes the cell's id."""
    before, *parts = text.split(HEADING)
    named = [("", before), *zip(parts[::2], parts[1::2], strict=True)]
    for section, part in named:
        if part.strip():
            cell = nbformat.v4.new_markdown_cell(re.sub(r"\n{3,}", "\n\n", part.strip()))
            cell.id = cell_id(section)
            yield cell


def cell_id(section):
    """Make the id of a cell from the name of a section."""
    return section[:64]


def write(page, name, source, out, base, known):
    """Write the notebook of a page below the site.

    Parameters
    ----------
    page : BeautifulSoup
        The page with its formulas still in TeX.
    name : str
        Of the page: ``chapters/08_delta_recursion``.
    source : Path
        The notebook that the page was made from.
    out : Path
        Folder of the site.
    base : str
        Public address of the site, or empty.
    known : dict
        Section of each anchor of each notebook, from `sections`.
    """
    article = copy.copy(page.find("article"))
    for tag in article.select("nav, .toctree-wrapper, span[id]:empty"):
        tag.decompose()
    reader = Reader(Links(name, base, known))
    notebook = nbformat.v4.new_notebook()
    notebook.cells = list(cells(article, reader, nbformat.read(source, as_version=4)))
    notebook.cells += words(reader.references())
    for k, cell in enumerate(notebook.cells):
        cell.id = cell.id or f"text-{k}"
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": page.h1.find(string=True, recursive=False).strip(),
    }
    path = Path(out, FOLDER, f"{name}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
