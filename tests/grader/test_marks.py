"""Marks of a person belong to an answer; of several notebooks one counts, by one rule."""

import csv
import fcntl
import html
import itertools
import os
import re
from dataclasses import replace

import pytest

from bpgrader.marks import Mark
from bpgrader.page import page_name
from bpgrader.report import report
from bpgrader.result import GRADER, Answer, Item, Picture, Result, State
from bpgrader.store import load, save
from bpgrader.tables import write_table
from bpgrader.written import read_marks, set_mark

from .conftest import made

PNG = Picture("image/png", "iVBORw0KGgo=")


def result(file, points=0.0, *answers, state=State.GRADED, name="", **changes):
    score = points / 10 if state in (State.GRADED, State.REFUSED) else None
    own = {"name": name} if name else {}
    return made(file, *answers, state=state, score=score, points=points, **own, **changes)


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rewrite(path, change):
    """Do what a marker does in a spreadsheet."""
    rows = table(path)
    for row in rows:
        change(row)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def given(folder):
    return [row["mark"] for row in table(folder / "written.csv")]


RUBRIC = (Item("the chain rule", 2), Item("shapes", 1))
ONE = Answer("q", 3, RUBRIC, "W x = b; = 0")


@pytest.fixture
def marked(tmp_path):
    """A folder with one answer that has the mark 3."""
    save(tmp_path, result("ada.ipynb", 5, ONE))
    report(tmp_path)
    rewrite(tmp_path / "written.csv", lambda row: row.update(mark="3"))
    assert "wait" not in report(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("new", "stays"),
    [
        (ONE, True),
        (replace(ONE, rubric=RUBRIC[:1]), True),
        (replace(ONE, note="a note"), True),
        (replace(ONE, text="other words"), False),
        (replace(ONE, text=""), False),
        (replace(ONE, text=ONE.text + " "), False),
        (replace(ONE, max_points=2), False),
        (replace(ONE, max_points=4), False),
        (replace(ONE, pictures=(PNG,)), False),
    ],
)
def test_a_mark_belongs_to_an_answer_and_its_maximum(marked, new, stays):
    save(marked, result("ada.ipynb", 5, new))
    said = report(marked)
    assert given(marked) == (["3"] if stays else [""])
    assert ("1 of them again" in said) is not stays
    assert [r["before"] for r in table(marked / "written.csv")] == ([""] if stays else ["3 of 3"])
    assert report(marked).count("again") == said.count("again")  # and it stays said


def test_ticks_belong_to_an_answer_too(marked):
    """Else the next tick of another line would add up with what an earlier answer had."""
    rewrite(marked / "written.csv", lambda row: row.update(mark="2", ticked="the chain rule"))
    report(marked)
    save(marked, result("ada.ipynb", 5, replace(ONE, text="other words")))
    for _ in range(2):
        report(marked)
        (row,) = table(marked / "written.csv")
        assert (row["mark"], row["ticked"]) == ("", "")
        assert row["before"] == "2 of 3; found: the chain rule"
    rewrite(marked / "written.csv", lambda row: row.update(mark="1"))
    save(marked, result("ada.ipynb", 5, replace(ONE, text="words once more")))
    report(marked)
    (row,) = table(marked / "written.csv")
    assert row["before"] == "2 of 3; found: the chain rule; 1 of 3"  # nothing is lost


def test_the_columns_of_a_marker_are_kept(marked):
    def remark(row):
        row["comment"] = "Good; but = why?"
        row["marker"] = "Grace"

    rewrite(marked / "written.csv", remark)
    for answer in (ONE, replace(ONE, text="new words")):
        save(marked, result("ada.ipynb", 5, answer))
        report(marked)
        row = table(marked / "written.csv")[0]
        assert (row["comment"], row["marker"]) == ("Good; but = why?", "Grace")


