"""Answers as students hand them in: right ones pass, wrong ones are refused and nearly all named.

The lists in answers/ were written from the notebooks alone, by somebody who had not read what the
messages say; those in answers/later/ after the messages were written, to see what is new to them;
those in answers/evening/ as people from MATLAB, PyTorch and elsewhere write, to see what slips by.
"""

import ast
import linecache
import re
from pathlib import Path

import pytest

from bpgrader import student
from bpgrader.assignment import Assignment
from bpgrader.notebook import BEGIN, source_of
from bpgrader.verdict import Verdict

from .conftest import ASSIGNMENTS

pytestmark = pytest.mark.xdist_group("answers")  # they are counted together
FOLDER = Path(__file__).parent / "answers"
UNNAMED = {"numbers", "some", "where", "factor", "offset"}  # neither the mistake nor the form
KINDS = {"wrong", "right", "equal"}


def given(notebook):
    """What the cells define that students are given: imports and functions that are whole."""
    space = {}
    for cell in notebook["cells"]:
        source = source_of(cell)
        if cell["cell_type"] != "code" or BEGIN in source:
            continue
        kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef)
        if all(isinstance(node, kinds) for node in ast.parse(source).body):
            exec(source, space)
    return space


SPACES = {
    exercise.name: given(assignment.notebook)
    for assignment in map(Assignment.load, ASSIGNMENTS)
    for exercise in assignment.sheet.exercises
}


def answers(file):
    """Read a list: kind, what the student believed, code."""
    for part in re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, code = part.split("\n", 1)
        kind, believed = head.split(": ", 1)
        assert kind in KINDS
        yield kind, believed, code


@pytest.fixture
def told(monkeypatch, capsys):
    """Check an answer as a student does; give the verdict that is told, and the words."""
    verdicts, message = [], vars(Verdict)["message"].fget

    def spied(verdict):
        verdicts.append(verdict)
        return message(verdict)

    monkeypatch.setattr(Verdict, "message", property(spied))
    monkeypatch.setattr(student, "SECONDS", 0.3)

    def run(name, code, believed):
        space, file = dict(SPACES[name]), f"<{name}: {believed}>"
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        exec(compile(code, file, "exec"), space)
        exec(f"check({name!r}, {name})", space)
        return verdicts[-1], capsys.readouterr().out

    return run


@pytest.fixture(scope="module")
def tally():
    """What became of the wrong answers, by list."""
    return {}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "file", sorted(FOLDER.rglob("*.txt")), ids=lambda f: str(f.relative_to(FOLDER))[:-4]
)
def test_right_ones_pass_and_wrong_ones_are_told(file, told, tally):
    for kind, believed, code in answers(file):
        verdict, text = told(file.stem, code, believed)
        assert verdict.passed == (kind != "wrong"), (believed, text)
        assert not re.search(r"✗ \w+: Your code stopped with", text), (believed, text)
        if kind == "wrong":
            vague = verdict.slip.code in UNNAMED or verdict.slip.kind == "error: other"
            tally.setdefault(file.parent, []).append((not vague, file.stem, believed))


@pytest.mark.parametrize(
    ("folder", "least", "share"),
    [(FOLDER, 500, 0.9), (FOLDER / "later", 60, 0.8), (FOLDER / "evening", 90, 0.85)],
)
def test_nearly_all_are_named(folder, least, share, tally):
    found = tally.get(folder, [])
    if len({name for _, name, _ in found}) < len([*folder.glob("*.txt")]):
        pytest.skip("needs all of them")
    assert len(found) >= least
    named = sum(one[0] for one in found)
    print(f"\n{folder.name}: {named} of {len(found)} named")
    assert named >= share * len(found), "\n".join(map(repr, found))
