"""The table written.csv: the one place where marks for answers in words stand."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bpgrader.marks import Mark, Marks
from bpgrader.result import Answer, Result
from bpgrader.store import file_name, locked, write
from bpgrader.tables import plain, read_table, spreadsheet_safe, write_table

FILE = "written.csv"
SAID = ("mark", "ticked", "comment")  # what a person says of an answer
HEADER = (
    *("submission", "question", "max_points", *SAID),
    *("rubric", "answer", "note", "pictures"),
)
OWN = (*HEADER, "before", "version")  # the columns that the grader writes


class ChangedError(ValueError):
    """The answer is another now than the one that was marked."""

    def __str__(self):
        return "this answer has changed meanwhile; load the page again"


def read_marks(folder: Path, results: Mapping[str, Result]) -> Marks:
    """Read the marks that a person has put into ``written.csv``.

    A mark holds for the answer and the maximum for which it was given. Where one of them is
    another now, the answer waits again.

    Raises
    ------
    ValueError
        If a mark is not a number of the right size, or belongs to no submission.
    """
    path = folder / FILE
    if not path.exists():
        return Marks()
    header, rows = _read(path)
    columns = tuple(column for column in header if column not in OWN)
    names = {spreadsheet_safe(name): name for name in results}
    answers = {(name, a.name): a for name, result in results.items() for a in result.written}
    given = {}
    for row in rows:
        key = names.get(row["submission"], row["submission"]), row["question"]
        answer = answers.get(key)
        if answer is None and any(row.get(column) for column in (*SAID, *columns)):
            raise ValueError(
                f"{FILE} has a mark for {key[0]!r}, {key[1]}, which no graded submission has; "
                "grade again, or change or delete that line"
            )
        if answer is not None:
            mark = replace(_mark(row, answer), remarks=tuple(row[column] for column in columns))
            other = given.setdefault(key, mark)
            if not _says(other):
                given[key] = mark
            elif _says(mark) and other != mark:
                told = _differing((other, mark), columns, answer.max_points)
                raise ValueError(
                    f"{FILE} has two marks for {key[0]!r}, {key[1]}: {told}; delete one "
                    "of the lines"
                )
    return Marks(given, columns)


def _says(mark):
    """Whether a line holds anything that would be lost."""
    return said(mark) != said(Mark()) or mark.before or any(mark.remarks)


def _differing(marks, columns, most):
    """Say two marks for one answer, with those other columns in which they differ."""
    texts = [describe(mark, most) for mark in marks]
    values = zip(*((*mark.remarks, mark.before) for mark in marks), strict=True)
    for column, both in zip((*columns, "before"), values, strict=True):
        if both[0] != both[1]:
            texts = [f"{text}; {column}: {v or '-'}" for text, v in zip(texts, both, strict=True)]
    return " and ".join(texts)


def _read(path):
    """Read the table as one dict a row."""
    header, rows = read_table(path)
    for column in ("submission", "question", "max_points", "mark"):
        if column not in header:
            raise ValueError(f"{path.name} must have the column {column}, got {', '.join(header)}")
    if twice := [name for name in dict.fromkeys(header) if header.count(name) > 1]:
        raise ValueError(f"{path.name} has two columns {twice[0]!r}; give one of them another name")
    return header, [dict(zip(header, values, strict=True)) for values in rows]


def _mark(row, answer: Answer):
    """Take what a person says out of a row."""
    lines = {spreadsheet_safe(item.text): item.text for item in answer.rubric}
    found = (line for line in row.get("ticked", "").splitlines() if line.strip())
    ticked = tuple(lines.get(line, plain(line)) for line in found)
    given, before = row["mark"].strip(), row.get("before", "")
    if (given or ticked) and not _is_same(row, answer):
        before = "; ".join(
            [before] * bool(before)
            + [f"{given} of {row['max_points']}"] * bool(given)
            + [f"found: {', '.join(ticked)}"] * bool(ticked)
        )
        given, ticked = "", ()
    points = _points(given, answer.max_points, row)
    return Mark(points, ticked, plain(row.get("comment", "")), before)


def _is_same(row, answer: Answer):
    """Tell whether a line is about the answer as it is now."""
    if "version" in row:
        return row["version"] == answer.version
    text = " ".join(spreadsheet_safe(answer.text).split())
    same = row["max_points"].replace(",", ".") == spreadsheet_safe(answer.max_points)
    return same and " ".join(row.get("answer", "").split()) == text


def _points(given, most, row):
    if not given:
        return None
    try:
        number = float(given.replace(",", ".").replace("_", " "))  # for Python 1_0 is ten
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise ValueError(
            f"mark must be a number from 0 to {most:g}, got {given!r} for {row['submission']}, "
            f"{row['question']} in {FILE}"
        )
    return number


def write_marks(folder: Path, results: Mapping[str, Result], marks: Marks) -> None:
    """Write ``written.csv`` with all answers and marks, and the pictures beside it."""
    write_table(folder / FILE, _rows(folder, results, marks))


def _rows(folder, results, marks: Marks) -> Iterator[Sequence[object]]:
    yield (*HEADER, *marks.columns, "before", "version")
    for name, result in results.items():
        for a in result.written:
            mark = marks.of(result, a)
            pictures = []
            for k, picture in enumerate(a.pictures, 1):
                kind = picture.media.partition("/")[2]
                pictures.append(f"pictures/{file_name(name)}-{file_name(a.name)}-{k}.{kind}")
                write(folder / pictures[-1], base64.b64decode(picture.data))
            rubric = "\n".join(f"{item.text} ({item.points:g})" for item in a.rubric)
            said = (mark.points, "\n".join(mark.ticked), mark.comment)
            shown = (rubric, a.text, a.note, " ".join(pictures))
            remarks = mark.remarks or [""] * len(marks.columns)
            yield (name, a.name, a.max_points, *said, *shown, *remarks, mark.before, a.version)


def set_mark(folder: Path, result: Result, answer: Answer, new: Mark, seen: Mark) -> Mark:
    """Write the mark of one answer, whoever else writes at the same time.

    Parameters
    ----------
    folder : Path
        Holds ``written.csv``.
    result : Result
    answer : Answer
        As the marker saw it.
    new : Mark
        What the marker says; its ``before`` does not count.
    seen : Mark
        What the marker saw before. If something else stands there now, it is overwritten, and
        kept in the column ``before``.

    Returns
    -------
    Mark
        What stands in the table now.

    Raises
    ------
    ChangedError
        If the table has another answer than the one that was marked.
    ValueError
        If the mark is not a number of the right size.
    """
    new = replace(new, comment=new.comment.replace("\r\n", "\n").strip())
    text = "" if new.points is None else spreadsheet_safe(new.points)
    with locked(folder):
        header, rows = _read(folder / FILE)
        name = spreadsheet_safe(result.name)
        found = (r for r in rows if (r["submission"], r["question"]) == (name, answer.name))
        row = next(found, None)
        if row is None or row.get("version") != answer.version:
            raise ChangedError
        there = _mark(row, answer)
        if said(there) not in (said(seen), said(new)):
            row["before"] = describe(there, answer.max_points)
        row |= dict(zip(SAID, (text, "\n".join(new.ticked), new.comment), strict=True))
        mark = _mark(row, answer)  # what cannot be read back is not written
        table = [[*header], *([row[column] for column in header] for row in rows)]
        write_table(folder / FILE, table)
        return mark


def said(mark: Mark) -> tuple[object, ...]:
    """Return what of a mark a person says."""
    return mark.points, mark.ticked, mark.comment


def describe(mark: Mark, most: float) -> str:
    """Say a mark in one line.

    Examples
    --------
    >>> describe(Mark(2, ("the chain rule",), "why?"), 3)
    '2 of 3; found: the chain rule; comment: why?'
    """
    parts = ["no points" if mark.points is None else f"{mark.points:g} of {most:g}"]
    parts += [f"found: {', '.join(mark.ticked)}"] if mark.ticked else []
    parts += [f"comment: {mark.comment}"] if mark.comment else []
    return "; ".join(parts)