@pytest.mark.parametrize("name", ["mark", "Grace", ""])
def test_two_columns_of_one_name_are_told_and_nothing_is_lost(name, marked):
    path = marked / "written.csv"
    head, rest = path.read_text("utf-8").split("\n", 1)
    text = f'{head.strip()},"Grace","",{name}\n{rest.strip()},1,2,3\n'
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=f"written.csv has two columns '{name}'; give one"):
        report(marked)
    assert path.read_text("utf-8") == text


def test_comment_and_rubric_are_on_the_page_once_marked(marked):
    page = next(marked.glob("feedback/*.html")).read_text("utf-8")
    assert "the chain rule (2)" in page
    assert "✓" not in page  # nobody has ticked
    rewrite(
        marked / "written.csv",
        lambda row: row.update(comment="<b>see</b> eq-bp1", ticked="shapes"),
    )
    report(marked)
    page = next(marked.glob("feedback/*.html")).read_text("utf-8")
    assert "&lt;b&gt;see&lt;/b&gt; eq-bp1" in page
    assert re.search(r"✗ missing:</strong> the chain rule \(2\)", page)
    assert re.search(r"✓ found:</strong> shapes \(1\)", page)
    assert "In all 8 of 13 points." in page


@pytest.mark.parametrize("text", ["> " * 200 + "deep", "<b>", "$a$ $ b", "a\n  b\n\n# c", "&amp;"])
def test_a_page_has_every_letter_of_an_answer_as_it_was_typed(text, tmp_path):
    """Whatever becomes of it when it is drawn."""
    save(tmp_path, result("ada.ipynb", 5, replace(ONE, text=text)))
    report(tmp_path)
    page = next(tmp_path.glob("feedback/*.html")).read_text("utf-8")
    assert f"<pre>{html.escape(text)}</pre>" in page


LINES = ["= 0 is missing", "-b", "a, b; =c", "'quoted'", "@x", "1 2", "x\u00a0y"]


@pytest.mark.parametrize("line", LINES)
def test_comment_and_ticks_come_back_as_they_were(line, tmp_path):
    answer = replace(ONE, rubric=(Item(line, 1), Item("other", 2)))
    save(tmp_path, result("ada.ipynb", 5, answer))
    report(tmp_path)
    wanted = Mark(1, (line, "other"), f"{line}\n{line}")
    results = load(tmp_path)[0]
    set_mark(tmp_path, results["ada"], answer, wanted, Mark())
    for _ in range(3):
        report(tmp_path)
        assert read_marks(tmp_path, results).of(results["ada"], answer) == wanted


NAMES = ["'t Hooft", "=Grace", "-x", "@home", "O'Brien", " a;=1", "+1", '"q"', "李, 雷", "'"]


@pytest.mark.parametrize("name", NAMES)
def test_a_mark_finds_its_submission_whatever_the_name(name, tmp_path):
    save(tmp_path, result("x.ipynb", 5, ONE, name=name))
    report(tmp_path)
    rewrite(tmp_path / "written.csv", lambda row: row.update(mark="2"))
    report(tmp_path)
    assert given(tmp_path) == ["2"]


@pytest.mark.parametrize("mark", ["4", "-1", "good", "nan", "inf", "1e9", "1 2", "3.0.0", "0_1"])
def test_what_is_no_mark_is_said(marked, mark):
    rewrite(marked / "written.csv", lambda row: row.update(mark=mark))
    with pytest.raises(ValueError, match="mark must be a number from 0 to 3, got"):
        report(marked)


def test_a_mark_of_nobody_is_never_dropped(marked):
    rewrite(marked / "written.csv", lambda row: row.update(submission="bob"))
    with pytest.raises(ValueError, match="no graded submission has"):
        report(marked)


def test_the_head_of_the_table_says_that_words_wait(marked):
    assert list(table(marked / "grades.csv")[0])[-1] == "01"
    save(marked, result("ada.ipynb", 5, replace(ONE, text="new")))
    report(marked)
    assert list(table(marked / "grades.csv")[0])[-1] == "01 (so far: 1 answer in words waits)"
    assert table(marked / "details.csv")[0]["answers waiting"] == "1"


