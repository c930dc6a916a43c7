"""What the instructor reads at the end: how many, who, what went wrong, what waits."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from bpgrader.marks import Marks, open_answers
from bpgrader.result import Result, State
from bpgrader.roster import Match
from bpgrader.verdict import TEXTS

RULE = "of several notebooks the latest that the course site has numbered counts, else the best"


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
    lines += _exercises([r for r in counted.values() if r.state is State.GRADED])
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


def _exercises(results):
    """Tell what the class got wrong."""
    entries = defaultdict(list)
    for result in results:
        for entry in result.exercises:
            entries[entry["name"]].append(entry)
    for name, own in entries.items():
        states = Counter(entry["status"] for entry in own)
        others = [f"{states[status]} {status}" for status in ("stopped", "not done")]
        shown = [text for text in others if not text.startswith("0 ")]
        yield ", ".join([f"{name}: right {states['passed']} of {len(own)}", *shown])
        slips = Counter(entry["slip"] for entry in own if entry["status"] == "wrong")
        yield from (f"  {n} × {slip_text(kind)}" for kind, n in slips.most_common(2))


def slip_text(kind: str) -> str:
    """Name a kind of mistake, without what differs from student to student.

    Examples
    --------
    >>> slip_text("known: The bias is missing."), slip_text("shape")
    ('The bias is missing.', '… must be …, you gave …')
    """
    code, _, told = kind.partition(": ")
    if code == "error":
        return f"an error, {told}"
    return told or re.sub(r"\{\w+\}", "…", TEXTS.get(code, code))


def _several(results, counted):
    """Name the students who sent more than one notebook."""
    groups = defaultdict(list)
    for name, result in results.items():
        groups[result.sender.student].append(name)
    several = {student: names for student, names in groups.items() if len(names) > 1}
    if several:
        yield RULE + ":"
    for student, names in sorted(several.items()):
        yield f"  {student}: {counted[student].name!r} counts, of {len(names)} notebooks"


def _waiting(results, marks):
    open_ = [marks.of(r, answer) for r in results.values() for answer in marks.open(r)]
    again = sum(bool(mark.before) for mark in open_)
    if open_:
        why = f", {again} of them again, as the answer or its points have changed" if again else ""
        yield f"{open_answers(len(open_))} for a mark in written.csv{why}"
