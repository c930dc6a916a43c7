"""The reader's edition: it says what the page says, in Markdown that all programs draw."""

import copy
import functools
import json
import posixpath
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin

import editions
import nbformat
import plain_markdown
import pytest
import reader
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbconvert.filters import markdown2html

pytestmark = pytest.mark.xdist_group("reader")  # the pages are parsed once
ROOT = Path(__file__).parents[2]
NAMES = sorted(f"chapters/{path.stem}" for path in ROOT.glob("chapters/*.ipynb"))
RAW = re.compile(  # a role, a fence, a label, a number or a reference that was not put in
    r"\{[\w:-]+\}`|^(?:> ?)*(?::{3,}|`{3,}\{)|^\([\w-]+\)=$|%s"
    r"|\b(?:eq|ex|fig|sec|ch|tab|def|thm)-\w+",
    re.MULTILINE,
)
CODE = re.compile(r"^(?:> ?)*```[a-z]*$[\s\S]*?^(?:> ?)*```$|`[^`\n]+`", re.MULTILINE)
GLUED = re.compile(r'glue\(\s*f?"([\w-]+)"')
COMMON = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
COMMON.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)


@pytest.fixture(params=NAMES, ids=lambda name: posixpath.basename(name))
def name(request):
    return request.param


@pytest.fixture
def notebook(site, name):
    return nbformat.read(site / reader.FOLDER / f"{name}.ipynb", as_version=4)