CANVAS = "lovelaceada_4711_{}_work{}.ipynb".format
SEVERAL = {
    "the last edition, though worse": (
        [result(CANVAS(88, ""), 9), result(CANVAS(91, "-1"), 4), result(CANVAS(90, "-2"), 7)],
        "4",
    ),
    "half a point is more than none": (
        [result("ada/a.ipynb", 0), result("ada/b.ipynb", 0.5)],
        "0.5",
    ),
    "of different files the best": ([result("ada/a.ipynb", 4), result("ada/b.ipynb", 9)], "9"),
    "what was graded before what was refused": (
        [result(CANVAS(88, ""), 3), result(CANVAS(91, "-1"), 0, state=State.REFUSED)],
        "3",
    ),
    "refused only": ([result("ada/a.ipynb", 0, state=State.REFUSED)] * 2, "0"),
    "not graded yet: no mark on a guess": (
        [result("ada/a.ipynb", 9), result("ada/b.ipynb", state=State.NOT_GRADED)],
        "",
    ),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_of_several_notebooks_one_counts(case, tmp_path):
    """In whatever order they come, and whatever their names hash to."""
    sent, wanted = SEVERAL[case]
    for k, order in enumerate(itertools.permutations(sent)):
        folder = tmp_path / str(k)
        for j, one in enumerate(order, 1):
            save(folder, replace(one, name=f"{one.sender.student} ({j})"))
        said = report(folder)
        rows = table(folder / "grades.csv")
        assert [list(row.values())[-1] for row in rows] == [wanted]
        assert f"{sent[0].sender.student}: " in said
        assert "the latest that the course site has numbered counts, else the best" in said
        assert [r["counts"] for r in table(folder / "details.csv")].count("yes") == 1


def test_the_roster_is_remembered_and_nobody_gets_a_mark_on_a_guess(tmp_path):
    for number, points in ((4720, 0), (4721, 9)):
        save(tmp_path, result(f"Li Wei_{number}_assignsubmission_file/a.ipynb", points))
    roster = tmp_path / "course.csv"
    roster.write_text("Full name,Group\nLi Wei,4721\nBob,4720\n", encoding="utf-8")
    said = report(tmp_path, roster)
    for _ in range(2):
        assert said.count("NO MARK GIVEN: Li Wei_472") == 2
        rows = table(tmp_path / "grades.csv")
        assert [row["01"] for row in rows] == ["", ""]
        assert [row["points"] for row in table(tmp_path / "unmatched.csv")] == ["0", "9"]
        assert "2 of them, in unmatched.csv" in said
        said = report(tmp_path)
    assert "roster.csv" in said


def test_an_import_meets_nobody_whom_the_course_site_does_not_know(tmp_path):
    """Moodle stops at a line without an address, or gives its mark to the student before it."""
    for name in ("ada.ipynb", "eve.ipynb"):
        save(tmp_path, result(name, 5))
    roster = tmp_path / "course.csv"
    roster.write_text("Email,Username\na@x,ada\nb@x,bob\n", encoding="utf-8")
    report(tmp_path, roster)
    rows = [[*row.values()] for row in table(tmp_path / "grades.csv")]
    assert rows == [["a@x", "ada", "5"], ["b@x", "bob", ""]]
    (eve,) = table(tmp_path / "unmatched.csv")
    assert [*eve.values()] == ["eve", "not in the roster", "5"]
    roster.write_text("Email,Username\na@x,ada\ne@x,eve\n", encoding="utf-8")
    assert "unmatched" not in report(tmp_path, roster)
    assert not (tmp_path / "unmatched.csv").exists()


def test_the_maximum_is_the_same_for_all_also_for_what_was_refused(tmp_path):
    save(tmp_path, result("ada.ipynb", 5, ONE))
    save(tmp_path, result("eve.ipynb", 0))
    report(tmp_path)
    assert {row["max_points"] for row in table(tmp_path / "details.csv")} == {"13"}


def test_the_page_of_every_student_is_in_a_list(tmp_path):
    names = ["Łukasz Żak", "李雷", "রবি", "ada", "Ada", "???", "x" * 300, "a/b"]
    for k, name in enumerate(names):
        save(tmp_path, result(f"{k}.ipynb", k, name=name))
    roster = tmp_path / "list.csv"
    roster.write_text("Username,Email\n3,three@x\n", encoding="utf-8")
    report(tmp_path, roster)
    rows = {row["submission"]: row for row in table(tmp_path / "pages.csv")}
    assert rows.keys() == set(names)
    assert len({row["page"].casefold() for row in rows.values()}) == len(names)
    assert all((tmp_path / row["page"]).is_file() for row in rows.values())
    assert "Łukasz-Żak" in rows["Łukasz Żak"]["page"]
    assert "李雷" in rows["李雷"]["page"]
    assert "রবি" in rows["রবি"]["page"]
    assert rows["ada"]["Email"] == "three@x"


def test_a_page_of_nobody_goes(marked):
    (marked / "feedback" / "old.html").write_text("old", encoding="utf-8")
    report(marked)
    assert [p.name for p in marked.glob("feedback/*")] == [page_name("ada")]


@pytest.mark.parametrize("text", ["{}", "[]", "4", "", "{", '{"format": 1}', '{"format": 2}', "\0"])
def test_what_is_no_result_is_named_and_passed_over(marked, text):
    (marked / "results" / "bad.json").write_text(text, encoding="utf-8")
    assert "bad.json" in report(marked)
    assert list(load(marked)[0]) == ["ada"]


def test_a_result_comes_back_as_it_was_and_knows_its_grader():
    one = result("ada.ipynb", 5, replace(ONE, pictures=(PNG,)), seed=3, versions={"numpy": "2"})
    again = Result.from_json(one.to_json())
    assert again == one
    assert again.grader == GRADER
    assert len(GRADER.split()) == 2


@pytest.mark.parametrize(
    ("new", "stays"),
    [(ONE, True), (replace(ONE, text="x"), False), (replace(ONE, max_points=4), False)],
)
def test_a_table_without_fingerprints_is_compared_by_its_text(marked, new, stays):
    rows = table(marked / "written.csv")
    with open(marked / "written.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, ["submission", "question", "max_points", "mark", "answer"], extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerows(rows)
    save(marked, result("ada.ipynb", 5, new))
    report(marked)
    assert given(marked) == (["3"] if stays else [""])


def test_the_row_of_canvas_with_the_maximum_gets_it(tmp_path):
    save(tmp_path, result(CANVAS(88, ""), 9, ONE))
    roster = tmp_path / "canvas.csv"
    roster.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
        '"Lovelace, Ada",4711,,ada,S\n',
        encoding="utf-8",
    )
    report(tmp_path, roster)
    assert [list(row.values())[-1] for row in table(tmp_path / "grades.csv")] == ["13", "9"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"mark": "1"}, "two marks for 'ada', q: 3 of 3 and 1 of 3"),
        ({"comment": "why?"}, "3 of 3 and 3 of 3; comment: why"),
        ({"mark": "", "comment": "why?"}, "3 of 3 and no points; comment: why"),
        ({"ticked": "the chain rule"}, "3 of 3 and 3 of 3; found"),
        ({"before": "2 of 3"}, "3 of 3; before: - and 3 of 3; before: 2 of 3"),
        ({"second reader": "no"}, "3 of 3; second reader: yes and 3 of 3; second reader: no"),
        ({"version": "v-0"}, "two marks for 'ada', q"),  # of another answer: a copy of the folder
        ({"mark": "", "second reader": ""}, ""),
        ({}, ""),
    ],
)
def test_two_marks_for_one_answer_are_no_mark(change, told, marked):
    rows = [{**row, "second reader": "yes"} for row in table(marked / "written.csv")]
    for lines in ([rows[0], {**rows[0], **change}], [{**rows[0], **change}, rows[0]]):
        write_table(marked / "written.csv", [rows[0], *(line.values() for line in lines)])
        if told:
            with pytest.raises(ValueError, match="two marks for 'ada', q"):
                report(marked)
        else:
            report(marked)
            assert given(marked) == ["3"]
    write_table(
        marked / "written.csv", [rows[0], *(r.values() for r in (rows[0], rows[0] | change))]
    )
    if told:
        with pytest.raises(ValueError, match=told):
            report(marked)


