"""The assignments: each proves itself, and students get what they should and no more."""

import ast
import json
import re
import shlex
from pathlib import Path

import nbformat
import numpy as np
import pytest
from click.testing import CliRunner
from nbclient import NotebookClient

from bpgrader.__main__ import main
from bpgrader.assignment import Assignment
from bpgrader.grade import Job, grade
from bpgrader.notebook import BEGIN, make_release, source_of
from bpgrader.proof import prove
from bpgrader.prune import prune
from bpgrader.release import release
from bpgrader.student import check, find

ROOT = Path(__file__).parents[2]


def test_there_are_seven_and_their_exercises_have_different_names():
    folders = sorted(ROOT.glob("assignments/*/"))
    names = [e.name for f in folders for e in Assignment.load(f).sheet.exercises]
    assert len(folders) == 7
    assert len(set(names)) == len(names)


def test_the_assignment_proves_itself(each, box):
    proof = prove(Assignment.load(each))
    assert proof.faults == ()
    assert proof.changes > 100
    assert proof.equal < 0.03 * proof.changes


def test_the_proof_notices_inputs_that_let_a_change_pass(folder, box):
    assignment = Assignment.load(folder)
    weak = assignment.spec.replace("saturation_inputs(0.0091, 0.0099), ", "")
    weak = weak.replace('"W and b have the same length."', '"They do.", "return None": "No."')
    faults = "\n".join(prove(Assignment("weak", assignment.source, weak), draws=2).faults)
    assert re.search(r"saturated_share: \d of 3 sets of inputs.*\(a < 0.009", faults), faults
    assert "forward_pass: is called equal, but is no change that the inputs let pass" in faults


def test_the_proof_notices_faults(folder, box):
    spec = Assignment.load(folder).spec
    bad = spec.replace("np.heaviside(", "-np.heaviside(").replace("W @ A,", "W @ A + b,")
    bad = bad.replace("lambda n: sum(n),", "lambda n: sum(n) + 1,")
    twin = "lambda W, b, A: W @ A - b,"
    bad = bad.replace(twin, f"{twin} 'it is added.': {twin}")
    source = Assignment.load(folder).source.replace("return W @ A + b", "return W @ A - b")
    faults = "\n".join(prove(Assignment("bad", source, bad)).faults)
    assert "classify: right variant 3" in faults
    assert "weighted_input: the wrong variant 'The bias is missing.' got: passed" in faults
    assert "the wrong variant 'it is added.' got: wrong, The bias is subtracted" in faults
    assert re.search("the solution got [0-9]+%, wanted 100%: weighted_input", faults)


def test_every_exercise_names_an_equation_that_stands_in_its_chapter(each):
    """A chapter is named by its file, an appendix by its title."""
    texts = {}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells)
        title = re.search("^# (.*)", text, re.MULTILINE)[1]
        texts[path.stem if path.stem[0].isdigit() else f"the appendix {title}"] = text
    for exercise in Assignment.load(each).sheet.exercises:
        named = (exercise.name, exercise.equation)
        assert f"({exercise.equation})" in texts[exercise.chapter], named


def test_what_is_released_is_up_to_date_and_holds_no_solution(each, tmp_path):
    assignment = Assignment.load(each)
    release(assignment, tmp_path / "home", tmp_path, tmp_path)
    student = (tmp_path / "student.ipynb").read_text("utf-8")
    assert student == (each / "student.ipynb").read_text("utf-8"), "run: make assignments"
    assert "SOLUTION" not in student
    assert {p.name for p in tmp_path.glob("*.*")} == {"student.ipynb", f"{each.name}.checks.json"}
    new = json.loads((tmp_path / f"{each.name}.checks.json").read_text("utf-8"))
    old = json.loads((ROOT / f"bpgrader/checks/{each.name}.checks.json").read_text("utf-8"))
    shape = {k: [v["equation"], v["chapter"], [t for t, _ in v["wrong"]]] for k, v in new.items()}
    assert shape == {
        k: [v["equation"], v["chapter"], [t for t, _ in v["wrong"]]] for k, v in old.items()
    }, "run: make assignments"
    for cell in assignment.notebook["cells"]:
        text = source_of(cell)
        if BEGIN in text:
            region = text.split(BEGIN)[1].split("### END")[0].strip()
            assert region not in student
    nbformat.validate(nbformat.reads(student, 4))


