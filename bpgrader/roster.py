"""Who is who: which row of the list of a course belongs to which student.

No mark is given on a guess. Numbers and logins come first, and only in columns that hold such; a
name counts where only one student and only one row have it, and where no number contradicts it.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bpgrader.many import many
from bpgrader.result import Sender

# names of columns, in lower case, letters and digits alone
NAMESAKES = ("student has this name", "students have this name")
PARTICIPANT = {"participant", "participantid", "participantnumber"}
CANVAS_ID = {"id", "canvasid", "canvasuserid", "userid"}
LOGINS = {
    *("id", "idnumber", "studentid", "studentnumber", "username", "user", "login", "loginid"),
    *("sisid", "sisuserid", "sisloginid", "integrationid", "email", "emailaddress", "identifier"),
    *("matriculation", "matriculationnumber", "matrikelnummer", "netid", "uid", "participant"),
}
NAMES = {"student", "name", "fullname", "studentname", "displayname", "participantname"}
FIRST = {"firstname", "givenname", "firstnames", "givennames", "vorname"}
LAST = {"lastname", "surname", "familyname", "lastnames", "nachname"}
NUMBERED = re.compile(  # as Moodle writes it in the language of the course
    r"(?:participante?|teilnehmer(?:/?in)?|partecipante|deelnemer|deltager|deltagare|deltaker|"
    r"osallistuja|uczestnik|участник|参加者|参与者)\s*(\d+)$",
    re.I,
)


@dataclass(frozen=True)
class Match:
    """What was found.

    Parameters
    ----------
    rows : dict
        Number of a row -> student, as `Sender.student` says it.
    doubtful : dict
        Student -> why the list does not tell which row it is.
    strangers : tuple of str
        Students of whom the list knows nothing.
    """

    rows: dict[int, str] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)
    strangers: tuple[str, ...] = ()


def words(text: str) -> tuple[str, ...]:
    """Return the words of a name in the form in which names are compared.

    Examples
    --------
    >>> words("Lovelace, Ada"), words("JOSÉ") == words("Jose\N{COMBINING ACUTE ACCENT}")
    (('lovelace', 'ada'), True)
    """
    text = _plain(text)
    kept = [c if unicodedata.category(c)[0] in "LMN" else " " for c in text]
    return tuple("".join(kept).split())


def _plain(text):
    """Give a text so that those which Unicode calls the same are equal."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())


def match(header: Sequence[str], rows: Sequence[Sequence[str]], senders: Iterable[Sender]) -> Match:
    """Find the row of each student.

    Parameters
    ----------
    header : sequence of str
        The names of the columns.
    rows : sequence of sequence of str
    senders : iterable of Sender
        One for each student.

    Returns
    -------
    Match
    """
    people = {sender.student: sender for sender in senders}
    numbers = _numbers(header, rows)
    found, doubtful, left = {}, {}, {}
    for student, sender in people.items():
        key = sender.id if sender.id else _plain(sender.name)
        fits = numbers[sender.site if sender.id else ""].get(key, set()) if key else set()
        if len(fits) > 1:
            doubtful[student] = f"rows {_places(fits)} of the list have the same number or login"
        elif fits:
            (found[student],) = fits
        else:
            left[student] = sender
    _by_name(header, rows, numbers, people, left, found, doubtful)
    for row, students in _twice(found).items():
        for student in students:
            del found[student]
            doubtful[student] = f"row {row + 2} of the list fits {' and '.join(students)}"
    strangers = tuple(s for s in people if s not in found and s not in doubtful)
    return Match({row: student for student, row in found.items()}, doubtful, strangers)


def _places(rows):
    return ", ".join(str(row + 2) for row in sorted(rows))


def _twice(found):
    """Give the rows that were found for more than one student."""
    students = defaultdict(list)
    for student, row in found.items():
        students[row].append(student)
    return {row: group for row, group in students.items() if len(group) > 1}


def _numbers(header, rows):
    """Give the numbers and logins in the columns that hold such: site -> number -> rows."""
    titles = ["".join(words(title)) for title in header]
    index = {site: defaultdict(set) for site in ("moodle", "canvas", "")}
    for c, title in enumerate(titles):
        fields = [row[c].strip() for row in rows]
        moodle = [NUMBERED.match(text) for text in fields]
        numbered = any(moodle) and all(
            match or not text for match, text in zip(moodle, fields, strict=True)
        )
        for k, text in enumerate(fields):
            if numbered and moodle[k]:
                index["moodle"][moodle[k][1]].add(k)
            elif title in PARTICIPANT and text.isdigit():
                index["moodle"][text].add(k)
            if title in CANVAS_ID and text.isdigit():
                index["canvas"][text].add(k)
            if title in LOGINS and text:
                index[""][_plain(text)].add(k)
    return index


def _by_name(header, rows, numbers, people, left, found, doubtful):
    """Match by name where it is unique on both sides, and no number contradicts it."""
    titles = ["".join(words(title)) for title in header]
    spaced, joined = defaultdict(set), defaultdict(set)
    for k, row in enumerate(rows):
        for key in _names(titles, row):
            spaced[key].add(k)
            joined["".join(key)].add(k)
    namesakes = Counter(frozenset(words(sender.name)) for sender in people.values())
    numbered = {site: set().union(*index.values()) for site, index in numbers.items()}
    for student, sender in left.items():
        key = words(sender.name)  # Canvas writes a name as one word
        fits = spaced[key] if len(key) > 1 else joined["".join(key)]
        if not fits:
            continue
        if sender.id and fits & numbered[sender.site]:
            doubtful[student] = f"the name in row {_places(fits)} stands beside another number"
        elif namesakes[frozenset(key)] > 1:
            doubtful[student] = many(namesakes[frozenset(key)], *NAMESAKES)
        elif len(fits) > 1:
            doubtful[student] = f"rows {_places(fits)} of the list have this name"
        else:
            (found[student],) = fits


def _names(titles, row):
    """Give the forms in which a course site may write the name in a row."""
    columns = list(zip(titles, row, strict=True))
    first = " ".join(text for title, text in columns if title in FIRST)
    last = " ".join(text for title, text in columns if title in LAST)
    names = [(first, last)]
    for title, text in columns:
        if title in NAMES:
            before, _, after = text.partition(",")
            names.append((after, before))
    pairs = [(words(a), words(b)) for a, b in names]
    return ({a + b for a, b in pairs} | {b + a for a, b in pairs}) - {()}
