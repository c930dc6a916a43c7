"""What the page for marking shows: all answers of a folder, question by question."""

import functools
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bpgrader.drawn import draw
from bpgrader.marks import Mark, Marks
from bpgrader.page import fill
from bpgrader.result import Answer, Result
from bpgrader.store import load
from bpgrader.written import read_marks

MAX_COMMENT = 10_000  # characters

Entry = tuple[str, Result, Answer]  # the code of the submission first


def code_of(name: str) -> str:
    """Return what stands for a submission in the page: it does not tell the name."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def read_results(folder: Path) -> dict[str, Result]:
    """Read the results of a folder, by code; again only when a file has changed.

    Raises
    ------
    LookupError
        If there are none, as when somebody has renamed the folder.
    """
    files = sorted((folder / "results").glob("*.json"))
    seen = [(file.name, file.stat()) for file in files]  # a clock may jump back, a number not
    versions = tuple((name, at.st_mtime_ns, at.st_size, at.st_ino) for name, at in seen)
    results = _results(folder, versions)
    if not results:
        raise LookupError(f"{folder} holds no results any more; start bpgrader mark again")
    return results


@functools.lru_cache(maxsize=1)
def _results(folder, files):
    return {code_of(name): result for name, result in load(folder)[0].items()}


def find(results: dict[str, Result], code: str, question: str) -> tuple[Result, Answer]:
    """Return an answer and its submission.

    Raises
    ------
    LookupError
        If there is none.
    """
    result = results.get(code)
    answer = next((a for a in result.written if a.name == question), None) if result else None
    if result is None or answer is None:
        raise LookupError("there is no such answer any more; load the page again")
    return result, answer


@dataclass(frozen=True)
class Course:
    """All answers of a folder, with the marks that there are.

    Parameters
    ----------
    results : dict
        Code -> result.
    marks : Marks
    """

    results: dict[str, Result]
    marks: Marks

    @classmethod
    def read(cls, folder: Path) -> "Course":
        """Read what stands in the folder now.

        Raises
        ------
        ValueError
            If somebody has put into ``written.csv`` what is no mark.
        """
        results = read_results(folder)
        return cls(results, read_marks(folder, {r.name: r for r in results.values()}))

    @property
    def questions(self) -> dict[str, list[Entry]]:
        """The answers to each question, in order of the codes, which says nothing."""
        questions = {}
        for code, result in sorted(self.results.items()):
            for answer in result.written:
                questions.setdefault(answer.name, []).append((code, result, answer))
        return questions

    def waiting(self, answers: Iterable[Entry]) -> int:
        """Count the answers that wait."""
        return sum(self.marks.of(result, answer).points is None for _, result, answer in answers)

    def start(self) -> str:
        """Return the page with the list of the questions."""
        rows = [
            (name, len(answers), self.waiting(answers), urlencode({"name": name}))
            for name, answers in self.questions.items()
        ]
        title = next(iter(self.results.values())).title
        return fill("mark_start.html", title=title, rows=rows)

    def question(self, name: str, hidden: bool) -> str:
        """Return the page with all answers to one question; with names or without."""
        answers = self.questions.get(name)
        if not answers:
            raise LookupError("there is no such question")
        if not hidden:
            answers = sorted(answers, key=lambda entry: entry[1].name.casefold())
        other = {"name": name} if hidden else {"name": name, "names": "hidden"}
        return fill(
            "mark.html",
            name=name,
            answers=[self._shown(k, *entry, hidden) for k, entry in enumerate(answers, 1)],
            waiting=self.waiting(answers),
            hidden=hidden,
            other=urlencode(other),
            most=MAX_COMMENT,
        )

    def _shown(self, number, code, result, answer, hidden):
        """Give what the template shows of one answer."""
        query = urlencode({"code": code, "question": answer.name, "version": answer.version})
        pictures = [f"picture?{query}&number={k}" for k in range(1, len(answer.pictures) + 1)]
        mark = self.marks.of(result, answer)
        return {
            "title": f"Answer {number}" if hidden else result.name,
            "code": code,
            "html": draw(answer.text, pictures) if answer.text or pictures else "",
            "answer": answer,
            "mark": mark,
            "state": json.dumps(state(mark)),
        }

    def states(self, name: str) -> dict[str, dict[str, Any]]:
        """Return the marks of a question, for a window that was not in front."""
        return {
            code: {**state(self.marks.of(result, answer)), "version": answer.version}
            for code, result, answer in self.questions.get(name, [])
        }


def state(mark: Mark) -> dict[str, Any]:
    """Return what a page must know of a mark."""
    ticked = list(mark.ticked)
    return {
        "points": mark.points,
        "ticked": ticked,
        "comment": mark.comment,
        "before": mark.before,
    }


def read_mark(tree: Any) -> Mark:
    """Read a mark that a page has sent.

    Raises
    ------
    ValueError, TypeError, KeyError
        If it is none.
    """
    points, ticked, comment = tree["points"], tree["ticked"], tree["comment"]
    number = isinstance(points, (int, float)) and not isinstance(points, bool)
    lines = isinstance(ticked, list) and all(isinstance(line, str) for line in ticked)
    if not (number or points is None) or not lines or not isinstance(comment, str):
        raise ValueError("no mark")
    if len(comment) > MAX_COMMENT or any(len(line.splitlines()) != 1 for line in ticked):
        raise ValueError("no mark")
    return Mark(points, tuple(ticked), comment)
