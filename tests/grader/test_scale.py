"""Batches: hostile notebooks among honest ones, workers that die, a batch that is killed.

The numbers here are small; ``python -m benchmarks.scale`` makes the large runs.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import Future
from dataclasses import replace
from multiprocessing import active_children, get_context
from pathlib import Path

import psutil
import pytest

from benchmarks.scale import faults, local, make_jobs, on_dask, told
from bpgrader import attempts
from bpgrader.batch import grade_all
from bpgrader.executors import _serve, executor
from bpgrader.grade import Job
from bpgrader.result import State
from bpgrader.store import load

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(assignment):
    """Make submissions, a tenth of them hostile."""
    return lambda count=10: list(make_jobs(assignment, count, max(1, count // 10)))


def check_marks(results, jobs):
    """Check that nothing is lost or unfair."""
    assert faults(results, jobs) == []


def test_a_batch_with_hostile_notebooks(box):
    results, jobs = local(10, 1, workers=2)
    check_marks(results, jobs)
    honest = [r.seconds for name, r in results.items() if name.startswith("honest")]
    hostile = [r.seconds for name, r in results.items() if name.startswith("hostile")]
    print(told(results, sum(honest) + sum(hostile)))
    assert statistics.mean(honest) < 3
    assert max(hostile) < 30


@pytest.mark.filterwarnings("ignore")
def test_dask_loses_nothing_when_a_worker_dies(box):
    results, jobs = on_dask(10, workers=2, when=1)
    check_marks(results, jobs)


def test_a_dead_local_worker_loses_nothing(course, box):
    results, jobs, killed = {}, course(6), []

    def keep(job, result):
        results[job.name] = result
        if not killed:
            killed.extend(active_children()[:1])
            killed[0].kill()

    grade_all(jobs, lambda: executor(None, 2), keep)
    assert killed
    check_marks(results, jobs)


DYING = """
import os, signal, time
from multiprocessing import active_children, get_context
from multiprocessing.connection import Connection
from bpgrader.executors import executor

def half(size):
    def write(pipe, data, *_):
        os.write(pipe.fileno(), bytes(data[: size // 2]))
        os._exit(1)

    Connection._send = write
    return b"x" * size

if __name__ == "__main__":
    with executor(None, 1) as pool:
        calls = [pool.submit(len, b"x" * 1_000_000), pool.submit(half, 200_000)]
        calls += [pool.submit(len, b"x" * 1_000_000)]
        print(*(call.exception(10) and "ended" or call.result() for call in calls))
        worker, = active_children()
        os.kill(worker.pid, signal.SIGSTOP)
        calls = [pool.submit(len, b"x" * 1_000_000), pool.submit(len, b"x" * 1_000_000)]
        time.sleep(0.5)
        worker.kill()
        print(*(call.exception(10) and "ended" or call.result() for call in calls))
"""


def test_a_worker_that_dies_within_a_call_or_a_result_takes_only_that_with_it(tmp_path):
    (tmp_path / "dying.py").write_text(DYING)
    command, env = [sys.executable, tmp_path / "dying.py"], {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["1000000", "ended", "1000000", "ended", "1000000"], done.stderr


class OddError(Exception):
    """It cannot be made again from what pickle keeps of it."""

    def __init__(self, one, other):
        super().__init__(one)


def odd():
    raise OddError(1, 2)


def test_an_error_that_cannot_be_read_is_that_of_one_call_and_ends_with_the_batch():
    with executor(None, 1) as pool:
        calls = [pool.submit(odd), pool.submit(len, "abc")]
        assert isinstance(calls[0].exception(60), TypeError)
        assert calls[1].result(60) == 3
    assert not active_children()


def test_a_worker_whose_result_nobody_awaits_ends_without_a_word():
    """As after Ctrl-C, where the command has gone in the middle of a call."""
    spawn = get_context("spawn")
    mine, other = spawn.Pipe()
    worker = spawn.Process(target=_serve, args=(other,))
    with mine, other:
        mine.send((time.sleep, (0.5,), {}))
        worker.start()
    worker.join(60)
    assert worker.exitcode == 0


def test_a_killed_batch_leaves_nothing_and_goes_on(course, box, folder, tmp_path):
    submissions, out = tmp_path / "submissions", tmp_path / "marks"
    submissions.mkdir()
    jobs = course(8)
    for job in jobs:
        (submissions / f"{job.name}.ipynb").write_bytes(job.data)
    command = [sys.executable, "-m", "bpgrader", "grade", folder, submissions, "--out", out]
    command += ["--workers", "2"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    with process.stderr:
        while len(list(out.glob("results/*.json"))) < 2:
            assert process.poll() is None
            time.sleep(0.02)
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
    assert not psutil.wait_procs(family, timeout=5)[1]

    before = {p.name: p.read_bytes() for p in out.glob("results/*.json")}
    assert 2 <= len(before) < 8
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert f"{len(before)} graded before, {8 - len(before)} to do" in done.stderr
    after = {p.name: p.read_bytes() for p in out.glob("results/*.json")}
    assert before.items() <= after.items()
    check_marks(load(out)[0], jobs)


class Flaky:
    """An executor whose worker dies whenever it gets a certain submission."""

    rounds: list  # the names that each executor was given

    def __init__(self, rounds):
        self.names = []
        rounds.append(self.names)

    def submit(self, function, job):
        self.names.append(job.name)
        future = Future()
        if job.name == "poison":
            future.set_exception(OSError("the worker died"))
        else:
            future.set_result(replace(job.result(State.GRADED, ""), score=1.0))
        return future


def test_what_cannot_be_graded_gets_no_mark_and_spoils_no_other(assignment):
    rounds, results = [], {}
    jobs = [Job(name, b"", "", assignment) for name in ("ada", "poison", "grace")]
    grade_all(
        jobs,
        lambda: contextlib.nullcontext(Flaky(rounds)),
        lambda job, result: results.update({job.name: result}),
    )
    assert rounds == [["ada", "poison", "grace"], ["poison"], ["poison"]]
    assert results["ada"].score == results["grace"].score == 1
    assert results["poison"].score is None
    assert results["poison"].state is State.NOT_GRADED
    assert "the worker died" in results["poison"].message


def test_a_box_killed_from_outside_is_run_again(box, graded, submit, monkeypatch):
    run, calls = attempts.box.run, []

    def once_killed(job, **options):
        calls.append(job)
        if len(calls) == 1:
            return attempts.box.Run(killed=True, ready=True, guilty=0)
        return run(job, **options)

    monkeypatch.setattr(attempts.box, "run", once_killed)
    assert graded(submit()).score == 1
    assert len(calls) == 2
