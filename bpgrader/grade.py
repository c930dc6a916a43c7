"""Grading: one submission from bytes to a result, and a batch of them over any executor."""

import hashlib
import platform
import secrets
import time
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, as_completed
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from bpgrader import box
from bpgrader.judge import judge
from bpgrader.notebook import UnreadableError, read_cells, reads, rebuild, written_answer
from bpgrader.prune import prune
from bpgrader.spec import HIDDEN_CASES, Assignment
from bpgrader.verdict import Slip, Status, Verdict, reread

UNBOXED = "NONE: --unsafe-no-sandbox was given"
CHECK = {  # what stands in for the student's check
    "bpgrader/__init__.py": "",
    "bpgrader/student.py": "def check(*args): pass",
}
REASONS = {
    "step": f"It ran longer than {box.WALL_STEP:g} s: is there a loop that never ends?",
    "total": f"The {box.WALL_TOTAL:g} s for the whole notebook were used up before it was done.",
    "output": f"It sent more than {box.MAX_OUTPUT // 1_000_000} MB.",
    "memory": f"It used more than {box.MEMORY >> 30} GiB of memory.",
    "died": "It ended the whole program (an exit, a signal or a crash).",
}


class MachineError(Exception):
    """The machine, not the submission, is at fault; the submission is not graded."""


@dataclass(frozen=True)
class Job:
    """One submission on its way to a worker; it needs no file of this machine there.

    Parameters
    ----------
    name : str
        Who sent it, as far as the name of the file says.
    data : bytes
        The notebook as it came.
    refusal : str
        Why it cannot be graded at all, or empty.
    assignment : Assignment
    seed : int or None
        To draw the hidden inputs of an earlier report again; None draws new ones.
    boxed : bool
        False runs it on the bare machine: for one's own code only.
    """

    name: str
    data: bytes
    refusal: str
    assignment: Assignment
    seed: int | None = None
    boxed: bool = True

    @property
    def digest(self) -> str:
        """The fingerprint of the submission."""
        return hashlib.sha256(self.data).hexdigest()


def grade(job: Job) -> dict:
    """Grade one submission.

    Parameters
    ----------
    job : Job

    Returns
    -------
    dict
        The result, ready for JSON: score between 0 and 1, message, one entry per exercise, answers
        in words, and what is needed to reproduce it (seed, versions, fingerprints).

    Raises
    ------
    MachineError
        If the box failed twice for reasons of the machine.
    NoBoxError
        If there is no working sandbox.
    """
    began = time.monotonic()
    assignment, sheet = job.assignment, job.assignment.sheet
    seed = secrets.randbits(48) if job.seed is None else job.seed
    source, names = assignment.notebook, [e.name for e in sheet.exercises]
    result = {
        "name": job.name,
        "assignment": assignment.name,
        "title": sheet.title,
        "digest": assignment.digest,
        "submission": job.digest,
        "seed": seed,
        "sandbox": box.selftest() if job.boxed else UNBOXED,
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }
    try:
        if job.refusal:
            raise UnreadableError(job.refusal)
        cells = read_cells(job.data)
        codes, where, missing = rebuild(source, names, cells)
        refusal = ""
    except UnreadableError as error:
        cells, codes, where, missing = [], [], {}, dict.fromkeys(names, "Not graded.")
        refusal = str(error)

    cases = hidden_cases(sheet, seed)
    steps: list[dict] = [{"cell": code} for code in codes]
    calls = {}
    for name in where:
        calls[name] = len(steps)
        steps.append({"call": name, "cases": cases[name]["args"]})
    outcomes, stopped = _run(steps, CHECK | prune(sheet.offers), job.boxed) if where else ({}, {})

    entries = []
    for exercise in sheet.exercises:
        name = exercise.name
        if name in missing:
            status = Status.STOPPED if "not valid Python" in missing[name] else Status.NOT_DONE
            verdict = Verdict(status, Slip("absent", {"text": missing[name]}))
        else:
            verdict = _verdict(
                outcomes, stopped, calls[name], where[name], cases[name], exercise.reread
            )
        entries.append(
            {
                "name": name,
                "status": verdict.status,
                "points": exercise.earned(verdict),
                "max_points": exercise.points,
                "slip": verdict.slip.kind,
                "message": verdict.message,
                **exercise.reread,
            }
        )
    statuses = {entry["name"]: entry["status"] for entry in entries}
    for entry in entries:
        if entry["status"] in ("wrong", "stopped") and entry["name"] in where:
            uses = reads(codes[where[entry["name"]]]) & set(names) - {entry["name"]}
            if spoilt := [n for n in names if n in uses and statuses[n] != "passed"]:
                entry["message"] += f" It uses {', '.join(spoilt)}: mend that first."
    written = [
        {
            "name": question.name,
            "max_points": question.points,
            "rubric": question.rubric,
            "answer": written_answer(source, question.name, cells),
        }
        for question in sheet.written
    ]
    points = sum(entry["points"] for entry in entries)
    max_points = sum(entry["max_points"] for entry in entries)
    right = sum(entry["status"] == "passed" for entry in entries)
    return {
        **result,
        "status": "refused" if refusal else "graded",
        "score": points / max_points,
        "points": points,
        "max_points": max_points,
        "message": refusal or f"{right} of {len(entries)} exercises are right.",
        "seconds": round(time.monotonic() - began, 2),
        "exercises": entries,
        "written": written,
    }


