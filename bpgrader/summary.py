"""What the instructor reads at the end: how many, who, what went wrong, what waits."""

from collections import Counter
from collections.abc import Mapping

from bpgrader.marks import Marks, open_answers
from bpgrader.result import Result, State
from bpgrader.roster import Match
from bpgrader.standing import several, standings

RULE = "of several notebooks the latest that the course site has numbered counts, else the best"
MISTAKES = 2  # for each task


def summary(
    results: Mapping[str, Result], counted: Mapping[str, Result], marks: Marks, match: Match | None
) -> str:
    """Return the summary, one line for each thing to know.

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
    states = Counter(result.state for result in results.values())
    lines = [", ".join(f"{n} {state}" for state, n in sorted(states.items()))]
    lines += _exercises(counted)
    lines += _several(results, counted)
    if match:
        lines += [f"NO MARK GIVEN: {s}: {why}" for s, why in sorted(match.doubtful.items())]
        if match.strangers:
            lines.append(f"not in the roster: {', '.join(match.strangers)}")
    lines += _waiting(results, marks)
    for state in (State.REFUSED, State.NOT_GRADED, State.FAULT):
        lines += [
            f"{state.upper()}: {name}: {r.message}"
            for name, r in results.items()
            if r.state is state
        ]
    lines += sorted({f"SANDBOX: {r.sandbox}" for r in results.values() if "NONE" in r.sandbox})
    return "\n".join(lines)


def _exercises(counted):
    """Tell what the class got wrong."""
    for task in standings(counted):
        others = [f"{task.states[s]} {s}" for s in ("stopped", "not done") if task.states[s]]
        right = f"{task.name}: right {task.states['passed']} of {task.states.total()}"
        yield ", ".join([right, *others])
        wrong = [mistake for mistake in task.mistakes if mistake.status == "wrong"][:MISTAKES]
        yield from (f"  {len(mistake.students)} × {mistake.told}" for mistake in wrong)


def _several(results, counted):
    """Name the students who sent more than one notebook."""
    sent = several(results)
    if sent:
        yield RULE + ":"
    for student, number in sent.items():
        yield f"  {student}: {counted[student].name!r} counts, of {number} notebooks"


def _waiting(results, marks):
    open_ = [marks.of(r, answer) for r in results.values() for answer in marks.open(r)]
    again = sum(bool(mark.before) for mark in open_)
    if open_:
        why = f", {again} of them again, as the answer or its points have changed" if again else ""
        yield f"{open_answers(len(open_))} for a mark in written.csv{why}"
