"""A class of 40 by the guide alone: from the zip of the course site to marked pages that go back.

Namesakes, odd names and files, second tries, who sent no notebook or nothing, words with formulas
and pictures. The commands are those that the guide prints; words are marked in the browser, by
keyboard. The test prints what a teacher spends.
"""

import csv
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from benchmarks.course import FOLDER, make_class, moodle_list, moodle_zip
from bpgrader.assignment import Assignment

pytestmark = pytest.mark.xdist_group("walk")  # the class is graded and marked once
ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "chapters" / "for_instructors.md").read_text(encoding="utf-8")
RUBRIC = {q.name: list(q.rubric.items()) for q in Assignment.load(FOLDER).sheet.written}

SAVED = """() => [...document.querySelectorAll("[role=status]")]
    .every((status) => status.textContent === "saved")"""


class Walk:
    """Runs the guide's commands in a folder, and notes how long each takes."""

    def __init__(self, home):
        self.home, self.seconds = home, {}

    def command(self, beginning, **other):
        """Take the command of the guide that begins so; with other names for its files."""
        (line,) = {c for c in re.findall(r"bpgrader [^\n`]+", GUIDE) if c.startswith(beginning)}
        words = [other.get(word, word) for word in line.split()]
        words = [word.replace("$BOOK", str(ROOT)) for word in words[1:]]
        return [sys.executable, "-m", "bpgrader", *words]

    def run(self, beginning, **other):
        began = time.monotonic()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = self.command(beginning, **other)
        done = subprocess.run(
            command, cwd=self.home, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        self.seconds[beginning] = time.monotonic() - began
        return done.stdout

    def mark(self, browser, students):
        """Mark all words by keyboard in the page that `bpgrader mark` opens; count the keys."""
        command = [*self.command("bpgrader mark marks"), "--no-browser"]
        process = subprocess.Popen(
            command,
            cwd=self.home,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            with process.stdout as output:
                line = next(line for line in output if line.startswith("mark here: "))
                keys = mark_all(browser, line.split()[-1], students)
                process.send_signal(signal.SIGINT)
                output.read()
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
            process.wait()
        return keys


def mark_all(browser, address, students):
    """Go from question to question; give the number of keys."""
    tab, keys = browser.new_page(), 0
    tab.goto(address)
    for question in tab.locator("tbody a").all_text_contents():
        tab.get_by_role("link", name=question).click()
        keys += by_keyboard(tab, question, students)
        tab.get_by_role("link", name="All questions").click()
        tab.locator("tbody").wait_for()
    left = [row.split()[-1] for row in tab.locator("tbody tr").all_inner_texts()]
    assert set(left) == {"0"}
    tab.close()
    return keys


def by_keyboard(tab, question, students):
    """Mark every answer to a question as its student deserves; give the number of keys."""
    rubric, keys = RUBRIC[question], 0
    articles = tab.locator("article")
    articles.first.wait_for()
    for _ in range(articles.count()):
        title = tab.locator("article:focus h2").text_content()
        student = students[int(re.search(r"_(\d+)( \(\d\))?$", title)[1])]
        second = title.endswith(")") or not tab.locator("article:focus .answer").count()
        found = () if second else student.found[question]
        ticks = {len(rubric): "f", 0: "x"}.get(len(found)) or "".join(str(k + 1) for k in found)
        for key in (*ticks, "n"):
            tab.keyboard.press(key)
        keys += len(ticks) + 1
    tab.wait_for_function(SAVED)
    return keys


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def walked(box, browser, tmp_path_factory):
    """Walk the whole way once."""
    home = tmp_path_factory.mktemp("course")
    students = {student.number: student for student in make_class()}
    (home / "all.zip").write_bytes(moodle_zip(list(students.values())))
    (home / "list.csv").write_text(moodle_list(list(students.values())), encoding="utf-8")
    walk = Walk(home)
    grade = "bpgrader grade $BOOK/assignments/01_forward_pass submissions --out"
    said = walk.run(grade, submissions="all.zip")
    keys = walk.mark(browser, students)
    said += walk.run("bpgrader report marks --roster", **{"course.csv": "list.csv"})
    said += walk.run("bpgrader report marks --zip moodle")
    seconds = ", ".join(f"{name.split()[1]} {value:.0f} s" for name, value in walk.seconds.items())
    print(f"a class of {len(students)}: {seconds}; {keys} keys for all words")
    return home / "marks", students, said


def worth(student):
    """Points for code and words."""
    if not student.found:
        return student.points if student.files else None
    words = sum(RUBRIC[q][k][1] for q, found in student.found.items() for k in found)
    return student.points + words


def test_every_student_gets_the_own_marks(walked):
    marks, students, said = walked
    assert "NO MARK GIVEN" not in said
    assert "not in the roster" not in said
    rows = table(marks / "grades.csv")
    got = {int(row["Identifier"].split()[1]): list(row.values())[-1] for row in rows}
    assert got.keys() == students.keys()
    for number, student in students.items():
        wanted = worth(student)
        assert got[number] == ("" if wanted is None else f"{wanted:g}"), student.name


def test_every_page_goes_back_to_its_student(walked):
    marks, students, _ = walked
    with zipfile.ZipFile(marks / "feedback_moodle.zip") as archive:
        pages = {name.split("_")[1]: archive.read(name).decode() for name in archive.namelist()}
    assert pages.keys() == {str(s.number) for s in students.values() if s.files}
    for student in students.values():
        if not student.found:
            continue
        page = pages[str(student.number)]
        assert f"In all {worth(student):g} of 19 points." in page
        items = sum(len(rubric) for rubric in RUBRIC.values())
        ticked = sum(map(len, student.found.values()))
        assert page.count("✓ found:") == ticked
        assert page.count("✗ missing:") == items - ticked


def test_a_person_finds_each_page_and_sees_who_is_missing(walked):
    marks, students, said = walked
    rows = table(marks / "pages.csv")
    assert {int(r["Identifier"].split()[1]) for r in rows} == {
        s.number for s in students.values() if s.files
    }
    for row in rows:
        assert (marks / row["page"]).is_file()
        number = int(row["Identifier"].split()[1])
        assert str(number) in row["page"]
        first = re.findall(r"\w+", students[number].name)
        assert all(word in row["page"] for word in first[:1])
    page = (marks / "class.html").read_text("utf-8")
    assert f"{len(students) - 2} students" in page
    for student in students.values():
        if student.files and not student.found:
            assert f"REFUSED: {student.name}_{student.number}: " in said
            assert f"{student.number}</th><td>refused: " in page
