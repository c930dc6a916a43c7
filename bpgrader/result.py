"""The result of one submission: all reports are made of these, now or a year later."""

import dataclasses
import functools
import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bpgrader.points import total

FORMAT = 3


def _grader():
    """Name this grader by its version and its code: another one grades again."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    code = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return f"{version('bpcore')} {code[:12]}"


GRADER = _grader()


class State(StrEnum):
    """What became of a submission."""

    GRADED = "graded"
    REFUSED = "refused"  # it cannot be graded: a 0, and a sentence that says why
    NOT_GRADED = "not graded"  # the machine failed; no mark
    FAULT = "grader's fault"  # the grader failed; no mark


@dataclass(frozen=True)
class Sender:
    """Who sent a submission, as far as the name of its file says.

    Parameters
    ----------
    name : str
        As the course site writes it, or the name of the file or of its folder.
    id : str
        The number that the course site gave to the student, or empty.
    site : str
        ``moodle``, ``canvas``, or empty.
    file : str
        The name under which the file came, with its folders.
    late : bool
        Whether the course site calls it late.
    """

    name: str = ""
    id: str = ""
    site: str = ""
    file: str = ""
    late: bool = False

    @property
    def student(self) -> str:
        """The student: the same for all that one student sent."""
        return f"{self.name}_{self.id}" if self.id else self.name


@dataclass(frozen=True)
class Picture:
    """A picture in an answer: its media type, and its bytes in base 64."""

    media: str
    data: str


@dataclass(frozen=True)
class Item:
    """A line of a rubric, which a person ticks, and its points."""

    text: str
    points: float


@dataclass(frozen=True)
class Answer:
    """An answer in words, which waits for a person.

    Parameters
    ----------
    name : str
        The question.
    max_points : float
    rubric : tuple of Item
    text : str
        What was found, from the question to the next cell of the assignment.
    note : str
        What a marker must know about it, such as where nothing was found.
    pictures : tuple of Picture
    """

    name: str
    max_points: float
    rubric: tuple[Item, ...]
    text: str = ""
    note: str = ""
    pictures: tuple[Picture, ...] = ()

    @functools.cached_property
    def version(self) -> str:
        """A fingerprint of the answer and its maximum: a mark belongs to these."""
        shown = json.dumps([self.text, self.max_points, [p.data for p in self.pictures]])
        return f"v-{hashlib.sha256(shown.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of one submission.

    Parameters
    ----------
    name : str
        Unique among the submissions: the student, with a number from the second notebook on.
    sender : Sender
    assignment, title : str
    digest : str
        Fingerprint of the assignment.
    submission : str
        Fingerprint of the submission.
    state : State
    message : str
    score : float or None
        Share of the points that the grader gives; None if it could not grade.
    points, max_points : float
        The grader's, without the answers in words.
    seconds : float
    seed : int or None
        Draws the hidden inputs again.
    sandbox : str
    versions : dict
        Of Python and NumPy.
    exercises : tuple of dict
        For each: name, status, points, max_points, message, and what to reread.
    written : tuple of Answer
    grader : str
        Version of the grader.
    format : int
    """

    name: str
    sender: Sender
    assignment: str
    title: str
    digest: str
    submission: str
    state: State
    message: str
    score: float | None = None
    points: float = 0
    max_points: float = 0
    seconds: float = 0
    seed: int | None = None
    sandbox: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    exercises: tuple[dict[str, Any], ...] = ()
    written: tuple[Answer, ...] = ()
    grader: str = GRADER
    format: int = FORMAT

    @property
    def most(self) -> float:
        """The most points that can be got, with the answers in words."""
        return total([self.max_points, *(answer.max_points for answer in self.written)])

    @property
    def by_name(self) -> dict[str, dict[str, Any]]:
        """The entries of the exercises, by name."""
        return {entry["name"]: entry for entry in self.exercises}

    def to_json(self) -> str:
        """Return the result as readable JSON."""
        return json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Result":
        """Read a result.

        Raises
        ------
        ValueError
            If text is no result of this format.
        """
        try:
            tree = json.loads(text)
            if tree["format"] != FORMAT:
                raise ValueError
            tree["sender"] = Sender(**tree["sender"])
            tree["state"] = State(tree["state"])
            tree["exercises"] = tuple(tree["exercises"])
            tree["written"] = tuple(map(_answer, tree["written"]))
            return cls(**tree)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise ValueError(f"not a result of format {FORMAT}") from None


def _answer(tree):
    items = tuple(Item(**item) for item in tree["rubric"])
    pictures = tuple(Picture(**picture) for picture in tree["pictures"])
    return Answer(**{**tree, "rubric": items, "pictures": pictures})
