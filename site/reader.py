"""The reader's edition: each notebook with the text of its page, for every notebook program.

It is written from the finished page, so that numbers, titles and links are those of the page, in
Markdown that needs no extension. Its code is that of the source, cell by cell.
"""

import copy
import re
from base64 import b64decode
from pathlib import Path

import nbformat
from bs4.element import Tag
from docutils import nodes
from formulas import new
from page_source import WIDGET
from plain_markdown import CODE, HEADING, Links, Reader, cell_id
from sphinx.errors import SphinxError
from sphinx.locale import _

FOLDER = "notebooks"  # of the site


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


def end_boxes_at_cells(article):
    """Cut a box in which a cell stands: a cell of text cannot reach around a cell of code."""
    for content in {id(c.parent): c.parent for c in article.select(".admonition .cell")}.values():
        box, parts = content.find_parent(class_="admonition"), []
        title = box.find(class_="admonition-title").extract()
        if "cell" in content.find(True).get("class", []):
            content.insert(0, new("p", string=str(_("In the folded cell below."))))
        for child in list(content.children):
            if isinstance(child, Tag) and "cell" in child.get("class", []):
                child["class"] = [*child["class"], "folded"]
                parts.append(child)
            elif isinstance(child, Tag):
                if not parts or "cell" in parts[-1]["class"]:
                    part = copy.copy(box)
                    part.clear()
                    part.append(copy.copy(title))
                    if parts:
                        part.find("p").append(str(_(", continued")))
                    parts.append(part)
                parts[-1].append(child)
        box.replace_with(*parts)


def clean(cell, stills, folded):
    """Keep of a cell of code what a reader needs; fold what the page folds."""
    tags = set(cell.metadata.get("tags", ()))
    cell.metadata = {}
    if folded or tags & {"hide-input", "hide-cell"}:
        hidden = {"source_hidden": True}
        if folded or "hide-cell" in tags:
            hidden["outputs_hidden"] = True
        cell.metadata = {"jupyter": hidden, "cellView": "form"}  # the second for Colab
    for output in cell.outputs:
        if WIDGET in output.get("data", {}):  # a kernel is needed to draw it; until then its still
            output.data = {"text/plain": output.data["text/plain"]} | next(stills)
    return cell


def still(image):
    """Give the picture that stands in for a live one, with its words where a program shows them."""
    svg = b64decode(image["src"].partition("base64,")[2]).decode()
    alt = re.sub(r"([\\\[\]])", r"\\\1", " ".join(image["alt"].split()))
    return {"image/svg+xml": svg, "text/markdown": f"![{alt}]({image['src']})"}


def cells(article, reader, source):
    """Put the text of a page between its cells of code."""
    boxes = article.select("div.cell")
    stills = iter([still(image) for image in article.select("noscript img")])
    end_boxes_at_cells(article)
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    off = [cell.id for cell in code if "remove-cell" in cell.metadata.get("tags", ())]
    shown = [cell for cell in code if cell.id not in off]
    on_page = [box.select_one(".cell_input pre").get_text().strip() for box in boxes]
    if on_page != [cell.source.strip() for cell in shown]:
        raise SphinxError("the cells of the page are not those of its notebook")
    folded = iter("folded" in box["class"] for box in boxes)
    first, *texts = reader.process_tag(article).split(CODE)
    yield from words(first)
    for cell in code:
        if cell.id in off:
            yield clean(cell, stills, folded=True)
        else:
            yield clean(cell, stills, next(folded))
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
    }
    path = Path(out, FOLDER, f"{name}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
