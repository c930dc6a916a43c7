"""The grader as an engineer wants it: imports in one direction, and nothing too long to be read."""

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "bpgrader"
MODULES = {p.stem: ast.parse(p.read_text(encoding="utf-8")) for p in sorted(FOLDER.glob("*.py"))}
# Each line may import those above it, and within a line those before.
LAYERS = [
    *("shell", "inside", "clock", "many", "verdict", "compare", "cures", "hints", "forms"),
    *("cut", "twice", "judge"),
    *("changes", "undo", "repair", "probe", "student"),
    *("points", "spec", "assignment", "draw", "mutants"),
    *("environment", "dialogue", "program", "box", "selftest"),
    *(
        "result",
        "notebook",
        "ipython",
        "statements",
        "dependencies",
        "answers",
        "words",
        "senders",
        "collect",
    ),
    *("prune", "attempts", "carry", "grade", "batch", "executors"),
    *(
        "store",
        "resume",
        "tables",
        "roster",
        "marks",
        "written",
        "drawn",
        "page",
        "gradescope",
        "hand_back",
        "standing",
        "summary",
        "class_page",
        "report",
        "marking",
        "mark",
        "inputs",
    ),
    *("release", "proof", "exits"),
    *("__main__",),
]
BROWSER = LAYERS[: LAYERS.index("student") + 1]  # what runs beside the student


def own(tree):
    """The modules of ours that a module imports, at its top or anywhere else."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "bpgrader":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("bpgrader."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            names = (alias.name.split(".") for alias in node.names)
            yield from (name[1] for name in names if name[0] == "bpgrader" and name[1:])


def test_every_module_has_its_place():
    assert set(MODULES) - {"__init__"} == set(LAYERS)


@pytest.mark.parametrize("name", LAYERS)
def test_imports_go_one_way(name):
    above = set(LAYERS[: LAYERS.index(name)])
    assert set(own(MODULES[name])) <= above


@pytest.mark.parametrize("name", BROWSER)
def test_what_runs_beside_the_student_needs_numpy_alone(name):
    foreign = {"click", "psutil", "tqdm", "IPython", "distributed", "bpcore"}
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(MODULES[name])
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        str(node.module).split(".")[0]
        for node in ast.walk(MODULES[name])
        if isinstance(node, ast.ImportFrom)
    }
    assert not imported & foreign


@pytest.mark.parametrize("name", [*LAYERS])
def test_nothing_is_too_long_to_be_read(name):
    assert len((FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 300
    for node in ast.walk(MODULES[name]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            docstring = ast.get_docstring(node, clean=False) or ""
            length = node.end_lineno - node.lineno + 1 - len(docstring.splitlines())
            assert length <= 40, node.name
