"""The check in the student's notebook must be light: it also runs in the browser."""

import json
import linecache
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from bpgrader import student
from bpgrader.student import check, find, inputs_of

ROOT = Path(__file__).parents[2]


def test_the_check_needs_the_standard_library_and_numpy_only():
    code = (
        "import json, sys; before = set(sys.modules); import numpy; numpys = set(sys.modules); "
        "from bpgrader.student import check; check('count_parameters', lambda n: 0); "
        "print(json.dumps(sorted({m.split('.')[0] for m in set(sys.modules) - numpys})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    verdict, modules = done.stdout.strip().splitlines()
    assert verdict.startswith("✗ count_parameters: ")
    assert "our result is 0, wanted" in verdict
    assert set(json.loads(modules)) <= {"bpgrader", "numpy"} | sys.stdlib_module_names
    assert "resource" not in json.loads(modules)


def test_the_line_of_an_error_is_said(capsys):
    def count_parameters(n):
        return missing_name  # noqa: F821

    check("count_parameters", count_parameters)
    line = count_parameters.__code__.co_firstlineno + 1
    assert f"NameError in line {line} of your cell" in capsys.readouterr().out


def test_a_mistyped_name_gets_the_nearest_ones():
    with pytest.raises(ValueError, match=r"exercises \(count_parameters\), got 'count_parameter'"):
        check("count_parameter", lambda n: 0)


def said(capsys, name, answer, **names):
    """Check an answer as a notebook does, where it has the name of the exercise."""
    exec(f"check({name!r}, {name})", {"__name__": __name__, "check": check, name: answer, **names})
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "while True:\n        try:\n            n[0]\n        except Exception:\n            pass",
        "[0 for _ in iter(int, 1)]",
    ],
)
def test_an_endless_loop_is_stopped(capsys, monkeypatch, code):
    monkeypatch.setattr(student, "SECONDS", 0.2)
    space = {"count_parameters": None}
    exec(f"def count_parameters(n):\n    {code}", space)
    told = said(capsys, "count_parameters", space["count_parameters"])
    assert "ran longer than 0.2 s: is there a loop that never ends" in told
    assert "clock" not in str(sys.gettrace())


def test_another_name_gets_no_tick(capsys):
    def weightedInput(W, b, A):
        return W @ A + b

    exec("check('weighted_input', weightedInput)", {"check": check, "weightedInput": weightedInput})
    told = capsys.readouterr().out
    assert told.startswith("✗ weighted_input: The numbers are right, but the grader looks for")
    assert "weightedInput" in told
    assert said(capsys, "weighted_input", weightedInput).startswith("✓")


def test_a_library_that_the_grader_lacks_gets_no_tick(capsys):
    import matplotlib as mpl

    space = {"mpl": mpl}
    exec("def weighted_input(W, b, A):\n    mpl.rcParams\n    return W @ A + b", space)
    assert "needs matplotlib" in said(capsys, "weighted_input", space["weighted_input"])

    def weighted_input(W, b, A):
        import matplotlib.pyplot as plt  # noqa: F401

        return W @ A + b

    assert "needs matplotlib.pyplot" in said(capsys, "weighted_input", weighted_input)


