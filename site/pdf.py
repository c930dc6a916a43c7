"""The whole book as one PDF: printed by Chromium, packed by qpdf."""

import shutil
import subprocess
import sys

from pikepdf import Array, Dictionary, ObjectStreamMode, Pdf, settings
from playwright.sync_api import sync_playwright
from printed import one_page

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


def write(site, target):
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
            tab.evaluate(NUMBER, numbers(target))
            tab.pdf(path=target, **PAPER)
            browser.close()
    finally:
        page.unlink(missing_ok=True)
    pack(target)


def numbers(path):
    """Tell on which page of a PDF each anchor stands."""
    with Pdf.open(path) as book:
        pages = {page.objgen: number for number, page in enumerate(book.pages, start=1)}
        places = book.Root.Dests.items()
        return {name.lstrip("/"): pages[place[0].objgen] for name, place in places}


def pack(path):
    """Make a PDF a third as large, without losing anything.

    Chromium writes each of some 150,000 elements of the structure that screen readers follow as
    an object that is not compressed.
    """
    settings.set_flate_compression_level(9)
    with Pdf.open(path, allow_overwriting_input=True) as book:
        lift(book.Root.StructTreeRoot)
        book.save(path, object_stream_mode=ObjectStreamMode.generate, recompress_flate=True)


def lift(element):
    """Put in the place of each element that has no meaning (a part of a formula, say) its own."""
    kept = []
    for child in children(element):
        if not is_element(child):
            kept.append(child)
            continue
        lift(child)
        inner = children(child)
        if child.S == "/NonStruct" and "/ID" not in child and all(map(is_element, inner)):
            for one in inner:
                one.P = element
            kept += inner
        else:
            kept.append(child)
    if kept:
        element.K = Array(kept)


def children(element):
    """List what stands below an element of the structure."""
    below = element.get("/K", ())
    return list(below) if isinstance(below, (Array, tuple)) else [below]


def is_element(child):
    """Tell an element of the structure from a piece of the page."""
    return isinstance(child, Dictionary) and "/S" in child
