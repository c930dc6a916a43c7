"""A whole course, from the zip of a course site to the zip that goes back: every mark is right."""

import csv
import json
import random
import zipfile

import pytest
from click.testing import CliRunner

from bpgrader.__main__ import main
from bpgrader.notebook import PLACEHOLDER, make_release

NAMES = [
    *("Li Wei", "Li Wei", "Wei Li", "José Díaz", "Jose Diaz", "Łukasz Żak", "O'Brien, Pat"),
    *("'t Hooft", "=SUM(1)", "Ada Lovelace", "ada lovelace", "रवि", "李雷", "X Æ A-12", "Anna Lee"),
    *("Ann Alee", "Müller", "Mueller", "van der Berg, Jan", "Participant 4"),
]
PARTS = ("weighted_input", "classify", "forward_pass")  # who has which is drawn


@pytest.fixture(scope="module")
def course(box, assignment, tmp_path_factory):
    """Make the class: what each participant sent, and how many points that is worth."""
    home, draw = tmp_path_factory.mktemp("course"), random.Random(0)
    points = {e.name: e.points for e in assignment.sheet.exercises}
    worth, words = {}, {}

    def notebook(number):
        made = make_release(assignment.notebook, solution=True)
        cells = {cell["id"]: cell for cell in made["cells"]}
        wrong = {name for name in PARTS if draw.random() < 0.5}
        if "forward_pass" in wrong:
            wrong |= {"classify"}  # it uses the other
        for name in wrong:
            cells[name.replace("_", "-")]["source"] = f"def {name}(*args):\n    return 0"
        own = f"Words of number {number}."
        blank = {c["id"]: c for c in make_release(assignment.notebook, solution=False)["cells"]}
        cells["why-activations"]["source"] = blank["why-activations"]["source"]
        where = made["cells"].index(cells["why-activations"]) + 1
        made["cells"].insert(where, {"cell_type": "markdown", "source": own, "metadata": {}})
        words[number] = own
        return json.dumps(made), sum(points.values()) - sum(points[name] for name in wrong)

    with zipfile.ZipFile(home / "all.zip", "w") as archive:
        for number, name in enumerate(NAMES, 4720):
            folder = f"{name}_{number}_assignsubmission_file"
            if number % 7 == 3:
                archive.writestr(f"{folder}/work.pdf", "%PDF")
                worth[number] = 0.0
                continue
            data, worth[number] = notebook(number)
            archive.writestr(
                f"{folder}/{draw.choice(['w.ipynb', 'w.ipynb.json', 'ü b.ipynb'])}", data
            )
            if number % 5 == 0:  # a second one, blank
                blank = make_release(assignment.notebook, solution=False)
                archive.writestr(f"{folder}/0 blank.ipynb", json.dumps(blank))
    rows = [(f"Participant {n}", name, f"p{n}@x.org") for n, name in enumerate(NAMES, 4720)]
    draw.shuffle(rows)
    with open(home / "list.csv", "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([("Identifier", "Full name", "Email"), *rows])
    return home, worth, words


def run(*arguments):
    result = CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def marks_by_number(out):
    rows = table(out / "grades.csv")
    return {int(row["Identifier"].split()[-1]): float(list(row.values())[-1]) for row in rows}


def test_every_mark_reaches_its_student_from_zip_to_zip(course, folder):
    home, worth, words = course
    out = home / "marks"
    said = run("grade", folder, home / "all.zip", "--out", out)
    refused = [number for number in worth if number not in words]
    assert said.count("REFUSED: ") == len(refused)
    said = run("report", out, "--roster", home / "list.csv")
    assert "NO MARK GIVEN" not in said
    assert "not in the roster" not in said
    assert marks_by_number(out) == worth

    rows = table(out / "written.csv")
    for row in rows:  # a mark that depends on the student, so that a mix-up would be seen
        number = next((n for n in words if f"_{n}" in row["submission"]), 0)
        if row["question"] == "why-activations" and row["answer"]:
            assert row["answer"] == words[number]
            row["mark"] = str(number % 4)
        else:
            row["mark"] = "0"
    with open(out / "written.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    said = run("report", out, "--zip", "moodle")
    assert "wait for a mark" not in said
    in_all = {n: worth[n] + (n % 4 if n in words else 0) for n in worth}
    assert marks_by_number(out) == in_all
    with zipfile.ZipFile(out / "feedback_moodle.zip") as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    assert len(pages) == len(NAMES)
    for number in words:
        (page,) = (text for name, text in pages.items() if f"_{number}_assignsubmission" in name)
        assert words[number] in page
        assert f"In all {in_all[number]:g} of 19 points." in page
    assert PLACEHOLDER not in "".join(pages.values())
