"""The built site as files: what is there, linked, shipped, and said to readers without pictures.

The same pages in a browser: test_site_browser.py.
"""

import gzip
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import icons
import nbformat
import pytest
import release
import yaml
from address import repository
from bs4 import BeautifulSoup, Comment
from repairs import PLAIN, REPAIRS
from sphinx.errors import ConfigError, SphinxError

from bpcore.explore._picture import HYPHEN

pytestmark = pytest.mark.xdist_group("site files")  # the pages are parsed once

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def soups(site):
    """Every page that Sphinx wrote, parsed.

    Without the inside of formulas and the colours of code: most of a page, nothing to be tested.
    """

    def empty(formula):
        assert not re.search(r"\s(id|href|src)=", formula[0])
        return "<math></math>"

    def parsed(path):
        text = re.sub("<math.*?</math>", empty, path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r'<span class="\w{1,3}">([^<]*)</span>', r"\1", text)
        return BeautifulSoup(text, "html.parser")

    return {
        path.relative_to(site).as_posix(): parsed(path)
        for path in site.rglob("*.html")
        if path.relative_to(site).parts[0] not in ("_static", "lite", "zh")
    }


@pytest.fixture
def soup(soups, page):
    """One page of the table of contents."""
    return soups[f"{page}.html"]


def test_page_is_there_with_content(soup):
    assert len(soup.find("article").get_text()) > 200


def test_page_says_what_it_is(soup):
    assert soup.html["lang"] == "en"
    assert len(soup.find("meta", attrs={"name": "description"})["content"]) > 40
    assert len(soup.find_all("h1")) == 1


def test_page_titles_differ(soups, pages):
    titles = {soups[f"{page}.html"].title.get_text(strip=True) for page in pages}
    assert len(titles) == len(pages)


def test_libraries_are_loaded_only_where_they_are_used(soup):
    sources = " ".join(tag["src"] for tag in soup.select("script[src]"))
    assert sources.count("_static/explore/host.js") == bool(soup.select(".bp-live"))
    styles = " ".join(tag["href"] for tag in soup.select("link[rel=stylesheet]"))
    assert styles.count("vendor/formulas/") == bool(soup.select(".math"))


def test_icons_are_drawn_and_their_script_is_gone(soups):
    for name, soup in soups.items():
        assert not soup.select("i, script[src*=fontawesome]"), name
    drawn = soups["chapters/01_notation.html"].select("button svg[viewBox] > path[d]")
    assert len(drawn) > 5


def test_an_icon_that_is_none_stops_the_build():
    with pytest.raises(SphinxError, match="the icon fa-solid fa-nosuch is not vendored"):
        icons.draw(BeautifulSoup('<i class="fa-solid fa-nosuch"></i>', "html.parser"))


def test_each_live_picture_leaves_a_still_one_without_javascript(soup):
    for box in soup.select(".bp-live"):
        assert box.find_next_sibling("noscript").find("img", alt=True, src=True)


def test_every_chapter_and_the_front_page_are_alive(soups, pages):
    for page in pages:
        if re.search(r"intro|chapters/\d", page):
            assert soups[f"{page}.html"].select(".bp-live"), page


def test_no_page_brings_the_widget_manager_of_jupyter(soups, site):
    """Nor scripts made from text, nor the fonts that came with it."""
    for name, soup in soups.items():
        assert not soup.select("script[type*='vnd.jupyter']"), name
    assert not list((site / "vendor").rglob("embed*"))


def test_the_scripts_of_a_page_are_few(soup, site, page):
    """At most 250 kB, and compressed 100 kB, with all that it loads."""
    folder = (site / page).parent
    tags = soup.select("script[src], link[as=script]")
    files = {(folder / urlsplit(tag.get("src") or tag["href"]).path).resolve() for tag in tags}
    texts = [file.read_bytes() for file in files]
    inline = soup.select("script:not([src], [type='application/json'])")
    texts += [(tag.string or "").encode() for tag in inline]
    assert sum(map(len, texts)) <= 250_000
    assert sum(len(gzip.compress(text)) for text in texts) <= 100_000


