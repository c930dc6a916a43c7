"""Grading one submission: what one exercise owes to another, and errors in cells."""

import pytest

from bpgrader import box as sandbox
from bpgrader.grade import _attempts

WRONG = "def forward_pass(W, b, X):\n    return {'z': [None], 'a': [X]}\n"


def test_an_exercise_that_uses_a_wrong_one_gets_its_points_with_the_right_one(graded, submit):
    result = graded(submit(forward_pass=WRONG)).by_name
    assert result["classify"]["points"] == result["classify"]["max_points"]
    assert "with the solution in place of your forward_pass" in result["classify"]["message"]
    assert result["forward_pass"]["points"] == 0
    assert "solution" not in result["forward_pass"]["message"]


EXEC = "exec('def half(): return 0.5')"  # no name tells that it defines half


def test_what_is_carried_takes_the_other_lines_along(graded, submit):
    own = "def classify(W, b, X):\n    return (forward_pass(W, b, X)['a'][-1] >= half()) * 1\n"
    result = graded(submit([EXEC], forward_pass=WRONG, classify=own)).by_name
    assert result["classify"]["slip"] == "carried"
    assert result["forward_pass"]["points"] == 0


@pytest.mark.parametrize(("stopped", "again"), [({1}, ["g", "g"]), ({1, 2}, [])])
def test_what_was_stopped_is_not_tried_with_the_other_lines(stopped, again):
    """It would take its 8 s again, which those that build on it need."""
    steps, ran = [{"cell": "x = 1"}, {"call": "f"}, {"call": "g"}], []

    def run(steps):
        ran.append([step["call"] for step in steps if "call" in step])
        return {}, dict.fromkeys(stopped, "It ran longer")

    list(_attempts(run, [(0, "y = 2")], steps))
    assert ran[1:] == [again] * bool(again)


def test_the_reason_is_that_of_the_run_that_came_furthest(graded, submit):
    own = "def weighted_input(W, b, A):\n    return W @ A - 2 * half() * b\n"
    result = graded(submit([EXEC], weighted_input=own)).by_name["weighted_input"]
    assert result["status"] == "wrong"
    assert result["message"].startswith("The bias is subtracted; it is added")


def test_a_name_of_one_sitting_is_told(graded, submit):
    own = "def weighted_input(W, b, A):\n    return W @ A + Out[3] * b\n"
    result = graded(submit(["1.0"], weighted_input=own)).by_name["weighted_input"]
    assert result["message"].startswith("Out holds what Jupyter has run or shown so far")


def test_an_exercise_that_is_wrong_itself_gets_nothing_with_the_right_one(graded, submit):
    own = "def classify(W, b, X):\n    return 1 - (forward_pass(W, b, X)['a'][-1] >= 0.5)\n"
    result = graded(submit(forward_pass=WRONG, classify=own)).by_name
    assert result["classify"]["points"] == 0
    assert result["classify"]["message"].endswith("It uses forward_pass: correct that first.")


def test_nothing_is_carried_to_what_may_not_build_on_it(graded, submit):
    own = "def saturated_share(W, b, X, scale):\n    return forward_pass(W, b, X)['a'][1].mean()\n"
    missing = "def forward_pass(W, b, X):\n    raise NotImplementedError\n"
    taken = "def weighted_input(W, b, A):\n    return forward_pass([0, W], [0, b], A)['z'][1]\n"
    result = graded(submit(forward_pass=missing, weighted_input=taken, saturated_share=own)).by_name
    assert result["weighted_input"]["points"] == result["saturated_share"]["points"] == 0
    assert result["classify"]["points"] == 2


def test_no_answer_finds_its_own_solution_where_others_are_in_place(graded, submit):
    own = "def classify(W, b, X):\n    import sys\n    f = sys._getframe()\n" + (
        "    while 'job' not in f.f_locals:\n        f = f.f_back\n"
        "    for _, step in f.f_locals['job']['steps']:\n"
        "        if 'def classify' in step.get('cell', '') and 'getframe' not in step['cell']:\n"
        "            exec(step['cell'], globals())\n            return classify(W, b, X)\n"
    )
    result = graded(submit(forward_pass=WRONG, classify=own)).by_name
    assert result["classify"]["points"] == 0


