"""The class as a page with pictures: points, what was right, the commonest mistakes, who waits."""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bpgrader.marks import Marks
from bpgrader.page import asset, fill
from bpgrader.result import Result, State
from bpgrader.roster import Match
from bpgrader.standing import Standing, graded, several, standings

BARS = 12  # at most
MISTAKES = 3  # for each task


@dataclass(frozen=True)
class Bar:
    """A bar of the picture of the points.

    Parameters
    ----------
    label : str
        The points that it stands for, such as ``4`` or ``4–5.5``.
    count : int
        How many students have them.
    """

    label: str
    count: int


@dataclass(frozen=True)
class Task:
    """One task, of code or in words.

    Parameters
    ----------
    name : str
    share : float or None
        Of the class: those who are right; of an answer in words, the mean share of the points.
    told : str
        The share in words.
    mistakes : tuple
        (sentence, students), the commonest first.
    """

    name: str
    share: float | None
    told: str
    mistakes: tuple[tuple[str, tuple[str, ...]], ...] = ()


def class_page(
    results: Mapping[str, Result], counted: Mapping[str, Result], marks: Marks, match: Match | None
) -> str:
    """Return the page about the class, for the teacher alone: it holds names.

    Parameters
    ----------
    results : dict
        Name -> result, of all submissions.
    counted : dict
        Student -> the result that counts.
    marks : Marks
    match : Match or None
        Who is who in the list of the course.
    """
    totals = {student: marks.total(result) for student, result in counted.items()}
    points = [total for total in totals.values() if total is not None]
    most = max(result.most for result in counted.values())
    own = graded(counted)
    return fill(
        "class.html",
        style=asset("style.css"),
        title=next(iter(counted.values())).title,
        students=len(counted),
        graded=len(own),
        most=most,
        middle=statistics.median(points) if points else None,
        mean=statistics.mean(points) if points else None,
        bars=histogram(points, most),
        code=[_task(standing) for standing in standings(counted)],
        words=list(_words(own, marks)),
        waiting=_waiting(own, marks),
        notes=list(_notes(results, counted, match)),
    )


def histogram(points: list[float], most: float) -> list[Bar]:
    """Count students by their points, from 0 to the maximum.

    Examples
    --------
    >>> [(bar.label, bar.count) for bar in histogram([0, 1.5, 2, 2], 2)]
    [('0', 1), ('1–1.5', 1), ('2', 2)]
    """
    width = max(1, math.ceil((most + 1) / BARS))
    groups = defaultdict(list)
    for value in points:
        groups[min(int(value // width), int(most // width))].append(value)
    bars = []
    for k in range(int(most // width) + 1):
        own = groups[k]
        low, high = k * width, max([min((k + 1) * width - 1, most), *own])
        label = f"{low:g}" if high == low else f"{low:g}–{high:g}"
        bars.append(Bar(label, len(own)))
    return bars


def _task(standing: Standing) -> Task:
    """Give a task of code."""
    right, all_ = standing.states["passed"], standing.states.total()
    mistakes = tuple((m.told, m.students) for m in standing.mistakes[:MISTAKES])
    return Task(standing.name, right / all_, f"{right} of {all_}", mistakes)


def _words(results, marks: Marks) -> Iterator[Task]:
    """Give the answers in words."""
    given, number = defaultdict(list), Counter()
    for result in results.values():
        for answer in result.written:
            number[answer.name] += 1
            points = marks.of(result, answer).points
            if points is not None:
                given[answer.name].append(points / answer.max_points)
    for name, count in number.items():
        marked = given[name]
        share = statistics.mean(marked) if marked else None
        told = f"{share:.0%} of the points" if share is not None else "no mark yet"
        yield Task(name, share, f"{told}, {len(marked)} of {count} marked")


def _waiting(results, marks: Marks):
    """Give the students whose answers wait, by question."""
    waiting = defaultdict(list)
    for student, result in results.items():
        for answer in marks.open(result):
            waiting[answer.name].append(student)
    return dict(waiting)


def _notes(results, counted, match: Match | None):
    """Give what the teacher must know of single students: (who, what)."""
    for student, result in counted.items():
        if result.state is not State.GRADED:
            yield student, f"{result.state}: {result.message}"
        if result.sender.late:
            yield student, "late, says the course site"
    for student, number in several(results).items():
        yield student, f"sent {number} notebooks; {counted[student].name!r} counts"
    if match:
        for student, why in sorted(match.doubtful.items()):
            yield student, f"NO MARK GIVEN: {why}"
        for student in match.strangers:
            yield student, "not in the roster"
