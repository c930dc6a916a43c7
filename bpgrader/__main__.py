"""The command ``bpgrader``: release, check, grade, mark, report, selftest."""

import contextlib
import os
import shlex
import sys
from importlib.resources import files
from pathlib import Path

import click
from tqdm import tqdm

from bpgrader.assignment import Assignment
from bpgrader.batch import grade_all
from bpgrader.collect import collect
from bpgrader.executors import executor
from bpgrader.exits import EPILOG, Commands
from bpgrader.grade import UNBOXED, Job
from bpgrader.inputs import show_inputs
from bpgrader.many import many
from bpgrader.proof import prove
from bpgrader.release import release
from bpgrader.report import report
from bpgrader.result import State
from bpgrader.resume import earlier, holds, one_exercise
from bpgrader.selftest import selftest
from bpgrader.store import save, write

ASSIGNMENT = click.Path(exists=True, file_okay=False, path_type=Path)
UNSAFE = click.option(
    "--unsafe-no-sandbox",
    is_flag=True,
    help="Run on the bare machine. For your own code only; every report says so.",
)


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bpcore")
def main():
    """Release course assignments, and grade untrusted notebooks in a sandbox.

    An ASSIGNMENT is a folder with source.ipynb (solutions between ### BEGIN SOLUTION and
    ### END SOLUTION) and exercises.py (what is asked, on which inputs, and the usual mistakes).

    \b
    A term in six commands:
      bpgrader selftest                                   is the sandbox tight?
      bpgrader check   assignments/01_forward_pass        does it mark rightly?
      bpgrader release assignments/01_forward_pass --to hand_out
      bpgrader grade   assignments/01_forward_pass submissions.zip --out marks
      bpgrader mark    marks                              answers in words, in the browser
      bpgrader report  marks --roster course_list.csv
    """


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder):
    """Write a first assignment, small and complete, to be changed into your own.

    It passes its own check. What its two files hold is told in them, and in the book's page for
    instructors.
    """
    if folder.exists():
        raise ValueError(f"{folder} exists; new writes into a folder of its own")
    for name in ("source.ipynb", "exercises.py"):
        write(folder / name, (files("bpgrader") / "first" / name).read_text(encoding="utf-8"))
        click.echo(folder / name)
    click.echo(f"next: bpgrader check {shlex.quote(str(folder))}")


@main.command(name="release")
@click.argument("assignments", nargs=-1, required=True, type=ASSIGNMENT)
@click.option(
    "--to", type=click.Path(path_type=Path), help="Folder; default: the assignment's own."
)
@click.option("--checks", type=click.Path(path_type=Path), help="Folder for NAME.checks.json.")
def release_(assignments, to, checks):
    """Write student.ipynb and NAME.checks.json for students, solution.ipynb for you.

    Students get the first two, in one folder; they hold no solution and no hidden input. The
    solution goes into the assignment's own folder. With several assignments, --to gets one folder
    for each.
    """
    loaded = {folder: Assignment.load(folder) for folder in assignments}
    for assignment in loaded.values():
        _stop_at(prove(assignment, boxed=False, draws=0).faults, assignment)
    for folder, assignment in loaded.items():
        target = folder if to is None else to / (assignment.name if len(assignments) > 1 else "")
        for path in release(assignment, folder, target, checks or target):
            click.echo(path)


def _stop_at(faults, assignment):
    """Release nothing that marks wrongly."""
    if faults:
        for fault in faults:
            click.echo(f"bpgrader: {assignment.name}: {fault}", err=True)
        click.echo("bpgrader: nothing was released", err=True)
        sys.exit(4)