def test_every_assignment_can_be_had_and_no_solution_is_anywhere(soups, site):
    folder, article = site / "chapters", soups["chapters/assignments.html"].article
    links = [tag["href"] for tag in article.select("a[href]")]
    saved = {tag["download"]: folder / tag["href"] for tag in article.select("[download]")}
    [package] = site.glob("notebooks/*.whl")  # the students' own machines need it for check
    assert saved.pop(package.name).samefile(package)
    for path in sorted(ROOT.glob("assignments/*/student.ipynb")):
        name = path.relative_to(ROOT).as_posix()
        assert saved.pop(f"{path.parent.name}.ipynb").read_bytes() == path.read_bytes()
        assert f"../lite/notebooks/index.html?path={name}" in links
        assert (site / "lite" / "files" / name).is_file()
    assert not saved
    notebooks = {path.name for path in site.rglob("*.ipynb") if "assignments" in path.parts}
    assert notebooks == {"student.ipynb"}
    assert not [p for p in site.rglob("*") if p.name in ("solution.ipynb", "exercises.py")]


def test_page_is_small(soup, site, page):
    path = site / f"{page}.html"
    own = [img["src"] for img in soup.select("article img[src]") if img["src"][:5] != "data:"]
    files = {path, *((path.parent / source).resolve() for source in own)}
    assert sum(file.stat().st_size for file in files) < 1_500_000


def test_links_and_anchors_resolve(soups, site):
    anchors = {name: {tag["id"] for tag in soup.find_all(id=True)} for name, soup in soups.items()}
    broken = []
    for name, soup in soups.items():
        for address in {tag.get("href") or tag.get("src") for tag in soup.select("[href], [src]")}:
            link = urlsplit(address)
            if link.scheme or link.netloc:
                continue
            target = (site / name).parent / unquote(link.path) if link.path else site / name
            target = target.resolve().relative_to(site)
            anchor = unquote(link.fragment)
            known = anchors.get(target.as_posix(), {anchor})
            if not (site / target).exists() or (anchor and anchor not in known):
                broken.append(f"{name}: {address}")
    assert not broken


def test_no_markup_is_seen_as_text(soups):
    """A formula, role, fence, star or link that was not read: $$, {ref}`x`, :::, **x**, [x](y)."""
    seen = re.compile(r"\$\$|\\\w|\{[\w:]+\}`|:::|\*\*\S|\]\((?:https?:|[\w./-]+\.\w)")
    code = ["pre", "code", "script", "style", "title"]
    found = [
        (name, text.strip()[:80])
        for name, soup in soups.items()
        for text in soup.find_all(string=seen)
        if not text.find_parent(code) and not isinstance(text, Comment)
    ]
    assert not found


def test_every_address_of_the_first_edition_still_leads_to_its_passage(soups):
    """A section or an equation may move to another page; its old address then leads there."""
    published = json.loads((ROOT / "tests" / "site" / "addresses.json").read_text(encoding="utf-8"))
    for page, anchors in published.items():
        for anchor in anchors:
            place = soups[f"{page}.html"].find(id=anchor)
            assert place, f"{page}.html#{anchor}"
            if place.find_parent(class_="moved"):
                name, _, there = place["href"].partition("#")
                assert soups[f"{Path(page).parent}/{name}"].find(id=there), f"{page}#{anchor}"


def test_what_check_printed_leads_to_its_equation(soups):
    """Its number stands in the output, as a link to the equation with that number."""
    links = 0
    for name, soup in soups.items():
        for link in soup.select("a.check-label"):
            page, _, anchor = link["href"].partition("#")
            target = soups[f"{Path(name).parent}/{page}" if page else name].find(id=anchor)
            number = target.find(class_="eqno") or target.find_next(class_="eqno")
            assert link.get_text().split()[0] in number.get_text()
            assert re.fullmatch(r"✓ .*: both sides agree to \d+ digits", link.parent.get_text())
            links += 1
        assert not re.search(
            r"✓ eq-", " ".join(p.get_text() for p in soup.select(".cell_output pre"))
        )
    assert links > 150


def test_nothing_is_loaded_from_another_host(soups):
    for name, soup in soups.items():
        loaded = soup.select("[src], link[rel~=stylesheet], link[rel~=preload], link[rel~=icon]")
        hosts = {urlsplit(tag.get("src") or tag.get("href")).netloc for tag in loaded}
        assert hosts <= {""}, name


def test_content_security_policy(soups, pages):
    for name in [*(f"{page}.html" for page in pages), "search.html", "genindex.html", "404.html"]:
        soup = soups[name]
        policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'", name
        assert "'unsafe-inline'" not in rules.get("script-src", ""), name
        assert not re.search(r"https?:|\*|unsafe-eval|blob:", policy), name


def test_pictures_have_alternative_text(soups):
    for name, soup in soups.items():
        silent = [
            img.get("src", "")[:80] for img in soup.select("article img") if not img.get("alt")
        ]
        assert not silent, name


