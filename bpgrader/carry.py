"""Error carried forward: one slip costs its own points, not those of all that builds on it."""

from collections.abc import Callable
from dataclasses import replace

from bpgrader.answers import Code, answer_ids
from bpgrader.judge import judge
from bpgrader.notebook import make_release, source_of
from bpgrader.spec import Exercise
from bpgrader.verdict import Slip, Status, Verdict


def entry(exercise: Exercise, verdict: Verdict) -> dict:
    """Write down what became of one exercise."""
    return {
        "name": exercise.name,
        "status": verdict.status,
        "points": exercise.earned(verdict),
        "max_points": exercise.points,
        "slip": verdict.slip.kind,
        "message": verdict.message,
        **exercise.reread,
    }


def carried(job, code: Code, cases: dict, entries: list[dict], run: Callable) -> list[dict]:
    """Judge again what may build on wrong answers, with the solution in their place.

    Parameters
    ----------
    job : Job
    code : Code
    cases : dict
        The hidden inputs of every exercise.
    entries : list of dict
        What became of the exercises, from `entry`.
    run : callable
        Steps -> outcomes by step.

    Returns
    -------
    list of dict
        The entries; those that are right with the solution in place of what they use have points.
    """
    exercises = job.assignment.sheet.exercises
    bad = {e["name"] for e in entries if e["status"] != Status.PASSED}
    blank = all(e["status"] == Status.NOT_DONE for e in entries)
    wrong = {e.name: [name for name in e.uses if name in bad] for e in exercises}
    again = {n for n in bad & code.where.keys() - job.kept.keys() if wrong[n]}
    if blank or not again:
        return entries
    solutions = _solutions(job.assignment.notebook, list(wrong))
    judged = []
    for exercise, before in zip(exercises, entries, strict=True):
        name = exercise.name
        if name not in again:
            judged.append(before)
            continue
        below = {name}  # its own solution, or one that builds on it, is not where its answer runs
        for other in reversed(exercises):
            below.update(other.uses if other.name in below else ())
        replaced = [other for other in wrong if other in below & bad - {name}]
        steps = [{"cell": text} for text in (*code.steps, *map(solutions.get, replaced))]
        call = {"call": name, "of": code.where[name], "cases": cases[name]["args"]}
        answers = run([*steps, call]).get(len(steps))
        verdict = judge(answers, cases[name], **exercise.reread)
        slip = Slip("carried", {**verdict.slip.facts, "names": ", ".join(wrong[name])})
        judged.append(entry(exercise, replace(verdict, slip=slip)) if verdict.passed else before)
    return judged


def _solutions(source, names):
    """Give the cell of the solution notebook that defines each exercise."""
    ids = answer_ids(source, names)
    cells = make_release(source, solution=True)["cells"]
    texts = {cell["id"]: source_of(cell) for cell in cells if "id" in cell}
    return {name: texts[ids[name]] for name in names}
