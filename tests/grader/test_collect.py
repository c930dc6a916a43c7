"""Files as they come: what a file is decides, folders and zips alike, and nobody is left out."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from bpgrader.collect import collect
from bpgrader.senders import edition, sender

from .conftest import made, reported

NOTEBOOK = json.dumps({"nbformat": 4, "cells": []}).encode()


def zipped(files, kind=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", kind) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def as_folder(files, path):
    for name, content in files.items():
        file = path / "sent" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return path / "sent"


def as_zip(files, path):
    (path / "all.zip").write_bytes(zipped(files))
    return path / "all.zip"


def as_zipped_folder(files, path):
    (path / "sent.zip").write_bytes(zipped({f"sent/{n}": c for n, c in files.items()}))
    return path / "sent.zip"


WAYS = [as_folder, as_zip, as_zipped_folder]
M = "Ada Lovelace_11_assignsubmission_file/"
C = "lovelaceada_LATE_4711_88_"
SENT = {  # what was sent -> who is graded, and who is refused
    "a name of its own": ({"ada/work.ipynb.json": NOTEBOOK}, ["ada"], []),
    "no ending": ({"ada/work": NOTEBOOK}, ["ada"], []),
    "flat": ({"ada.ipynb.json": NOTEBOOK, "grace.ipynb.txt": NOTEBOOK}, ["ada", "grace"], []),
    "with a mark at its start": ({"ada/a.json": b"\xef\xbb\xbf\r\n " + NOTEBOOK}, ["ada"], []),
    "zipped by the student": ({"ada.zip": zipped({"work.ipynb": NOTEBOOK})}, ["ada"], []),
    "zipped, at Moodle": ({M + "w.zip": zipped({"x/w.ipynb": NOTEBOOK})}, ["Ada Lovelace_11"], []),
    "zipped, at Canvas": ({C + "w.zip": zipped({"w.ipynb": NOTEBOOK})}, ["lovelaceada_4711"], []),
    "Moodle's own zip in a folder": (
        {"moodle.zip": zipped({M + "w.ipynb": NOTEBOOK})},
        ["Ada Lovelace_11"],
        [],
    ),
    "only a PDF": ({"ada/work.pdf": b"%PDF"}, [], ["ada"]),
    "only a PDF, flat": ({"charles.pdf": b"%PDF", "ada.ipynb": NOTEBOOK}, ["ada"], ["charles"]),
    "only a PDF, at Moodle": ({M + "work.pdf": b"%PDF"}, [], ["Ada Lovelace_11"]),
    "only a PDF, at Canvas": ({C + "work.pdf": b"%PDF"}, [], ["lovelaceada_4711"]),
    "only words, at Moodle": (
        {"Ada Lovelace_11_assignsubmission_onlinetext/onlinetext.html": b"<p>hi"},
        [],
        ["Ada Lovelace_11"],
    ),
    "a PDF beside it": ({"ada/a.ipynb": NOTEBOOK, "ada/a.pdf": b"%PDF"}, ["ada"], []),
    "a zip without a notebook": ({"ada.zip": zipped({"a.pdf": b"%PDF"})}, [], ["ada"]),
    "a damaged zip": ({"ada.zip": b"PK\3\4 rest"}, [], ["ada"]),
    "a zip in a zip in a zip": (
        {"ada.zip": zipped({"b.zip": zipped({"c.ipynb": NOTEBOOK})})},
        [],
        ["ada"],
    ),
    "a program": ({"ada/work.py": b"def f(): pass"}, [], ["ada"]),
    "JSON, but no notebook": ({"ada/data.json": b'{"a": 1}'}, [], ["ada"]),
    "called a notebook": ({"ada/work.ipynb": b"hello"}, ["ada"], []),  # reading says what it is
    "an empty file": ({"ada/work": b""}, [], ["ada"]),
    "a name of Canvas's form in a student's folder": (
        {"ada/hw_1_2_final.ipynb": NOTEBOOK, "grace/hw_1_2_final.ipynb": NOTEBOOK},
        ["ada", "grace"],
        [],
    ),
    "the same, of other numbers": (
        {"ada/hw_1_2_a.ipynb": NOTEBOOK, "bob/hw_1_3_b.ipynb": NOTEBOOK},
        ["ada", "bob"],
        [],
    ),
    "the same, of several kinds": (
        {
            "ada/hw_1_2_a.ipynb": NOTEBOOK,
            "ada/lab_1_3_a.ipynb": NOTEBOOK,
            "bob/hw_1_4_b.ipynb": NOTEBOOK,
            "bob/quiz_1_5_b.ipynb": NOTEBOOK,
        },
        ["ada", "ada", "bob", "bob"],
        [],
    ),
    "the same, one of them": (
        {"ada/hw_1_2_final.ipynb": NOTEBOOK, "grace/work.ipynb": NOTEBOOK},
        ["ada", "grace"],
        [],
    ),
    "the same, zipped": (
        {
            "ada.zip": zipped({"hw_1_2_final.ipynb": NOTEBOOK}),
            "grace.zip": zipped({"x/hw_1_2_final.ipynb": NOTEBOOK}),
        },
        ["ada", "grace"],
        [],
    ),
    "the same, zipped, in folders, at Moodle, at Canvas": (
        {
            "ada/hw_1_2_final.zip": zipped({"w.ipynb": NOTEBOOK}),
            "grace/hw_1_2_final.zip": zipped({"hw_1_2_3.ipynb": NOTEBOOK}),
            M + "hw_1_2_final.zip": zipped({"hw_1_2_final.ipynb": NOTEBOOK}),
            C + "w.zip": zipped({"hw_1_2_final.ipynb": NOTEBOOK, "y_1_2_z.ipynb": b"no"}),
        },
        ["Ada Lovelace_11", "ada", "grace", "lovelaceada_4711", "lovelaceada_4711"],
        [],
    ),
    "the same, and no folder": (
        {"hw_1_2_ada.ipynb": NOTEBOOK, "hw_1_2_grace.ipynb": NOTEBOOK},
        ["hw_1_2_ada", "hw_1_2_grace"],
        [],
    ),
    "Canvas's own files, in folders of a teacher": (
        {
            f"week{k}/{who}_{k}{n}_{n}_w.ipynb": NOTEBOOK
            for k in (1, 2)
            for n, who in enumerate("abcde", 10 * k)
        },
        sorted(f"{who}_{k}{n}" for k in (1, 2) for n, who in enumerate("abcde", 10 * k)),
        [],
    ),
    "Canvas's own zip in a folder": (
        {"c.zip": zipped({C + "w.ipynb": NOTEBOOK, "x_1_2_w.ipynb": NOTEBOOK})},
        ["lovelaceada_4711", "x_1"],
        [],
    ),
    "the same, of another copy of them": (
        {f"{day}/{who}_{n}{n}_{n}_w.ipynb": NOTEBOOK for day in "xy" for n, who in enumerate("ab")},
        ["a_00", "a_00", "b_11", "b_11"],
        [],
    ),
    "the same, few of them": (
        {f"{'xxyy'[n]}/{who}_{n}{n}_{n}_w.ipynb": NOTEBOOK for n, who in enumerate("abcd")},
        ["a_00", "b_11", "c_22", "d_33"],
        [],
    ),
    "the same, with a file that a teacher has made of one": (
        {C + "w.ipynb": NOTEBOOK, C + "w.pdf": b"%PDF", "x_1_2_w.ipynb": NOTEBOOK},
        ["lovelaceada_4711", "x_1"],
        [],
    ),
    "three notebooks in a folder in a folder": (  # the report tells that one sent several
        {f"sent/ada/{k}.ipynb": NOTEBOOK for k in range(3)},
        ["ada"] * 3,
        [],
    ),
    "folders of students in a folder": (
        {"sheet 1/ada/work.ipynb": NOTEBOOK, "sheet 1/bob/work.pdf": b"%PDF"},
        ["ada"],
        ["bob"],
    ),
    "three notebooks of one, at Moodle": (
        {M + f"{k}.ipynb": NOTEBOOK for k in range(3)},
        ["Ada Lovelace_11"] * 3,
        [],
    ),
    "nothing but rubbish of systems": (
        {"ada/.DS_Store": b"x", "__MACOSX/ada.ipynb": NOTEBOOK, "Thumbs.db": b"x"},
        [],
        [],
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", SENT)
def test_what_a_file_is_decides_and_nobody_is_left_out(case, way, tmp_path):
    files, graded, refused = SENT[case]
    found = list(collect([way(files, tmp_path)]))
    assert sorted(s.sender.student for s in found if not s.refusal) == graded
    assert sorted(s.name for s in found if s.refusal) == refused
    assert all(s.refusal.startswith("There is no notebook, only") for s in found if s.refusal)


def test_a_name_is_one_however_a_system_writes_its_letters(tmp_path):
    for name in ("Jose\N{COMBINING ACUTE ACCENT}", "José"):  # as macOS does, as all others do
        (tmp_path / f"{name}.ipynb").write_bytes(NOTEBOOK)
    assert [s.sender.student for s in collect([tmp_path])] == ["José", "José"]


@pytest.mark.parametrize("way", WAYS)
def test_several_notebooks_of_one_student_have_names_of_their_own(way, tmp_path):
    files = {f"ada/{k}.ipynb": NOTEBOOK for k in range(3)} | {"ada.ipynb": NOTEBOOK}
    assert {s.name for s in collect([way(files, tmp_path)])} == {
        "ada",
        *(f"ada ({k})" for k in (2, 3, 4)),
    }


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_is_called_as_a_second_notebook_takes_no_name_away(way, tmp_path):
    files = dict.fromkeys(
        ("ada/a.ipynb", "ada/b.ipynb", "ada (2).ipynb", "ada (3)/c.ipynb"), NOTEBOOK
    )
    names = [s.name for s in collect([way(files, tmp_path)])]
    assert len(names) == len(set(names)) == 4


def test_a_file_on_the_command_line_may_have_any_name(tmp_path):
    (tmp_path / "work.json").write_bytes(NOTEBOOK)
    assert [s.name for s in collect([tmp_path / "work.json"])] == ["work"]
    for name in ("ALL.ZIP", "all", "download.zip.part"):
        (tmp_path / name).write_bytes(zipped({"ada.ipynb": NOTEBOOK}))
        assert [s.name for s in collect([tmp_path / name])] == ["ada"]


NAMED = {  # what stands in the folder -> what is typed there -> who is found
    "folders of students": (["ada/w.ipynb", "bob/w.ipynb", "eve/x.ipynb"], "*", "ada bob eve"),
    "their files": (["ada/w.ipynb", "bob/w.ipynb", "eve/x.ipynb"], "*/*", "ada bob eve"),
    "with other files": (["ada/w.ipynb", "bob/w.ipynb", "bob/x.txt"], "*", "ada bob"),
    "of Canvas's form": (["ada/hw_1_2_x.ipynb", "bob/hw_1_2_x.ipynb"], "*", "ada bob"),
    "files of Canvas's form": (["ada/hw_1_2_x.ipynb", "bob/hw_1_2_x.ipynb"], "*/*", "ada bob"),
    "folders of Moodle": ([M + "w.ipynb", M.replace("1", "2") + "w.ipynb"], "*", "{0}_11 {0}_22"),
    "one folder of Moodle": ([M + "w.ipynb"], "*", "{0}_11"),
    "a file of Moodle": ([M + "w.ipynb"], "*/*", "{0}_11"),
    "sections": (["a/ada.ipynb", "a/bob.ipynb", "b/ada.ipynb", "b/eve.ipynb"], "*", "ada bob eve"),
    "files of students": (["a/ada.ipynb", "a/bob.ipynb", "b/eve.ipynb"], "*/*", "ada bob eve"),
    "one student's two files": (["ada/1.ipynb", "ada/2.ipynb"], "ada", "1 2"),
    "one file": (["ada/work.ipynb"], "*/*", "work"),
}


@pytest.mark.parametrize("case", NAMED)
def test_a_shell_that_names_folders_or_files_makes_nobody_another(case, tmp_path):
    files, typed, students = NAMED[case]
    folder = as_folder(dict.fromkeys(files, NOTEBOOK), tmp_path)
    found = {s.sender.student for s in collect(sorted(folder.glob(typed)))}
    assert found == {name.format("Ada Lovelace") for name in students.split()}


@pytest.mark.parametrize("kind", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_a_damaged_entry_harms_no_other_however_it_is_packed(kind, tmp_path):
    data = bytearray(zipped({"ada.ipynb": NOTEBOOK * 50, "grace.ipynb": NOTEBOOK}, kind))
    at = data.index(b"ada.ipynb") + 30
    data[at : at + 12] = b"\xff" * 12
    (tmp_path / "x.zip").write_bytes(data)
    found = {s.name: s for s in collect([tmp_path / "x.zip"])}
    assert "damaged" in found["ada"].refusal
    assert (found["grace"].data, found["grace"].refusal) == (NOTEBOOK, "")


def test_names_that_a_zip_holds_as_utf_8_without_saying_so(tmp_path):
    """As the Archive Utility of macOS writes them."""
    data = zipped({"JosXX_1_assignsubmission_file/w.ipynb": NOTEBOOK, "y": b""})
    (tmp_path / "x.zip").write_bytes(data.replace(b"JosXX", "José".encode()))
    assert "José_1" in [s.name for s in collect([tmp_path / "x.zip"])]


@pytest.mark.parametrize(
    ("file", "student", "late", "which"),
    [
        (C + "work-1.ipynb", "lovelaceada_4711", True, ("work.ipynb", 88)),
        ("x_1_2_a-b-12.ipynb", "x_1", False, ("a-b.ipynb", 2)),
        (M + "work-1.ipynb", "Ada Lovelace_11", False, (M + "work-1.ipynb", 0)),
        ("week1/" + M + "w.ipynb", "Ada Lovelace_11", False, ("week1/" + M + "w.ipynb", 0)),
        ("j.doe.ipynb", "j.doe", False, ("j.doe.ipynb", 0)),
    ],
)
def test_who_when_and_which(file, student, late, which):
    who = sender(file)
    assert (who.student, who.late, edition(who)) == (student, late, which)


def test_a_zip_of_photos_is_not_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("bpgrader.collect.MAX_ZIP", 1_000_000)
    files = {f"s{k}/photo.jpg": b"\xff\xd8\xff" + bytes(900_000) for k in range(30)}
    assert len(list(collect([as_zip(files, tmp_path)]))) == 30


def test_no_link_is_followed(tmp_path):
    folder = as_folder({"ada/a.ipynb": NOTEBOOK}, tmp_path)
    (folder / "bob").mkdir()
    (folder / "bob" / "b.txt").symlink_to(folder / "ada" / "a.ipynb")
    (folder / "all").symlink_to(folder / "ada")
    names = {s.name: s.refusal for s in collect([Path(folder)])}
    assert names["ada"] == ""
    assert names["bob"].startswith("There is no notebook")


def test_a_zip_with_a_password_and_old_names(tmp_path):
    data = bytearray(zipped({"adXX.ipynb": NOTEBOOK, "grace.ipynb": NOTEBOOK}))
    data[6] |= 1  # the flag of the first entry, here and in the list at the end
    data[data.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(data.replace(b"adXX", b"ad\x84\x94"))
    found = {s.name: s.refusal for s in collect([tmp_path / "x.zip"])}
    assert "password" in found.pop("adäö")
    assert found == {"grace": ""}


def test_results_that_stand_among_submissions_are_none(tmp_path, monkeypatch):
    """The same command goes on, where a teacher grades the folder in which he works."""
    reported(tmp_path / "week/marks", made("ada.ipynb"))
    for name in ("ada.ipynb", "grace.ipynb", "marks of old.ipynb"):
        (tmp_path / "week" / name).write_bytes(NOTEBOOK)
    (tmp_path / "link").symlink_to(tmp_path / "week")
    monkeypatch.chdir(tmp_path / "link")
    sent = ["ada", "grace", "marks of old"]
    for path, out in ((".", "marks"), ("../week", "marks"), ("../week", "../link/marks")):
        assert [s.name for s in collect([Path(path)], Path(out))] == sent
    assert [s.name for s in collect([Path("ada.ipynb")], Path("marks"))] == ["ada"]
    monkeypatch.chdir(tmp_path)
    assert len(list(collect([Path("week")], Path()))) > 3  # results above it would not be in it
    with pytest.raises(ValueError, match="--out must be a folder of its own"):
        list(collect([Path("week")], Path("link")))
