"""Batches as large as a course: hostile notebooks among honest ones, a worker that is killed.

``python -m benchmarks.scale 300 --hostile 30`` grades on two processes of this machine and says
how long an honest notebook takes; ``python -m benchmarks.scale 3000 --dask`` grades copies over a
local Dask cluster, kills one of its workers, and says whether anything is lost.
"""

import argparse
import json
import os
import signal
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from bpgrader.assignment import Assignment
from bpgrader.batch import grade_all
from bpgrader.executors import executor
from bpgrader.grade import Job
from bpgrader.notebook import make_release
from bpgrader.result import Result

ROOT = Path(__file__).parents[1]
FORWARD_PASS = ROOT / "assignments" / "01_forward_pass"
FIRST = ROOT / "bpgrader" / "first"  # one task: the cheapest
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
WRONG = "def weighted_input(W, b, A):\n    return W @ A"


def make_jobs(assignment: Assignment, count: int, hostile: int) -> Iterator[Job]:
    """Make solutions, some of them with an attack in the cell of ``weighted_input``."""
    every = count // hostile if hostile else count + 1
    for k in range(count):
        notebook = make_release(assignment.notebook, solution=True)
        attacks = k % every == 3 % every and k // every < hostile
        if attacks:
            code = HOSTILE[k // every % len(HOSTILE)]
            cell = next(c for c in notebook["cells"] if c["id"] == "weighted-input")
            cell["source"] = code if "def weighted" in code else f"{code}\n{WRONG}"
        name = f"{'hostile' if attacks else 'honest'}-{k}"
        yield Job(name, json.dumps(notebook).encode(), "", assignment)


def faults(results: dict[str, Result], jobs: list[Job]) -> list[str]:
    """Say what is lost or unfair: honest work has full marks, an attack gets none for its cell."""
    found = [f"{job.name} is lost" for job in jobs if job.name not in results]
    for name, result in results.items():
        if name.startswith("honest") and result.score != 1:
            found.append(f"{name}: {result.state}, {result.message}")
        if name.startswith("hostile") and result.by_name["weighted_input"]["points"]:
            found.append(f"{name} has points")
    return found


def local(count: int, hostile: int, workers: int) -> tuple[dict[str, Result], list[Job]]:
    """Grade on processes of this machine."""
    jobs = list(make_jobs(Assignment.load(FORWARD_PASS), count, hostile))
    results = {}
    grade_all(jobs, lambda: executor(None, workers), lambda job, r: results.update({job.name: r}))
    return results, jobs


def on_dask(count: int, workers: int, when: int) -> tuple[dict[str, Result], list[Job]]:
    """Grade over a local Dask cluster, and kill a worker as soon as so many are done."""
    import distributed

    jobs, results = list(make_jobs(Assignment.load(FIRST), count, 0)), {}
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:

        def keep(job, result):
            results[job.name] = result
            if len(results) == when:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

        grade_all(jobs, lambda: executor(cluster.scheduler_address, 0), keep)
    return results, jobs


def told(results: dict[str, Result], seconds: float) -> str:
    """Say how long it took."""
    lines = [f"{len(results)} graded in {seconds:.0f} s, {seconds / len(results):.2f} s each"]
    for kind in ("honest", "hostile"):
        own = [r.seconds for name, r in results.items() if name.startswith(kind)]
        if own:
            mean, worst = statistics.mean(own), max(own)
            lines.append(f"{len(own)} {kind}: mean {mean:.2f} s, worst {worst:.1f} s")
    return "\n".join(lines)


def main() -> None:
    """Run one batch, and say how long it took and what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--hostile", type=int, default=0)
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    began = time.monotonic()
    if options.dask:
        results, jobs = on_dask(options.count, options.workers, options.count // 3)
    else:
        results, jobs = local(options.count, options.hostile, options.workers)
    print(told(results, time.monotonic() - began))
    wrong = faults(results, jobs)
    print("\n".join(wrong) or "nothing is lost, every mark is right")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
