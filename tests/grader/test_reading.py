"""Reading what a stranger sent: one sentence for whatever is wrong, and answers found anywhere."""

import json
import os
import zipfile

import pytest

from bpgrader.answers import answer_ids, read_code
from bpgrader.collect import collect
from bpgrader.notebook import UnreadableError, make_release, read_bytes, read_cells
from bpgrader.store import file_name


def notebook(*sources, **changes):
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"nbformat": 4, "cells": cells, **changes}).encode()


BROKEN = {
    "empty file": b"",
    "not JSON": b"hello",
    "half a notebook": notebook("x = 1")[:-20],
    "a list": b"[]",
    "a number": b"4",
    "UTF-16": notebook("x = 1").decode().encode("utf-16"),
    "nested too deep": b"[" * 100_000,
    "a very long number": b'{"nbformat": ' + b"4" * 100_000 + b"}",
    "old format": notebook(nbformat=3),
    "no cells": b'{"nbformat": 4}',
    "cells are text": notebook(cells="x"),
    "too many cells": notebook(*["x"] * 2001),
    "a cell is a number": notebook(cells=[1]),
    "a source is a number": notebook(cells=[{"cell_type": "code", "source": 1}]),
    "a source holds a number": notebook(cells=[{"cell_type": "code", "source": ["x", 1]}]),
    "too much code": notebook("x" * 500_001),
    "51 MB": notebook("x") + b" " * 51_000_000,
    "6 MB of text": notebook(cells=[{"cell_type": "markdown", "source": "x" * 6_000_000}]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_whatever_is_wrong_is_one_sentence(name):
    with pytest.raises(UnreadableError) as caught:
        read_cells(BROKEN[name])
    text = str(caught.value)
    assert text.endswith(".")
    assert len(text) < 150
    assert "Traceback" not in text


def test_outputs_and_other_metadata_are_dropped():
    cell = {"cell_type": "code", "id": "a", "source": ["x\n", "y"], "outputs": [1], "metadata": 2}
    data = b"\xef\xbb\xbf" + notebook(cells=[cell], metadata={"kernelspec": {"name": "evil"}})
    assert read_cells(data) == [
        {"type": "code", "id": "a", "source": "x\ny", "pictures": {}, "asked": ""}
    ]


def test_links_pipes_and_folders_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "link.ipynb").symlink_to("/etc/hostname")
    for name in ("pipe", "folder", "link", "missing"):
        with pytest.raises(UnreadableError, match="plain file"):
            read_bytes(tmp_path / f"{name}.ipynb")
    assert {s.name for s in collect([tmp_path]) if s.refusal} == {"pipe", "folder", "link"}


NAMES = ["count_parameters", "weighted_input"]
SOURCE = {
    "cells": [
        {
            "cell_type": "code",
            "id": "setup",
            "metadata": {"tags": ["setup"]},
            "source": "import numpy as np",
        },
        *(
            {
                "cell_type": "code",
                "id": name,
                "metadata": {},
                "source": f"def {name}():\n"
                "    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION",
            }
            for name in NAMES
        ),
    ]
}


def rebuilt(*sources, ids=()):
    cells = [{"type": "code", "id": "", "source": source} for source in sources]
    for cell, name in zip(cells, ids, strict=False):
        cell["id"] = name
    return read_code(SOURCE, NAMES, cells)


def test_the_last_definition_wins_wherever_it_stands():
    code = rebuilt(
        "def weighted_input(): return 1",
        "def count_parameters(): return 2",
        "def weighted_input(): return 3",
    )
    assert code.steps[1:] == ("def count_parameters(): return 2", "def weighted_input(): return 3")
    assert code.where == {"count_parameters": 1, "weighted_input": 2}
    assert code.missing == {}


def test_only_answers_and_the_helpers_that_they_need_are_run():
    codes = rebuilt(
        "import os\nos.abort()",
        "import math\nLIMIT = 3\nprint('not this')",
        "def helper(x):\n    return math.exp(x)",
        "def weighted_input(): return helper(LIMIT)",
        "def count_parameters():\n    helper_in_here = 1\n    return helper_in_here",
        "helper_in_here = 10**9",
        "assert False",
    ).steps
    assert codes == (
        "import numpy as np",
        "import math",
        "\nLIMIT = 3",
        "def helper(x):\n    return math.exp(x)",
        "def weighted_input(): return helper(LIMIT)",
        "def count_parameters():\n    helper_in_here = 1\n    return helper_in_here",
    )


def test_a_student_cannot_change_the_setup_cell():
    code = rebuilt("import evil as np", "def weighted_input(): return np", ids=["setup"])
    assert code.steps == ("import numpy as np", "def weighted_input(): return np")


def test_what_is_missing_is_said():
    said = rebuilt("def weighted_input(: return 1", "x = 1", ids=["weighted_input", "other"])
    assert "not valid Python (line 1" in said.missing["weighted_input"]
    assert said.broken == {"weighted_input"}
    assert "Not done" in said.missing["count_parameters"]
    said = rebuilt("def wheighted_input(): return 1", ids=["weighted_input"])
    assert "does not define weighted_input" in said.missing["weighted_input"]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_code_in_a_cell_of_text_is_told(kind):
    cells = [{"type": kind, "id": "count_parameters", "source": "def count_parameters(): return 1"}]
    said = read_code(SOURCE, NAMES, cells).missing
    assert "count_parameters stands in a cell of text" in said["count_parameters"]
    assert "no cell defines" in said["weighted_input"]


def test_a_cell_that_is_broken_belongs_to_its_exercise_by_its_id_alone():
    said = rebuilt("x = (", ids=["weighted_input"])
    assert said.missing["weighted_input"].startswith("Your cell ")
    assert said.broken == {"weighted_input"}
    assert rebuilt("x = 1", ids=["weighted_input"]).broken == frozenset()


def test_what_an_answer_reads_is_known_and_what_it_wants_of_a_broken_cell_is_told():
    code = rebuilt(
        "START, LIMIT = 1, 2",
        "THERE = 1 +",
        "def weighted_input(x=START): return helper(x, LIMIT, THERE)",
    )
    assert {"START", "LIMIT", "helper", "THERE"} <= code.uses["weighted_input"]
    assert code.uses.keys() == {"weighted_input"}
    ((name, why),) = code.left_out
    assert name == "THERE"
    assert why.startswith("a cell that is not valid Python")


def test_an_exercise_stands_in_the_cell_with_its_solution():
    region = "x = 1\ndef {}(): # {}\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    cells = [
        {"cell_type": "code", "id": "a", "source": region.format("f", 1)},
        {"cell_type": "code", "id": "b", "source": "def f(): return 2"},
        {"cell_type": "markdown", "id": "c", "source": region.format("f", 3)},
    ]
    assert answer_ids({"cells": cells}, ["f"]) == {"f": "a"}
    with pytest.raises(ValueError, match=r"no cell with a solution region for g, h$"):
        answer_ids({"cells": cells}, ["f", "g", "h"])


