"""The whole book as one PDF: the built pages in one document, printed by Chromium."""

import posixpath
import shutil
import subprocess
import sys
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
.book-contents li { list-style: none; display: flex; gap: 1em; }
.book-contents li span { margin-left: auto; }
pre { white-space: pre-wrap !important; overflow-wrap: anywhere; }
.pst-scrollable-table-container, div.math { overflow: visible !important; }
h1, h2, h3, .admonition-title { break-after: avoid; }
figure, img, table, div.math { break-inside: avoid; }
"""
# A formula or a table wider than the paper is set smaller; a screen could scroll it.
FIT = """async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode()));
    for (const box of document.querySelectorAll('div.math > math, table')) {
        const room = box.closest('.math, .pst-scrollable-table-container')?.clientWidth;
        if (room && box.scrollWidth > room) box.style.zoom = room / box.scrollWidth;
    }
}"""
NUMBER = """(numbers) => {
    for (const entry of document.querySelectorAll('.book-contents li')) {
        const anchor = decodeURIComponent(entry.querySelector('a').hash.slice(1));
        entry.querySelector('span').textContent = numbers[anchor] ?? '';
    }
}"""
PAPER = {
    "format": "A4",
    "margin": {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
    "scale": 0.85,
    "outline": True,
    "tagged": True,
    "print_background": True,
    "display_header_footer": True,
    "header_template": "<span></span>",
    "footer_template": "<div style='width: 100%; text-align: center; font-size: 8pt'>"
    "<span class='pageNumber'></span></div>",
}


def has_letters(language):
    """Say whether a font of this machine has the letters of a language; else tell what is missing.

    Where nothing lists the fonts (macOS, Windows), the system brings those of all languages.
    """
    command = shutil.which("fc-list")
    if not command or subprocess.check_output([command, f":lang={language.tag.lower()}"]):
        return True
    print(
        f"No PDF in {language.name}: no font on this machine has its letters "
        "(for Chinese: apt install fonts-noto-cjk)."
    )
    return False


def pdf(site, target):
    """Print the book.

    Parameters
    ----------
    site : Path
        The built site.
    target : Path
        The file to write.

    Raises
    ------
    SystemExit
        If Chromium is not installed.
    """
    from playwright.sync_api import sync_playwright
    from pypdf import PdfReader

    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if chromium is None:
        sys.exit(
            "The PDF is printed by Chromium, which is not installed here (apt install chromium)."
        )
    page = site / "printed.html"  # beside the pages, so that pictures and styles are found
    try:
        page.write_text(str(one_page(site)), encoding="utf-8")
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            tab = browser.new_page(viewport={"width": 760, "height": 1000})
            tab.emulate_media(media="print")
            tab.goto(page.resolve().as_uri())
            tab.evaluate(FIT)
            tab.pdf(path=target, **PAPER)
            # The first print tells on which page a heading stands; the second says so.
            reader = PdfReader(target)
            places = reader.named_destinations.items()
            numbers = {
                name.lstrip("/"): reader.get_destination_page_number(place) + 1
                for name, place in places
            }
            tab.evaluate(NUMBER, numbers)
            tab.pdf(path=target, **PAPER)
            browser.close()
    finally:
        page.unlink(missing_ok=True)


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
    """Make the first page."""
    page = BeautifulSoup(
        "<section class='title'><img src='_static/logo.svg' alt=''></section>", "html.parser"
    )
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