def test_the_box_lacks_what_is_asked_for(each):
    sheet = Assignment.load(each).sheet
    library = "\n".join(prune(sheet.offers).values())
    defined = {n.name for n in ast.walk(ast.parse(library)) if isinstance(n, ast.FunctionDef)}
    assert not defined & {
        *("forward", "backward", "_forward", "_backward", "likelihood", "kl_divergence"),
        *("numerical_gradient", "relative_error", "train", "sweep", "step", "predict"),
    }


def test_the_solution_notebook_runs_and_every_check_is_content(each, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("MPLBACKEND", "agg")
    solution = make_release(Assignment.load(each).notebook, solution=True)
    notebook = nbformat.reads(json.dumps(solution), 4)
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    said = "".join(
        output.get("text", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout"
    )
    exercises = Assignment.load(each).sheet.exercises
    assert [e.name for e in exercises if f"✓ {e.name}: Right on " not in said] == []
    assert "✗" not in said


PERHAPS = {  # they give an error, or one number alone, which other mistakes may give, too
    ("count_parameters", "One bias per layer is too few"),  # twice 38, by chance
    ("weighted_input", "W and A are multiplied entry by entry"),
    ("weighted_input", "W is transposed"),
    ("forward_pass", "The loop starts at layer 0, the input"),
    ("forward_pass", "Every layer got X"),
    ("classify", "You compared with 0"),
    ("saturated_share", "No entry is below 0.01 and above 0.99 at once"),
    ("cross_entropy_cost", "y and a have changed places"),
    ("relative_entropy", "0 ln 0 counts as 0"),
    ("sigmoid_slope", "That is the sum a + (1 - a), which is 1"),
    ("delta_before", "W must be transposed"),
    ("delta_before", "a (1 - a) belongs to layer i"),
    ("delta_before", "W^T delta is a matrix product, @, not a product entry by entry"),
    ("backward_pass", "The derivative belongs to the layer you go back to"),
    ("backward_pass", "Delta goes back from layer i to layer i - 1 through W[i]"),
    ("activations_of", "Every layer got X"),
}


def named(exercise, message):
    """Give the first words of what is said of a known mistake; no case, as it may stand second."""
    unsure = any(name == exercise and message.startswith(text) for name, text in PERHAPS)
    return f"{'Perhaps: ' if unsure else ''}{message[:-1]}".casefold()


def tried(name, answer):
    """Check an answer as a notebook does, where it has the name of the exercise."""
    exec(f"check({name!r}, {name})", {"check": check, name: answer})


def test_the_students_check_names_every_known_mistake(each, capsys):
    for exercise in Assignment.load(each).sheet.exercises:
        for message, answer in exercise.wrong.items():
            with np.errstate(all="ignore"):
                tried(exercise.name, answer)
            said = capsys.readouterr().out.removeprefix(f"✗ {exercise.name}: ").casefold()
            assert said.startswith(named(exercise.name, message))
        for answer in exercise.right:
            with np.errstate(all="ignore"):
                tried(exercise.name, answer)
            said = capsys.readouterr().out  # an author may use the package, which students may not
            assert said.startswith(f"✓ {exercise.name}: ") or "and it needs bpcore" in said


def test_the_check_says_what_it_needs(tmp_path, monkeypatch, capsys):
    with pytest.raises(ValueError, match=r"name must be one of .*weighted_input.*got 'wrong'"):
        check("wrong", len)
    with pytest.raises(TypeError, match="without calling the function"):
        check("weighted_input", 3.0)
    data = {"mine": find("count_parameters")}
    (tmp_path / "own.checks.json").write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    check("mine", lambda n: 0)
    assert "✗ mine" in capsys.readouterr().out


def variants(spec, field):
    """Give the source text of all wrong or right variants, by exercise."""
    tree = ast.parse(spec)
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Exercise":
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if isinstance(given["name"], ast.Constant) and isinstance(
                given[field], (ast.Dict, ast.List)
            ):
                values = given[field]
                parts = values.values if isinstance(values, ast.Dict) else values.elts
                found[given["name"].value] = [ast.unparse(part) for part in parts]
    helpers = [
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.Import, ast.ImportFrom))
        and not re.search("bpcore|bpgrader", ast.unparse(node))
    ]
    return found, "\n\n".join(helpers)


