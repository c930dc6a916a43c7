"""The command from end to end, as an instructor uses it."""

import contextlib
import csv
import json
import re
import zipfile
from concurrent.futures import Future

import numpy as np
import pytest
from click.testing import CliRunner

from bpgrader import __main__ as commands
from bpgrader.__main__ import main
from bpgrader.assignment import Assignment
from bpgrader.grade import UNBOXED, hidden_cases
from bpgrader.inputs import show_inputs
from bpgrader.inside import encode
from bpgrader.notebook import make_release
from bpgrader.result import State
from bpgrader.spec import Exercise, Sheet

pytestmark = pytest.mark.xdist_group("command")  # the class of most tests is graded once
NASTY = '=cmd|"/c calc"!A1<script>alert(1)</script>'


def run(*arguments, code=0):
    result = CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def grades(out, column="Student"):
    """The last column of grades.csv, by student."""
    return {row[column]: list(row.values())[-1] for row in table(out / "grades.csv")}


@pytest.fixture(scope="module")
def marks(box, folder, tmp_path_factory):
    """Grade a small course once: right, half right, blank, broken, with nasty texts."""
    source, home = Assignment.load(folder).notebook, tmp_path_factory.mktemp("course")

    def text(change=lambda cells: None, solution=True):
        notebook = make_release(source, solution=solution)
        change({cell["id"]: cell for cell in notebook["cells"]})
        return json.dumps(notebook)

    def half(cells):
        cells["weighted-input"]["source"] = "def weighted_input(W, b, A):\n    return W @ A\n"
        cells["forward-pass"]["source"] = (
            f"def forward_pass(W, b, X):\n    raise ValueError({NASTY!r})\n"
        )
        cells["why-activations"]["source"] = f"## Task 3 (in words): why activations?\n{NASTY}"

    with zipfile.ZipFile(home / "moodle.zip", "w") as archive:
        archive.writestr("Ada Lovelace_11_assignsubmission_file/work.ipynb", text())
        archive.writestr("=Grace_22_assignsubmission_file/work.ipynb", text(half))
    (home / "folder").mkdir()
    (home / "folder" / "blank.ipynb").write_text(text(solution=False), encoding="utf-8")
    (home / "folder" / "broken.ipynb").write_text("{", encoding="utf-8")
    out = home / "marks"
    said = run("grade", folder, home / "moodle.zip", home / "folder", "--out", out)
    return home, out, said


def test_marks_are_as_they_should_be(marks):
    _, out, said = marks
    points = {row["submission"]: row for row in table(out / "details.csv")}
    assert points["Ada Lovelace_11"]["score"] == "1"
    assert points["'=Grace_22"]["weighted_input"] == "0"
    assert points["'=Grace_22"]["count_parameters"] == "2"
    assert points["blank"]["score"] == "0"
    assert points["broken"]["status"] == "refused"
    assert "weighted_input: right 1 of 3" in said
    assert "1 × The bias is missing." in said
    assert "REFUSED: broken: This is not a notebook" in said


def test_no_text_of_a_student_becomes_a_formula_or_a_script(marks):
    _, out, _ = marks
    for file in out.glob("*.csv"):
        with open(file, encoding="utf-8", newline="") as opened:
            cells = [cell for row in csv.reader(opened) for cell in row]
        assert not [c for c in cells if c[:1] in ("=", "+", "-", "@", "\t", "\r")]
    pages = [p.read_text(encoding="utf-8") for p in out.glob("feedback/*.html")]
    assert len(pages) == 4
    assert not [page for page in pages if "<script" in page]
    assert any("&lt;script&gt;" in page for page in pages)
    assert all("default-src 'none'" in page for page in pages)