def test_whoever_builds_on_the_first_layer_loses_it_alone(graded, submit):
    result = graded(
        submit(
            weighted_input="def weighted_input(W, b, A):\n    return W @ A\n",
            forward_pass="def forward_pass(W, b, X):\n    z, a = [None], [X]\n"
            "    for w, c in zip(W[1:], b[1:]):\n        z.append(weighted_input(w, c, a[-1]))\n"
            "        a.append(1 / (1 + np.exp(-z[-1])))\n    return {'z': z, 'a': a}\n",
            saturated_share="def saturated_share(W, b, X, scale):\n"
            "    a = 1 / (1 + np.exp(-weighted_input(scale * W[1], b[1], X)))\n"
            "    return np.mean((a < 0.01) | (a > 0.99))\n",
        )
    )
    lost = [e["name"] for e in result.exercises if e["points"] < e["max_points"]]
    assert lost == ["weighted_input"]


def test_what_is_run_again_has_only_the_time_that_is_left(graded, submit, monkeypatch):
    run, given = sandbox.run, []
    monkeypatch.setattr(
        sandbox, "run", lambda *a, **k: given.append(k["watch"].left) or run(*a, **k)
    )
    result = graded(submit(forward_pass=f"import time\ntime.sleep(1)\n{WRONG}")).by_name
    assert result["classify"]["slip"] == "carried"
    first, *later = given
    assert first <= sandbox.WALL_TOTAL
    assert later
    assert max(later) < first - 1


def test_an_error_in_a_cell_is_that_of_the_exercise(graded, submit):
    result = graded(submit(classify="x = 1\ny = 1 / 0\ndef classify(W, b, X): return 1")).by_name
    assert "ZeroDivisionError in line 2 of your cell" in result["classify"]["message"]
    assert result["forward_pass"]["status"] == "passed"


def test_an_error_after_the_definition_does_no_harm(graded, submit):
    own = "def weighted_input(W, b, A): return W @ A + b\nimport matplotlib.pyplot as plt"
    assert graded(submit(weighted_input=own)).score == 1


def test_checks_and_magics_in_an_answer_cell_are_harmless(graded, submit):
    own = "%matplotlib inline\ncheck('classify', None)\n"
    own += "def weighted_input(W, b, A): return W @ A + b\n"
    result = graded(submit(weighted_input=own + "check('weighted_input', weighted_input)"))
    assert result.score == 1, result.by_name["weighted_input"]


DOT = "def weighted_input(W, b, A):\n    return product(W, A) + b\n"
LATER = {  # a right answer -> what stands in cells below it, and gives one of its names to others
    "a helper of the same name": [
        f"def product(W, A): return W @ A\n{DOT}",
        "def product(x): return x[0] * x[1]",
    ],
    "a sum that is called sum": [DOT.replace("product(W, A)", "sum([W @ A])"), "sum = 0"],
    "a star": [DOT.replace("product(W, A)", "max([W @ A])"), "from numpy import *"],
    "a number of samples": [
        f"import math as m\n{DOT.replace('product(W, A)', 'm.cos(0) * W @ A')}",
        "inputs, units, m = 100, 30, 200",
    ],
    "a result with the name of the function": [
        f"def product(W, A): return W @ A\n{DOT}",
        "weighted_input = weighted_input(np.eye(2), np.ones((2, 1)), np.eye(2))",
    ],
    "a result with the name of the function, without it": [
        DOT.replace("product(W, A)", "W @ A"),
        "weighted_input, other = np.eye(2) @ np.eye(2), 1",
    ],
    "a decorator that does not fit": [
        DOT.replace("product(W, A)", "W @ A"),
        "import functools\nweighted_input = functools.lru_cache(weighted_input)",
    ],
    "a list that is filled again": [
        f"size = [1]\n{DOT.replace('product(W, A)', 'size[0] * W @ A')}",
        "size[0] = 3",
    ],
}


@pytest.mark.parametrize("case", LATER)
def test_an_answer_may_be_right_when_it_stands_and_wrong_at_the_end(case, graded, submit):
    answer, *below = LATER[case]
    assert graded(submit(below, weighted_input=answer)).score == 1


