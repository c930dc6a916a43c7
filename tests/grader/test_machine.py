"""Machines as they are: each trouble is one sentence, nothing is left behind, nobody gets a 0."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import BrokenExecutor, CancelledError, Future
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bpgrader.__main__ import main
from bpgrader.attempts import MachineError
from bpgrader.batch import grade_all
from bpgrader.environment import NoBoxError, cache
from bpgrader.grade import Job
from bpgrader.result import State
from bpgrader.store import load, write

from .conftest import made, reported

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place():
    """A folder that users without rights may enter, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="bpgrader-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def command(*arguments, before=None, **environment):
    return subprocess.run(
        [sys.executable, "-m", "bpgrader", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        preexec_fn=before,
    )


def test_a_strict_umask_makes_no_copy_that_nobody_can_read(box, place):
    done = command("selftest", before=lambda: os.umask(0o077), BPGRADER_CACHE=str(place / "cache"))
    assert done.returncode == 0, done.stderr
    assert b"the sandbox is tight" in done.stdout


def test_a_full_cache_is_one_sentence_and_leaves_nothing(box, place):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    unmeasured = {"COVERAGE_PROCESS_CONFIG": ""}  # its data would not fit, either
    home = {"BPGRADER_CACHE": str(place / "cache")}
    done = command("selftest", before=small_files, **home, **unmeasured)
    assert done.returncode == 3
    (said,) = done.stderr.decode().strip().splitlines()
    assert len(said) < 400
    assert "cannot be written" in said
    assert "BPGRADER_CACHE" in said
    assert list(place.rglob("*")) == [place / "cache"]


@pytest.mark.parametrize("cache", ["/proc/nowhere", "/dev/null/x", "/sys/kernel/x"])
def test_a_cache_that_cannot_be_written_is_one_sentence(cache, box):
    done = command("selftest", BPGRADER_CACHE=cache)
    assert done.returncode == 3
    (said,) = done.stderr.decode().strip().splitlines()
    assert cache in said
    assert "BPGRADER_CACHE" in said


@pytest.fixture(scope="module")
def latin(tmp_path_factory):
    """The environment of a machine whose language has Latin letters only."""
    folder = tmp_path_factory.mktemp("locale")
    made = subprocess.run(
        ["localedef", "-i", "en_US", "-f", "ISO-8859-1", str(folder / "en_US.ISO-8859-1")],
        capture_output=True,
    )
    if made.returncode:
        pytest.skip(f"no such locale can be made here: {made.stderr.decode()[:100]}")
    variables = {
        "LOCPATH": str(folder),
        "LC_ALL": "en_US.ISO-8859-1",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }
    shown = subprocess.run(
        [sys.executable, "-c", "import sys; print(sys.getfilesystemencoding())"],
        env={**os.environ, **variables},
        capture_output=True,
    )
    assert shown.stdout.strip() == b"iso8859-1"
    return variables


def test_latin_1_is_no_trouble(latin, box, folder, submit, tmp_path):
    assert command("selftest", **latin).returncode == 0
    sent = tmp_path / "sent.zip"
    with zipfile.ZipFile(sent, "w") as archive:
        archive.writestr("李雷.ipynb", submit())
        archive.writestr("José.ipynb", submit(classify="def classify(W, b, X): return '…'"))
    done = command("grade", folder, sent, "--out", tmp_path / "marks", **latin)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert load(tmp_path / "marks")[0]["李雷"].score == 1
    assert len(list(tmp_path.glob("marks/feedback/*.html"))) == 2


class Failing:
    """An executor on which one submission always fails in the same way."""

    def __init__(self, error):
        self.error = error

    def submit(self, function, job):
        future = Future()
        if job.name == "ada":
            future.set_exception(self.error)
        else:
            future.set_result(replace(job.result(State.GRADED, ""), score=1.0))
        return future


class KilledWorkerError(Exception):
    __module__ = "distributed.scheduler"


MACHINES = [MachineError("x"), BrokenExecutor("x"), OSError("x"), CancelledError(), MemoryError()]
GRADERS = [TypeError("x"), KeyError("x"), RecursionError("x"), ValueError("x"), SyntaxError("x")]


@pytest.mark.parametrize("error", [*MACHINES, KilledWorkerError("x"), *GRADERS], ids=repr)
def test_whose_fault_it_is(error, assignment):
    results = {}
    grade_all(
        [Job(name, b"", "", assignment) for name in ("ada", "grace")],
        lambda: contextlib.nullcontext(Failing(error)),
        lambda job, result: results.update({job.name: result}),
    )
    assert results["ada"].score is None
    assert results["ada"].state is (State.FAULT if error in GRADERS else State.NOT_GRADED)
    assert ("grade it again" in results["ada"].message) is (error not in GRADERS)
    assert results["grace"].score == 1


def test_without_a_sandbox_a_batch_stops(assignment):
    with pytest.raises(NoBoxError):
        grade_all(
            [Job("ada", b"", "", assignment)],
            lambda: contextlib.nullcontext(Failing(NoBoxError("x"))),
            lambda job, result: None,
        )


def test_ctrl_c_keeps_what_is_done_and_ends_the_rest_at_once(box, folder, submit, tmp_path):
    sent, out = tmp_path / "sent", tmp_path / "marks"
    sent.mkdir()
    slow = "import time\ntime.sleep(3)\ndef weighted_input(W, b, A): return W @ A + b"
    for k in range(30):
        (sent / f"s{k:02}.ipynb").write_bytes(submit(weighted_input=slow) if k > 3 else submit())
    arguments = [sys.executable, "-m", "bpgrader", "grade", folder, sent, "--out", out]
    # Who runs the tests in the background ignores Ctrl-C, and so would all that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [*arguments, "--workers", "2"], cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process.stderr, process.stdout:
        while not list(out.glob("results/*.json")):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)  # to the command alone, not to its workers
        began = time.monotonic()
        said = process.stderr.read().decode()
        assert process.wait() == 130
    assert time.monotonic() - began < 4
    assert "Traceback" not in said
    assert "what is done is kept" in said
    assert 1 <= len(load(out)[0]) < 30


def test_a_user_without_a_home_is_told_what_to_do(monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("BPGRADER_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 12345)
    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(NoBoxError, match="set BPGRADER_CACHE"):
        cache()


def test_a_full_disk_leaves_no_half_of_a_file(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    write(tmp_path / "a", "old")
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match=r"^/.*/a cannot be written: No space left on device$"):
        write(tmp_path / "a", "new")
    assert [(p.name, p.read_text("utf-8")) for p in tmp_path.iterdir()] == [("a", "old")]


def is_told(arguments):
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exit_code == 2
    said = done.output.strip().splitlines()[-1]
    assert said.startswith("bpgrader: ")
    assert "Errno" not in said
    return said


def test_what_the_machine_refuses_is_said_without_a_number_of_python(tmp_path, monkeypatch):
    reported(tmp_path, made("ada.ipynb"))
    odd = tmp_path / "results" / "odd.json"
    odd.mkdir()
    assert is_told(["report", tmp_path]) == f"bpgrader: {odd}: Is a directory"
    odd.rmdir()
    (tmp_path / "class.html").unlink()
    (tmp_path / "class.html").mkdir()
    assert "class.html cannot be written: Is a directory" in is_told(["report", tmp_path])
    (tmp_path / "class.html").rmdir()

    def taken(*_):
        raise OSError(98, "Address already in use")

    monkeypatch.setattr("bpgrader.mark.serve", taken)
    said = is_told(["mark", tmp_path, "--no-browser"])
    assert said == "bpgrader: Address already in use"