def test_of_two_copies_of_a_result_none_is_chosen_by_its_name(marked):
    (mine,) = (marked / "results").glob("*.json")
    for name in ("ada.json", f"{mine.stem} (conflicted copy).json", "zzz.json"):
        copy = marked / "results" / name
        copy.write_text(result("ada.ipynb", 0, ONE).to_json(), encoding="utf-8")
        said = report(marked)
        assert f"not results, passed over: {name}" in said
        assert load(marked)[0]["ada"].points == 5
        copy.unlink()


def test_a_report_reads_every_result_once(marked, monkeypatch):
    read = []
    monkeypatch.setattr("bpgrader.report.load", lambda folder: read.append(folder) or load(folder))
    report(marked)
    assert read == [marked]


def test_a_report_takes_no_mark_from_what_is_graded_meanwhile(marked, monkeypatch):
    """The results are read when nobody else writes: else old ones would displace a new mark."""
    free = []

    def looked(folder):
        other = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            free.append(False)
        else:
            free.append(True)
        os.close(other)
        return load(folder)

    monkeypatch.setattr("bpgrader.report.load", looked)
    report(marked)
    assert free == [False]


def test_the_summary_names_mistakes_and_no_student(tmp_path):
    for k, slip in enumerate(["known: The bias is missing.", "numbers", "numbers"]):
        entry = {
            "name": "f",
            "status": "wrong",
            "points": 0,
            "max_points": 2,
            "message": "m",
            "slip": slip,
        }
        save(tmp_path, result(f"s{k}.ipynb", exercises=(entry,)))
    said = report(tmp_path)
    assert "f: right 0 of 3\n  2 × … is …, wanted …\n  1 × The bias is missing." in said