def test_code_that_strains_the_parser_is_harmless():
    for source in ("(" * 100_000, "-" * 100_000 + "1", "x" + ".y" * 100_000, "a\0b", "\ud800"):
        rebuilt(f"{source}\n", "def weighted_input(): return 1")


def test_a_release_holds_no_solution_and_a_solution_no_marker():
    student = json.dumps(make_release(SOURCE, solution=False))
    assert "return 1" not in student
    assert "NotImplementedError" in student
    solution = json.dumps(make_release(SOURCE, solution=True))
    assert "return 1" in solution
    assert "SOLUTION" not in solution + student


def zipped(path, *entries):
    with zipfile.ZipFile(path, "w") as archive:
        for entry, data in entries:
            archive.writestr(entry, data)
    return path


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_zip_harms_nobody_else(tmp_path):
    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = 0o120777 << 16
    bad = ["/abs.ipynb", "../up.ipynb", "a/../../up2.ipynb", "back\\slash.ipynb", "C:drive.ipynb"]
    path = zipped(
        tmp_path / "all.zip",
        ("ada.ipynb", "1"),
        ("ada.ipynb", "2"),
        (link, "/etc/passwd"),
        ("notes.txt", "no notebook"),
        ("__MACOSX/._ada.ipynb", "ignored"),
        *((name, "x") for name in bad),
        ("Grace Hopper_77_assignsubmission_file/work.ipynb", "3"),
    )
    found = list(collect([path]))
    assert [(s.name, s.data) for s in found if not s.refusal] == [
        ("ada", b"1"),
        ("Grace Hopper_77", b"3"),
    ]
    assert len([s for s in found if s.refusal]) == len(bad) + 3
    assert {p.name for p in tmp_path.iterdir()} == {"all.zip"}


def test_who_sent_no_notebook_is_told_so(tmp_path):
    path = zipped(
        tmp_path / "all.zip",
        ("Ada_1_assignsubmission_file/work.ipynb", "1"),
        ("Ada_1_assignsubmission_file/notes.txt", "ignored"),
        ("Charles_2_assignsubmission_file/", ""),
        ("Charles_2_assignsubmission_file/work.pdf", "%PDF"),
    )
    said = {s.name: s.refusal for s in collect([path])}
    assert said == {
        "Ada_1": "",
        "Charles_2": "There is no notebook, only 'work.pdf'; send the .ipynb file itself.",
    }


def test_other_files_are_no_submissions(tmp_path):
    (tmp_path / "course.csv").write_text("Name\n", encoding="utf-8")
    for name, words in (("course.csv", "course.csv$"), ("no.zip", "no.zip, which does not exist")):
        with pytest.raises(ValueError, match=words):
            list(collect([tmp_path / name]))


def test_a_zip_bomb_is_read_no_further_than_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr("bpgrader.collect.MAX_ZIP", 20_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for k in range(8):
            archive.writestr(f"{k}.ipynb", b"0" * 9_000_000)
    with pytest.raises(ValueError, match="more than 20,000,000 bytes"):
        list(collect([tmp_path / "bomb.zip"]))


def test_one_damaged_entry_of_a_zip_harms_no_other(tmp_path):
    path = zipped(tmp_path / "x.zip", ("ada.ipynb", "one"), ("grace.ipynb", "two"))
    path.write_bytes(path.read_bytes().replace(b"one", b"0ne"))
    found = {s.name: (s.data, s.refusal) for s in collect([path])}
    assert "damaged" in found["ada"][1]
    assert found["grace"] == (b"two", "")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not a zip"])
def test_a_damaged_zip_is_said_to_be_one(tmp_path, data):
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(ValueError, match="not a zip that can be read"):
        list(collect([tmp_path / "x.zip"]))


def test_awkward_names_make_safe_distinct_files():
    names = ["../../x", "x", "X", "-rf", "a\nb", "ä" * 300, "", "a/b", "a b", "\udcff", "CON"]
    files = [file_name(name) for name in names]
    assert len(set(files)) == len(names)
    assert all(len(f) < 60 and f.replace("-", "").isalnum() and f[0] != "-" for f in files)