def hidden_cases(sheet, seed: int) -> dict[str, dict]:
    """Draw the hidden inputs of all exercises, and compute what is wanted.

    Parameters
    ----------
    sheet : Sheet
    seed : int
        Any; that of a report gives the inputs of that report.

    Returns
    -------
    dict
        Name of the exercise -> what `Exercise.cases` gives.
    """
    return {
        exercise.name: exercise.cases(np.random.default_rng([seed, k]), HIDDEN_CASES)
        for k, exercise in enumerate(sheet.exercises)
    }


def _verdict(outcomes, stopped, call, cell, cases, reread_at):
    """Find out what became of one exercise: its call, and the cell that defines it."""
    for step in (cell, call):
        if step in stopped:
            limit = Slip("limit", {"text": stopped[step]})
            return Verdict(Status.STOPPED, limit, look=reread(**reread_at))
    answers = outcomes.get(call)
    if isinstance(answers, list) and answers and answers[0] == {"missing": True}:
        errors = outcomes.get(cell) or [None]
        answers = errors * len(cases["want"])  # the cell failed before it came to the definition
    return judge(answers, cases, **reread_at)


def _run(steps, library, boxed):
    """Run all steps; a step that ends the program is left out, and the others run again.

    Returns outcomes and reasons for stopping, both by step.
    """
    outcomes, stopped, retried = {}, {}, set()
    deadline = time.monotonic() + box.WALL_TOTAL
    while todo := [
        k
        for k in range(len(steps))
        if k not in stopped and ("cell" in steps[k] or k not in outcomes)
    ]:
        left = deadline - time.monotonic()
        if left < 0.5:
            stopped.update({k: REASONS["total"] for k in todo if "call" in steps[k]})
            break
        job = {"library": library, "steps": [[k, steps[k]] for k in todo]}
        run = box.run(job, boxed=boxed, seconds=left)
        done = {
            event["done"]: event.get("outcomes")
            for event in run.events
            if type(event.get("done")) is int and event["done"] in todo
        }
        outcomes |= done
        if run.ended == "finished" or done.keys() >= set(todo):
            break
        starts = [e["start"] for e in run.events if type(e.get("start")) is int]
        guilty = next((k for k in reversed(starts) if k in todo and k not in done), None)
        started = any(event.get("ready") is True for event in run.events)
        # never begun, or killed: perhaps by the machine; once more before anybody is blamed
        if not started or run.ended == "scarce" or "status 137" in run.detail:
            if guilty not in retried:
                retried.add(guilty)
                continue
            if not started or run.ended == "scarce":
                raise MachineError(f"the box ended early twice ({run.ended}, {run.detail})")
        if guilty is None:
            guilty = next(k for k in todo if k not in done)
        stopped[guilty] = REASONS[run.ended]
    return outcomes, stopped


def grade_all(
    jobs: Iterable[Job],
    executor: Callable[[], AbstractContextManager[Executor]],
    keep: Callable[[Job, dict], None],
) -> None:
    """Grade many submissions over an executor; what a dead worker held is graded again.

    Parameters
    ----------
    jobs : iterable of Job
    executor : callable
        Makes a fresh `concurrent.futures.Executor`: a process pool, or that of a Dask client.
    keep : callable
        Takes a job and its result, as soon as there is one, in any order. A submission that could
        not be graded in three rounds, in the last one alone, comes with status ``not graded`` and
        no score.
    """
    todo, why = list(jobs), {}
    for alone in (False, False, True):
        left = []
        for group in [[job] for job in todo] if alone else [todo]:
            if not group:
                continue
            with executor() as pool:
                futures = {}
                for job in group:
                    try:
                        futures[pool.submit(grade, job)] = job
                    except BrokenExecutor as error:
                        why[job] = str(error)
                        left.append(job)
                for future in as_completed(futures):
                    job = futures[future]
                    try:
                        result = future.result()
                    except box.NoBoxError:
                        raise
                    except Exception as error:  # the worker died, or the machine is at fault
                        why[job] = f"{type(error).__name__}: {error}"
                        left.append(job)
                    else:
                        keep(job, result)
        todo = left
    for job in todo:
        keep(job, not_graded(job, why[job]))


def not_graded(job: Job, why: str) -> dict:
    """Make the result of a submission that the machine failed to grade: no score, never a 0."""
    return {
        "name": job.name,
        "assignment": job.assignment.name,
        "title": job.assignment.sheet.title,
        "digest": job.assignment.digest,
        "submission": job.digest,
        "status": "not graded",
        "score": None,
        "message": f"Not graded for reasons of the machine; grade it again. {why[:300]}",
        "exercises": [],
        "written": [],
    }
