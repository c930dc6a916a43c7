"""Grading one submission, from bytes to a result."""

import functools
import hashlib
import platform
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from bpgrader.answers import Code, read_code
from bpgrader.assignment import Assignment
from bpgrader.attempts import Runner, in_turn
from bpgrader.carry import carried, entry
from bpgrader.judge import judge
from bpgrader.many import many
from bpgrader.notebook import UnreadableError, read_cells
from bpgrader.points import total
from bpgrader.result import Result, Sender, State
from bpgrader.selftest import selftest
from bpgrader.spec import HIDDEN_CASES
from bpgrader.verdict import Slip, Status, Verdict, reread
from bpgrader.words import other_title, read_words

UNBOXED = "NONE: --unsafe-no-sandbox was given"
RIGHT = ("exercise is right", "exercises are right")
MISSING = [{"missing": True}]  # the outcome of a call where there is no function


@dataclass(frozen=True)
class Job:
    """One submission on its way to a worker; it needs no file of this machine there.

    Parameters
    ----------
    name : str
        Unique among the submissions.
    data : bytes
        The notebook as it came.
    refusal : str
        Why it cannot be graded at all, or empty.
    assignment : Assignment
    seed : int or None
        To draw the hidden inputs of an earlier report again; None draws new ones.
    boxed : bool
        False runs it on the bare machine: for one's own code only.
    sender : Sender or None
        Who sent it; None takes the name.
    kept : dict
        Entries of an earlier result, by exercise, which stay as they are.
    kept_of : dict
        What that result says of where these come from: its assignment, grader and sandbox.
    """

    name: str
    data: bytes
    refusal: str
    assignment: Assignment
    seed: int | None = None
    boxed: bool = True
    sender: Sender | None = None
    kept: Mapping[str, dict] = field(default_factory=dict, hash=False)
    kept_of: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def digest(self) -> str:
        """The fingerprint of the submission."""
        return hashlib.sha256(self.data).hexdigest()

    def result(self, state: State, message: str) -> Result:
        """Return a result without marks."""
        return Result(
            name=self.name,
            sender=self.sender or Sender(self.name),
            assignment=self.assignment.name,
            title=self.assignment.sheet.title,
            digest=self.assignment.digest,
            submission=self.digest,
            state=state,
            message=message,
        )


def grade(job: Job) -> Result:
    """Grade one submission.

    Parameters
    ----------
    job : Job

    Returns
    -------
    Result
        With what is needed to reproduce it: seed, versions, fingerprints.

    Raises
    ------
    MachineError
        If the box failed twice for reasons of the machine.
    NoBoxError
        If there is no working sandbox.
    """
    began = time.monotonic()
    sheet, source = job.assignment.sheet, job.assignment.notebook
    names = [exercise.name for exercise in sheet.exercises]
    seed = secrets.randbits(48) if job.seed is None else job.seed
    sandbox = selftest() if job.boxed else UNBOXED
    try:
        cells = _cells(job, source, names)
        code = read_code(source, names, cells)
        state, message = State.GRADED, ""
        written = read_words(source, sheet.written, names, cells)
    except UnreadableError as error:
        code, written = Code(missing=dict.fromkeys(names, "Not graded.")), ()
        state, message = State.REFUSED, str(error)
    entries = _entries(job, sheet, code, hidden_cases(sheet, seed))
    points = total(entry["points"] for entry in entries)
    most = total(entry["max_points"] for entry in entries)
    right = sum(entry["status"] == Status.PASSED for entry in entries)
    result = replace(
        job.result(state, message or f"{right} of {many(len(entries), *RIGHT)}."),
        score=points / most if most else float(state is State.GRADED),
        points=points,
        max_points=most,
        seconds=round(time.monotonic() - began, 2),
        seed=seed,
        sandbox=sandbox,
        versions={"python": platform.python_version(), "numpy": np.__version__},
        exercises=tuple(entries),
        written=written,
    )
    return replace(result, **job.kept_of)