@main.command()
@click.argument("assignments", nargs=-1, required=True, type=ASSIGNMENT)
@UNSAFE
def check(assignments, unsafe_no_sandbox):
    """Prove that an assignment marks what is right and what is wrong.

    The solution must get 100 %, the blank notebook 0, every known-wrong variant 0 and its own
    message, every right variant full marks. Every small change of the solution must be refused by
    the inputs of the check and by 20 draws of hidden inputs, or be listed as equal. Says what is
    not so, and then ends with exit code 4.
    """
    faults = 0
    for folder in assignments:
        assignment = Assignment.load(folder)
        found = prove(assignment, boxed=not unsafe_no_sandbox)
        sheet = assignment.sheet
        wrong = sum(len(e.wrong) for e in sheet.exercises)
        right = sum(len(e.right) for e in sheet.exercises)
        click.echo(
            f"{assignment.name}: {many(len(sheet.exercises), 'exercise')}, {wrong} wrong and "
            f"{many(right, 'right variant')}, {many(found.changes, 'small change')} of the "
            f"solution ({found.equal} equal to it), solution and blank notebook: "
            f"{many(len(found.faults), 'fault')}"
        )
        for fault in found.faults:
            click.echo(f"  {fault}")
        faults += len(found.faults)
    sys.exit(4 if faults else 0)


@main.command()
@click.argument("assignment", type=ASSIGNMENT)
@click.argument("submissions", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Results folder; default: marks.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="One notebook: its result."
)
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler, such as tcp://host:8786.")
@click.option(
    "--workers", type=click.IntRange(1), default=os.cpu_count(), show_default="one a core"
)
@click.option("--seed", type=click.IntRange(0), help="Hidden inputs of an earlier report again.")
@click.option("--force", is_flag=True, help="Grade again what has been graded.")
@click.option("--only", metavar="EXERCISE", help="Grade this again, keep all other marks.")
@UNSAFE
def grade(assignment, submissions, out, json_file, scheduler, workers, seed, **options):
    """Grade notebooks, folders of notebooks, or zips as a course site hands them out.

    Writes one JSON file per submission, the moment it is graded, into OUT/results, then all
    reports (see bpgrader report --help). A batch that was stopped goes on where it stopped when the
    same command is given again; --force grades everything again.

    --only EXERCISE grades one exercise again, on the same seed, where the submission is the same;
    the marks of the others stay as they are. With --json FILE exactly one notebook is graded and
    only FILE is written, unless --out is given.
    """
    boxed, only = not options["unsafe_no_sandbox"], options["only"]
    if boxed and not scheduler:  # workers elsewhere try their own sandbox
        selftest()
    if not boxed:
        click.echo(f"SANDBOX: {UNBOXED}", err=True)
    loaded = Assignment.load(assignment)
    _known_exercise(loaded.sheet, only)
    out = out or (None if json_file else Path("marks"))
    jobs = _jobs(loaded, submissions, out, seed, boxed)
    if json_file and len(jobs) > 1:
        raise ValueError(f"--json takes exactly one notebook, got {len(jobs)}")
    known = earlier(out, loaded.name) if out else {}
    if only:
        jobs = {name: one_exercise(job, known, only) for name, job in jobs.items()}
    again = options["force"] or only
    results = {n: known[n] for n, job in jobs.items() if not again and holds(job, known.get(n))}
    _grade_rest(jobs, results, out, lambda count: executor(scheduler, min(workers, count)))
    if json_file:
        result = next(iter(results.values()))
        write(json_file, result.to_json())
        share = "not graded" if result.score is None else f"{result.score:.0%}"
        click.echo(f"{result.name}: {share}, {result.message}")
    if out:
        click.echo(report(out))
        click.echo(f"reports are in {out}")
    states = {result.state for result in results.values()}
    sys.exit(5 if State.FAULT in states else 1 if State.NOT_GRADED in states else 0)


def _jobs(assignment, submissions, out, seed, boxed):
    """Give one job for each submission, by name."""
    jobs = {
        s.name: Job(s.name, s.data, s.refusal, assignment, seed, boxed, s.sender)
        for s in collect(submissions, out)
    }
    if not jobs:
        raise ValueError(f"nothing was sent in {', '.join(map(str, submissions))}")
    return jobs