def texts(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def words(html):
    """What is to be read: without white space, a formula as ∎ and its number."""
    html = copy.copy(html)
    for formula in html.select(".math"):
        number = formula.find(class_="eqno")
        formula.replace_with(f"∎{number.get_text().strip('#') if number else ''}")
    return "".join(html.get_text().split())


@functools.cache
def article(site, name):
    """The article of a page, without its formulas: most of it."""
    text = (site / f"{name}.html").read_text(encoding="utf-8")
    text = re.sub(r"<math.*?</math>", "", text, flags=re.DOTALL)
    return BeautifulSoup(text, "html.parser").find("article")


@functools.cache
def on_the_page(site, name):
    """The article of a page without the cells' code and output, but with captions."""
    page = copy.copy(article(site, name))
    for tag in page.select(".headerlink, nav, .toctree-wrapper"):
        tag.decompose()
    for cell in page.select("div.cell"):
        captions = [caption.extract() for caption in cell.select("figcaption")]
        cell.clear()
        cell.extend(captions)
    return page


def rendered(notebook, render):
    """All text cells as HTML, without what a page has in another place."""
    html = BeautifulSoup("\n".join(map(render, texts(notebook))), "html.parser")
    for summary in html.select("summary"):
        if summary.get_text().endswith(" in words"):  # the alternative text of a picture
            summary.parent.decompose()
        elif summary.get_text().endswith(", continued"):
            summary.decompose()
    for sentence in html.find_all("p", string="In the folded cell below."):
        sentence.decompose()
    if (last := html.find_all("h2")[-1]).get_text() == "References":
        for tag in last.find_all_next():
            tag.decompose()
        last.decompose()
    return html


def common(text):
    """Draw Markdown as CommonMark with tables and formulas."""
    html = BeautifulSoup(COMMON.render(text), "html.parser")
    for formula in html.select(".math"):
        number = re.search(r"\\tag\{(.*?)\}", formula.get_text())
        formula.clear()
        if number:
            formula.append(BeautifulSoup(f"<i class=eqno>({number[1]})</i>", "html.parser"))
    for formula in html.find_all(string=re.compile(r"\$")):  # in HTML: a title
        formula.replace_with(re.sub(r"\$[^$]+\$", "∎", formula))
    return str(html)


def by_nbconvert(text):
    """Draw Markdown as nbconvert does."""
    html = BeautifulSoup(markdown2html(text), "html.parser")
    for text in html.find_all(string=re.compile(r"\$|\\begin")):
        if text.find_parent(["code", "pre"]):
            continue
        shown = re.sub(
            r"\$\$(.*?)\$\$",
            lambda m: "∎" + "".join(f"({n})" for n in re.findall(r"\\tag\{(.*?)\}", m[1])),
            text,
            flags=re.DOTALL,
        )
        text.replace_with(re.sub(r"(?<!\\)\$[^$]+\$", "∎", shown))
    for link in html.select(".anchor-link"):
        link.decompose()
    return str(html)


def test_no_mark_of_the_source_is_left(notebook):
    keys = {key for key in GLUED.findall("\n".join(c.source for c in notebook.cells)) if "-" in key}
    for text in texts(notebook):
        outside = CODE.sub("", text)
        assert not RAW.findall(outside)
        assert not keys & {*re.findall(r"[\w-]+", outside)}


@pytest.mark.parametrize(
    "raw",
    [
        "{eq}`eq-f1`",
        "> {ref}`ch-x`",
        ":::{note}",
        "> ```{code}",
        "(sec-a)=",
        "Chapter %s",
        "eq-bp1",
    ],
)
def test_marks_of_the_source_would_be_found(raw):
    assert RAW.search(f"a\n{raw}\nb")


@pytest.mark.parametrize("render", [common, by_nbconvert])
def test_it_says_what_the_page_says(site, name, notebook, render):
    assert words(rendered(notebook, render)) == words(on_the_page(site, name))


@pytest.mark.parametrize(
    ("what", "by"),
    [
        (r"0\.\d{4}", "0.1"),
        (r"\*\*Fig\..*", ""),
        (r"\$[^$]+\$", "x"),
        (r"\\tag\{.*?\}", r"\\tag{9}"),
        (r"> \*\*Ex", "> Ex \\*"),
        (r"^- .*$", ""),
        (r"<summary>\w", "<summary>"),
    ],
)
def test_a_difference_would_be_found(site, what, by):
    name = "chapters/10_worked_example"
    notebook = nbformat.read(site / reader.FOLDER / f"{name}.ipynb", as_version=4)
    page = words(on_the_page(site, name))
    assert words(rendered(notebook, common)) == page
    text = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    cell = next(cell for cell in text if re.search(what, cell.source, re.MULTILINE))
    cell.source = re.sub(what, by, cell.source, count=1, flags=re.MULTILINE)
    assert words(rendered(notebook, common)) != page


def test_its_code_is_that_of_the_source(name, notebook):
    source = nbformat.read(ROOT / f"{name}.ipynb", as_version=4)
    ours = [cell for cell in notebook.cells if cell.cell_type == "code"]
    theirs = [cell for cell in source.cells if cell.cell_type == "code"]
    assert [(cell.id, cell.source) for cell in ours] == [(cell.id, cell.source) for cell in theirs]
    for our, their in zip(ours, theirs, strict=True):
        live = [reader.WIDGET in output.get("data", {}) for output in their.outputs]
        for k, output in enumerate(their.outputs):
            if live[k]:
                assert our.outputs[k].data["image/svg+xml"].startswith("<?xml")
                assert "](data:image/svg" in our.outputs[k].data["text/markdown"]
                assert our.outputs[k].data["text/plain"] == output.data["text/plain"]
            else:
                assert our.outputs[k] == output
        folded = {"hide-input", "hide-cell", "remove-cell"} & {*their.metadata.get("tags", ())}
        assert not folded or our.metadata["jupyter"]["source_hidden"]
    nbformat.validate(notebook)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def links(html):
    return [(" ".join(a.get_text().split()), a["href"]) for a in html.find_all("a", href=True)]


def test_links_lead_to_the_cell_where_the_section_begins(site, name, notebook):
    html = rendered(notebook, COMMON.render)
    to = plain_markdown.Links(name, "", {one: Sections(site, one) for one in NAMES})
    expected = [to(href) for _, href in links(on_the_page(site, name)) if "references" not in href]
    found = [href for _, href in links(html) if href != "#cell-id=references"]
    titles = {a["href"] for a in article(site, name).select(".solution .admonition-title a")}
    assert Counter(found) - Counter(expected) == Counter()
    assert {*expected} - {*found} <= {None, *map(to, titles)}  # a folded title is no link
    for href in found:
        path, _, cell = href.partition("#cell-id=")
        if "://" not in href and cell:
            target = posixpath.normpath(f"{name}/../{path}") if path else f"{name}.ipynb"
            cells = nbformat.read(site / reader.FOLDER / target, as_version=4).cells
            [begins] = [one for one in cells if one.id == cell]
            assert begins.source.startswith("#")


class Sections:
    """Which section an anchor stands in, read off the page."""

    def __init__(self, site, name):
        self.page = article(site, name)

    def __contains__(self, anchor):
        return self.page.find(id=anchor) is not None

    def __getitem__(self, anchor):
        place = self.page.find(id=anchor)
        around = [place, *place.parents]
        return next(tag["id"] for tag in around if tag.name == "section" and titled(tag))


def titled(section):
    """Say whether a section has a heading: the content of a box has none."""
    return section.find(re.compile("^h[1-6]$"), recursive=False)


def test_with_a_public_address_every_link_leads_to_the_page(site, name):
    base = "https://you.github.io/book/"
    to = plain_markdown.Links(name, base, {})
    for _, href in links(on_the_page(site, name)):
        assert to(href) == urljoin(f"{base}{name}.html", href)


def test_a_box_is_cut_at_its_cells():
    box = '<div class="solution dropdown admonition"><p class="admonition-title">{}</p>{}</div>'
    cell = '<div class="cell"></div>'
    first = f"<section><p>First.</p>{cell}<p>Then.</p><p>And.</p>{cell}</section>"
    other = f"<section>{cell}</section>"
    html = box.format("Solution", first) + box.format("Other", other) + "<p>After.</p>"
    article = BeautifulSoup(f"<article>{html}</article>", "html.parser").article
    reader.end_boxes_at_cells(article)
    text = plain_markdown.Reader(plain_markdown.Links("a", "", {})).process_tag(article)
    box = "<details>\n<summary>{}</summary>\n\n{}\n\n</details>"
    parts = [part.strip() for part in text.split(plain_markdown.CODE)]
    assert parts == [
        box.format("Solution", "First."),
        box.format("Solution, continued", "Then.\n\nAnd."),
        box.format("Other", "In the folded cell below."),
        "After.",
    ]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>2. is no list, # no heading</p>", r"2\. is no list, # no heading"),
        ("<p># no heading</p>", r"\# no heading"),
        (
            "<p>a*b*c and `d` and _e_ and f_g $5 &lt;b&gt;</p>",
            r"a\*b\*c and \`d\` and \_e\_ and f_g \$5 &lt;b>",
        ),
        ('<p><span class="math">\\( \\|x\\| \\)</span></p>', r"$\|x\|$"),
        (
            '<table><tr><th>a|b</th><td><span class="math">\\(|x|\\)</span></td></tr></table>',
            "| a\\|b | $\\vert x\\vert$ |",
        ),
        (
            '<div class="math"><span class="eqno">(8.1)<a>#</a></span>'
            r"\[\begin{split}a\\ b\end{split}\]</div>",
            "$$\n\\begin{aligned}a\\\\ b\\end{aligned} \\tag{8.1}\n$$",
        ),
        (
            '<div class="note admonition"><p class="admonition-title">N</p>'
            '<div class="math">\\[a\nb\\]</div></div>',
            "> **N**\n>\n> $$ a b $$",
        ),
    ],
)
def test_signs_of_markdown(html, text):
    soup = BeautifulSoup(html, "html.parser")
    assert (
        text in plain_markdown.Reader(plain_markdown.Links("a", "", {})).process_tag(soup).strip()
    )


