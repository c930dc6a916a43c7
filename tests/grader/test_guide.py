"""The guide for instructors, taken at its word: its commands are run in an empty folder."""

import csv
import re
from importlib.metadata import version
from pathlib import Path

from bpgrader import box as sandbox
from bpgrader import collect, notebook, words
from bpgrader.__main__ import EPILOG, main
from bpgrader.assignment import Assignment
from bpgrader.judge import judge

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "chapters" / "for_instructors.md").read_text(encoding="utf-8")
OWN = (ROOT / "chapters" / "own_assignment.md").read_text(encoding="utf-8")


def test_every_command_of_the_guide_works_in_an_empty_folder(box, shell, tmp_path):
    work = tmp_path / "empty"
    work.mkdir()
    said = shell(re.findall(r"^\$ (.+)$", GUIDE, re.M), work)
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


def test_the_example_of_an_exercise_works():
    snippet = re.search(r"```python\n\s+(Exercise\(.+?)```", OWN, re.S).group(1)
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


def test_the_guide_lists_every_assignment_with_its_points():
    for folder in ROOT.glob("assignments/*/"):
        sheet = Assignment.load(folder).sheet
        code, words = (
            sum(task.points for task in tasks) for tasks in (sheet.exercises, sheet.written)
        )
        (row,) = re.findall(rf"^\| `{folder.name}` \|.*$", GUIDE, re.M)
        assert row.endswith(f"| {code} + {words} | {len(sheet.written)} |")


def test_students_are_told_the_name_of_the_package_as_it_is():
    for page in (ROOT / "chapters").glob("*.md"):
        for name in re.findall(r"bpcore-\d[\w.-]*whl", page.read_text(encoding="utf-8")):
            assert name == f"bpcore-{version('bpcore')}-py3-none-any.whl", page


def test_the_limits_of_the_guide_are_those_of_the_code():
    for text in (
        f"{sandbox.WALL_STEP:g} s a step, {sandbox.WALL_TOTAL:g} s a notebook",
        f"{sandbox.MEMORY >> 30} GiB",
        f"A file may have {notebook.MAX_FILE // 10**6} MB",
        f"{notebook.MAX_BYTES // 10**6} MB with its pictures, {notebook.MAX_CELLS:,} cells",
        f"{notebook.MAX_CODE:,} characters of code",
        f"may come to {collect.MAX_ZIP // 10**9} GB",
        f"{sandbox.LIMITS['RLIMIT_NPROC']} processes, {sandbox.LIMITS['RLIMIT_NOFILE']} open files",
        f"{sandbox.LIMITS['RLIMIT_FSIZE'] // 10**6} MB a file",
        f"An answer in words has {words.MAX_ANSWER:,} characters",
    ):
        assert text in GUIDE, text


def test_the_guide_has_every_exit_code_and_every_table():
    codes = re.findall(r"^  (\d+)  ", EPILOG, re.M)
    assert len(codes) == 7
    assert all(f"| {code} |" in GUIDE for code in codes)
    told = re.findall(r"^ *(\S+)  +", main.commands["report"].help, re.M)
    assert len(told) == 9
    assert all(f"{name.rstrip('/')}" in GUIDE for name in told)