@pytest.mark.parametrize("field", ["wrong", "right"])
def test_variants_are_judged_alike_inside_the_box(each, field, box):
    assignment = Assignment.load(each)
    found, helpers = variants(assignment.spec, field)
    cells = [
        {"cell_type": "code", "source": f"{helpers}\n\n{name} = {texts[-1]}\n"}
        for name, texts in found.items()
    ]
    data = json.dumps({"nbformat": 4, "cells": cells}).encode()
    entries = grade(Job("x", data, "", assignment, seed=0)).by_name
    for exercise in assignment.sheet.exercises:
        if exercise.name in found:
            entry = entries[exercise.name]
            assert (entry["status"] == "passed") == (field == "right"), entry
            if field == "wrong":
                message = list(exercise.wrong)[-1]
                assert entry["message"].casefold().startswith(named(exercise.name, message))


def test_new_writes_an_assignment_that_passes_its_own_check(box, tmp_path):
    def run(*words, code=0):
        result = CliRunner().invoke(main, list(map(str, words)))
        assert result.exit_code == code, result.output
        return result.output

    folder = tmp_path / "week 9"
    _, _, said = run("new", folder).partition("next: bpgrader ")  # as it is typed in
    assert "(0 equal to it), solution and blank notebook: 0 faults" in run(*shlex.split(said))
    run("release", folder)
    head = json.loads((folder / "student.ipynb").read_text("utf-8"))["cells"][0]["source"]
    assert "| 1 `standard_scores` | 2 | the grader |" in "".join(head)
    assert "| 2 Why scores? | 2 | a person |" in "".join(head)
    assert "exists" in run("new", folder, code=2)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("points=2", "points=2 2", r"exercises.py: SyntaxError: .* \(line \d+\)"),
        ("import numpy as np", "import nump", "ModuleNotFoundError"),
        ("sheet = Sheet(", "page = Sheet(", "it must set sheet = Sheet"),
        ("rng.normal(60, 15, (people, subjects))", "1 / 0", "division by zero"),
        ("reference=lambda A: (A -", "reference=lambda A: (A @", "its reference fails on its own"),
        (
            "            points=2,\n",
            '            points=2,\n            uses=("x",),\n',
            "uses must be",
        ),
        (
            "points=2,\n            equation",
            "points=2,\n            parts={0: 1},\n            equation",
            "its parts do not add up to its 2 points",
        ),
        (
            "points=2,\n            equation",
            "points=0.8,\n            parts={0: 0.7, 5: 0.1},\n            equation",
            r"\A(?!.*add up)(?s:.*)parts must be keys or places",  # 0.7 and 0.1 are 0.8
        ),
        ("lambda A: A / A.std(axis=0)", "scores", "got: passed"),
        ("rng.normal(60, 15", "np.random.normal(60, 15", "one seed gives other inputs, or another"),
        ("rng.normal(60", "np.random.default_rng().normal(60", "one seed gives other inputs, or"),
        ("reference=lambda A: (A -", "reference=lambda A: np.nan * (A -", "gives nan or inf on"),
        ("points=2", "points='2'", r"points of standard_scores must be a number above 0, got '2'"),
        ("points=2", "points=0", r"must be a number above 0, got 0 \(line"),
        (
            'chapter="Week 1: means"',
            "chapter=1",
            "chapter of standard_scores must be a text",
        ),
        ("points=2", "points=2, compare={'rtol': 1}", r"must be a Compare, got \{'rtol'"),
        ("inputs=marks", "inputs=[]", r"inputs of standard_scores must be a function of rng, or"),
        ("inputs=marks", "inputs=(np.eye(2),)", r"inputs of standard_scores must be a function of"),
        ("(people, subjects)),)", "(people, subjects)))", r"a tuple such as \(A,\), got ndarray"),
        (
            "written=[",
            "written=[Written(name='why-scores', rubric={'x': 1}),",
            "why-scores twice",
        ),
        ("(people, subjects)),)", "(people, subjects)), 2)", "are 2 arguments, .* default, got A"),
        ("reference=lambda A:", "reference=lambda A=None:", "are 1 argument, .* no default, got"),
        (
            "reference=lambda A:",
            "reference=3,  # ",
            "reference of standard_scores must be a function",
        ),
        ("wrong={  #", "wrong=[scores] or {  #", r"wrong of .* must be a dict, .* got \[<function"),
        (
            "lambda A: A / A.std(axis=0)",
            "3",
            "wrong of standard_scores must be a dict, text -> fun",
        ),
        ('"The mean is not subtracted."', '""', "wrong of standard_scores must be a dict, text"),
        ("right=[  #", "right=scores or [  #", "right of standard_scores must be a list of functi"),
        (
            "points=2",
            "points=2, uses='scores'",
            r"a tuple of names, such as \('f',\), got 'scores'",
        ),
        (
            "points=2",
            "points=2, equal=['A + 1']",
            r"must be a dict, text -> text, got \['A \+ 1'\]",
        ),
        ("points=2", "points=2, parts=['dW']", "parts of standard_scores must be a dict, key or"),
        ("points=2", "points=2, parts={'dW': '2'}", r"must be a dict, key or place .* '2'"),
        ("points=2", "points=2, parts={'dW': 2}", r"keys or places of the answer, got \['dW'\]"),
        ('name="standard_scores"', "name=None", "must be the name of a function, in quotes"),
        ('name="why-scores"', "name=1", "name must be the id of a cell, in quotes, got 1"),
        ('title="A first assignment"', "title=None", "title must be a text, got None"),
        ("title=", "offers='sigmoid', title=", r"a tuple of names, such as \('sigmoid',\), got 's"),
        ("title=", "offers=['sigmoid'], title=", r"such as \('sigmoid',\), got \['sigmoid'\]"),
        ("written=[", "written=np.eye(2) if 1 else [", r"written must be a list of Written\(...\)"),
        ("exercises=[", "exercises=3 if 1 else [", r"exercises must be a list of Exercise\(...\)"),
        ("sheet = Sheet(", "sheet = dict(", "TypeError: sheet must be a Sheet, got dict"),
        ("points=2", "points=2, compare=Compare(rtol='1e-3')", "rtol must be a number from 0 on"),
        (
            "points=2",
            "points=2, compare=Compare(atol=-1)",
            "atol must be a number from 0 on, got -1",
        ),
    ],
)
def test_an_assignment_that_is_at_fault_is_not_released(tmp_path, old, new, words):
    folder = tmp_path / "week_9"
    CliRunner().invoke(main, ["new", str(folder)])
    spec = (folder / "exercises.py").read_text("utf-8")
    assert old in spec
    spec = "from bpgrader.compare import Compare\n" + spec.replace(old, new, 1)
    (folder / "exercises.py").write_text(spec, "utf-8")
    result = CliRunner().invoke(main, ["release", str(folder)])
    assert result.exit_code in (2, 4), result.output
    assert re.search(words, result.output), result.output
    assert not (folder / "student.ipynb").exists()