def _grade_rest(jobs, results, out, executor):
    """Grade what has no result yet, and keep each result at once."""
    todo = [job for name, job in jobs.items() if name not in results]
    if results:
        click.echo(f"{len(results)} graded before, {len(todo)} to do", err=True)
    alone = len(jobs) == 1
    with tqdm(total=len(jobs), initial=len(results), unit="notebook", disable=alone) as bar:

        def keep(job, result):
            results[job.name] = result
            if job.kept and result.score is None:  # these marks are not to be had again
                click.echo(f"{job.name} keeps its earlier result: {result.message}", err=True)
            elif out:
                save(out, result)
            bar.update()

        grade_all(todo, lambda: executor(len(todo)), keep)


@main.command(name="report")
@click.argument("marks", type=ASSIGNMENT)
@click.option("--roster", type=click.Path(exists=True, path_type=Path), help="Table of the course.")
@click.option("--zip", "site", type=click.Choice(["moodle", "canvas"]), help="All pages in one.")
def report_(marks, roster, site):
    """Make all reports again from the results in a folder.

    \b
    grades.csv      one line a student, for Moodle, Canvas or a spreadsheet
    unmatched.csv   who has no line in the list of the course, and why
    details.csv     points of every exercise, of every submission
    written.csv     answers in words and their marks (bpgrader mark, or a spreadsheet)
    pictures/       pictures in these answers
    feedback/       one HTML page for each submission
    pages.csv       whose page is which
    class.html      the class: points, what was right, mistakes, who waits
    gradescope/     results.json for every submission

    --roster takes the table that the course site exports: its columns are kept, one is added. A
    copy stays in the folder and is used from then on. --zip writes all pages into one file, which
    Moodle takes by "Upload multiple feedback files in a zip", Canvas by "Upload submissions".
    """
    click.echo(report(marks, roster, site))


@main.command()
@click.argument("marks", type=ASSIGNMENT)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: any free one.")
@click.option("--no-browser", is_flag=True, help="Print the address, open nothing.")
def mark(marks, port, no_browser):
    """Mark answers in words in the browser.

    Opens a page on this machine: question by question all answers, with formulas drawn and pictures
    shown, the rubric to tick, points and a comment. Every mark is saved at once, into written.csv.
    Ctrl-C ends it and makes all reports again.

    The address holds a secret: who does not know it gets nothing. From another machine:
    ssh -L 8000:127.0.0.1:8000, and here --port 8000.
    """
    from bpgrader.mark import door, serve

    click.echo(report(marks))
    with contextlib.ExitStack() as stack:

        def ready(address):
            click.echo(f"mark here: {address}\nCtrl-C ends it and makes all reports again")
            if not no_browser:
                click.launch(str(stack.enter_context(door(marks, address))))

        serve(marks, port, ready)
    click.echo(report(marks))


@main.command()
@click.argument("assignment", type=ASSIGNMENT)
@click.option("--seed", type=click.IntRange(0), required=True, help="That of a report.")
@click.option("--exercise", help="One exercise only.")
def inputs(assignment, seed, exercise):
    """Show the hidden inputs of a report, as Python code, and what was wanted.

    The seed stands in the report, and at the foot of the student's page. So a student can see what
    an answer was run on.
    """
    sheet = Assignment.load(assignment).sheet
    _known_exercise(sheet, exercise)
    for line in show_inputs(sheet, seed, exercise):
        click.echo(line)


def _known_exercise(sheet, name):
    names = [exercise.name for exercise in sheet.exercises]
    if name not in (None, *names):
        raise ValueError(f"an exercise is one of {', '.join(names)}, got {name}")


@main.command(name="selftest")
def selftest_():
    """Try to get out of the sandbox; tells what leaks, or that it is tight."""
    click.echo(f"the sandbox is tight: {selftest()}")


if __name__ == "__main__":
    main()
