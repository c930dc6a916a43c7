"""The page that a student gets: one file, no script, nothing fetched, all text escaped."""

import functools
import os
import unicodedata
from dataclasses import dataclass
from importlib.resources import files

from tornado.template import DictLoader

from bpgrader.drawn import draw
from bpgrader.many import many
from bpgrader.marks import Mark, Marks
from bpgrader.result import Answer, Item, Result
from bpgrader.store import file_name, fingerprint


def asset(name: str) -> str:
    """Return a file of the folder ``pages``: a template, a style or a script."""
    return (files("bpgrader") / "pages" / name).read_text(encoding="utf-8")


@functools.cache
def _template(name):
    return DictLoader({name: asset(name)}, whitespace="all").load(name)


def fill(template: str, /, **values: object) -> str:
    """Fill in a template; every value is escaped but those that it takes raw."""
    return _template(template).generate(many=many, **values).decode()


def page_name(name: str) -> str:
    """Make a safe file name in which a person finds a student, in the letters of any language.

    Examples
    --------
    >>> page_name("../Łukasz Żak_12")
    'Łukasz-Żak-12-d747f0f7.html'
    """
    text = unicodedata.normalize("NFC", name)
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text)
    slug = "-".join(kept.split()).encode()[:120].decode(errors="ignore") or "x"
    readable = f"{slug}-{fingerprint(name)}.html"
    try:
        os.fsencode(readable)
    except UnicodeEncodeError:  # the file system of this machine has no such letters
        return f"{file_name(name)}.html"
    return readable


@dataclass(frozen=True)
class Shown:
    """An answer in words as the page shows it.

    Parameters
    ----------
    name, given, html, text, note, comment : str
    rubric : tuple
        Each line of the rubric, and whether it was found; None if nobody has ticked.
    """

    name: str
    given: str
    html: str
    text: str
    note: str
    rubric: tuple[tuple[Item, bool | None], ...]
    comment: str


def page(result: Result, marks: Marks) -> str:
    """Return the feedback page of one submission."""
    score = "not graded"
    if result.score is not None:
        points, most = f"{result.points:g}", many(result.max_points, "point")
        score = f"{points} of {most} by the grader ({result.score:.0%})"
    return fill(
        "student.html",
        style=asset("style.css"),
        result=result,
        score=score,
        answers=[_shown(answer, marks.of(result, answer)) for answer in result.written],
        total=_sum(result, marks),
        seed="–" if result.seed is None else result.seed,
    )


def _shown(answer: Answer, mark: Mark):
    pictures = [f"data:{p.media};base64,{p.data}" for p in answer.pictures]
    drawn = draw(answer.text, pictures) if answer.text or pictures else ""
    most = many(answer.max_points, "point")
    if mark.points is None:
        given = f"not marked yet, worth up to {most}"
        return Shown(answer.name, given, drawn, answer.text, answer.note, (), "")
    ticked = mark.ticked or mark.points == 0  # else somebody gave points without ticks
    rubric = tuple((i, i.text in mark.ticked if ticked else None) for i in answer.rubric)
    given = f"{mark.points:g} of {most}"
    return Shown(answer.name, given, drawn, answer.text, answer.note, rubric, mark.comment)


def _sum(result, marks):
    """Give the sum of all points, once there is one."""
    if not result.written or marks.waiting(result) or (total := marks.total(result)) is None:
        return ""
    return f"In all {total:g} of {many(result.most, 'point')}."
