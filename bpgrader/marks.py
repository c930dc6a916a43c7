"""What people add to the grader's points: marks for answers in words, and the best of several."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from bpgrader.many import many
from bpgrader.points import total
from bpgrader.result import Answer, Result, State
from bpgrader.senders import edition


@dataclass(frozen=True)
class Mark:
    """What a person says of one answer.

    Parameters
    ----------
    points : float, optional
        None while the answer waits.
    ticked : tuple of str
        The lines of the rubric that the person found.
    comment : str
        For the student.
    before : str
        What was given to another answer or another maximum, or was overwritten.
    remarks : tuple of str
        What stands in the columns that a marker has added.
    """

    points: float | None = None
    ticked: tuple[str, ...] = ()
    comment: str = ""
    before: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Marks:
    """The marks and remarks of a person.

    Parameters
    ----------
    given : dict
        (submission, question) -> mark.
    columns : tuple of str
        The columns that a marker has added.
    """

    given: Mapping[tuple[str, str], Mark] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    def of(self, result: Result, answer: Answer) -> Mark:
        """Return the mark of an answer."""
        return self.given.get((result.name, answer.name), Mark())

    def open(self, result: Result) -> list[Answer]:
        """Return the answers of a submission that wait for a mark."""
        return [a for a in result.written if self.of(result, a).points is None]

    def waiting(self, result: Result) -> int:
        """Count the answers of a submission that wait for a mark."""
        return len(self.open(result))

    def total(self, result: Result) -> float | None:
        """Return all points of a submission: those of the grader, and those of a person."""
        if result.score is None:
            return None
        return total([result.points, *(self.of(result, a).points or 0 for a in result.written)])


def open_answers(number: int) -> str:
    """Say how many answers wait.

    Examples
    --------
    >>> open_answers(1), open_answers(2)
    ('1 answer in words waits', '2 answers in words wait')
    """
    return many(number, "answer in words waits", "answers in words wait")


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