NEEDS = {  # code of a notebook -> what it says that the grader lacks
    "a function": (
        "from scipy.linalg import lu_solve as g\ndef weighted_input(W, b, A):\n    g\n    {}",
        "needs scipy.linalg",
    ),
    "a function of NumPy's kind": (
        "from scipy.special import expit\ndef weighted_input(W, b, A):\n    expit(b)\n    {}",
        "needs scipy.special",
    ),
    "a helper": (
        "import matplotlib as mpl\ndef f(): return mpl.rcParams\n"
        "def weighted_input(W, b, A):\n    f()\n    {}",
        "needs matplotlib",
    ),
    "a function inside": (
        "import matplotlib as mpl\ndef weighted_input(W, b, A):\n    (lambda: mpl)()\n    {}",
        "needs matplotlib",
    ),
    "a function of the book that is not offered": (
        "from bpcore import sigmoid\ndef weighted_input(W, b, A):\n    sigmoid\n    {}",
        "needs bpcore.activations",
    ),
    "the package that offers nothing": (
        "import bpcore\ndef weighted_input(W, b, A):\n    bpcore\n    {}",
        "needs bpcore.",
    ),
    "one that is offered": (
        "from bpcore import sigmoid\ndef output_delta(a, Y):\n    sigmoid\n"
        "    return {{'cross_entropy': a - Y, 'quadratic': (a - Y) * a * (1 - a)}}",
        "✓",
    ),
    "an answer that a library has made": (
        "from scipy.optimize import OptimizeResult\nclass Fast(OptimizeResult):\n"
        "    __module__ = 'scipy.optimize'\n    def __call__(self, W, b, A):\n        {}\n"
        "weighted_input = Fast()",
        "needs scipy.optimize",
    ),
    "a helper from a file that %run has run": (
        "__name__, own = '__main__', {{'__name__': '__main__'}}\n"
        "exec(compile('def f(): pass', '/home/ada/own.py', 'exec'), own)\nf = own['f']\n"
        "def weighted_input(W, b, A):\n    f()\n    {}",
        "needs own.py",
    ),
    "an answer from a file that %run has run": (
        "__name__, own = '__main__', {{'__name__': '__main__', 'np': np}}\n"
        "exec(compile('def weighted_input(W, b, A):\\n    {}', 'own.py', 'exec'), own)\n"
        "weighted_input = own['weighted_input']",
        "needs own.py",
    ),
    "an answer from a file beside the notebook": (
        "import sys, types\nown = sys.modules['own'] = types.ModuleType('own')\n"
        "exec('def weighted_input(W, b, A):\\n    {}', vars(own))\n"
        "weighted_input = own.weighted_input",
        "needs own",
    ),
    "a name of a library that is an attribute of NumPy, too": (
        "from scipy.linalg import inv as dot, svd as T\ndef weighted_input(W, b, A):\n"
        "    np.dot(W, A), W.T\n    {}",
        "✓",
    ),
    "NumPy and Python": (
        "import numpy.linalg as la, math\nfrom functools import reduce\n"
        "rng = np.random.default_rng(0)\nclass Layer: pass\nadd = np.frompyfunc(int, 1, 1)\n"
        "def weighted_input(W, b, A):\n    la, math, reduce, rng, Layer, add, np.exp\n    {}",
        "✓",
    ),
}


@pytest.mark.parametrize("case", NEEDS)
def test_what_the_grader_lacks_gets_no_tick_wherever_it_is_used(case, capsys):
    code, words = NEEDS[case]
    name = "output_delta" if "output_delta" in code else "weighted_input"
    assert words in told(capsys, name, code.format("return W @ A + b"))


@pytest.mark.parametrize(
    "call",
    [
        "functools.partial(lambda W, b, A, k: W @ A + k * b, k=2)",
        "type('Layer', (), {'__call__': lambda self, W, b, A: W @ A + 2 * b})()",
        "type('Layer', (), {'call': lambda self, W, b, A: W @ A + 2 * b})().call",
        "functools.lru_cache(lambda *given: given)",
        "np.hypot",
    ],
)
def test_an_answer_that_is_no_plain_function_is_told_all_the_same(call, capsys):
    import functools

    said = told(capsys, "weighted_input", f"weighted_input = {call}", functools=functools)
    assert "✗ weighted_input" in said
    assert "its argument self" not in said


@pytest.mark.parametrize(
    "data",
    [
        "<!DOCTYPE html>\n<html>",
        "",
        '{"mine": {"args": [[1',
        "[]",
        '{"mine": 3}',
        '{"mine": {"args": []}}',
        json.dumps({"mine": find("count_parameters")}).encode("utf-16"),
    ],
)
def test_data_of_a_check_that_are_damaged_are_told_by_their_file(data, tmp_path, monkeypatch):
    data = data if isinstance(data, bytes) else data.encode()
    (tmp_path / "week.checks.json").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"week\.checks\.json is not what .* Get it again"):
        check("mine", len)


def test_data_of_a_check_may_be_saved_by_windows(tmp_path, monkeypatch, capsys):
    text = json.dumps({"mine": find("count_parameters")})
    (tmp_path / "week.checks.json").write_text(text, encoding="utf-8-sig")
    monkeypatch.chdir(tmp_path)
    check("mine", lambda n: 0)
    assert "✗ mine" in capsys.readouterr().out


def test_a_name_without_quotes_is_told_so():
    for name in (check, np.eye(2), None):
        with pytest.raises(TypeError, match="in quotes, such as 'weighted_input', got"):
            check(name, check)


@pytest.mark.parametrize("calls", [0, 1, 2, 3, 40])
def test_ctrl_c_ends_a_check(calls, capsys):
    """In the answer, in the second look at it, and while its small changes are tried."""
    left = [None] * calls
    code = "def weighted_input(W, b, A):\n    count()\n    return 7 * W @ A + b + b"

    def count():
        if not left:
            raise KeyboardInterrupt
        left.pop()

    with pytest.raises(KeyboardInterrupt):
        told(capsys, "weighted_input", code, count=count)
    assert "✗" not in capsys.readouterr().out


