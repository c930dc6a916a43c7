"""The box: a bubblewrap sandbox with nothing in it but Python, NumPy and a time limit.

Only JSON goes in and only JSON lines come out. Whoever runs the grader as root runs the box as
nobody: as plain root without a user namespace bubblewrap would keep all capabilities.
"""

import contextlib
import functools
import hashlib
import json
import os
import platform
import select
import selectors
import shutil
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from bpgrader import inside

WALL_STEP, WALL_TOTAL = 8.0, 25.0  # seconds
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


class NoBoxError(Exception):
    """There is no working sandbox here; the message says why and what to install."""


@dataclass
class Run:
    """What came of one run of the box.

    Parameters
    ----------
    events : list of dict
        The JSON lines that came out, in order; not to be trusted.
    ended : str
        ``finished``, ``step`` (8 s), ``total`` (time given), ``output``, ``memory``, ``scarce``
        (the machine ran out of memory), or ``died`` (the process ended early).
    detail : str
        For a program that died: exit status and the last line of its errors.
    """

    events: list[dict] = field(default_factory=list)
    ended: str = "died"
    detail: str = ""


@functools.cache
def environment() -> Path:
    """Build, once per machine, a Python with NumPy that an unprivileged user can read.

    Returns
    -------
    Path
        The folder; it is made whole and then renamed, so a half one is never used.
    """
    stdlib = Path(sysconfig.get_path("stdlib"))
    key = f"{sys.version} {np.__version__} {sys.base_prefix} {Path(np.__file__).parent}"
    if os.getuid() == 0:
        cache = Path("/var/cache/bpgrader")
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bpgrader"
    home = cache / hashlib.sha256(key.encode()).hexdigest()[:16]
    if home.is_dir():
        return home
    cache.mkdir(mode=0o755, parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=cache))
    left_out = shutil.ignore_patterns(
        *("site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter", "turtledemo"),
        *("lib2to3", "ensurepip", "config-*", "*.a"),
    )
    shutil.copytree(stdlib, new / "lib" / stdlib.name, ignore=left_out)
    for library in Path(sys.base_prefix, "lib").glob("libpython3*.so*"):
        shutil.copy(library, new / "lib")
    (new / "bin").mkdir()
    shutil.copy(Path(sys.executable).resolve(), new / "bin" / "python")
    package = Path(np.__file__).parent
    for part in (package, package.parent / "numpy.libs"):
        if part.is_dir():
            shutil.copytree(part, new / "site" / part.name, ignore=left_out)
    new.chmod(0o755)
    try:
        new.rename(home)
    except OSError:  # somebody else was quicker
        shutil.rmtree(new)
    return home


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
    system = [path for path in system if os.path.isdir(path)]
    for path in system if os.path.isdir(system[0]) else ["/usr/lib", *system]:
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


