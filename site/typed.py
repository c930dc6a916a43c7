"""What an author typed and Markdown takes, without a word, for something else.

A box without end holds all that follows, brackets of LaTeX are brackets, a cell too many of a table
is dropped. What is read no longer shows it, so the source is looked at as the parser takes it.
"""

import json
import re

from markdown_it.renderer import RendererHTML
from markdown_it.rules_block.table import escapedSplit
from myst_parser.parsers.mdit import create_md_parser
from sphinx.util import logging
from tags import Tags
from tex import formula

# Directives that hold no Markdown.
OTHER = "code|code-block|sourcecode|code-cell|parsed-literal|literalinclude|eval-rst|raw|math"
OTHER += "|bibliography|csv-table|glossary|mermaid"
BOX = re.compile(rf"\{{(?!(?:{OTHER})\}})[\w:-]+\}}")
OPTIONS = re.compile(r"---\n(?s:.*?)\n---\n|(?::[\w-]+:.*\n?)+")
CLASSES = re.compile(r"^:class: (.*)", re.MULTILINE)
# What the theme draws in its own way; to others nobody gives a look.
KNOWN = {"dropdown", "toggle", "note", "tip", "hint", "important", "seealso"}
KNOWN |= {"warning", "attention", "caution", "danger"}
ACROSS = re.compile(
    r"^(?P<note>\[\^[^\]]+\])(?=:)"
    r"|^(?::::+|```+)\{(?:solution|exercise)-(?P<edge>start|end)\}",
    re.MULTILINE,
)
ALT = re.compile(r"^:?alt: *\S", re.MULTILINE)
WEB = re.compile(r"https?:|mailto:")  # MyST finds words for a label or a page
LOCAL = re.compile(r"\w+://(?:localhost|127\.0\.0\.1)\b")
UNSEEN = re.compile(r"[\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
BARE = re.compile(r"\(((?:ch|sec|eq|fig|ex|thm|def|prop)-[\w-]+)\) ?[:=]?")  # without its sign

logger = logging.getLogger(__name__)


def faults(parse, text):
    """Give the line and a sentence for what is taken for something else; the first comes first."""
    if found := UNSEEN.search(text):
        sign = f"U+{ord(found[0]):04X} (if it is meant: &#{ord(found[0])};)"
        yield text[: found.start()].count("\n"), f"a sign that nobody sees: {sign}"
    lines, tags, tokens = text.split("\n"), Tags(), parse(text)
    for k, token in enumerate(tokens):
        begin, end = token.map or (0, 0)
        source = lines[begin].strip()
        if token.map and source.startswith(("<<<<<<<", ">>>>>>>")):
            yield begin, "a merge that nobody ended"
        elif token.type in ("fence", "colon_fence"):
            yield from fence(parse, token, lines[end - 1] if end - 1 > begin else "")
        elif token.type == "tr_open":
            yield from row(begin, source, tokens[k:])
        elif token.type == "code_block":
            yield begin, "four blanks before a line make a listing of it"
        elif token.type == "heading_open" and token.markup in "-=":
            yield begin, f"a line of {token.markup} makes a title of the words above it"
        elif token.type == "heading_open" and not tokens[k + 1].content.strip():
            yield begin, "a title without words"
        elif token.type == "myst_line_comment":
            yield begin, "a line that begins with % is a comment: nobody sees it"
        elif token.type == "myst_target" and token is tokens[-1]:
            yield begin, "a label with nothing below it in its cell"
        elif token.type in ("math_block", "math_block_label", "amsmath"):
            yield from formula(begin, token.content)
        elif token.type == "html_block":
            tags.feed(token.content)
        elif token.type == "inline":
            yield from words(token, tags)
    for tag in tags.faults():
        yield 0, f"<{tag}> is not closed, or closed and not open"


def fence(parse, token, last):
    """Find a box or listing without end, one that is no box, and what is wrong inside."""
    begin, info = token.map[0], token.info.strip()
    mark = token.markup[0]
    if mark == ":" and not info:
        yield begin, "a fence is closed that nobody opened"
    elif mark == ":" and not info.startswith("{"):
        yield begin, f"a box without braces: :::{{{info}}}"
    elif not re.fullmatch(rf"[>\s]*{mark}{{{len(token.markup)},}}\s*", last):
        yield begin, f"a fence without end: {token.markup}{info} holds all that follows"
    elif re.match(r"\{(?:image|figure)\}", info) and not ALT.search(token.content):
        yield begin, "a picture has no words (alt) for who cannot see it"
    elif BOX.match(info):
        options = OPTIONS.match(token.content)
        head = options[0] if options else ""
        for name in re.findall(r"[\w-]+", " ".join(CLASSES.findall(head))):
            if name not in KNOWN:
                yield begin, f"{name!r} in its class is none of {', '.join(sorted(KNOWN))}"
        for line, what in faults(parse, token.content[len(head) :]):
            yield begin + 1 + head.count("\n") + line, what


def row(line, source, tokens):
    """Find a row of a table with more or fewer cells than its head: some would be dropped."""
    names = [token.type for token in tokens]
    if "th_open" in names[:2]:
        return  # the head itself
    head = sum(name in ("td_open", "th_open") for name in names[: names.index("tr_close")])
    cells = escapedSplit(source.lstrip("> "))
    count = len(cells) - (not cells[0].strip()) - (len(cells) > 1 and not cells[-1].strip())
    if count != head:
        yield line, f"a row of {count} cells in a table of {head} (| in a cell is \\|)"


def words(paragraph, tags):
    """Find brackets of LaTeX, a dollar before a digit, a label without its sign, open HTML."""
    line, parts = paragraph.map[0], paragraph.children
    label = BARE.fullmatch(paragraph.content.strip())
    if label:
        yield line, f"a label is ({label[1]})= on a line of its own, or ($$) ({label[1]}) behind it"
    for part, after in zip(parts, [*parts[1:], None], strict=False):
        if part.type == "text_special" and part.markup in (r"\(", r"\["):
            said = "begins no formula here: $…$, or $$ on lines of their own (a bracket has no \\)"
            yield line, f"{part.markup} {said}"
        elif part.type == "text" and re.search(r"\$\d", part.content):
            yield line, "a dollar alone: of a formula the other one is missing; of money it is \\$"
        elif part.type in ("math_inline", "math_inline_double"):
            yield from formula(line, part.content)
        elif part.type == "link_open" and LOCAL.match(part.attrs["href"]):
            yield line, "a link to a machine of one's own"
        elif part.type == "link_open" and WEB.match(part.attrs["href"]):
            if after.type == "link_close":
                yield line, "a link without words"
        elif part.type == "html_inline":
            tags.feed(part.content)
        line += part.type in ("softbreak", "hardbreak")


def cells(path, text):
    """Give the number of the first line, as the builder counts, the text and the kind of cells."""
    if not path.endswith(".ipynb"):
        return [(1, text, "markdown")]
    found = enumerate(json.loads(text)["cells"], start=1)
    return [(n * 10_000 + 2, "".join(cell["source"]), cell["cell_type"]) for n, cell in found]


def across(texts):
    """Give the place and a sentence for what no cell shows alone: footnotes, starts and ends."""
    page, start = "\n".join(texts.values()), None
    for first, text in texts.items():
        for found in ACROSS.finditer(text):
            place = first + text[: found.start()].count("\n")
            if found["note"] and page.count(found["note"]) == 1:
                yield place, f"no word has this footnote: {found['note']}"
            elif found["edge"] and (found["edge"] == "start") == bool(start):
                yield start or place, "a start and an end belong together"
            start = place if found["edge"] == "start" else None if found["edge"] else start
    if start:
        yield start, "a start and an end belong together"


def without_listings(parse, text):
    """Give a text, its listings as blank lines."""
    lines = text.split("\n")
    for token in parse(text):
        if token.type in ("fence", "colon_fence") and not BOX.match(token.info.strip()):
            begin, end = token.map[0] + 1, token.map[1]
            lines[begin:end] = [""] * len(lines[begin:end])
    return "\n".join(lines)


def look(app, docname, source):
    """Tell the first such thing of each cell; what follows from it is not told again."""
    parser = create_md_parser(app.env.myst_config, RendererHTML).disable("text_join")
    texts, told = {}, []
    for first, text, kind in cells(app.env.doc2path(docname), source[0]):
        if kind == "markdown":
            texts[first] = without_listings(parser.parse, text)
        parse = parser.parse if kind == "markdown" else lambda text: ()
        told += [(first + line, what) for line, what in faults(parse, text)][:1]
    for line, what in told or across(texts):
        logger.error("%s", what, location=(docname, line))
        app.env.temp_data["book_told"] = True
