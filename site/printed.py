"""The whole book as one document for paper, made from the built pages; pdf.py prints it."""

import posixpath
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from bs4 import BeautifulSoup

STYLE = """
@page { size: A4; }
body, .chapter { background: #fff; color: #000; }
.chapter, .book-contents { break-before: page; }
.title { text-align: center; padding-top: 30vh; }
.title img { width: 60%; }
.title .name { font-size: 2.4em; }
.book-contents li { list-style: none; display: flex; gap: 1em; }
.book-contents li span { margin-left: auto; }
pre { white-space: pre-wrap !important; overflow-wrap: anywhere; }
.pst-scrollable-table-container, div.math { overflow: visible !important; }
h1, h2, h3, .admonition-title { break-after: avoid; }
figure, img, table, div.math { break-inside: avoid; }
"""


def one_page(site):
    """Put the articles of all pages into one document, after a title and the contents.

    Every id starts with the name of its page, and the links between pages lead there.
    """
    toc = yaml.safe_load(Path("_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"], *(entry["file"] for part in toc["parts"] for entry in part["chapters"])]
    book = BeautifulSoup((site / f"{names[0]}.html").read_bytes(), "html.parser")
    for tag in book.select("meta[http-equiv], script, noscript"):
        tag.decompose()
    style = book.new_tag("style")
    style.string = STYLE
    book.head.append(style)
    chapters = [chapter(site, name, names) for name in names]
    cite, words = (
        book.select_one(".cite-box p"),
        book.select_one(".onthispage").get_text(strip=True),
    )
    book.body.clear()
    book.body.extend([title(book, cite), contents(words, chapters), *chapters])
    return book


def chapter(site, name, names):
    """Take the article of one page, ready to stand among the others."""
    folder = posixpath.dirname(name)
    article = BeautifulSoup((site / f"{name}.html").read_bytes(), "html.parser").find("article")
    for tag in article.select("script, .headerlink"):
        tag.decompose()
    for folded in article.select("details.hide"):  # on paper code stays folded, an answer does not
        folded.replace_with(*folded.select(".cell_output"))
    for still in article.select("noscript"):
        still.unwrap()
    for tag in article.find_all(id=True):
        tag["id"] = f"{name}:{tag['id']}"
    for tag in article.select("[src]:not([src^='data:'])"):
        tag["src"] = posixpath.normpath(posixpath.join(folder, tag["src"]))
    for tag in article.select("a[href]"):
        link = urlsplit(tag["href"])
        path = (
            posixpath.normpath(posixpath.join(folder, link.path)) if link.path else f"{name}.html"
        )
        target = path.removesuffix(".html")
        if not link.netloc and target in names:
            tag["href"] = f"#{target}:{link.fragment}" if link.fragment else f"#{target}"
    article.name, article["id"] = "section", name
    article["class"] = ["bd-article", "chapter"]
    return article


def title(book, cite):
    """Make the first page; the name in the logo is English."""
    page = BeautifulSoup(
        "<section class='title'><img src='_static/logo.svg' alt=''></section>", "html.parser"
    )
    if book.html["lang"] != "en":
        name = page.new_tag("p", attrs={"class": "name"})
        name.string = book.title.get_text().rpartition(" — ")[2]
        page.section.append(name)
    page.section.append(cite)
    return page.section


def contents(words, chapters):
    """Make the table of contents; the page numbers come later."""
    page = BeautifulSoup(
        f"<nav class='book-contents'><h1>{words}</h1><ul></ul></nav>", "html.parser"
    )
    for part in chapters:
        for heading in part.select("h1, h2"):
            section = heading.find_parent(id=True)
            entry = page.new_tag("li")
            link = page.new_tag("a", href=f"#{section['id']}")
            link.string = heading.get_text()
            link["style"] = "" if heading.name == "h1" else "padding-left: 2em"
            entry.extend([link, page.new_tag("span")])
            page.ul.append(entry)
    return page.nav
