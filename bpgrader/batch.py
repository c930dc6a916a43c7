"""A batch: many submissions over any executor; nothing is lost, and no machine gives a 0."""

from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, as_completed
from contextlib import AbstractContextManager

from bpgrader.attempts import MachineError
from bpgrader.environment import NoBoxError
from bpgrader.grade import Job, grade
from bpgrader.result import Result, State

MACHINE = (MachineError, BrokenExecutor, CancelledError, OSError, MemoryError)
ROUNDS = (False, False, True)  # the last one with each submission alone


def grade_all(
    jobs: Iterable[Job],
    executor: Callable[[], AbstractContextManager[Executor]],
    keep: Callable[[Job, Result], None],
) -> None:
    """Grade many submissions over an executor; what a dead worker held is graded again.

    Parameters
    ----------
    jobs : iterable of Job
    executor : callable
        Makes a fresh `concurrent.futures.Executor`: a process pool, or that of a Dask client.
    keep : callable
        Takes a job and its result, as soon as there is one, in any order. What the machine could
        not grade in three rounds is not graded; what the grader fails on is a fault of the grader.
        Neither has a score.

    Raises
    ------
    NoBoxError
        If there is no working sandbox.
    """
    todo, why = list(jobs), {}
    for alone in ROUNDS:
        left = []
        for group in [[job] for job in todo] if alone else [todo]:
            if group:
                left += _round(group, executor, keep, why)
        todo = left
    for job in todo:
        text = f"Not graded for reasons of the machine; grade it again. {why[job][:300]}"
        keep(job, job.result(State.NOT_GRADED, text))


def _round(jobs, executor, keep, why):
    """Grade some submissions once; give those that the machine failed on."""
    left = []
    with executor() as pool:
        futures = {}
        for job in jobs:
            try:
                futures[pool.submit(grade, job)] = job
            except BrokenExecutor as error:
                why[job] = str(error)
                left.append(job)
        try:
            for future in as_completed(futures):
                job = futures[future]
                try:
                    result = future.result()
                except NoBoxError:
                    raise
                except Exception as error:
                    said = f"{type(error).__name__}: {error}"
                    if _is_machines(error):
                        why[job] = said
                        left.append(job)
                    else:
                        text = f"The grader itself failed; report this, please. {said[:300]}"
                        keep(job, job.result(State.FAULT, text))
                else:
                    keep(job, result)
        except BaseException:  # Ctrl-C, or a full disk: what has not begun will not begin
            for future in futures:
                future.cancel()
            raise
    return left


def _is_machines(error):
    """Tell whether an error is one of the machine, or of the cluster."""
    return isinstance(error, MACHINE) or type(error).__module__.startswith("distributed")
