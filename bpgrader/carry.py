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
        Steps -> outcomes by step, of one attempt after the other.

    Returns
    -------
    list of dict
        The entries; those that are right with the solution in place of what they use have points.
    """
    exercises = job.assignment.sheet.exercises
    bad = {e["name"] for e in entries if e["status"] != Status.PASSED}
    blank = all(e["status"] == Status.NOT_DONE for e in entries)
    wrong = {e.name: [name for name in e.uses if name in bad] for e in exercises}
    look = {e.name: e.reread for e in exercises}
    again = {n for n in bad & code.where.keys() - job.kept.keys() if wrong[n]}
    if blank or not again:
        return entries
    solutions = _solutions(job.assignment.notebook, list(wrong))
    below, level, verdicts = {}, {}, {}
    for exercise in exercises:  # which comes after those that it uses
        name, uses = exercise.name, set(exercise.uses)
        below[name] = uses.union(*(below.get(n, ()) for n in uses))
        level[name] = max((level.get(n, 0) for n in uses), default=0) + (name in again)
    for depth in sorted({level[name] for name in again}):
        # in its run an answer could read the solutions, so that of none that is called is there
        group = [name for name in wrong if name in again and level[name] == depth]
        replaced = set().union(*(below[name] for name in group)) & bad - {*group}
        cells = [*code.steps, *(solutions[name] for name in wrong if name in replaced)]
        steps: list[dict] = [{"cell": text} for text in cells]
        steps += [{"call": n, "of": code.where[n], "cases": cases[n]["args"]} for n in group]
        left = dict(enumerate(group, len(cells)))
        for found in run(steps):
            tried = {
                name: judge(found.get(k), cases[name], **look[name]) for k, name in left.items()
            }
            verdicts |= {name: verdict for name, verdict in tried.items() if verdict.passed}
            left = {k: name for k, name in left.items() if name not in verdicts}
            if not left:
                break
    judged = []
    for exercise, before in zip(exercises, entries, strict=True):
        if verdict := verdicts.get(exercise.name):
            names = ", ".join(wrong[exercise.name])
            slip = Slip("carried", {**verdict.slip.facts, "names": names})
            before = entry(exercise, replace(verdict, slip=slip))
        judged.append(before)
    return judged


def _solutions(source, names):
    """Give the cell of the solution notebook that defines each exercise."""
    ids = answer_ids(source, names)
    cells = make_release(source, solution=True)["cells"]
    texts = {cell["id"]: source_of(cell) for cell in cells if "id" in cell}
    return {name: texts[ids[name]] for name in names}
