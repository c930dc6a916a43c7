"""What the tests of the grader share. Hostile code runs in the box only, never outside."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from bpgrader import box as sandbox
from bpgrader.assignment import Assignment
from bpgrader.environment import NoBoxError
from bpgrader.grade import Job, grade
from bpgrader.mark import ADDRESS, application
from bpgrader.notebook import make_release
from bpgrader.report import report
from bpgrader.result import Answer, Result, State
from bpgrader.selftest import selftest
from bpgrader.senders import sender
from bpgrader.store import load, save
from bpgrader.written import read_marks

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = sorted(p.parent for p in ROOT.glob("assignments/*/source.ipynb"))


def pytest_generate_tests(metafunc):
    """Run a test that asks for `each` once for every assignment."""
    if "each" in metafunc.fixturenames:
        metafunc.parametrize("each", ASSIGNMENTS, ids=lambda path: path.name)


@pytest.fixture(scope="session")
def box():
    """Make sure that there is a tight sandbox; without one, skip, but never in CI."""
    try:
        return selftest()
    except NoBoxError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI must have a sandbox: {error}")
        pytest.skip(f"no sandbox here: {error}")


@pytest.fixture(scope="session")
def folder():
    """The folder of the assignment that most tests use."""
    return ASSIGNMENTS[0]


@pytest.fixture(scope="session")
def assignment(folder):
    """The assignment that most tests use."""
    return Assignment.load(folder)


@pytest.fixture(scope="session")
def submit(assignment):
    """Make a submission: the solution notebook with some answers replaced, as bytes."""

    def make(extra=(), **answers):
        notebook = make_release(assignment.notebook, solution=True)
        for name, source in answers.items():
            cell = next(c for c in notebook["cells"] if c["id"] == name.replace("_", "-"))
            cell["source"] = source
        notebook["cells"] += [{"cell_type": "code", "source": source} for source in extra]
        return json.dumps(notebook).encode()

    return make


@pytest.fixture(scope="session")
def graded(box, assignment):
    """Grade a submission in the box."""

    def run(data, **options):
        return grade(Job("student", data, "", assignment, **options))

    return run


def made(file: str, *written: Answer, **changes) -> Result:
    """Make a result as the grader does, of the student that the name of a file tells."""
    who = sender(file)
    plain = Result(
        name=who.student,
        sender=who,
        assignment="01",
        title="Assignment 1",
        digest="d",
        submission="s",
        state=State.GRADED,
        message="a message",
        score=1.0,
        points=10,
        max_points=10,
        written=written,
    )
    return replace(plain, **changes)


def reported(folder: Path, *results: Result) -> Path:
    """Leave a folder as `bpgrader grade` leaves it."""
    for result in results:
        save(folder, result)
    report(folder)
    return folder


def marked(folder: Path) -> dict:
    """The mark of every answer in a folder: (submission, question) -> points, ticked, comment."""
    given = read_marks(folder, load(folder)[0]).given
    return {key: (mark.points, mark.ticked, mark.comment) for key, mark in given.items()}


@pytest.fixture
def serve():
    """Serve a folder of results for marking, as the command does; give the port."""
    running = []

    def begin(folder, token):
        ready, stop, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()
        (listening,) = bind_sockets(0, ADDRESS)
        port = listening.getsockname()[1]

        async def run():
            server = HTTPServer(application(folder, token, port))
            server.add_sockets([listening])
            ready.set()
            await stop.wait()
            server.stop()
            await server.close_all_connections()

        thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
        thread.start()
        ready.wait()

        def end():
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()

        running.append(end)
        return port

    yield begin
    for end in running:
        end()


@pytest.fixture(scope="session")
def shell(tmp_path_factory):
    """Run lines of the guide as they stand there; give what each of them said."""
    tools = tmp_path_factory.mktemp("bin")
    opened = tools / "opened"
    for name, line in {
        "bpgrader": f'exec "{sys.executable}" -m bpgrader "$@"',
        "xdg-open": f'echo "$1" > "{opened}.new"; mv "{opened}.new" "{opened}"',  # the browser
    }.items():
        (tools / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    own = {"BOOK": str(ROOT), "PYTHONPATH": str(ROOT), "PATH": f"{tools}:{os.environ['PATH']}"}

    def run(lines, home):
        return [one(line, home) for line in lines]

    def one(line, home):
        served = line.startswith("bpgrader mark ")  # until Ctrl-C
        process = subprocess.Popen(
            f"exec {line}" if served else line,
            shell=True,
            cwd=home,
            env={**os.environ, **own},
            text=True,
            stdout=-1,
            stderr=-1,
        )
        try:
            if served:
                see_the_page(opened, home)
                process.send_signal(signal.SIGINT)
            said, complaint = process.communicate(timeout=300)
        finally:
            process.kill()
            process.wait()
        assert process.returncode == 0, (line, said, complaint)
        return said

    return run


def see_the_page(opened, home):
    """Ask for the page that the browser is told to open."""
    deadline = time.monotonic() + 60
    while not opened.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    door = home / opened.read_text("utf-8").strip()
    assert door.stat().st_mode & 0o777 == 0o600  # its address holds the secret
    (address,) = re.findall(r"url=(http://127[^\"]+)", door.read_text("utf-8"))
    with urllib.request.urlopen(address) as page:
        assert "answers in words" in page.read().decode()
    opened.unlink()


NAME = "weighted_input"
MARK = "bpgrader-attack-mark"
WRONG = "def weighted_input(W, b, A):\n    return W @ A\n"


def traces():
    """What an attack could leave behind on this machine: mounts and files."""
    places = [Path(p, MARK) for p in ("/", "/usr", "/tmp", "/dev", "/dev/shm", "/usr/lib")]
    return Path("/proc/self/mounts").read_text(), [p for p in places if p.exists()]


def alive(badge):
    """The processes, of whatever parent, that carry a badge in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += [path.parent.name] if badge in path.read_bytes() else []
        except OSError:
            continue
    return found


@pytest.fixture
def attack(graded, submit, monkeypatch):
    """Grade one hostile notebook and check all that must hold for every attack."""
    badge = f"BPGRADER_TEST={uuid.uuid4()}"
    command = sandbox.command()
    monkeypatch.setattr(sandbox, "command", lambda: [*command, "--setenv", *badge.split("=")])

    def run(code):
        code = code if f"def {NAME}" in code else f"{code}\n{WRONG}"
        before, began = traces(), time.monotonic()
        result = graded(submit(**{NAME: code}))
        seconds = time.monotonic() - began
        assert result.by_name[NAME]["points"] == 0, result.by_name[NAME]
        assert traces() == before
        deadline = time.monotonic() + 2  # the kernel takes a moment to empty a pid namespace
        while left := alive(badge.encode()):
            assert time.monotonic() < deadline, left
            time.sleep(0.05)
        assert seconds < 30
        return result

    return run
