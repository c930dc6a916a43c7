"""How a class stands: the numbers that the summary and the page of the class both tell."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bpgrader.result import Result, State
from bpgrader.verdict import TEXTS


@dataclass(frozen=True)
class Mistake:
    """One kind of mistake in a task.

    Parameters
    ----------
    told : str
    status : str
        That of the exercise, such as ``wrong`` or ``stopped``.
    students : tuple of str
        Who made it.
    """

    told: str
    status: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What became of one task of code in a class.

    Parameters
    ----------
    name : str
    states : Counter
        Status -> how many students.
    mistakes : tuple of Mistake
        The commonest first.
    """

    name: str
    states: Counter[str]
    mistakes: tuple[Mistake, ...]


def graded(counted: Mapping[str, Result]) -> dict[str, Result]:
    """Choose, of what counts, the results that were graded."""
    return {s: r for s, r in counted.items() if r.state is State.GRADED}


def standings(counted: Mapping[str, Result]) -> Iterator[Standing]:
    """Tell of each task of code how many are right, and who made which mistake.

    Parameters
    ----------
    counted : dict
        Student -> the result that counts.
    """
    entries = defaultdict(dict)
    for student, result in graded(counted).items():
        for entry in result.exercises:
            entries[entry["name"]][student] = entry
    for name, own in entries.items():
        made = defaultdict(list)
        for student, entry in own.items():
            if entry["status"] != "passed":
                told = slip_text(entry["slip"]) if entry["slip"] else entry["status"]
                made[told, entry["status"]].append(student)
        mistakes = [Mistake(*key, tuple(students)) for key, students in made.items()]
        mistakes.sort(key=lambda mistake: (-len(mistake.students), mistake.told))
        yield Standing(name, Counter(e["status"] for e in own.values()), tuple(mistakes))


def several(results: Mapping[str, Result]) -> dict[str, int]:
    """Count the notebooks of each student who sent more than one."""
    sent = Counter(result.sender.student for result in results.values())
    return {student: number for student, number in sorted(sent.items()) if number > 1}


def slip_text(kind: str) -> str:
    """Name a kind of mistake, without what differs from student to student.

    Examples
    --------
    >>> slip_text("known: The bias is missing."), slip_text("shape")
    ('The bias is missing.', '… must be …, you gave …')
    """
    code, _, told = kind.partition(": ")
    if code == "error":
        return f"an error, {told}"
    return told or re.sub(r"\{\w+\}", "…", TEXTS.get(code, code))
