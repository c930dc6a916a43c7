"""The proof of an assignment: it marks what is right as right, and what is wrong as wrong."""

import inspect
from dataclasses import dataclass
from json import dumps

from bpgrader.answers import answer_ids, parsed
from bpgrader.assignment import Assignment
from bpgrader.grade import Job, grade, hidden_cases
from bpgrader.judge import judge
from bpgrader.many import many
from bpgrader.mutants import survivors
from bpgrader.notebook import BEGIN, make_release, source_of, tags_of
from bpgrader.points import total
from bpgrader.prune import prune
from bpgrader.release import dump
from bpgrader.spec import Exercise
from bpgrader.verdict import Status
from bpgrader.words import read_words

MIN_WRONG, MIN_RIGHT = 8, 3
DRAWS = 20


@dataclass(frozen=True)
class Proof:
    """What a proof has found.

    Parameters
    ----------
    faults : tuple of str
        Empty if the assignment is right.
    changes : int
        Small changes of the reference solutions that were tried.
    equal : int
        Those of them that are no mistake, by their author's word.
    """

    faults: tuple[str, ...]
    changes: int = 0
    equal: int = 0


def prove(assignment: Assignment, *, boxed: bool = True, draws: int = DRAWS) -> Proof:
    """Find what is wrong with an assignment.

    Parameters
    ----------
    assignment : Assignment
    boxed : bool
        False grades the two notebooks on the bare machine.
    draws : int
        Every small change of a reference solution must be refused by the visible inputs and by so
        many draws of hidden ones; 0 leaves this out, which takes the most time.

    Returns
    -------
    Proof
    """
    sheet, source = assignment.sheet, assignment.notebook
    names = [e.name for e in sheet.exercises]
    try:
        answer_ids(source, names)
        for cell in source["cells"]:
            if "setup" in tags_of(cell):
                parsed(cell)
        prune(sheet.offers)
        read_words(source, sheet.written, names, [])
    except ValueError as error:
        return Proof((str(error),))
    faults = []
    if held := set(names) & set(sheet.offers):
        faults.append(f"offers must not hold what is asked for: {', '.join(held)}")
    cases, again = hidden_cases(sheet, 0), hidden_cases(sheet, 0)
    for k, exercise in enumerate(sheet.exercises):
        if dumps(cases[exercise.name]) != dumps(again[exercise.name]):  # where nan is nan
            faults.append(
                f"{exercise.name}: one seed gives other inputs, or another reference, each time; "
                "draw with rng alone, not with np.random or a generator of its own"
            )
        faults += _variants(exercise, cases[exercise.name], names[:k])
    faults += _notebooks(assignment, boxed)
    if faults or not draws:
        return Proof(tuple(faults))
    changes, equal, faults = _changes(assignment, draws)
    return Proof(tuple(faults), changes, equal)


def _variants(exercise: Exercise, cases, earlier):
    """Try the known mistakes and the right answers of the specification on hidden inputs."""
    counts = ((exercise.wrong, MIN_WRONG, "wrong"), (exercise.right, MIN_RIGHT, "right"))
    for variants, least, kind in counts:
        if len(variants) < least:
            had = f"has {many(len(variants), f'{kind} variant')}, needs at least {least}"
            yield f"{exercise.name}: {had}"
    if late := [n for n in exercise.uses if n not in earlier]:
        yield f"{exercise.name}: uses must be exercises before it, got {', '.join(late)}"
    if exercise.parts and total(exercise.parts.values()) != total([exercise.points]):
        yield f"{exercise.name}: its parts do not add up to its {many(exercise.points, 'point')}"
    for text, outcomes in cases["wrong"]:
        verdict = judge(outcomes, cases, **exercise.reread)
        if text in exercise.wrong and verdict.slip.facts.get("text") != text:
            yield (
                f"{exercise.name}: the wrong variant {text!r} got: "
                f"{verdict.status}, {verdict.message}"
            )
    for k, function in enumerate(exercise.right, 1):
        verdict = judge(exercise.answers(function, cases["args"]), cases, **exercise.reread)
        if not verdict.passed:
            yield f"{exercise.name}: right variant {k} got: {verdict.message}"
        elif k == 1 and (lost := [part for part in exercise.parts if part not in verdict.parts]):
            yield f"{exercise.name}: parts must be keys or places of the answer, got {lost}"


def _notebooks(assignment, boxed):
    """Grade the solution notebook and the blank one as submissions are: all points, and none."""
    for solution, score in ((True, 1.0), (False, 0.0)):
        text = dump(make_release(assignment.notebook, solution=solution))
        if "BEGIN SOLUTION" in text:
            yield "a solution region of source.ipynb is not closed or not on lines of its own"
        result = grade(Job("proof", text.encode(), "", assignment, boxed=boxed))
        if result.score != score and assignment.sheet.exercises:
            which = "solution" if solution else "blank notebook"
            got = "nothing" if result.score is None else f"{result.score:.0%}"
            bad = [e for e in result.exercises if (e["status"] == Status.PASSED) != solution]
            said = "; ".join(f"{e['name']}: {e['message']}" for e in bad)
            yield f"the {which} got {got}, wanted {score:.0%}: {said or result.message}"


def _changes(assignment, draws):
    """Try every small change of every reference solution."""
    cells = [c for c in assignment.notebook["cells"] if c["cell_type"] == "code"]
    names, sources = {}, {}
    for cell in cells:
        if BEGIN in source_of(cell) or "setup" in tags_of(cell):
            before = set(names)
            exec(source_of(cell), names)
            sources |= dict.fromkeys(set(names) - before, source_of(cell))
    faults, changes, equal = [], 0, 0
    for exercise in assignment.sheet.exercises:
        parameters = list(inspect.signature(names[exercise.name]).parameters)
        if parameters != exercise.names:
            faults.append(
                f"{exercise.name}: its arguments are {', '.join(parameters)} in the notebook, and "
                f"{', '.join(exercise.names)} in its reference; messages tell them by their names"
            )
        count, left = survivors(exercise, sources[exercise.name], names, draws)
        changes, equal = changes + count, equal + len(left.keys() & exercise.equal.keys())
        faults += [
            f"{exercise.name}: {passed} of {draws + 1} sets of inputs, those of the check among "
            f"them, do not refuse this change of the solution: {change}"
            for change, passed in left.items()
            if change not in exercise.equal
        ]
        faults += [
            f"{exercise.name}: is called equal, but is no change that the inputs let pass: {change}"
            for change in exercise.equal
            if change not in left
        ]
    return changes, equal, faults