def _without_ids(cells):
    for cell in cells:
        del cell["id"]


def _of(name, **new):
    return lambda cells: next(c for c in cells if c["id"] == name).update(new)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda cells: "[]", "week_9/source.ipynb is not a notebook; save it again"),
        (lambda cells: '{"cells": [,', "week_9/source.ipynb is not a notebook"),
        (_of("standard-scores", source=f"%%time\n{BEGIN}"), r"'standard-scores' .* \(line 1: inv"),
        (_of("setup", source="%matplotlib inline"), "cell 'setup' of source.ipynb is not plain Py"),
        (_without_ids, "no Markdown cell with id 'why-scores'"),
    ],
)
def test_a_source_notebook_that_is_at_fault_is_told_in_a_sentence(tmp_path, edit, words):
    folder = tmp_path / "week_9"
    CliRunner().invoke(main, ["new", str(folder)])
    notebook = json.loads((folder / "source.ipynb").read_text("utf-8"))
    text = edit(notebook["cells"]) or json.dumps(notebook)
    (folder / "source.ipynb").write_text(text, "utf-8")
    for command in ("check", "release"):
        result = CliRunner().invoke(main, [command, str(folder)])
        assert result.exit_code in (2, 4), result.output
        assert re.search(words, result.output), result.output


def test_a_source_notebook_without_ids_is_graded(box, assignment):
    """As Colab saves it: where no question in words needs the name of its cell."""
    notebook = {**assignment.notebook, "nbformat_minor": 4}
    _without_ids(notebook["cells"])
    spec = assignment.spec.partition("    written=[")[0] + ")\n"
    bare = Assignment("bare", json.dumps(notebook), spec)
    assert prove(bare, draws=0).faults == ()
    text = json.dumps(make_release(bare.notebook, solution=False))
    nbformat.validate(nbformat.reads(text, 4))
