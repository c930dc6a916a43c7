"""Write the pages, and tell what is wrong with them: page, cell and one sentence each.

Sphinx tells a place in a notebook as one number, and what comes after the first mistake is told
by its traceback. All of that stands in _build/book.log; the terminal shows what an author needs.

    python site/build.py           the book
    python site/build.py FOLDER    another source of it: a translation
"""

import ast
import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import whole
import yaml
from page_source import COLOUR, tell

TOOL = str(Path(sys.executable).with_name("jupyter-book"))
OPTIONS = ["--quiet", "-n", "-W", "--keep-going"]
TOLD = re.compile(
    r"^(?:(?P<path>\S.*?\.(?:ipynb|md|rst|yml|bib|py))(?P<part>:docstring of [\w.]+)?"
    r":(?P<line>\d*):? ?)?"
    r"(?:WARNING|ERROR|CRITICAL): (?P<what>.*(?:\nReason: .*)?)",
    re.MULTILINE,
)
# What Jupyter Book says of the settings and of the contents, and Sphinx of an extension's error.
KEY = re.compile(r"^- (?P<what>.+) \[key path: '(?P<key>.*)'\]$", re.MULTILINE)
CONTENTS = re.compile(r"^The Table of Contents file is malformed: (?P<what>.+)", re.MULTILINE)
HANDLER = re.compile(r"Handler <function .*> for event '.*' threw an exception \(exception: (.*)\)")
LABEL = re.compile(r"(?:undefined label:|duplicate \w+ label) '?(?P<label>[\w-]+)")
KIND = re.compile(r" \[[a-z]+\.[a-z_]+\]$")  # Sphinx's own name of a kind of warning
REASON = re.compile(r".*\nReason: \w+\((?P<what>(['\"])(?:\\.|(?!\2).)*\2)\)", re.DOTALL)
FORMULA = re.compile(r"the formula (?P<tex>.*) cannot be read", re.DOTALL)
# What Sphinx wraps around a formula with blank lines.
WRAPPED = re.compile(r"\n|\\\\|\\(?:begin|end)\{align(?:ed)?\}")
RAISED = re.compile(r"^(?:[\w.]+(?:Error|Exception)|Sphinx error): ?\n?(?P<what>.+)", re.MULTILINE)
# What is said already, with its place, and how it is said once more.
FOLLOWS = {
    "duplicate label": "Duplicate ID: ",
    "holds all that follows": "Lexing literal_block",
    "belong together": " is missing a solution-",
    "cannot be read": "a mark of the source is left",  # a formula that begins or ends too late
}
FULL = os.strerror(errno.ENOSPC)
STEP = 10_000  # MyST-NB gives the lines of cell n the numbers from n × 10000 + 2


def sentences(words):
    """Turn what the builder said into one sentence for each mistake.

    Parameters
    ----------
    words : str
        Its output.

    Returns
    -------
    list of str
        Each once, in order; if no page was named, what was raised.
    """
    if FULL in words:  # it says so of each file
        return [f"_build cannot be written: {FULL}"]
    words = HANDLER.sub(r"\1", COLOUR.sub("", words))
    found = [f"_config.yml, {match['key']}: {match['what']}" for match in KEY.finditer(words)]
    found += [f"_toc.yml: {match['what']}" for match in CONTENTS.finditer(words)]
    found += [sentence(match) for match in TOLD.finditer(words)]
    for cause, effect in FOLLOWS.items():
        for page in {re.split("[.,:]", told)[0] for told in found if cause in told}:
            found = [told for told in found if not (page in told and effect in told)]
    raised = [match["what"].strip() for match in RAISED.finditer(words)]
    raised = [f"{what} (more in _build/book.log)" for what in raised[:1]]
    return list(dict.fromkeys(found or raised)) or [words.strip()]


def sentence(match):
    """Tell one mistake with its page, and with its cell if the page is a notebook."""
    what = KIND.sub("", match["what"].strip()).replace(f"{Path.cwd()}/", "")
    reason = REASON.fullmatch(what)
    if reason:
        what = ast.literal_eval(reason["what"])
    path, line = Path(match["path"] or ""), int(match["line"] or 0)
    if not path.is_file():  # some extensions name none, or one that they made up
        label = LABEL.match(what)
        return with_place(label["label"], what) if label else what
    if path.suffix != ".ipynb":
        where = filter(None, [shown(path) + (match["part"] or ""), line])
        return ":".join(map(str, where)) + f": {what}"
    cells = nbformat.read(path, as_version=4).cells
    number, line = divmod(line, STEP)
    formula = FORMULA.search(what)
    if formula:
        number, line = holds(cells, filter(str.strip, WRAPPED.split(formula["tex"])))
    if 1 <= number <= len(cells):
        return tell(path, number, cells[number - 1], what, line - 2)
    return f"{shown(path)}: {what}"


def holds(cells, lines):
    """Find the cell with the most of these lines, 0 if none has, and the first of them."""
    lines, texts = list(lines), [cell.source.splitlines() for cell in cells]
    found = [[n for n, text in enumerate(cell) for line in lines if line in text] for cell in texts]
    number = max(range(len(found)), key=lambda n: len(found[n]))
    return number + 1 if found[number] else 0, 2 + min(found[number], default=0)


def with_place(label, what):
    """Tell a mistake with the first cell that has its label."""
    for path in sorted(Path("chapters").glob("*.ipynb")):
        for number, cell in enumerate(nbformat.read(path, as_version=4).cells, 1):
            if re.search(rf"(?<![\w-]){re.escape(label)}(?![\w-])", cell.source):
                return tell(path, number, cell, what)
    return what


def unreadable(folder):
    """Tell which files of settings are no YAML, and where."""
    for name in ("_config.yml", "_toc.yml", "CITATION.cff"):
        try:
            yaml.safe_load(Path(folder, name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            yield f"{name}: there is no such file"
        except yaml.MarkedYAMLError as error:
            yield f"{name}:{error.problem_mark.line + 1}: {error.problem}"
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            yield f"{name}: {error}"


def shown(path):
    """Give the path of a page as it stands in the book's folder."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def main(folder="."):
    """Build; give the builder's exit code."""
    log = Path(folder, "_build", "book.log")
    log.parent.mkdir(exist_ok=True)
    if told := list(unreadable(folder)):
        print("\n".join(told), file=sys.stderr)
        return 1
    with whole.alone(log.parent):
        return write(folder, log)


def write(folder, log):
    """Let Jupyter Book write the pages, and tell what it says of them."""
    # It stays where a build is killed or the disk full: Sphinx would take half a page for a page.
    halved = log.with_name("halved")
    command = [TOOL, "build", folder, *OPTIONS, *["--all"] * halved.exists()]
    halved.touch()
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    words = done.stdout + done.stderr
    if FULL not in words:
        halved.unlink()
        log.write_text(words, encoding="utf-8")
    if done.returncode or KEY.search(done.stdout):
        print("\n".join(sentences(words)), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