def test_a_wrong_answer_below_is_named(capsys):
    space = {}
    exec("def delta_before(W, d, a):\n    return W.T @ d * a", space)
    exec(
        "def backward_pass(W, a, delta):\n"
        "    return {'dW': [delta_before(W[-1], delta, a[-2])], 'db': []}",
        space,
    )
    told = said(capsys, "backward_pass", space["backward_pass"])
    assert "It uses delta_before, which is not right yet: begin there." in told


def test_a_warning_is_told_in_words_and_is_no_fault(capsys):
    space = {"np": np}
    exec("def stable_sigmoid(z):\n    return 1 / (1 + np.exp(-z))", space)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = said(capsys, "stable_sigmoid", space["stable_sigmoid"])
    assert told.startswith("✓")
    assert "NumPy warned: overflow encountered in exp. The numbers are right all the same." in told


def test_inputs_can_be_had_and_are_those_of_the_check():
    W, b, A = inputs_of("weighted_input")[0]
    assert (W.shape[1], b.shape) == (A.shape[0], (W.shape[0], 1))
    with pytest.raises(ValueError, match="must be one of the exercises"):
        inputs_of("nothing")


def told(capsys, name, code, **names):
    """Check an answer whose source is at hand, as it is in a notebook."""
    file, space = f"<{name}>", {"np": np, "check": check, **names}
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    exec(compile(code, file, "exec"), space)
    exec(f"check({name!r}, {name})", space)
    return capsys.readouterr().out


PLACES = {  # exercise, cell, line, what stands there
    "below an empty line": (
        "weighted_input",
        "\ndef weighted_input(W, b, A):\n    return W @ A + A.shape[1] * b\n",
        (3, "A.shape[1] * b"),
    ),
    "in a helper": (
        "weighted_input",
        "def z(W, b, A):\n    return W @ A + 3 * b\n"
        "def weighted_input(W, b, A):\n    return z(W, b, A)\n",
        (2, "3 * b"),
    ),
    "made twice: the first": (
        "weighted_input",
        "def weighted_input(W, b, A):\n    def z(A):\n        c = A\n"
        "        return W @ (c / len(c)) + b + 0 * np.sum(c / len(c))\n    return z(A)\n",
        (4, "c / len(c)"),
    ),
    "a name alone does not say where": (
        "weighted_input",
        "def weighted_input(W, b, A):\n    n = b\n    return W @ A + n * b + 2 * b - n * b\n",
        (3, "2 * b"),
    ),
    "a function alone neither": (
        "gradient_error",
        "def gradient_error(x, y):\n    n = np.linalg.norm\n"
        "    return n(x - y) / min(n(x), n(y))\n",
        (3, "min(n(x), n(y))"),
    ),
    "a number for the name of an index": (
        "activations_of",
        "def activations_of(W, b, X):\n    a = [X]\n    for i in range(1, len(W)):\n"
        "        a.append(1 / (1 + np.exp(-W[1] @ a[-1] - b[i])))\n    return a\n",
        (4, "W[1]"),
    ),
    "in a function without a def": (
        "weighted_input",
        "weighted_input = lambda W, b, A: W @ A + 3 * b\n",
        (1, "3 * b"),
    ),
    "in a helper without a def": (
        "weighted_input",
        "z = lambda W, b, A: W @ A + 3 * b\ndef weighted_input(W, b, A):\n    return z(W, b, A)\n",
        (1, "3 * b"),
    ),
    "a bracket that closes too early": (
        "cross_entropy_cost",
        "def cross_entropy_cost(a, Y):\n"
        "    return -np.mean(Y * np.log(a) + (1 - Y) * (1 - np.log(a)))\n",
        (2, "1 - np.log(a)"),
    ),
    "a number for its entry": (
        "count_parameters",
        "def count_parameters(n):\n    return sum((n[k - 1] + 1) * k for k in range(1, len(n)))\n",
        (2, "(n[k - 1] + 1) * k"),
    ),
    "twice in one line": (
        "delta_before",
        "def delta_before(W, delta, a):\n    d = W.T @ delta\n    s = d + 0 * a\n"
        "    return s * (d * (1 - d))\n",
        (4, "d"),
    ),
    "a size that is typed in": (
        "weighted_input",
        "def weighted_input(W, b, A):\n    z = np.zeros((len(W), A.shape[1]))\n"
        "    for s in range(3):\n        z[:, s] = W @ A[:, s] + b[:, 0]\n    return z\n",
        (3, "range(3)"),
    ),
}


