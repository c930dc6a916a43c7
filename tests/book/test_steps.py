"""The steps in dodo.py: what the Makefile calls, and what they call, is there."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = {"clean": "tidy", "book-zh": "book_zh"}  # what doit calls by another name


@pytest.fixture(scope="module")
def steps():
    """Name each step and list its commands."""
    before, here = dict(os.environ), Path.cwd()
    listed = runpy.run_path(str(ROOT / "dodo.py"))
    tasks = {name.removeprefix("task_"): make() for name, make in listed.items() if "task_" in name}
    os.environ.clear()  # it sets the surroundings of its steps
    os.environ.update(before)
    os.chdir(here)
    return {
        name: [action for action in task["actions"] or () if isinstance(action, str)]
        for name, task in tasks.items()
    }


def test_every_target_is_a_step(steps):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE)) - {"help", "lock"}
    assert {NAMES.get(name, name) for name in targets} <= set(steps)


def test_every_program_of_the_book_understands_its_step(steps):
    """With --help behind it, a command that is not understood ends with an error."""
    commands = [text for commands in steps.values() for text in commands if " site/" in text]
    programs = [text.split()[1:] for text in commands if "execute" not in text]
    assert len(programs) > 5
    for program, *words in programs:
        text = (ROOT / program).read_text(encoding="utf-8")
        if "argparse" in text:
            command = [sys.executable, program, *words[:1], "--help"]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            known = set(re.findall(r"--[a-z-]+", done.stdout))
            assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("path", sorted(ROOT.glob("site/*.py")), ids=lambda path: path.name)
def test_a_module_of_the_workshop_is_short(path):
    """One concern a file; what is longer has two."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 200
