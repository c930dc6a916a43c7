"""One slip costs its own points: what is run again, in which order, and who gets points then."""

from types import SimpleNamespace

import numpy as np
import pytest

from bpgrader.answers import read_code
from bpgrader.carry import carried, entry
from bpgrader.inside import call
from bpgrader.judge import judge
from bpgrader.spec import Exercise, Sheet

ANSWERS = {  # name -> solution, and what it builds on
    "f": ("def f(x): return x + 1", ()),
    "g": ("def g(x): return 2 * f(x)", ("f",)),
    "h": ("def h(x): return g(x) - f(x)", ("f", "g")),
    "k": ("def k(x): return f(x) ** 2", ()),
}
RIGHT = {"f": lambda x: x + 1, "g": lambda x: 2 * x + 2, "h": lambda x: x + 1}
RIGHT["k"] = lambda x: (x + 1) ** 2


def exercise(name):
    return Exercise(
        name=name,
        points=2,
        equation="eq-f1",
        chapter="02_forward_pass",
        inputs=lambda rng: (float(rng.uniform(1, 2)),),
        reference=RIGHT[name],
        wrong={},
        right=[],
        uses=ANSWERS[name][1],
    )


SHEET = Sheet(title="A", exercises=[exercise(name) for name in ANSWERS])
REGION = "### BEGIN SOLUTION\n{}\n### END SOLUTION\n"
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "source": "words"},
        *(
            {"cell_type": "code", "id": f"cell-{name}", "source": REGION.format(text)}
            for name, (text, _) in ANSWERS.items()
        ),
    ]
}
CASES = {e.name: e.cases(np.random.default_rng(1), 2) for e in SHEET.exercises}


def run(steps):
    """Do in this process what the box does with answers that harm nobody."""
    names, outcomes = {}, {}
    for number, step in enumerate(steps):
        if "cell" in step:
            exec(step["cell"], names)
        else:
            assert step["of"] < number
            outcomes[number] = [call(names[step["call"]], args) for args in step["cases"]]
    return outcomes


@pytest.fixture
def graded():
    """Judge answers alone and once more with what is carried; give entries and all steps run."""

    def grade(kept=(), **changes):
        given = {name: text for name, (text, _) in ANSWERS.items()} | changes
        cells = [
            {"type": "code", "id": f"cell-{name}", "source": text, "pictures": {}, "asked": ""}
            for name, text in given.items()
        ]
        code = read_code(NOTEBOOK, list(ANSWERS), cells)
        steps = [{"cell": text} for text in code.steps]
        calls = {}
        for name in code.where:
            calls[name] = len(steps)
            step = {"call": name, "of": code.where[name], "cases": CASES[name]["args"]}
            steps.append(step)
        outcomes, entries, ran = run(steps), [], []
        for one in SHEET.exercises:
            found = outcomes.get(calls.get(one.name))
            entries.append(entry(one, judge(found, CASES[one.name], **one.reread)))
        assignment = SimpleNamespace(sheet=SHEET, notebook=NOTEBOOK)
        job = SimpleNamespace(assignment=assignment, kept={name: {} for name in kept})

        def spied(steps):
            ran.extend(steps)
            yield run(steps)
            yield {}  # those that are right stay so

        return entries, carried(job, code, CASES, entries, spied), ran

    return grade


def points(entries):
    return [e["points"] for e in entries]


def test_what_builds_on_a_slip_gets_its_points_and_says_why(graded):
    before, after, ran = graded(f="def f(x): return x + 3")
    assert points(before) == [0, 0, 0, 0]
    assert points(after) == [0, 2, 2, 0]  # k may not build on f
    assert after[0] is before[0]
    assert after[3] is before[3]
    assert after[1] == {
        "name": "g",
        "status": "passed",
        "points": 2,
        "max_points": 2,
        "slip": "carried",
        "message": "Right on 2 inputs with the solution in place of your f: full points here.",
        "equation": "eq-f1",
        "chapter": "02_forward_pass",
    }
    assert "in place of your f, g: full points" in after[2]["message"]
    cells = ["def f(x): return x + 3", *(ANSWERS[name][0] for name in "ghk")]
    kinds = [step.get("call") or step["cell"].strip() for step in ran]
    f, g = ANSWERS["f"][0], ANSWERS["g"][0]
    assert kinds == [*cells, f, "g", *cells, f, g, "h"]  # no answer runs beside its own solution
    assert [step["of"] for step in ran if "call" in step] == [1, 2]


def test_the_own_slip_stays(graded):
    before, after, _ = graded(f="def f(x): return x + 3", g="def g(x): return 3 * f(x)")
    assert points(after) == [0, 0, 2, 0]
    assert after[1] is before[1]
    assert after[1]["status"] == "wrong"


def test_a_wrong_one_below_a_right_one_is_carried(graded):
    _, after, ran = graded(g="def g(x): return 3 * f(x)")
    assert points(after) == [2, 0, 2, 2]
    assert "in place of your g: full points" in after[2]["message"]
    assert [step["call"] for step in ran if "call" in step] == ["h"]


def test_what_was_not_sent_gets_nothing_and_is_replaced_for_others(graded):
    before, after, ran = graded(g="def other(x): return 0")
    assert points(before) == [2, 0, 0, 2]
    assert points(after) == [2, 0, 2, 2]
    assert [step["call"] for step in ran if "call" in step] == ["h"]


def test_what_is_kept_is_not_run_again(graded):
    _, after, ran = graded(kept=["g"], f="def f(x): return x + 3")
    assert points(after) == [0, 0, 2, 0]
    assert [step["call"] for step in ran if "call" in step] == ["h"]


BLANK = "def {}(x): raise NotImplementedError"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"k": "def k(x): return 0"},
        {"h": "def h(x): return 0"},
        {name: BLANK.format(name) for name in ANSWERS},
    ],
)
def test_nothing_is_run_again_where_nothing_is_carried(graded, changes):
    before, after, ran = graded(**changes)
    assert after is before
    assert ran == []


def test_one_that_is_not_blank_lets_others_be_tried(graded):
    blank = {name: BLANK.format(name) for name in "fgh"}
    before, after, ran = graded(**blank, k="def k(x): return 0")
    assert points(after) == points(before) == [0, 0, 0, 0]
    assert [step["call"] for step in ran if "call" in step] == ["g", "h"]
