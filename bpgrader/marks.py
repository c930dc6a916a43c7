"""What people add to the grader's points: marks for answers in words, and the best of several."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bpgrader.collect import edition
from bpgrader.result import Answer, Result, State
from bpgrader.tables import read_table, spreadsheet_safe

HEADER = ("submission", "question", "max_points", "mark", "rubric", "answer", "note", "pictures")
OWN = (*HEADER, "before", "version")  # the columns that the grader writes


@dataclass(frozen=True)
class Marks:
    """The marks and remarks of a person.

    Parameters
    ----------
    given : dict
        (submission, question) -> mark.
    before : dict
        The same, for a mark that was given to another answer or another maximum.
    columns : tuple of str
        The columns that a marker has added.
    remarks : dict
        (submission, question) -> what stands in these.
    """

    given: Mapping[tuple[str, str], float] = field(default_factory=dict)
    before: Mapping[tuple[str, str], str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    remarks: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def waiting(self, result: Result) -> int:
        """Count the answers of a submission that wait for a mark."""
        return sum((result.name, answer.name) not in self.given for answer in result.written)

    def total(self, result: Result) -> float | None:
        """Return all points of a submission: those of the grader, and those of a person."""
        if result.score is None:
            return None
        marks = (self.given.get((result.name, answer.name), 0) for answer in result.written)
        return result.points + sum(marks)


def open_answers(number: int) -> str:
    """Say how many answers wait.

    Examples
    --------
    >>> open_answers(1), open_answers(2)
    ('1 answer in words waits', '2 answers in words wait')
    """
    return "1 answer in words waits" if number == 1 else f"{number} answers in words wait"


def read_marks(path: Path, results: Mapping[str, Result]) -> Marks:
    """Read the marks that a person has put into ``written.csv``.

    A mark holds for the answer and the maximum for which it was given. Where one of them is
    another now, the answer waits again.

    Raises
    ------
    ValueError
        If a mark is not a number of the right size, or belongs to no submission.
    """
    if not path.exists():
        return Marks()
    header, rows = read_table(path)
    for column in HEADER[:4]:
        if column not in header:
            raise ValueError(f"{path.name} must have the column {column}, got {', '.join(header)}")
    columns = tuple(column for column in header if column not in OWN)
    names = {spreadsheet_safe(name): name for name in results}
    answers = {(name, a.name): a for name, result in results.items() for a in result.written}
    given, before, remarks = {}, {}, {}
    for values in rows:
        row = dict(zip(header, values, strict=True))
        key = names.get(row["submission"], row["submission"]), row["question"]
        answer, mark = answers.get(key), row["mark"].strip()
        noted = tuple(row[column] for column in columns)
        if answer is None and (mark or any(noted)):
            raise ValueError(
                f"{path.name} has a mark for {key[0]!r}, {key[1]}, which no graded submission has; "
                "grade again, or change or delete that line"
            )
        if answer is not None:
            remarks[key] = noted
            before[key] = row.get("before", "")
        if mark and _is_same(row, answer):
            number = _number(mark, answer.max_points, row, path)
            if given.setdefault(key, number) != number:
                raise ValueError(
                    f"{path.name} has two marks for {key[0]!r}, {key[1]}: {given[key]:g} and "
                    f"{number:g}; delete one of the lines"
                )
        elif mark:
            before[key] = f"{mark} of {row['max_points']}"
    return Marks(given, before, columns, remarks)


def _is_same(row, answer: Answer):
    """Tell whether a line is about the answer as it is now."""
    if "version" in row:
        return row["version"] == answer.version
    text = " ".join(spreadsheet_safe(answer.text).split())
    same = row["max_points"].replace(",", ".") == spreadsheet_safe(answer.max_points)
    return same and " ".join(row.get("answer", "").split()) == text


def _number(mark, most, row, path):
    try:
        number = float(mark.replace(",", "."))
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise ValueError(
            f"mark must be a number from 0 to {most:g}, got {mark!r} for {row['submission']}, "
            f"{row['question']} in {path.name}"
        )
    return number


def counted(results: Mapping[str, Result], marks: Marks) -> dict[str, Result]:
    """Choose the submission of each student that counts.

    What was graded comes before what was refused; then, of several editions of one file, the last
    one that the course site has numbered; then the one with most points.

    Returns
    -------
    dict
        Student -> result.
    """
    groups = defaultdict(list)
    for result in results.values():
        groups[result.sender.student].append(result)
    return {student: _best(group, marks) for student, group in sorted(groups.items())}


def _best(group, marks):
    graded = [r for r in group if r.state is State.GRADED]
    open_ = [r for r in group if r.score is None]  # may still get any mark: it is not passed over
    editions = {}
    for result in sorted(open_ or graded or group, key=lambda r: edition(r.sender)[1]):
        editions[edition(result.sender)[0]] = result
    return max(editions.values(), key=lambda r: marks.total(r) or 0)
