"""What of an earlier run still holds, and what is graded again."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bpgrader.grade import UNBOXED, Job
from bpgrader.result import GRADER, Result, State
from bpgrader.store import load


def earlier(out: Path, assignment: str) -> dict[str, Result]:
    """Return the results of earlier runs in a folder.

    Raises
    ------
    ValueError
        If they are of another assignment.
    """
    known, _ = load(out)
    if others := {result.assignment for result in known.values()} - {assignment}:
        raise ValueError(f"{out} holds marks of {others.pop()}; take a folder per assignment")
    return known


def holds(job: Job, result: Result | None) -> bool:
    """Tell whether a result is what grading the job again would give, but for new inputs."""
    return (
        result is not None
        and result.score is not None
        and result.grader == GRADER
        and result.submission == job.digest
        and result.sender == job.sender
        and result.digest == job.assignment.digest
        and (result.sandbox != UNBOXED or not job.boxed)
        and job.seed in (None, result.seed)
    )


def one_exercise(job: Job, known: Mapping[str, Result], exercise: str) -> Job:
    """Return the job that grades one exercise and keeps the other marks of the same notebook.

    The result is as old as what it keeps: the next whole run grades it again, if it must.
    """
    result = known.get(job.name)
    if result is None or result.state is not State.GRADED or result.submission != job.digest:
        return job
    kept = {name: entry for name, entry in result.by_name.items() if name != exercise}
    of = {"digest": result.digest, "grader": result.grader}
    of |= {"sandbox": UNBOXED} if result.sandbox == UNBOXED else {}
    return replace(job, seed=result.seed, kept=kept, kept_of=of if kept else {})
