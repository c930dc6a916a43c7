"""Write the pages, and tell what is wrong with them: page, cell and one sentence each.

Sphinx tells a place in a notebook as one number, and what comes after the first mistake is told
by its traceback. All of that stands in _build/book.log; the terminal shows what an author needs.

    python site/build.py           the book
    python site/build.py FOLDER    another source of it: a translation
"""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
from execute import COLOUR, tell

TOOL = str(Path(sys.executable).with_name("jupyter-book"))
OPTIONS = ["--quiet", "-n", "-W", "--keep-going"]
TOLD = re.compile(
    r"^(?:(?P<path>\S.*?\.(?:ipynb|md|yml|bib|py)):(?P<line>\d*):? ?)?"
    r"(?:WARNING|ERROR|CRITICAL): (?P<what>.*(?:\nReason: .*)?)",
    re.MULTILINE,
)
KIND = re.compile(r" \[[a-z]+\.[a-z_]+\]$")  # Sphinx's own name of a kind of warning
REASON = re.compile(r".*\nReason: \w+\((['\"])(?P<what>.*)\1\)", re.DOTALL)
FORMULA = re.compile(r"the formula (?P<tex>.*) cannot be read", re.DOTALL)
RAISED = re.compile(r"^(?:[\w.]+(?:Error|Exception)|Sphinx error): ?\n?(?P<what>.+)", re.MULTILINE)
STEP = 10_000  # MyST-NB gives the lines of cell n the numbers from n × 10000 + 2


def sentences(words):
    """Turn what the builder said into one sentence for each mistake.

    Parameters
    ----------
    words : str
        Its standard error.

    Returns
    -------
    list of str
        Each once, in order; if no page was named, what was raised.
    """
    words = COLOUR.sub("", words)
    found = [sentence(match) for match in TOLD.finditer(words)]
    if any("duplicate label" in told for told in found):
        found = [told for told in found if "Duplicate ID: " not in told]  # said already, with place
    raised = [match["what"].strip() for match in RAISED.finditer(words)]
    return list(dict.fromkeys(found or raised[:1])) or [words.strip()]


def sentence(match):
    """Tell one mistake with its page, and with its cell if the page is a notebook."""
    what = KIND.sub("", match["what"].strip())
    reason = REASON.fullmatch(what)
    if reason:
        what = reason["what"].replace("\\\\", "\\")
    if not match["path"]:
        return what
    path, line = Path(match["path"]), int(match["line"] or 0)
    if path.suffix != ".ipynb":
        return ":".join(map(str, filter(None, [shown(path), line]))) + f": {what}"
    cells = nbformat.read(path, as_version=4).cells
    number, line = divmod(line, STEP)
    formula = FORMULA.search(what)
    if formula:
        holds = (n for n, cell in enumerate(cells, 1) if formula["tex"] in cell.source)
        number = next(holds, 0)
        lines = cells[number - 1].source.splitlines()
        line = 2 + next((n for n, text in enumerate(lines) if formula["tex"] in text), 0)
    if 1 <= number <= len(cells):
        return tell(path, number, cells[number - 1], what, line - 2)
    return f"{shown(path)}: {what}"


def shown(path):
    """Give the path of a page as it stands in the book's folder."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def main(folder="."):
    """Build; give the builder's exit code."""
    log = Path(folder, "_build", "book.log")
    log.parent.mkdir(exist_ok=True)
    command = [TOOL, "build", folder, *OPTIONS]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        print("\n".join(sentences(done.stderr)), file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