def run(job: dict, *, boxed: bool = True, seconds: float = WALL_TOTAL) -> Run:
    """Run a job in the box and collect what comes out.

    Parameters
    ----------
    job : dict
        ``steps``: list of [number, step], and ``library``: path -> source; see `bpgrader.inside`.
    boxed : bool
        False runs it on the bare machine: for one's own code only.
    seconds : float
        Wall time for the whole run; a single step has 8 s.

    Returns
    -------
    Run

    Raises
    ------
    NoBoxError
        If bubblewrap is not installed.
    """
    program = Path(inside.__file__).read_text(encoding="utf-8")
    with contextlib.ExitStack() as stack:
        stdin = stack.enter_context(
            _file(json.dumps({"limits": LIMITS if boxed else {}, **job}).encode())
        )
        errors = stack.enter_context(tempfile.TemporaryFile())
        options: dict = {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": errors, "cwd": "/"}
        argv = [sys.executable, "-I", "-c", program]
        if boxed:
            rules = stack.enter_context(_file(_filter()))
            program = f"import sys; sys.path.insert(1, '/env/site')\n{program}"
            argv = [*command(), "--seccomp", str(rules.fileno())]
            argv += ["/env/bin/python", "-I", "-S", "-B", "-c", program]
            options["pass_fds"] = (rules.fileno(),)
            if os.getuid() == 0:
                options |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        process = subprocess.Popen(argv, **options)
        try:
            with contextlib.suppress(OSError):  # if memory runs out, the box is the one to go
                Path(f"/proc/{process.pid}/oom_score_adj").write_text("1000")
            result = _listen(process, seconds)
        finally:
            first = _children(process.pid)
            process.kill()  # bubblewrap's death takes the whole pid namespace with it,
            process.wait()
            for end in first:  # and the kernel ends its first process after all others
                select.select([end], [], [], 10)
                os.close(end)
            process.stdout.close()
        if result.ended == "died":
            errors.seek(0)
            lines = errors.read().decode("utf-8", "replace").strip().splitlines()
            said = f": {lines[-1]}" if lines else ""
            result.detail = f"exit status {process.returncode}{said}"
    return result


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


def _listen(process, seconds):
    """Read events until the program finishes, dies, or passes a limit."""
    result, buffer, total = Run(), b"", 0
    began = step = time.monotonic()
    fd = process.stdout.fileno()
    os.set_blocking(fd, False)
    with selectors.DefaultSelector() as selector:
        selector.register(fd, selectors.EVENT_READ)
        while True:
            ready = selector.select(timeout=0.1)
            now = time.monotonic()
            if ready:
                data = os.read(fd, 65536)
                if not data:  # the end, or the pipe was closed to hide from the clock
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(1)
                    return result
                total += len(data)
                *lines, buffer = (buffer + data).split(b"\n")
                for line in lines:
                    with contextlib.suppress(ValueError, RecursionError):
                        event = json.loads(line)
                        if isinstance(event, dict):
                            result.events.append(event)
                            step = now
                            if event.get("finished") is True:
                                result.ended = "finished"
                                return result
            elif process.poll() is not None:
                return result
            else:
                result.ended = _memory(process.pid) or "died"
            if total > MAX_OUTPUT:
                result.ended = "output"
            elif now - step > WALL_STEP:
                result.ended = "step"
            elif now - began > seconds:
                result.ended = "total"
            if result.ended != "died":
                return result


def _memory(pid):
    """Watch all processes of the box together; rlimits count each one alone."""
    if psutil.virtual_memory().available < RESERVE:
        return "scarce"
    used = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                used += child.memory_info().rss
    return "memory" if used > MEMORY else ""


PROBE = """
import ctypes, os, socket
def probe(path, port):
    found = []
    def tries(what, action):
        try:
            action()
        except OSError:
            return
        found.append(what)
    tries("a file of the host can be seen", lambda: os.stat(bytes(map(int, path))))
    tries("the host's processes can be seen", lambda: os.stat("/proc/1"))
    tries("/usr can be written", lambda: open("/usr/bpgrader", "w"))
    tries("/ can be written", lambda: open("/bpgrader", "w"))
    tries("the host's loopback can be reached",
          lambda: socket.create_connection(("127.0.0.1", int(port)), 1))
    libc = ctypes.CDLL(None)
    if os.getuid() == 0:
        found.append("the box runs as root")
    if libc.unshare(0x10000000) == 0:
        found.append("user namespaces can be made")
    if libc.memfd_create(b"", 0) >= 0 or libc.shmget(0, 4096, 0o1600) >= 0:
        found.append("memory can be had that no limit counts")
    raise RuntimeError("; ".join(found) or "tight")
"""


@functools.cache
def selftest() -> str:
    """Try to get out of the box; done once in every process that grades.

    Returns
    -------
    str
        The version of bubblewrap.

    Raises
    ------
    NoBoxError
        If bubblewrap is missing or too old, or the box leaks.
    """
    with tempfile.NamedTemporaryFile() as file, socket.socket() as server:
        os.chmod(file.name, 0o644)
        server.bind(("127.0.0.1", 0))
        server.listen()
        arguments = [inside.encode(list(os.fsencode(file.name))), server.getsockname()[1]]
        steps = [[0, {"cell": PROBE}], [1, {"call": "probe", "cases": [arguments]}]]
        result = run({"library": {}, "steps": steps})
    outcomes = [event["outcomes"] for event in result.events if event.get("done") == 1]
    if not outcomes:
        raise NoBoxError(f"the sandbox does not start ({result.ended}, {result.detail}); {INSTALL}")
    text = outcomes[0][0].get("text", "")
    if text != "tight":
        raise NoBoxError(f"the sandbox leaks: {text or outcomes[0][0]}; nothing was run")
    shown = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=True)
    return shown.stdout.strip()
