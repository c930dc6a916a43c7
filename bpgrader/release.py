"""Releasing an assignment: what students get, and what you keep."""

import json
import re
from pathlib import Path

from bpgrader.assignment import Assignment
from bpgrader.notebook import BEGIN, make_release, source_of
from bpgrader.store import write

POINTS = "### POINTS"  # a line of the source notebook where the table of the points is written


def release(assignment: Assignment, home: Path, folder: Path, checks: Path) -> list[Path]:
    """Write the student notebook, the solution notebook, and the data of the visible checks.

    Parameters
    ----------
    assignment : Assignment
    home : Path
        Gets ``solution.ipynb``, which is not for students.
    folder : Path
        Gets ``student.ipynb``.
    checks : Path
        Gets ``NAME.checks.json``, which students keep beside the notebook.

    Returns
    -------
    list of Path
        The files written.
    """
    source = assignment.notebook
    table = points_table(assignment)
    for cell in source["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = source_of(cell).replace(POINTS, table)
    data, offers = {}, assignment.sheet.offers
    for exercise in assignment.sheet.exercises:
        data[exercise.name] = {**exercise.visible(), **exercise.reread, "offers": offers}
    texts = {
        folder / "student.ipynb": dump(make_release(source, solution=False)),
        home / "solution.ipynb": dump(make_release(source, solution=True)),
        checks / f"{assignment.name}.checks.json": json.dumps(data, separators=(",", ":")) + "\n",
    }
    for path, text in texts.items():
        write(path, text)
    return list(texts)


def dump(notebook: dict) -> str:
    """Write a notebook as text."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def points_table(assignment: Assignment) -> str:
    """Write the table of the tasks, headed ``## Task 1: title``, and their points."""
    sheet = assignment.sheet
    exercises = {exercise.name: exercise for exercise in sheet.exercises}
    written = {question.name: question for question in sheet.written}
    rows, task, title = ["| task | points | marked by |", "| --- | --- | --- |"], "", ""
    for cell in assignment.notebook["cells"]:
        text = source_of(cell)
        if heading := re.search(r"^## Task (\w+)[^:\n]*: (.+)$", text, re.M):
            task, title = heading[1], heading[2][0].upper() + heading[2][1:]
        if cell["cell_type"] == "markdown" and cell.get("id") in written:
            asked = [(title or cell["id"], written[cell["id"]].points, "a person")]
        else:
            names = re.findall(r"^def (\w+)", text, re.M) if BEGIN in text else []
            asked = [(f"`{n}`", exercises[n].points, "the grader") for n in names if n in exercises]
        rows += [f"| {task} {what} | {points:g} | {who} |" for what, points, who in asked]
    return "\n".join(rows)
