"""Releasing an assignment, and proving that it marks what is right and what is wrong."""

import json
from pathlib import Path

from bpgrader.answers import answer_ids
from bpgrader.grade import Job, grade, hidden_cases
from bpgrader.judge import judge
from bpgrader.notebook import make_release
from bpgrader.prune import prune
from bpgrader.spec import Assignment
from bpgrader.store import write
from bpgrader.words import read_words

MIN_WRONG, MIN_RIGHT = 8, 3


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
    data = {}
    for exercise in assignment.sheet.exercises:
        data[exercise.name] = {**exercise.visible(), **exercise.reread}
    texts = {
        folder / "student.ipynb": _dump(make_release(source, solution=False)),
        home / "solution.ipynb": _dump(make_release(source, solution=True)),
        checks / f"{assignment.name}.checks.json": json.dumps(data, separators=(",", ":")) + "\n",
    }
    for path, text in texts.items():
        write(path, text)
    return list(texts)


def _dump(notebook):
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def prove(assignment: Assignment, *, boxed: bool = True) -> list[str]:
    """Find what is wrong with an assignment.

    The specification is tried on hidden inputs: every known-wrong variant must fail with its own
    message, every right variant must pass. Then the solution notebook and the blank one are graded
    as submissions are: all points, and none.

    Parameters
    ----------
    assignment : Assignment
    boxed : bool
        False grades the two notebooks on the bare machine.

    Returns
    -------
    list of str
        The faults; empty if there are none.
    """
    sheet, source = assignment.sheet, assignment.notebook
    faults = []
    names = [e.name for e in sheet.exercises]
    try:
        answer_ids(source, names)
        prune(sheet.offers)
        read_words(source, sheet.written, names, [])
    except ValueError as error:
        return [str(error)]
    if held := set(names) & set(sheet.offers):
        faults.append(f"offers must not hold what is asked for: {', '.join(held)}")
    all_cases = hidden_cases(sheet, 0)
    for exercise in sheet.exercises:
        cases = all_cases[exercise.name]
        counts = ((exercise.wrong, MIN_WRONG, "wrong"), (exercise.right, MIN_RIGHT, "right"))
        faults += [
            f"{exercise.name}: has {len(variants)} {kind} variants, needs at least {least}"
            for variants, least, kind in counts
            if len(variants) < least
        ]
        for text, outcomes in cases["wrong"]:
            verdict = judge(outcomes, cases, **exercise.reread)
            if verdict.passed or not verdict.message.casefold().startswith(text.casefold()[:-1]):
                faults.append(
                    f"{exercise.name}: the wrong variant {text!r} got: "
                    f"{verdict.status}, {verdict.message}"
                )
        for k, function in enumerate(exercise.right, 1):
            verdict = judge(exercise.answers(function, cases["args"]), cases, **exercise.reread)
            if not verdict.passed:
                faults.append(f"{exercise.name}: right variant {k} got: {verdict.message}")
    for solution, score in ((True, 1.0), (False, 0.0)):
        data = _dump(make_release(source, solution=solution)).encode()
        if "BEGIN SOLUTION" in data.decode():
            faults.append(
                "a solution region of source.ipynb is not closed or not on lines of its own"
            )
        result = grade(Job("proof", data, "", assignment, boxed=boxed))
        if result.score != score:
            which = "solution" if solution else "blank notebook"
            bad = [e for e in result.exercises if (e["status"] == "passed") != solution]
            faults.append(
                f"the {which} got {result.score:.0%}, wanted {score:.0%}: "
                + "; ".join(f"{e['name']}: {e['message']}" for e in bad)
            )
    return faults
