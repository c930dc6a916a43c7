"""The box: a bubblewrap sandbox with nothing in it but Python, NumPy and a time limit.

Only JSON goes in and only JSON lines come out. A grader that runs as root runs the box as
nobody: as plain root without a user namespace bubblewrap would keep all capabilities.
"""

import contextlib
import json
import os
import platform
import select
import selectors
import shutil
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
import psutil

from bpgrader.dialogue import Dialogue
from bpgrader.environment import NoBoxError, environment
from bpgrader.program import program

WALL_STEP, WALL_TOTAL = 8.0, 25.0  # seconds
MAX_TURN = 1.0  # seconds between two looks at a box; more, and nobody was there to look
MAX_OUTPUT = 4_000_000  # bytes
MEMORY = 3 << 30  # bytes, of all processes of a box together
RESERVE = 256 << 20  # bytes of the machine's memory that a box must leave free
LIMITS = {
    "RLIMIT_AS": MEMORY,
    "RLIMIT_CPU": 20,
    "RLIMIT_FSIZE": 64_000_000,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_NPROC": 160,
    "RLIMIT_CORE": 0,
}
NOBODY = 65534  # the user that has no rights anywhere
TMPFS = 64_000_000  # bytes
# System calls that make memory which no limit counts, or are of use to nobody but an attacker:
# socket socketpair shmget memfd_create memfd_secret ptrace add_key request_key keyctl bpf
# perf_event_open userfaultfd io_uring_setup; for each processor its audit number comes first.
DENIED = {
    "x86_64": (0xC000003E, 41, 53, 29, 319, 447, 101, 248, 249, 250, 321, 298, 323, 425),
    "aarch64": (0xC00000B7, 198, 199, 194, 279, 447, 117, 217, 218, 219, 280, 241, 282, 425),
}
INSTALL = (
    "bubblewrap 0.8 or newer is needed to run untrusted code: install it with "
    "`apt install bubblewrap` (Debian, Ubuntu) or `dnf install bubblewrap` (Fedora)"
)


class Ending(StrEnum):
    """How a run of the box ended."""

    FINISHED = "finished"
    STEP = "step"  # a step ran longer than 8 s
    TOTAL = "total"  # the time given was over
    OUTPUT = "output"
    MEMORY = "memory"
    SCARCE = "scarce"  # the machine ran out of memory
    DIED = "died"  # the process ended early
    FORGED = "forged"  # what came out did not come from the program inside


@dataclass(frozen=True)
class Run:
    """What came of one run of the box.

    Parameters
    ----------
    outcomes : dict
        Number of a step -> outcomes of the form that `bpgrader.inside.call` gives them.
    ended : Ending
    detail : str
        For a program that died: exit status and the last line of its errors.
    killed : bool
        Whether it died of a signal that nobody in the box can be blamed for.
    ready : bool
        Whether the program inside began.
    guilty : int or None
        The step during which it ended.
    """

    outcomes: dict[int, list[dict]] = field(default_factory=dict)
    ended: Ending = Ending.DIED
    detail: str = ""
    killed: bool = False
    ready: bool = False
    guilty: int | None = None


class Watch:
    """Counts down the seconds of a submission while somebody looks.

    If the machine or the grader itself was stopped meanwhile, that costs nobody anything.
    """

    def __init__(self, seconds: float = WALL_TOTAL):
        self.left, self.looked = seconds, time.monotonic()

    def look(self) -> float:
        """Give the seconds that are left."""
        now = time.monotonic()
        self.left -= min(now - self.looked, MAX_TURN)
        self.looked = now
        return self.left