def _cells(job, source, names):
    """Read the cells of a submission; refuse what cannot be the notebook handed out."""
    if job.refusal:
        raise UnreadableError(job.refusal)
    cells = read_cells(job.data)
    if other := other_title(source, names, cells):
        title = job.assignment.sheet.title
        raise UnreadableError(f"This is another notebook, {other!r}; send that of {title!r}.")
    return cells


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


def _entries(job, sheet, code, cases):
    """Run the answers and judge them: one entry for each exercise."""
    steps: list[dict] = [{"cell": text} for text in code.steps]
    calls = {}
    for name in [name for name in code.where if name not in job.kept]:
        calls[name] = len(steps)
        of, behind = code.where[name], code.defs[name]
        steps.append({"call": name, "of": of, "behind": behind, "cases": cases[name]["args"]})
    run = Runner(sheet.offers, job.boxed)
    outcomes, stopped = run(steps) if calls else ({}, {})
    going = {k: step for k, step in enumerate(steps) if k not in stopped}
    again = functools.cache(lambda: in_turn(run, going, code.others))
    entries, cut = [], True
    for exercise in sheet.exercises:
        name = exercise.name
        if name in job.kept:
            entries.append(job.kept[name])
            continue
        if name in code.where:
            cell, call = code.where[name], calls[name]
            verdict = _verdict(outcomes, stopped, call, cell, cases[name], exercise)
            if code.in_turn and not verdict.passed and not {call, cell} & stopped.keys():
                found, cut = again()
                there = [o for o in found[call] if o not in (None, MISSING)]
                tried = [judge(o, cases[name], **exercise.reread) for o in there]
                first = [] if tried and outcomes.get(call) == MISSING else [verdict]
                both = [*first, *tried] if cut else [*tried, *first]
                verdict = max(both, key=lambda each: (exercise.earned(each), each.rank))
        else:
            status = Status.STOPPED if name in code.broken else Status.NOT_DONE
            verdict = Verdict(status, Slip("absent", {"text": code.missing[name]}))
        entries.append(entry(exercise, verdict))
    entries = carried(job, code, cases, entries, functools.partial(_attempts, run, code.others))
    return _with_causes(entries, code.uses, code.left_out if cut else code.unread, calls)


def _attempts(run, others, steps):
    """Run steps; if these outcomes are not good enough, with the student's other lines, too."""
    outcomes, stopped = run(steps)
    yield outcomes
    going = {k: step for k, step in enumerate(steps) if k not in stopped}
    if others and any("call" in step for step in going.values()):
        found, _ = in_turn(run, going, others)
        yield {k: of[-1] for k, of in found.items()}


def _with_causes(entries, uses_of, not_run, new):
    """Say in which other exercise or cell the reason may lie."""
    statuses = {item["name"]: item["status"] for item in entries}
    for item in entries:
        name = item["name"]
        if item["status"] in (Status.WRONG, Status.STOPPED) and name in new:
            uses = uses_of[name]
            others = [n for n in statuses if n in uses - {name} and statuses[n] != Status.PASSED]
            if others:
                item["message"] += f" It uses {', '.join(others)}: correct that first."
            for used, text in not_run:
                if used in uses:
                    item["message"] += f" Not run, and may change {used}: {text[:80]!r}."
    return entries


def _verdict(outcomes, stopped, call, cell, cases, exercise):
    """Find out what became of one exercise: its call, and the cell that defines it."""
    look = reread(**exercise.reread)
    for step in (cell, call):
        if step in stopped:
            limit = Slip("limit", {"text": stopped[step]})
            return Verdict(Status.STOPPED, limit, look=look)
    answers = outcomes.get(call)
    if answers == MISSING:
        if outcomes.get(cell) == []:
            text = f"When your cell has run, {exercise.name} is no function"
            return Verdict(Status.STOPPED, Slip("absent", {"text": text}), look=look)
        errors = outcomes.get(cell) or [None]
        answers = errors * len(cases["want"])  # the cell failed before it came to the definition
    return judge(answers, cases, **exercise.reread)
