"""The box: it is tight, the self-test notices when it is not, and nothing runs without it."""

import pytest
from click.testing import CliRunner

from bpgrader import box as sandbox
from bpgrader.__main__ import main
from bpgrader.attempts import MachineError
from bpgrader.environment import NoBoxError
from bpgrader.selftest import selftest

LEAKS = {
    "a file of the host": (["--bind", "/tmp", "/tmp"], "a file of the host can be seen"),
    "processes": (["--bind", "/proc", "/proc"], "the host's processes can be seen"),
    "a writable folder": ([], "/usr can be written"),
}


@pytest.fixture
def fresh():
    """Run the self-test again, and forget what a test has made of it."""
    selftest.cache_clear()
    yield
    selftest.cache_clear()


@pytest.mark.parametrize("name", LEAKS)
def test_the_selftest_notices_a_leak(name, box, fresh, monkeypatch):
    hole, words = LEAKS[name]
    command = [x for x in sandbox.command() if x not in ("--remount-ro", "/")]
    command = [*command[:-1], *hole]  # the root stays writable, so that more can be mounted
    monkeypatch.setattr(sandbox, "command", lambda: command)
    with pytest.raises(NoBoxError, match=words):
        selftest()


def test_the_selftest_notices_missing_seccomp(box, fresh, monkeypatch):
    allow_all = b"\x06\0\0\0\0\0\xff\x7f"
    monkeypatch.setattr(sandbox, "_filter", lambda: allow_all)
    with pytest.raises(NoBoxError, match="memory can be had"):
        selftest()


def test_a_machine_without_memory_is_not_told_to_install_anything(box, fresh, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "RESERVE", 1 << 60)
        with pytest.raises(OSError, match="MB of memory are free; end other programs and try"):
            selftest()
    assert selftest() == box


def test_without_bubblewrap_grade_refuses_with_one_sentence(
    fresh, monkeypatch, folder, submit, tmp_path
):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    (tmp_path / "ada.ipynb").write_bytes(submit())
    result = CliRunner().invoke(main, ["grade", str(folder), str(tmp_path / "ada.ipynb")])
    assert result.exit_code == 3
    assert "apt install bubblewrap" in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_box_that_does_not_start_is_the_machines_fault(box, monkeypatch, graded, submit):
    selftest()
    command = sandbox.command()
    monkeypatch.setattr(sandbox, "command", lambda: [*command, "--ro-bind", "/missing", "/x"])
    with pytest.raises(MachineError, match="twice"):
        graded(submit())