def test_a_second_notebook_of_a_student_is_counted(folder, submit, tmp_path):
    home = tmp_path / "ada"
    home.mkdir()
    for name in ("a.ipynb", "b.ipynb"):
        (home / name).write_bytes(submit())
    run("grade", folder, tmp_path, "--out", tmp_path / "marks", "--unsafe-no-sandbox")
    names = [row["submission"] for row in table(tmp_path / "marks" / "details.csv")]
    assert sorted(names) == ["ada", "ada (2)"]


def test_gradescope_gets_its_form(marks):
    _, out, _ = marks
    results = [json.loads(p.read_text("utf-8")) for p in out.glob("gradescope/*/results.json")]
    assert sorted(r["score"] for r in results) == [0, 0, 7, 13]
    for result in results:
        assert {t["status"] for t in result["tests"]} <= {"passed", "failed"}
        assert sum(t["max_score"] for t in result["tests"]) == 13


def test_a_person_marks_answers_in_words_and_the_marks_stay(marks):
    _, out, _ = marks
    rows = table(out / "written.csv")
    assert len(rows) == 6  # two questions; of what was refused there is nothing to mark
    assert rows[0]["rubric"]
    answer = next(r for r in rows if "Grace" in r["submission"] and r["question"][0] == "w")
    assert "calc" in answer["answer"]
    answer["mark"] = "2,5"
    with open(out / "written.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    run("report", out)
    run("report", out)
    assert [r["mark"] for r in table(out / "written.csv") if r["mark"]] == ["2.5"]
    assert grades(out)["'=Grace_22"] == "9.5"
    text = (out / "written.csv").read_text("utf-8").replace(',"2.5",', ',"99",')
    (out / "written.csv").write_text(text, encoding="utf-8")
    assert "mark must be a number from 0 to 3" in run("report", out, code=2)
    (out / "written.csv").unlink()


def test_a_spreadsheet_of_another_country_is_read(marks):
    _, out, _ = marks
    run("report", out)
    written = out / "written.csv"
    with open(written, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    for row in rows:
        row[3] = "1,5"

    def save(encoding):
        with open(written, "w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=";").writerows([header, *rows])

    save("utf-8-sig")
    assert "wait for a mark" not in run("report", out)
    pages = "".join(p.read_text(encoding="utf-8") for p in out.glob("feedback/*.html"))
    assert "In all 16 of 19 points." in pages
    assert "Nothing found from the question" in pages
    save("utf-16")  # with its mark, as Excel saves "Unicode text"
    assert "wait for a mark" not in run("report", out)
    save("utf-16-le")
    assert "save it as CSV UTF-8" in run("report", out, code=2)
    rows[0][0] = "Ada?Lovelace"
    save("utf-8")
    assert "has a mark for 'Ada?Lovelace'" in run("report", out, code=2)
    written.write_text("a,b\n", encoding="utf-8")
    assert "must have the column submission" in run("report", out, code=2)
    written.unlink()


def test_the_roster_of_a_course_site_gets_one_column_more(marks):
    home, out, _ = marks
    roster = home / "moodle.csv"
    roster.write_text(
        "Identifier,Full name,Email\nParticipant 22,Grace Hopper,g@x\n"
        "Participant 11,Ada Lovelace,a@x\nParticipant 99,Not Handed In,n@x\n",
        encoding="utf-8",
    )
    said = run("report", out, "--roster", roster)
    assert "not in the roster: blank, broken" in said
    given = grades(out, "Full name")
    assert given == {"Ada Lovelace": "13", "Grace Hopper": "7", "Not Handed In": ""}
    assert [row["student"] for row in table(out / "unmatched.csv")] == ["blank", "broken"]


def test_grading_goes_on_where_it_stopped_and_twice_gives_the_same_marks(marks, folder):
    home, out, _ = marks
    files = sorted((out / "results").glob("*.json"))
    before = [json.loads(p.read_text("utf-8")) for p in files]
    files[0].unlink()
    said = run("grade", folder, home / "moodle.zip", home / "folder", "--out", out)
    assert "3 graded before, 1 to do" in said
    after = [json.loads(p.read_text("utf-8")) for p in files]
    assert before[0]["seed"] != after[0]["seed"]
    assert [b["points"] for b in before] == [a["points"] for a in after]
    assert before[1:] == after[1:]


def test_one_notebook_as_json_and_its_seed_gives_the_same_inputs(marks, folder, tmp_path):
    home = marks[0]
    with zipfile.ZipFile(home / "moodle.zip") as archive:
        data = archive.read("=Grace_22_assignsubmission_file/work.ipynb")
    (tmp_path / "grace.ipynb").write_bytes(data)
    reports = []
    for _ in range(2):
        seed = ["--seed", reports[0]["seed"]] if reports else []
        file = tmp_path / "report.json"
        run("grade", folder, tmp_path / "grace.ipynb", "--json", file, *seed)
        reports.append(json.loads(file.read_text("utf-8")))
    assert reports[0]["score"] == pytest.approx(7 / 13)
    assert {"score", "message", "exercises"} <= reports[0].keys()
    assert reports[0]["exercises"] == reports[1]["exercises"]  # the messages quote hidden numbers
    assert not (tmp_path / "marks").exists()


def test_what_is_recorded_is_what_the_notice_says(marks):
    _, out, _ = marks
    results = [json.loads(p.read_text("utf-8")) for p in out.glob("results/*.json")]
    graded = next(r for r in results if r["state"] == "graded")
    assert set(graded) == {
        *("name", "sender", "assignment", "title", "digest", "submission", "seed", "sandbox"),
        *("versions", "state", "score", "points", "max_points", "message", "seconds"),
        *("exercises", "written", "grader", "format"),
    }


def test_without_a_sandbox_only_on_request_and_every_report_says_so(folder, submit, tmp_path):
    (tmp_path / "own.ipynb").write_bytes(submit())
    out = tmp_path / "marks"
    said = run("grade", folder, tmp_path / "own.ipynb", "--out", out, "--unsafe-no-sandbox")
    assert said.count("NONE: --unsafe-no-sandbox was given") == 2
    result = json.loads(next((out / "results").iterdir()).read_text("utf-8"))
    assert result["score"] == 1
    assert "NONE" in result["sandbox"]


def test_usage_errors_are_one_sentence(folder, tmp_path):
    for arguments in (
        ("grade", folder, tmp_path / "missing.ipynb", "--unsafe-no-sandbox"),
        ("grade", folder, tmp_path, "--unsafe-no-sandbox"),
        ("grade", tmp_path, tmp_path, "--unsafe-no-sandbox"),
        ("report", tmp_path),
        ("check", tmp_path, "--unsafe-no-sandbox"),
    ):
        said = run(*arguments, code=2)
        assert said.splitlines()[-1].startswith("bpgrader: ")
        assert "Traceback" not in said


def test_the_help_teaches(folder):
    said = run("--help")
    for word in ("release", "check", "grade", "report", "selftest", "Exit codes", "written"):
        assert re.search(word, said + run("report", "--help"))
    for command in main.commands:
        assert len(run(command, "--help")) > 150


def test_one_exercise_is_graded_again_and_the_others_stay(box, folder, submit, tmp_path):
    for name in ("ada", "grace"):
        (tmp_path / f"{name}.ipynb").write_bytes(submit(classify="def classify(W, b, X): return 1"))
    out, sent = tmp_path / "marks", [tmp_path / "ada.ipynb", tmp_path / "grace.ipynb"]
    run("grade", folder, *sent, "--out", out)
    before = {p.name: json.loads(p.read_text("utf-8")) for p in out.glob("results/*.json")}
    for name, result in before.items():
        for entry in result["exercises"]:
            entry.update(points=0.5, message="of old")
        (out / "results" / name).write_text(json.dumps(result), encoding="utf-8")
    run("grade", folder, *sent, "--out", out, "--only", "weighted_input")
    for name, result in before.items():
        after = json.loads((out / "results" / name).read_text("utf-8"))
        entries = {e["name"]: e for e in after["exercises"]}
        assert entries.pop("weighted_input")["points"] == 2
        assert {(e["points"], e["message"]) for e in entries.values()} == {(0.5, "of old")}
        assert after["seed"] == result["seed"]
        assert after["points"] == 2 + 0.5 * len(entries)
    assert "an exercise is one of" in run("grade", folder, *sent, "--only", "nothing", code=2)


@pytest.mark.parametrize("old", [{"digest": "d"}, {"grader": "1.0.0 0"}, {"sandbox": UNBOXED}])
def test_what_keeps_old_marks_is_not_taken_for_new(old, box, folder, submit, tmp_path):
    (tmp_path / "ada.ipynb").write_bytes(submit())
    line = ("grade", folder, tmp_path / "ada.ipynb", "--out", tmp_path / "marks")
    run(*line)
    path = next((tmp_path / "marks" / "results").iterdir())
    result = json.loads(path.read_text("utf-8")) | old
    result["exercises"][0].update(points=0, status="wrong")
    path.write_text(json.dumps(result), encoding="utf-8")
    run(*line, "--only", "weighted_input")
    kept = json.loads(path.read_text("utf-8"))
    assert kept["exercises"][0]["points"] == 0
    assert kept.items() >= old.items()
    assert "graded before" not in run(*line)
    assert json.loads(path.read_text("utf-8"))["score"] == 1


def test_what_the_machine_cannot_grade_again_keeps_its_marks(
    box, folder, submit, tmp_path, monkeypatch
):
    (tmp_path / "ada.ipynb").write_bytes(submit())
    line = ("grade", folder, tmp_path / "ada.ipynb", "--out", tmp_path / "marks")
    run(*line)
    path = next((tmp_path / "marks" / "results").iterdir())
    before = path.read_text("utf-8")

    def none(jobs, executor, keep):
        for job in jobs:
            keep(job, job.result(State.NOT_GRADED, "no memory"))

    monkeypatch.setattr(commands, "grade_all", none)
    said = run(*line, "--only", "weighted_input", code=1)
    assert "ada keeps its earlier result: no memory" in said
    assert path.read_text("utf-8") == before


def test_the_inputs_of_a_seed_are_code_that_runs(folder, assignment):
    lines = run("inputs", folder, "--seed", 7)
    args = []

    def answer(*values):
        args.append([encode(value) for value in values])

    names = {e.name: answer for e in assignment.sheet.exercises}
    exec(lines, {"np": np, **names})
    assert args == [a for c in hidden_cases(assignment.sheet, 7).values() for a in c["args"]]
    one = run("inputs", folder, "--seed", 7, "--exercise", "classify")
    assert "weighted_input" not in one
    assert one in lines
    assert "got nothing" in run("inputs", folder, "--seed", 7, "--exercise", "nothing", code=2)


def test_numbers_that_are_not_finite_are_code_that_runs():
    draw = [1.5, -np.inf, {"a": np.array([[np.nan, 1], [np.inf, 2]])}, None]
    exercise = Exercise(
        name="answer",
        points=1,
        equation="e",
        chapter="c",
        inputs=lambda rng: (draw,),
        reference=lambda x: 1,
        wrong={},
        right=[],
    )
    args = []
    lines = "\n".join(show_inputs(Sheet(title="A", exercises=[exercise]), 1))
    exec(lines, {"np": np, "answer": args.append})
    assert repr(args[0]) == repr(draw)


@pytest.mark.parametrize("change", [{"grader": "1.0.0 0"}, {"format": 1}, {"score": None}])
def test_a_result_of_another_grader_is_not_used_again(change, box, folder, submit, tmp_path):
    (tmp_path / "ada.ipynb").write_bytes(submit())
    line = ("grade", folder, tmp_path / "ada.ipynb", "--out", tmp_path / "marks")
    run(*line)
    assert "1 graded before, 0 to do" in run(*line)
    path = next((tmp_path / "marks" / "results").iterdir())
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), encoding="utf-8")
    assert "graded before" not in run(*line)
    assert json.loads(path.read_text("utf-8"))["score"] == 1


def test_a_fault_of_the_grader_has_an_exit_code_of_its_own(
    box, folder, submit, tmp_path, monkeypatch
):
    class Faulty:
        def submit(self, function, job):
            future = Future()
            future.set_exception(TypeError("a slip of ours"))
            return future

    monkeypatch.setattr(commands, "executor", lambda *_: contextlib.nullcontext(Faulty()))
    (tmp_path / "ada.ipynb").write_bytes(submit())
    said = run("grade", folder, tmp_path / "ada.ipynb", "--out", tmp_path / "marks", code=5)
    assert "GRADER'S FAULT: ada: The grader itself failed; report this, please. TypeError" in said


def test_a_sheet_of_questions_alone_is_graded(box, folder, tmp_path):
    home = tmp_path / "words"
    home.mkdir()
    source = json.loads((folder / "source.ipynb").read_text("utf-8"))
    source["cells"] = [c for c in source["cells"] if c["cell_type"] == "markdown"]
    (home / "source.ipynb").write_text(json.dumps(source), encoding="utf-8")
    (home / "exercises.py").write_text(
        "from bpgrader.spec import Sheet, Written\nsheet = Sheet(title='Words', exercises=[], "
        "written=[Written(name='why-activations', rubric={'r': 3})])\n",
        encoding="utf-8",
    )
    run("release", home)
    run("grade", home, home / "student.ipynb", home / "solution.ipynb", "--out", tmp_path / "marks")
    rows = {row["submission"]: row for row in table(tmp_path / "marks" / "written.csv")}
    assert rows["student"]["answer"] == ""
    assert "Nothing found" in rows["student"]["note"]
    assert "W^{[2]}" in rows["solution"]["answer"]


@pytest.mark.parametrize(
    ("site", "name", "inside"),
    [
        (
            "moodle",
            "Ada Lovelace_11_assignsubmission_file/work.ipynb",
            "Ada Lovelace_11_assignsubmission_file_feedback.html",
        ),
        (
            "canvas",
            "lovelaceada_LATE_4711_88_link_1.ipynb",
            "lovelaceada_LATE_4711_88_feedback.html",
        ),
    ],
)
def test_the_pages_go_back_as_the_course_site_takes_them(
    site, name, inside, box, folder, submit, tmp_path
):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(name, submit())
    (tmp_path / "grace.ipynb").write_bytes(submit())
    out = tmp_path / "marks"
    run("grade", folder, tmp_path / "all.zip", tmp_path / "grace.ipynb", "--out", out)
    said = run("report", out, "--zip", site)
    assert f"feedback_{site}.zip holds 1 page" in said
    assert f"not in feedback_{site}.zip: grace" in said
    with zipfile.ZipFile(out / f"feedback_{site}.zip") as archive:
        assert archive.namelist() == [inside]
        assert "13 of 13 points" in archive.read(inside).decode()
    other = {"moodle": "canvas", "canvas": "moodle"}[site]
    assert f"no submission has a name that {other} gives" in run(
        "report", out, "--zip", other, code=2
    )
    late = {row["submission"]: row["late"] for row in table(out / "details.csv")}
    assert sorted(late.values()) == (["", "late"] if site == "canvas" else ["", ""])


def test_the_notebook_of_another_assignment_is_refused_by_name(box, folder, tmp_path):
    other = next(p for p in sorted(folder.parent.glob("*/student.ipynb")) if p.parent != folder)
    (tmp_path / "ada.ipynb").write_bytes(other.read_bytes())
    said = run("grade", folder, tmp_path / "ada.ipynb", "--out", tmp_path / "marks")
    assert "REFUSED: ada: This is another notebook, 'Assignment 2" in said
