"""The catalogues of a translation, one for each page: locale/zh_CN/LC_MESSAGES/<page>.po.

A catalogue keeps the order of its page. What changed in English is marked as fuzzy beside the
English it was made for; what is no longer in the book stays at the end, in case it comes back.
"""

import ast
import json
from difflib import get_close_matches
from pathlib import Path

import blocks
import messages
import picture_words
import polib
import whole
from babel.messages.extract import extract_from_dir
from languages import THEMES

LANGUAGE = "zh_CN"
FOLDER = Path("locale", LANGUAGE, "LC_MESSAGES")
HEADER = {
    "Project-Id-Version": "Backpropagation, executed",
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}
# What Sphinx and its themes say is translated by themselves; ours stand in a catalogue of theirs.
SITE = "sphinx"
PICTURES = "pictures"
VALUES = "values"
MARKED = [("site/**.py", "python"), ("site/templates/**.html", "jinja2.ext.babel_extract")]


def sources():
    """Tell which files each catalogue has its messages from: {name: [path]}."""
    found = {path.with_suffix("").as_posix(): [path] for path in messages.pages()}
    found["chapters/references"].append(Path("references.bib"))
    for path in sorted(Path("assignments").glob("*/student.ipynb")):
        found[path.parent.as_posix()] = [path]
    return found | {"book": [Path("_config.yml"), Path("_toc.yml")]}


def site():
    """List the words of the site itself, with the file that each stands in."""
    found = {}
    for name, _, message, _, _ in extract_from_dir(".", MARKED):
        found.setdefault(message, name)
    return found | dict.fromkeys(THEMES, "Sphinx and its themes")


def values():
    """List what cells glue into texts in words, with the page and the name of each."""
    found = {}
    for page in messages.pages():
        if page.suffix == ".ipynb":
            for cell in json.loads(page.read_text(encoding="utf-8"))["cells"]:
                for name, value in glued(cell):
                    if blocks.has_words(value):
                        found.setdefault(value, f"{page.as_posix()} ({name})")
    return found


def glued(cell):
    """List what a cell has glued: name, text."""
    for output in cell.get("outputs", ()):
        mark = output.get("metadata", {}).get("scrapbook")
        if mark:
            yield mark["name"], ast.literal_eval(output["data"][f"{mark['mime_prefix']}text/plain"])


def path(name):
    """Give the file of a catalogue."""
    return FOLDER / f"{name}.po"


def read(name):
    """Read a catalogue; one that is not there yet is empty."""
    file = path(name)
    return polib.pofile(str(file), wrapwidth=0) if file.is_file() else polib.POFile()


def updated(old, wanted):
    """Bring a catalogue up to date with the messages of its sources.

    Parameters
    ----------
    old : polib.POFile
        With obsolete entries, which may come back.
    wanted : dict
        A comment for each message, in reading order.
    """
    known = {entry.msgid: entry for entry in old}
    gone = {k: entry for k, entry in known.items() if k not in wanted and entry.msgstr}
    new = polib.POFile(wrapwidth=0)
    new.metadata = HEADER
    for message, comment in wanted.items():
        entry = polib.POEntry(msgid=message, comment=comment)
        if message in known:
            take(entry, known[message], known[message].previous_msgid)
        elif close := get_close_matches(message, gone, 1):
            was = gone.pop(close[0])
            take(entry, was, was.previous_msgid or was.msgid)
            entry.flags = ["fuzzy"]
            if entry.previous_msgid == message:  # the English is again what it was
                entry.flags, entry.previous_msgid = [], None
        new.append(entry)
    for entry in gone.values():
        entry.obsolete, entry.comment = True, ""
        new.append(entry)
    return new


def take(entry, old, previous):
    """Take over what translators wrote."""
    entry.msgstr, entry.tcomment, entry.flags = old.msgstr, old.tcomment, old.flags
    entry.previous_msgid = previous


def write(name, catalogue):
    """Write a catalogue, if it says anything new."""
    file, text = path(name), f"{catalogue}\n"
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        whole.write(file, text)


def update():
    """Bring all catalogues up to date."""
    for name in names():
        write(name, updated(read(name), wanted(name)))


def names():
    """List all catalogues."""
    return [*sources(), *OTHER]


OTHER = {SITE: site, PICTURES: picture_words.words, VALUES: values}


def wanted(name):
    """List the messages of a catalogue in reading order, with a comment for each."""
    return OTHER[name]() if name in OTHER else messages.collect(sources()[name])


def done(name):
    """Give the translations that are finished: {message: translation}."""
    return {entry.msgid: entry.msgstr for entry in read(name).translated_entries()}