def test_the_summary_and_the_page_of_the_class_tell_the_same(tmp_path):
    """Of those whose notebook counts: right, wrong, stopped and not done, and who was late."""
    became = [("passed", "right"), ("wrong", "known: No bias."), ("wrong", "known: No bias.")]
    became += [("wrong", "shape"), ("stopped", "error: axis"), ("not done", "blank")]
    for k, (status, slip) in enumerate(became):
        entry = {"name": "f", "status": status, "points": 0, "max_points": 2, "message": "m"}
        one = result(f"s{k}_LATE_{k}_1_w.ipynb" if k == 3 else f"s{k}.ipynb")
        save(tmp_path, replace(one, exercises=({**entry, "slip": slip},)))
    again = result("s1.ipynb", -1, name="s1 (2)")  # worse: it does not count
    save(tmp_path, replace(again, exercises=({**entry, "status": "passed", "slip": "right"},)))
    said = report(tmp_path)
    shape = "… must be …, you gave …"
    assert f"f: right 1 of 6, 1 stopped, 1 not done\n  2 × No bias.\n  1 × {shape}\n" in said
    assert "an error" not in said
    page = html.unescape((tmp_path / "class.html").read_text("utf-8"))
    assert "1 of 6</td>" in page
    told = re.findall(r"<summary>(.*?)</summary>(.*?)</details>", page)
    assert told[:2] == [("2 × No bias.", "s1; s2"), ("1 × Not done yet", "s5")]
    assert len(told) == 3
    assert re.findall(r'row">(.*?)</th><td>(.*?)</td></tr>', page.partition("To look at")[2]) == [
        ("s3_3", "late, says the course site"),
        ("s1", "sent 2 notebooks; 's1' counts"),
    ]