def test_what_is_wrong_when_it_stands_and_at_the_end_gets_nothing(graded, submit):
    answer, *below = LATER["a helper of the same name"]
    result = graded(submit(below, weighted_input=answer.replace("+ b", "- b"))).by_name
    assert result["weighted_input"]["points"] == 0
    assert result["forward_pass"]["status"] == "passed"


@pytest.mark.parametrize(
    "below",
    [
        "weighted_input = lambda W, b, A: W @ A + b",
        "import functools\ndef g(W, b, A, k): return W @ A + k * b\n"
        "weighted_input = functools.partial(g, k=1)",
        "def late(f): return lambda W, b, A: W @ A + b\nweighted_input = late(weighted_input)",
    ],
)
def test_an_answer_may_get_its_name_without_a_def(below, graded, submit):
    blank = "def weighted_input(W, b, A):\n    raise NotImplementedError"
    assert graded(submit([below], weighted_input=blank)).score == 1


def test_a_name_that_is_no_function_is_told(graded, submit):
    wrong = "def weighted_input(W, b, A):\n    return W @ A - b"
    result = graded(submit(["weighted_input = 3"], weighted_input=wrong)).by_name["weighted_input"]
    assert "wanted" in result["message"]
    result = graded(submit(weighted_input="weighted_input = 3")).by_name["weighted_input"]
    assert result["message"].startswith("When your cell has run, weighted_input is no function.")


def test_what_no_name_tells_takes_the_time_of_one_step(graded, submit, monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_STEP", 4)  # a busy machine starts a box within that
    heavy = ["import time", *["time.sleep(9)"] * 40]
    result = graded(submit(forward_pass=WRONG, extra=heavy)).by_name
    assert result["classify"]["slip"] == "carried"


SET = {  # what sets how Python behaves -> whether it does not
    "np.seterr": ("np.seterr(all='raise')", "np.geterr()['over'] == 'warn'"),
    "warnings": (
        "__import__('warnings').simplefilter('error')",
        "__import__('warnings').filters[0][0] != 'error'",
    ),
    "decimal": (
        "__import__('decimal').getcontext().prec = 5",
        "__import__('decimal').getcontext().prec == 28",
    ),
}


@pytest.mark.parametrize("what", SET)
def test_what_an_answer_sets_does_no_harm_to_another(what, graded, submit):
    """Neither in its function, nor in its cell, which comes after that of the other."""
    code, unharmed = SET[what]
    first = "def weighted_input(W, b, A):\n    if {}:\n        return W @ A + b\n"
    setting = f"def count_parameters(n):\n    {code}\n    return sum(" + (
        "n[i] * (n[i - 1] + 1) for i in range(1, len(n)))\n"
    )
    result = graded(submit(count_parameters=setting, weighted_input=first.format(unharmed)))
    assert (result.score, result.by_name["weighted_input"]["status"]) == (1, "passed")
    below = submit(extra=[f"import numpy as np\n{code}\nclassify = classify"])
    assert graded(below).score == 1
    between = submit(weighted_input=first.format(unharmed), extra=[f"{code}\nclassify = classify"])
    assert graded(between).score == 1


def test_what_an_answer_sets_once_holds_for_all_its_inputs(graded, submit):
    code = "import decimal, functools\n@functools.cache\ndef ready():\n" + (
        "    decimal.getcontext().prec = 5\ndef weighted_input(W, b, A):\n    ready()\n"
        "    return W @ A + b * (decimal.getcontext().prec == 5)\n"
    )
    result = graded(submit(weighted_input=code)).by_name
    assert result["weighted_input"]["status"] == "passed"


def test_await_at_the_top_level_in_the_box(graded, submit):
    """Where no socket can be made, as an event loop of asyncio does."""
    code = (
        "import asyncio\nasync def wait(k):\n    await asyncio.sleep(0.01)\n    return k\n"
        "one, two = await asyncio.gather(wait(1), asyncio.to_thread(int, 2))\n"
        "ready = asyncio.create_task(wait(3))\n"
    )
    own = "def weighted_input(W, b, A):\n    return W @ A + b * (one + two - await_ + 1)\n"
    cells = f"{code}await_ = await ready\n{own}"
    assert graded(submit(weighted_input=cells)).by_name["weighted_input"]["status"] == "passed"
    elsewhere = [f"{code}await_ = await ready"]
    assert graded(submit(weighted_input=own, extra=elsewhere)).score == 1
