"""Who sent a file, told by its name: course sites name files in ways of their own."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from bpgrader.result import Sender

MOODLE = re.compile(r"([^/]+)_(\d+)_assignsubmission_[a-z]+")
CANVAS = re.compile(r"([^_/]+)(_LATE)?_(\d+)_(\d+)_([^/]*)$")


def sender(name: str, canvas: bool = True) -> Sender:
    """Tell from the name of a file who sent it, for the ways in which course sites name files.

    Parameters
    ----------
    name : str
    canvas : bool
        Whether Canvas may have given this name; see `misnamed`.

    Examples
    --------
    >>> sender("Ada Lovelace_123_assignsubmission_file/work.ipynb").student
    'Ada Lovelace_123'
    >>> sender("lovelaceada_LATE_4711_88_work-1.ipynb").student
    'lovelaceada_4711'
    >>> sender("ada/assignment.ipynb").student, sender("ada.ipynb.json").student
    ('ada', 'ada')
    """
    name = printable(name)
    for part in name.split("/"):
        if match := MOODLE.match(part):
            return Sender(match[1], match[2], "moodle", name)
        if canvas and (match := CANVAS.match(part)):
            return Sender(match[1], match[3], "canvas", name, late=bool(match[2]))
    folder, _, file = name.rpartition("/")
    stem = file.partition(".ipynb")[0] if ".ipynb" in file else PurePosixPath(file).stem
    return Sender(folder or stem or file, file=name)


def edition(sender: Sender) -> tuple[str, int]:
    """Tell which file this is, and which handing-in of it: Canvas numbers them.

    Examples
    --------
    >>> edition(Sender("a", "4711", "canvas", "a_4711_88_work-1.ipynb"))
    ('work.ipynb', 88)
    >>> edition(Sender("ada", file="ada/work-1.ipynb"))
    ('ada/work-1.ipynb', 0)
    """
    if sender.site == "canvas":
        for part in sender.file.split("/"):
            if match := CANVAS.match(part):
                return re.sub(r"-\d+(?=\.[^.]*$)", "", match[5]), int(match[4])
    return sender.file, 0


def printable(text: str) -> str:
    """Take out of a name what would steer a terminal; é is one letter, also from macOS."""
    return "".join(c if c.isprintable() else "?" for c in unicodedata.normalize("NFC", text))


def misnamed(names: Iterable[str], nested: bool = False) -> set[str]:
    """Choose, of files that came together, those that look as if Canvas had named them, and lie.

    Canvas puts many students into one folder, and gives each file a number of its own. So its form
    says nothing where several folders hold files and one of these is of fewer than two students, as
    in ``ada/hw_1_2_a.ipynb`` and ``bob/hw_1_3_b.ipynb``, or where two files have one number.

    Parameters
    ----------
    names : iterable of str
    nested : bool
        Whether they stand in a zip that has an owner, as that of a student has.

    Examples
    --------
    >>> misnamed(["adalovelace_4711_88_work.ipynb", "week1/gracehopper_12_13_work.ipynb"])
    set()
    >>> len(misnamed(["ada/hw_1_2_a.ipynb", "bob/hw_1_3_b.ipynb"]))
    2
    >>> len(misnamed(["hw_1_2_ada.ipynb", "hw_1_2_bob.ipynb"]))
    2
    """
    places = {name: _place(printable(name)) for name in names}
    found = {name: place for name, place in places.items() if place[1]}
    files, folders = defaultdict(set), defaultdict(set)
    for folder, match in places.values():
        folders[folder].add(match and (match[1], match[3]))
        if match:
            files[match[3], match[4]].add(PurePosixPath(match[0]).stem)  # its .pdf is no other
    inner = [people - {None} for folder, people in folders.items() if folder or nested]
    theirs = (nested or len(inner) > 1) and any(
        min(len({name for name, _ in people}), len({number for _, number in people})) < 2
        for people in inner
    )
    return {
        name
        for name, (folder, match) in found.items()
        if len(files[match[3], match[4]]) > 1 or (theirs and (folder or nested))
    }


def wrapper(names: Iterable[str]) -> str:
    """Give the folder in which all files stand, if it holds folders alone: it is no student's.

    Examples
    --------
    >>> wrapper(["week 1/ada/a.ipynb", "week 1/bob/a.ipynb"])
    'week 1/'
    >>> wrapper(["ada/first.ipynb", "ada/second.ipynb"])
    ''
    """
    folder, inner = "", [*names]
    while len({name.partition("/")[0] for name in inner}) == 1:
        part = inner[0].partition("/")[0]
        if MOODLE.match(part) or not all(name.count("/") > 1 for name in inner):
            break
        folder += f"{part}/"
        inner = [name.partition("/")[2] for name in inner]
    return folder


def _place(name):
    """Give the folder of the part of a name that Canvas may have given, and what it says."""
    folder = ""
    for part in name.split("/"):
        if MOODLE.match(part):
            break
        if match := CANVAS.match(part):
            return folder, match
        folder += f"{part}/"
    return name[: name.rfind("/") + 1], None
