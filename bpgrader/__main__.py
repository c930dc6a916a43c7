"""The command ``bpgrader``: release, check, grade, report, selftest."""

import os
import sys
from pathlib import Path

import click
from tqdm import tqdm

from bpgrader import report as reports
from bpgrader.box import NoBoxError, selftest
from bpgrader.collect import collect
from bpgrader.executors import executor
from bpgrader.grade import UNBOXED, Job, grade_all
from bpgrader.release import prove, release
from bpgrader.spec import Assignment

EPILOG = """\b
Exit codes:
  0  done: everything was graded, whatever the marks
  1  some submissions could not be graded for reasons of the machine: run it again
  2  the command line is wrong, or a file is missing or damaged
  3  no working sandbox: nothing was run
  4  the assignment itself is at fault (check)"""
ASSIGNMENT = click.Path(exists=True, file_okay=False, path_type=Path)
UNSAFE = click.option(
    "--unsafe-no-sandbox",
    is_flag=True,
    help="Run on the bare machine. For your own code only; every report says so.",
)


class _Commands(click.Group):
    """Turns the errors that a user can mend into one sentence and an exit code."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except NoBoxError as error:
            click.echo(f"bpgrader: {error}", err=True)
            ctx.exit(3)
        except (ValueError, OSError) as error:
            click.echo(f"bpgrader: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bpcore")
def main():
    """Release course assignments, and grade untrusted notebooks in a sandbox.

    An ASSIGNMENT is a folder with source.ipynb (solutions between ### BEGIN SOLUTION and
    ### END SOLUTION) and exercises.py (what is asked, on which inputs, and the usual mistakes).

    \b
    A term in five commands:
      bpgrader selftest                                   is the sandbox tight?
      bpgrader check   assignments/01_forward_pass        does it mark rightly?
      bpgrader release assignments/01_forward_pass --to hand_out
      bpgrader grade   assignments/01_forward_pass submissions.zip --out marks
      bpgrader report  marks --roster course_list.csv
    """


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
    for folder in assignments:
        assignment = Assignment.load(folder)
        target = folder if to is None else to / (assignment.name if len(assignments) > 1 else "")
        for path in release(assignment, folder, target, checks or target):
            click.echo(path)


@main.command()
@click.argument("assignments", nargs=-1, required=True, type=ASSIGNMENT)
@UNSAFE
def check(assignments, unsafe_no_sandbox):
    """Prove that an assignment marks what is right and what is wrong.

    The solution must get 100 %, the blank notebook 0, every known-wrong variant 0 and its own
    message, every right variant full marks. Says what does not, and then ends with exit code 4.
    """
    faults = 0
    for folder in assignments:
        assignment = Assignment.load(folder)
        found = prove(assignment, boxed=not unsafe_no_sandbox)
        sheet = assignment.sheet
        wrong = sum(len(e.wrong) for e in sheet.exercises)
        right = sum(len(e.right) for e in sheet.exercises)
        click.echo(
            f"{assignment.name}: {len(sheet.exercises)} exercises, {wrong} wrong and {right} right "
            f"variants, solution and blank notebook: {len(found)} faults"
        )
        for fault in found:
            click.echo(f"  {fault}")
        faults += len(found)
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
@UNSAFE
def grade(
    assignment, submissions, out, json_file, scheduler, workers, seed, force, unsafe_no_sandbox
):
    """Grade notebooks, folders of notebooks, or zips as a course site hands them out.

    Writes one JSON file per submission, the moment it is graded, into OUT/results, then all
    reports (see bpgrader report --help). A batch that was stopped goes on where it stopped when the
    same command is given again; --force grades everything anew.

    With --json FILE exactly one notebook is graded and only FILE is written, unless --out is given.
    """
    boxed = not unsafe_no_sandbox
    if boxed and not scheduler:  # workers elsewhere try their own sandbox
        selftest()
    if not boxed:
        click.echo(f"SANDBOX: {UNBOXED}", err=True)
    sheet = Assignment.load(assignment)
    jobs = {}
    for name, data, refusal in collect(submissions):
        unique, k = name, 1
        while unique in jobs:
            k += 1
            unique = f"{name} ({k})"
        jobs[unique] = Job(unique, data, refusal, sheet, seed, boxed)
    if not jobs:
        raise ValueError(f"no .ipynb in {', '.join(map(str, submissions))}")
    if json_file and len(jobs) > 1:
        raise ValueError(f"--json takes exactly one notebook, got {len(jobs)}")
    results = {}
    out = out or (None if json_file else Path("marks"))
    if out and not force and (out / "results").is_dir():
        known = reports.load(out)
        if others := {r["assignment"] for r in known.values()} - {sheet.name}:
            raise ValueError(f"{out} holds marks of {others.pop()}; take a folder per assignment")
        results = {n: known[n] for n, job in jobs.items() if _done(job, known.get(n))}
        if results:
            click.echo(f"{len(results)} graded before, {len(jobs) - len(results)} to do", err=True)

    with tqdm(
        total=len(jobs), initial=len(results), unit="notebook", disable=len(jobs) == 1
    ) as bar:

        def keep(job, result):
            results[job.name] = result
            if out:
                reports.save(out, result)
            bar.update()

        todo = [job for name, job in jobs.items() if name not in results]
        grade_all(todo, lambda: executor(scheduler, min(workers, len(todo))), keep)
    if json_file:
        result = next(iter(results.values()))
        reports.write(json_file, reports.dump(result))
        click.echo(f"{result['name']}: {_percent(result)}, {result['message']}")
    if out:
        click.echo(reports.report(out))
        click.echo(f"reports are in {out}")
    sys.exit(1 if any(r["score"] is None for r in results.values()) else 0)


def _percent(result):
    return "not graded" if result["score"] is None else f"{result['score']:.0%}"


def _done(job, result):
    """Whether a result of an earlier run still holds for this submission."""
    return (
        result is not None
        and result["score"] is not None
        and result["submission"] == job.digest
        and result["digest"] == job.assignment.digest
        and (result["sandbox"] != UNBOXED or not job.boxed)
        and job.seed in (None, result["seed"])
    )


@main.command()
@click.argument("marks", type=ASSIGNMENT)
@click.option("--roster", type=click.Path(exists=True, path_type=Path), help="Table of the course.")
def report(marks, roster):
    """Make all reports anew from the results in a folder.

    \b
    grades.csv      one line a student, for Moodle, Canvas or a spreadsheet
    details.csv     points of every exercise
    written.csv     answers in words: put marks into the column mark, then run this again
    feedback/       one HTML page a student
    gradescope/     results.json for every submission

    --roster takes the table that the course site exports: its columns are kept, one is added.
    """
    click.echo(reports.report(marks, roster))


@main.command(name="selftest")
def selftest_():
    """Try to get out of the sandbox; tells what leaks, or that it is tight."""
    click.echo(f"the sandbox is tight: {selftest()}")


if __name__ == "__main__":
    main()