@pytest.mark.parametrize(("name", "code", "place"), PLACES.values(), ids=PLACES)
def test_the_place_of_a_slip_is_told(name, code, place, capsys):
    line, piece = place
    wanted = f"Line {line} of your cell is one small change away from right: look at {piece} ("
    assert f"✗ {name}: {wanted}" in told(capsys, name, code)


def test_one_of_two_slips_is_told_with_its_part(capsys):
    code = (
        "def output_delta(a, Y):\n    return {'cross_entropy': a - 3 * Y, 'quadratic': a - 2 * Y}\n"
    )
    said = told(capsys, "output_delta", code)
    assert (
        "One small change in line 2 of your cell makes your result['cross_entropy'] right" in said
    )


def test_no_place_is_told_where_no_change_mends_anything(capsys):
    code = (
        "def batch_limits(m, size):\n    k = m // size\n"
        "    return [[i * size, i * size + size] for i in range(k)][: k % 3 + 1] * (1 + k % 2)\n"
    )
    said = told(capsys, "batch_limits", code)
    assert said.startswith("✗ batch_limits: ")
    assert "small change" not in said


def test_chance_and_what_is_kept_are_told(capsys):
    code = "def weighted_input(W, b, A):\n    return W @ A + np.random.randn()\n"
    assert "gives other numbers when it is called again" in told(capsys, "weighted_input", code)
    code = (
        "def weighted_input(W, b, A, kept=[]):\n    kept.append(1)\n    return W @ A + len(kept)\n"
    )
    assert "gives other numbers when it is called again" in told(capsys, "weighted_input", code)


def test_an_argument_that_is_not_used_is_told(capsys):
    code = "def weighted_input(W, b, A):\n    f = lambda: W\n    return 3 * f() @ A + 1\n"
    assert "does not use its argument b" in told(capsys, "weighted_input", code)


LOOP = "def weighted_input(W, b, A):\n    for k, v in enumerate(A):\n        z = {}\n    return z\n"


@pytest.mark.parametrize("z", ["np.tanh(W @ A) * 3 + b", "np.tanh(W @ A) * k + b"])
def test_a_line_whose_names_nothing_reads_is_told(capsys, z):
    idle = "Nothing reads k, v in line 2 of your cell" in told(
        capsys, "weighted_input", LOOP.format(z)
    )
    assert idle == ("k" not in z)


@pytest.mark.parametrize(
    "code",
    [
        "weighted_input = lambda W, b, A: np.tanh(W @ A) * 3 + b\n",
        "def weighted_input(W, b, A):\n    global kept\n    kept = W\n"
        "    return np.tanh(W @ A) * 3 + b\n",
    ],
)
def test_what_is_read_elsewhere_is_not_idle(capsys, code):
    assert "othing reads" not in told(capsys, "weighted_input", code)


@pytest.mark.parametrize("q", ["q", "(lambda: q)()", "sum([q for _ in A[:1]])"])
def test_what_is_taken_from_outside_is_told(capsys, q):
    code = f"q = 3.0\ndef weighted_input(W, b, A):\n    return np.tanh(W @ A) * {q} + b\n"
    assert "It takes q from outside, not from its arguments." in told(
        capsys, "weighted_input", code
    )


@pytest.mark.parametrize(
    "line",
    [
        "open(PATH, 'a').write('x')",
        "__import__('os').mkdir(PATH)",
        "np.save(PATH, b)",
        "os.mkdir(PATH)",
    ],
)
def test_changes_of_an_answer_that_does_more_than_calculate_are_not_run(line, capsys, tmp_path):
    path = str(tmp_path / "mark")
    code = (
        f"import os\nPATH = {path!r}\nran = []\ndef weighted_input(W, b, A):\n"
        f"    if len(ran) > 6:\n        {line}\n    ran.append(1)\n    return 2 * W @ A - 3 * b\n"
    )
    assert "✗ weighted_input" in told(capsys, "weighted_input", code)
    assert list(tmp_path.iterdir()) == []


def test_a_lambda_in_the_call_of_a_check_is_not_run_as_a_whole(capsys):
    file, code = "<call>", "check('weighted_input', lambda W, b, A: 2 * W @ A - 3 * b)\n"
    linecache.cache[file] = (len(code), None, [code], file)
    exec(compile(code, file, "exec"), {"check": check})
    assert capsys.readouterr().out.count("✗ weighted_input") == 1


def test_an_answer_without_a_source_is_told_all_the_same(capsys):
    space = {"np": np, "check": check}
    exec("def weighted_input(W, b, A):\n    return 2 * W @ A - 3 * b", space)
    assert "wanted" in said(capsys, "weighted_input", space["weighted_input"])