def texts(value):
    """List the words among what a live picture is given, without its drawings."""
    if isinstance(value, str):
        return [value]
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    return [word for key, part in parts if key != "svg" for word in texts(part)]


def test_a_minus_is_read_aloud(soups):
    """In words for those who hear a picture, and in those of frames; a hyphen would be silent."""
    for name, soup in soups.items():
        words = [img["alt"] for img in soup.select("article img")]
        for box in soup.select(".bp-live script"):
            words += texts(json.loads(box.string)["given"].get("pictures"))
            words += texts(json.loads(box.string)["given"].get("forms"))
        bad = [text for text in words if HYPHEN.search(text) or re.search(r"\bnan\b", text)]
        assert bad == [], name


def test_no_id_twice_and_no_empty_heading(soups):
    for name, soup in soups.items():
        ids = [tag["id"] for tag in soup.find_all(id=True)]
        assert sorted(set(ids)) == sorted(ids), name
        assert all(tag.get_text(strip=True) for tag in soup.find_all(re.compile("^h[1-6]$"))), name


@pytest.mark.parametrize("parent", ["site/extra", "site", "tests/site", "bpcore/explore"])
def test_vendored_libraries_are_what_was_pinned(parent):
    folder = ROOT / parent / "vendor"
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    pinned = {name: checksum for checksum, name in (line.split("  ") for line in lines)}
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    assert found == pinned


