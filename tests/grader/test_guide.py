"""The guide for instructors, taken at its word: its commands are run in an empty folder."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from bpgrader import box as sandbox
from bpgrader import collect, notebook
from bpgrader.__main__ import EPILOG, main
from bpgrader.judge import judge

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "chapters" / "for_instructors.md").read_text(encoding="utf-8")


def test_every_command_of_the_guide_works_in_an_empty_folder(box, tmp_path):
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    command = bin_folder / "bpgrader"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bpgrader "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    work = tmp_path / "empty"
    work.mkdir()
    environment = {
        **os.environ,
        "BOOK": str(ROOT),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
    }
    said = []
    for line in re.findall(r"^\$ (.+)$", GUIDE, re.M):
        if line.startswith("bpgrader mark "):
            opens_a_page_until_ctrl_c(line, bin_folder, work, environment)
            continue
        done = subprocess.run(
            line, shell=True, cwd=work, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        said.append(done.stdout)
    assert len(said) >= 10
    assert "the sandbox is tight" in said[0]
    assert {p.name for p in (work / "hand_out").iterdir()} == {
        "student.ipynb",
        "01_forward_pass.checks.json",
    }
    pages = {p.name[:3]: p.read_text(encoding="utf-8") for p in work.glob("marks/feedback/*.html")}
    assert "100%" in pages["ada"]
    assert "Not done" in pages["gra"]
    assert "This is not a notebook" in pages["cha"]
    with open(work / "marks" / "grades.csv", encoding="utf-8", newline="") as file:
        rows = {row["Full name"]: row for row in csv.DictReader(file)}
    assert [list(rows[name].values())[-1] for name in ("Ada", "Grace")] == ["13", "0"]
    assert rows["Ada"]["Email"] == "ada@example.org"


def opens_a_page_until_ctrl_c(line, bin_folder, work, environment):
    """Run `bpgrader mark` with a browser that does no more than ask for the page."""
    opened = work.parent / "opened"
    browser = bin_folder / "xdg-open"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{opened}.new"; mv "{opened}.new" "{opened}"\n')
    browser.chmod(0o755)
    process = subprocess.Popen(
        line.split(), cwd=work, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        with process.stdout as output:
            deadline = time.monotonic() + 60
            while not opened.exists():
                assert time.monotonic() < deadline
                time.sleep(0.05)
            with urllib.request.urlopen(opened.read_text("utf-8").strip()) as page:
                assert "why-activations" in page.read().decode()
            process.send_signal(signal.SIGINT)
            assert "4 answers in words wait for a mark" in output.read().rpartition("Ctrl-C")[2]
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()


def test_the_example_of_an_exercise_in_the_guide_works():
    snippet = re.search(r"```python\n\s+(Exercise\(.+?)```", GUIDE, re.S).group(1)
    names = {}
    exec("import numpy as np\nfrom bpgrader.draw import network", names)
    exec("from bpgrader.spec import Exercise", names)
    exercise = eval(re.sub(r"^   ", "", snippet, flags=re.M), names)
    cases = exercise.cases(names["np"].random.default_rng(0), 4)
    for message, outcomes in cases["wrong"]:
        said = judge(outcomes, cases, **exercise.reread)
        assert not said.passed
        assert said.message.startswith(message[:-1])
    for answer in exercise.right:
        outcomes = exercise.answers(answer, cases["args"])
        assert judge(outcomes, cases, **exercise.reread).passed


def test_the_guide_lists_every_assignment():
    for folder in ROOT.glob("assignments/*/"):
        assert f"`{folder.name}`" in GUIDE


def test_the_limits_of_the_guide_are_those_of_the_code():
    for text in (
        f"{sandbox.WALL_STEP:g} s a step, {sandbox.WALL_TOTAL:g} s a notebook",
        f"{sandbox.MEMORY >> 30} GiB",
        f"A file may have {notebook.MAX_FILE // 10**6} MB",
        f"{notebook.MAX_BYTES // 10**6} MB with its pictures, {notebook.MAX_CELLS:,} cells",
        f"{notebook.MAX_CODE:,} characters of code",
        f"may come to {collect.MAX_ZIP // 10**9} GB",
    ):
        assert text in GUIDE, text


def test_the_guide_has_every_exit_code_and_every_table():
    codes = re.findall(r"^  (\d+)  ", EPILOG, re.M)
    assert len(codes) == 7
    assert all(f"| {code} |" in GUIDE for code in codes)
    told = re.findall(r"^    (\S+)  +", main.commands["report"].help, re.M)
    assert len(told) == 8
    assert all(f"{name.rstrip('/')}" in GUIDE for name in told)