def test_the_reader_keeps_what_the_reader_changed(tmp_path, monkeypatch, capsys):
    book, own = tmp_path / "book" / reader.FOLDER, tmp_path / "own"
    monkeypatch.setattr(editions, "SITE", book.parent)
    (book / "chapters").mkdir(parents=True)
    for name in "abc":
        (book / "chapters" / f"{name}.ipynb").write_text(f"{name} 1")
    editions.lab(own)
    (own / "chapters" / "b.ipynb").write_text("mine")
    (own / "chapters" / "c.ipynb").unlink()
    editions.lab(own)  # the same book: nothing to say
    assert capsys.readouterr().out == ""
    for name in "ab":
        (book / "chapters" / f"{name}.ipynb").write_text(f"{name} 2")
    editions.lab(own)
    assert "b.ipynb has your changes" in capsys.readouterr().out
    now = {path.stem: path.read_text() for path in (own / "chapters").iterdir()}
    assert now == {"a": "a 2", "b": "mine", "c": "c 1"}


def test_what_readers_get_is_the_same_everywhere(site, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    listed = editions.notebooks()
    chapters = [name.with_suffix("").as_posix() for name in listed if "chapters" in name.parts]
    assert chapters == [*sorted(NAMES), *(f"zh/{name}" for name in sorted(NAMES))]
    editions.branch("https://example.org/you/book", tmp_path / "branch")
    editions.lab(tmp_path / "own")
    for name, path in listed.items():
        book = nbformat.read(path, as_version=4)
        assert nbformat.read(tmp_path / "own" / name, as_version=4) == book
        for folder in (site / "lite" / "files", tmp_path / "branch"):
            first, *others = nbformat.read(folder / name, as_version=4).cells
            assert "%pip install" in first.source
            assert others == book.cells
        page = site / name.with_suffix(".html")
        if page.is_file():
            text = page.read_text(encoding="utf-8")
            assert f'href="../{reader.FOLDER}/{path.parent.name}/{path.name}"' in text
            assert f"?path={name.as_posix()}" in text
    needed = (tmp_path / "branch" / ".binder" / "requirements.txt").read_text().splitlines()
    assert needed[0] == "bpcore @ git+https://example.org/you/book"
    assert json.loads((site / "lite" / "api" / "contents" / "all.json").read_text())
    assert not list((site / "_sources").rglob("*.ipynb"))