def build(folder, url, pages, **options):
    """Build a small book with the settings of this one, and options of Sphinx."""
    for name in ("site", "references.bib", "CITATION.cff"):
        (folder / name).symlink_to(ROOT / name)
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["repository"]["url"] = url
    config["sphinx"]["config"] |= options
    chapters = [{"file": str(Path(name).with_suffix(""))} for name in pages]
    toc = {"format": "jb-book", "root": "index", "chapters": chapters}
    settings = {"_config.yml": yaml.safe_dump(config), "_toc.yml": yaml.safe_dump(toc)}
    for name, text in (settings | {"index.md": "# Index"} | pages).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    tool = str(Path(sys.executable).with_name("jupyter-book"))
    command = [tool, "build", str(folder), "--quiet", "-n", "-W", "--keep-going"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_cannot_be_written_is_named_with_its_page(tmp_path):
    wrong = {3: "\\nosuch x", 11: "\\nosuch y"}
    pages = {f"page{n}.md": f"# Page {n}\n\n$" + wrong.get(n, "x") + "$\n" for n in range(12)}
    done = build(tmp_path, "", pages)
    assert done.returncode != 0
    for n, tex in wrong.items():
        line = rf"page{n}\.md: ERROR: [^\n]*\n[^\n]*{re.escape(tex)} cannot be read"
        assert re.search(line, done.stderr)


CELLS = [  # a page of a book, in small
    "# Page\n\n$$a$$ (eq-NAME)\n\nSee {eq}`eq-NAME`.",
    ":::{exercise} Recall: it\n:label: ex-NAME\nDo it.\n:::\n\n"
    ":::{admonition} Hint\n:class: dropdown\nA hint.\n:::\n\n"
    ":::{solution-start} ex-NAME\n:class: dropdown\n:::\n\nThe secret.",
    ["secret = 1"],
    "The second secret.\n\n```{solution-end}\n```",
    ["public = 1"],
]


def page_of(name):
    """A notebook of these cells; lists are code."""
    make = {str: nbformat.v4.new_markdown_cell, list: nbformat.v4.new_code_cell}
    cells = [make[type(cell)]("".join(cell).replace("NAME", name)) for cell in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


FAULTY = """# Page

```python
a = b[c]
```

:::{prf:proof}
It is.
:::

:::{prf:proof}
It is.
:::

:::{exercise} One
:label: ex-one
Do.
:::

:::{solution} ex-one
Done.
:::

:::{exercise} Two
:label: ex-two
Do.
:::

:::{solution} ex-two
Done.
:::

{cite:p}`logloss`

```{bibliography}
```
"""


def test_words_that_lose_their_mark_had_the_colour_of_plain_code(site):
    style = (site / "_static" / "pygments.css").read_text(encoding="utf-8")
    for scheme in ("light", "dark"):
        colour = re.compile(rf'data-theme="{scheme}"\] \.highlight( \.\w+)? {{[^}}]*\bcolor: (\S+)')
        colours = dict(colour.findall(style))
        assert {colours[f" .{kind}"] for kind in PLAIN} == {colours[""]}


def test_every_repair_is_still_needed_and_repairs(tmp_path):
    found = {}
    for repaired in (False, True):
        folder = tmp_path / str(repaired)
        folder.mkdir()
        done = build(folder, "", {"page.md": FAULTY}, book_repairs=repaired)
        assert done.returncode == 0, done.stderr
        html = folder / "_build" / "html"
        pages = [BeautifulSoup(path.read_bytes(), "html.parser") for path in html.glob("*.html")]
        found[repaired] = {
            (each.by, each.fault): any(each.find(page) for page in pages) for each in REPAIRS
        }
    mended = [fault for fault, there in found[False].items() if not there]
    assert not mended, "no longer to be found without the repair: it can go"
    left = [fault for fault, there in found[True].items() if there]
    assert not left


PASTED = [
    "https://github.com/you/my.book",
    "https://github.com/you/my.book/",
    "https://github.com/you/my.book.git",
    " https://github.com/you/my.book.git/\n",
    "http://GitHub.com/you/my.book",
    "github.com/you/my.book",
    "git@github.com:you/my.book.git",
    "ssh://git@github.com/you/my.book.git",
    "ssh://git@github.com:22/you/my.book",
    "git+ssh://git@github.com/you/my.book.git",
    "git://github.com/you/my.book.git",
    "https://you:secret@github.com/you/my.book",
    "https://github.com/you/my.book/tree/main/chapters",
    "https://github.com/you/my.book?tab=readme-ov-file#start",
]


@pytest.mark.parametrize("pasted", PASTED)
def test_the_address_of_the_repository_as_people_paste_it(pasted):
    assert repository(pasted) == "https://github.com/you/my.book"


@pytest.mark.parametrize(
    "pasted", ["https://gitlab.com/a/b/book.git", "https://gitlab.com/a/b/book/-/tree/main"]
)
def test_groups_may_stand_in_groups(pasted):
    assert repository(pasted) == "https://gitlab.com/a/b/book"


@pytest.mark.parametrize("pasted", ["", " ", None])
def test_without_an_address(pasted):
    assert repository(pasted) == ""


@pytest.mark.parametrize(
    "pasted", ["you/book", "book", "https://github.com", "https://github.com/you", "my book", 3]
)
def test_what_is_no_address_is_refused_in_a_sentence(pasted):
    with pytest.raises(ConfigError, match=r"repository\.url in _config\.yml is .* write it as"):
        repository(pasted)


def test_one_setting_switches_on_the_buttons(tmp_path):
    student = release.without_solutions(page_of("student"))
    written = {"page": page_of("page"), "student": student}
    pages = {f"chapters/{name}.ipynb": nbformat.writes(page) for name, page in written.items()}
    done = build(tmp_path, "https://github.com/someone/somebook", pages)
    assert done.returncode == 0, done.stdout + done.stderr
    page = tmp_path / "_build" / "html" / "chapters" / "page.html"
    soup = BeautifulSoup(page.read_bytes(), "html.parser")
    links = " ".join(tag["href"] for tag in soup.select("a[href]"))
    for wanted in (
        "../lite/notebooks/index.html?path=chapters/page.ipynb",
        "https://mybinder.org/v2/gh/someone/somebook/notebooks?urlpath=lab/tree/chapters/page.ipynb",
        "https://colab.research.google.com/github/someone/somebook/blob/notebooks/chapters/page.ipynb",
        "https://github.com/someone/somebook/edit/main/chapters/page.ipynb",
        "https://github.com/someone/somebook/issues/new",
    ):
        assert wanted in links
    picture = soup.find("meta", property="og:image")["content"]
    assert picture == "https://someone.github.io/somebook/_static/social.png"
    notebooks = tmp_path / "_build" / "html" / "notebooks" / "chapters"
    full, student = (nbformat.read(notebooks / f"{name}.ipynb", as_version=4) for name in written)
    there = "https://someone.github.io/somebook/chapters/page.html#equation-eq-page"
    assert f"See [(1)]({there})." in full.cells[0].source
    words = "\n".join(cell.source for cell in full.cells)
    assert words.count("<summary>Solution to Exercise 1 (Recall: it)") == 2
    assert [cell.metadata.get("cellView") for cell in full.cells if cell.cell_type == "code"] == [
        "form",
        None,
    ]
    words = "\n".join(cell.source for cell in student.cells)
    assert re.search(r"\*\*Exercise \d \(Recall: it\)\*\*", words)
    assert "A hint." in words
    assert "public" in words
    assert not re.search("secret|Solution", words)
