"""Batches: hostile notebooks among honest ones, workers that die, a batch that is killed.

The numbers here are small. The large runs that the guide for instructors speaks of are

    BPGRADER_SCALE=100 pytest tests/grader/test_scale.py -k batch
    BPGRADER_SCALE=200 pytest tests/grader/test_scale.py -k dask
"""

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import time
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bpgrader import grade as grading
from bpgrader.batch import grade_all
from bpgrader.executors import executor
from bpgrader.grade import Job
from bpgrader.result import State
from bpgrader.store import load

ROOT = Path(__file__).parents[2]
SCALE = int(os.environ.get("BPGRADER_SCALE", "10"))
HOSTILE = (
    "import os\nos.kill(-1, 9)\nos.kill(1, 9)\nos._exit(1)",
    "x = np.ones(10**9)",
    "while True: pass",
    "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "import os\nwhile True: [os.write(fd, b'x' * 65536) for fd in range(3, 4)]",
    "np.allclose = np.array_equal = lambda *a, **k: True",
    "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(10**6)",
    "import ctypes\nctypes.string_at(0)",
    "import sys\nsys.setrecursionlimit(10**9)\nf = lambda: f()\nf()",
    "def weighted_input(W, b, A):\n    return np.ma.masked_all((W.shape[0], A.shape[1]))",
)


@pytest.fixture
def course(assignment, submit):
    """Make SCALE submissions, a tenth of them hostile; at least one."""

    def make(count=SCALE):
        jobs = []
        for k in range(count):
            code, hostile = HOSTILE[k // 10 % len(HOSTILE)], k % 10 == 3
            if hostile and "def weighted" not in code:
                code = f"{code}\ndef weighted_input(W, b, A):\n    return W @ A"
            data = submit(**({"weighted_input": code} if hostile else {}))
            jobs.append(Job(f"{'hostile' if hostile else 'honest'}-{k}", data, "", assignment))
        return jobs

    return make


def check_marks(results, count):
    """Check that honest work has full marks, and hostile work none for what it attacked."""
    assert len(results) == count
    for name, result in results.items():
        if name.startswith("honest"):
            assert result.score == 1, (name, result)
        else:
            assert result.by_name["weighted_input"]["points"] == 0, (name, result)


def test_a_batch_with_hostile_notebooks(course, box):
    results, jobs = {}, course()
    began = time.monotonic()
    grade_all(jobs, lambda: executor(None, 2), lambda job, r: results.update({job.name: r}))
    seconds = time.monotonic() - began
    check_marks(results, len(jobs))
    honest = [r.seconds for name, r in results.items() if name.startswith("honest")]
    hostile = [r.seconds for name, r in results.items() if name.startswith("hostile")]
    print(
        f"{len(honest)} honest: mean {statistics.mean(honest):.2f} s; {len(hostile)} hostile: "
        f"worst {max(hostile):.1f} s; all on 2 processes: {seconds:.0f} s"
    )
    assert statistics.mean(honest) < 3
    assert max(hostile) < 30


@pytest.mark.filterwarnings("ignore")
def test_dask_loses_nothing_when_a_worker_dies(course, box, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    results, jobs, killed = {}, course(), []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:

        def keep(job, result):
            results[job.name] = result
            if not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        grade_all(jobs, lambda: executor(cluster.scheduler_address, 0), keep)
    assert killed
    check_marks(results, len(jobs))


def test_a_dead_local_worker_loses_nothing(course, box):
    results, jobs, killed = {}, course(6), []

    def keep(job, result):
        results[job.name] = result
        workers = [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]
        if not killed and workers:
            killed.append(workers[0].pid)
            workers[0].kill()

    grade_all(jobs, lambda: executor(None, 2), keep)
    assert killed
    check_marks(results, len(jobs))


def test_a_killed_batch_leaves_nothing_and_goes_on(course, box, folder, tmp_path):
    submissions, out = tmp_path / "submissions", tmp_path / "marks"
    submissions.mkdir()
    for job in course(8):
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
    check_marks(load(out)[0], 8)


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
    run, calls = grading.box.run, []

    def once_killed(job, **options):
        calls.append(job)
        if len(calls) == 1:
            return grading.box.Run(killed=True, ready=True, guilty=0)
        return run(job, **options)

    monkeypatch.setattr(grading.box, "run", once_killed)
    assert graded(submit()).score == 1
    assert len(calls) == 2