def command() -> list[str]:
    """Give the bubblewrap command line, up to the program to run.

    Raises
    ------
    NoBoxError
        If bubblewrap is not installed.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise NoBoxError(INSTALL)
    home, size = str(environment()), str(TMPFS)
    arguments = [bwrap, "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"]
    arguments += ["--new-session", "--clearenv", "--cap-drop", "ALL", "--chdir", "/tmp"]
    for name, value in {
        "PATH": "/env/bin",
        "HOME": "/tmp",
        "LD_LIBRARY_PATH": "/env/lib",
        "OPENBLAS_NUM_THREADS": "1",
        "LANG": "C.UTF-8",
    }.items():
        arguments += ["--setenv", name, value]
    system = [f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}", "/usr/lib64"]
    if not os.path.isdir(system[0]):  # not a Debian: libraries stand in /usr/lib itself
        system[0] = "/usr/lib"
    for path in filter(os.path.isdir, system):
        arguments += ["--ro-bind", path, path]
    for name in ("lib", "lib64"):
        if os.path.islink(f"/{name}"):
            arguments += ["--symlink", f"usr/{name}", f"/{name}"]
    arguments += ["--ro-bind", home, "/env", "--dev", "/dev"]
    arguments += ["--size", size, "--tmpfs", "/dev/shm", "--size", size, "--tmpfs", "/tmp"]
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/"]


def _filter() -> bytes:
    """Assemble the seccomp program that refuses the system calls in `DENIED`."""
    if platform.machine() not in DENIED:
        raise NoBoxError(f"the sandbox knows {' and '.join(DENIED)}, not {platform.machine()}")
    arch, *calls = DENIED[platform.machine()]
    load, equal, at_least, end = 0x20, 0x15, 0x35, 0x06
    refuse = (end, 0, 0, 0x00050001)  # EPERM
    program = [(load, 0, 0, 4), (equal, 1, 0, arch), refuse, (load, 0, 0, 0)]
    program += [(at_least, 0, 1, 0x40000000), refuse]  # the second table of x86-64, x32
    for number in calls:
        program += [(equal, 0, 1, number), refuse]
    return b"".join(struct.pack("HBBI", *line) for line in [*program, (end, 0, 0, 0x7FFF0000)])


def run(job: dict, *, boxed: bool = True, watch: Watch | None = None) -> Run:
    """Run a job in the box and collect what comes out.

    Parameters
    ----------
    job : dict
        ``steps``: list of [number, step], and ``library``: path -> source; see `bpgrader.inside`.
    boxed : bool
        False runs it on the bare machine: for one's own code only.
    watch : Watch, optional
        With the time for the whole run; a single step has 8 s.

    Returns
    -------
    Run

    Raises
    ------
    NoBoxError
        If bubblewrap is not installed.
    """
    dialogue, detail = Dialogue([number for number, _ in job["steps"]]), ""
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(tempfile.TemporaryFile())
        job = {"limits": LIMITS if boxed else {}, "key": dialogue.key, **job}
        process = _start(job, errors, boxed, stack)
        try:
            with contextlib.suppress(OSError):  # if memory runs out, the box is the one to go
                Path(f"/proc/{process.pid}/oom_score_adj").write_text("1000")
            ended = _listen(process, watch or Watch(), dialogue)
        finally:
            first = _children(process.pid)
            process.kill()  # bubblewrap's death takes the whole pid namespace with it,
            process.wait()
            for end in first:  # and the kernel ends its first process after all others
                select.select([end], [], [], 10)
                os.close(end)
            process.stdout.close()
        if ended is Ending.DIED:
            errors.seek(0)
            lines = errors.read(100_000).decode("utf-8", "replace").strip().splitlines()
            said = f": {lines[-1][:300]}" if lines else ""
            detail = f"exit status {process.returncode}{said}"
    killed = ended is Ending.DIED and process.returncode == 137  # SIGKILL, as bubblewrap tells it
    return Run(dialogue.outcomes, ended, detail, killed, dialogue.ready, dialogue.guilty)


def _start(job, errors, boxed, stack):
    """Start the program inside, with its job on standard input."""
    options: dict = {"stdout": subprocess.PIPE, "stderr": errors, "cwd": "/"}
    options["stdin"] = stack.enter_context(_file(json.dumps(job).encode()))
    python, site, outside = sys.executable, str(Path(np.__file__).parents[1]), []
    if boxed:
        python, site = "/env/bin/python", "/env/site"
        rules = stack.enter_context(_file(_filter()))
        outside = [*command(), "--seccomp", str(rules.fileno())]
        options["pass_fds"] = (rules.fileno(),)
        if os.getuid() == 0:
            options |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    argv = [*outside, python, "-I", "-S", "-B", "-X", "utf8", "-c", program(site)]
    return subprocess.Popen(argv, **options)


def _children(pid):
    """Give a file for each child of a process that can be read from when the child has ended."""
    files = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children():
            with contextlib.suppress(ProcessLookupError):
                files.append(os.pidfd_open(child.pid))
    return files


def _file(data):
    """Give an open file that holds some bytes, has no name, and can only be read."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return open(f"/proc/self/fd/{file.fileno()}", "rb")


def _listen(process, watch, dialogue):
    """Read what comes out until the program finishes, dies, or passes a limit."""
    buffer, total = b"", 0
    step = watch.look()
    looked = 0.0  # so a box that is quick is looked at, too
    fd = process.stdout.fileno()
    os.set_blocking(fd, False)
    with selectors.DefaultSelector() as selector:
        selector.register(fd, selectors.EVENT_READ)
        while True:
            if selector.select(timeout=0.1):
                data = os.read(fd, 65536)
                if not data:  # the end, or the pipe was closed to hide from the clock
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(1)
                    return Ending.DIED
                total += len(data)
                *lines, buffer = (buffer + data).split(b"\n")
                for line in lines:
                    if not dialogue.hear(line):
                        return Ending.FORGED
                    step = watch.look()
                    if not dialogue.awaited:
                        return Ending.FINISHED
            elif process.poll() is not None:
                return Ending.DIED
            left = watch.look()
            if total > MAX_OUTPUT:
                return Ending.OUTPUT
            if step - left > WALL_STEP:
                return Ending.STEP
            if left < 0:
                return Ending.TOTAL
            if watch.looked - looked > 0.1:
                looked = watch.looked
                if over := _memory(process.pid):
                    return over


def _memory(pid):
    """Watch all processes of the box together; rlimits count each one alone."""
    if psutil.virtual_memory().available < RESERVE:
        return Ending.SCARCE
    used = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                used += child.memory_info().rss
    return Ending.MEMORY if used > MEMORY else None
