"""Change the core in small ways, one at a time: does a test turn red? (`make mutate`)

mutmut writes the changes. Its own runner collects all tests anew for each, which takes 20 times as
long as most verdicts; here they are collected once, and a child is forked for each change. It runs
the tests that reach the changed function: those of its own module first, quick before slow.
A run that was stopped goes on where it was, unless core or tests have changed since.
"""

import argparse
import gc
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from mutmut import __main__ as mutmut
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

ROOT = Path(__file__).parents[1]
REACH = ROOT / "mutants" / "reach.jsonl"  # a line for each test: name, seconds, functions
FOUND = ROOT / "mutants" / "found.jsonl"  # a line for each change: name, 0 if no test failed


def write():
    """Write the changed sources into mutants/, and give the names of all changes."""
    files = chain(*(Path(folder).rglob("*.py") for folder in ("bpcore", "tests")))
    if not REACH.exists() or max(path.stat().st_mtime for path in files) > REACH.stat().st_mtime:
        shutil.rmtree("mutants", ignore_errors=True)
        Path("mutants").mkdir()
    set_mutant_under_test("mutant_generation")
    with mutmut.CatchOutput():
        mutmut.copy_src_dir()
        mutmut.copy_also_copy_files()
        mutmut.setup_source_paths()
        mutmut.create_mutants(2)
    return [name for _, name, _ in mutmut.collect_source_file_mutation_data(mutant_names=())[0]]


def lines(path):
    return list(map(json.loads, path.read_text("utf-8").splitlines())) if path.exists() else []


def add(path, *line):
    with path.open("a", encoding="utf-8") as file:
        print(json.dumps(line), file=file)


def forked(work):
    """Do something in a child of its own, and give its exit code, or minus its signal."""
    if (child := os.fork()) == 0:
        os.setpgid(0, 0)
        for output in (1, 2):  # a test may print, and so may what it starts
            os.dup2(os.open(os.devnull, os.O_WRONLY), output)
        with suppress(BaseException):
            os._exit(work())
        os._exit(1)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what it has started; itself after Ctrl-C


def run(item, after, seconds):
    """Say whether a test passes; where it takes far too long, processor or clock end the child."""
    used = int(time.process_time() + 10 * seconds + 5)
    resource.setrlimit(resource.RLIMIT_CPU, (used, resource.RLIM_INFINITY))
    signal.alarm(int(100 * seconds + 60))
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=after))


class Judge:
    """A plugin of pytest: in place of running all tests once, run them for each change."""

    def __init__(self, names):
        self.names = names

    def pytest_runtestloop(self, session):
        """Measure what each test reaches, then judge the changes."""
        known = {name for name, *_ in lines(REACH)}
        if new := [item for item in session.items if item.nodeid not in known]:
            forked(lambda: self.measure(new))
        reach = {name: (seconds, functions) for name, seconds, functions in lines(REACH)}
        if left := [item.nodeid for item in session.items if item.nodeid not in reach]:
            raise pytest.UsageError(f"not measured, so nothing can be judged: {left[0]}")
        gc.collect()
        gc.freeze()  # what a child does not touch it shares
        for number, name in enumerate(self.names, 1):
            set_mutant_under_test(name)
            add(FOUND, name, code := forked(lambda name=name: self.judge(session, reach, name)))
            print(f"{number} of {len(self.names)}: {name} {'' if code else 'survived'}", flush=True)
        return True

    def measure(self, items):
        """Write down time and functions of each test; of one that fails unchanged none."""
        set_mutant_under_test("stats")
        for item, after in zip(items, [*items[1:], None], strict=True):
            state()._stats.clear()
            begin = time.process_time()
            functions = sorted(state()._stats) if run(item, after, 60) else []
            add(REACH, item.nodeid, time.process_time() - begin, functions)
        return 0

    def judge(self, session, reach, name):
        """Run the tests that reach a change, up to the first that fails."""
        function = name.partition("__mutmut_")[0]
        own = f"test_{function.split('.')[1].strip('_')}.py"
        items = [item for item in session.items if function in reach[item.nodeid][1]]
        items.sort(key=lambda item: (item.path.name != own, reach[item.nodeid][0]))
        pairs = zip(items, [*items[1:], None], strict=True)
        return int(not all(run(item, after, reach[item.nodeid][0]) for item, after in pairs))


def main():
    """Judge all changes or a sample, and tell the share that was found."""
    os.chdir(ROOT)
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sample", type=int, nargs="?", help="judge so many, drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--only", nargs="+", help="judge these, by name")
    args = parser.parse_args()
    names = write()
    random.Random(args.seed).shuffle(names)
    print(f"{len(names)} changes", flush=True)
    names, done = args.only or names[: args.sample], dict(lines(FOUND))
    os.chdir("mutants")
    given = mutmut.config()
    options = [*given.pytest_add_cli_args, *given.pytest_add_cli_args_test_selection]
    pytest.main(options, [Judge([name for name in names if name not in done])])
    done = dict(lines(FOUND))
    survivors = [name for name in names if done.get(name) == 0]
    if not (n := len(done.keys() & set(names))):  # stopped before the first verdict
        return 1
    p, z = 1 - len(survivors) / n, 1.96  # Wilson's interval
    middle, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    low, high = ((middle + side) / (1 + z * z / n) for side in (-half, half))
    print("survived:", *survivors, sep="\n")
    print(f"{n - len(survivors)} of {n} found, {p:.1%}; 95 % interval {low:.1%} to {high:.1%}")
    return p < 0.95


if __name__ == "__main__":
    sys.exit(main())
