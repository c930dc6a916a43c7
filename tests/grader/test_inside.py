"""The program inside the box, run as a program: a job comes in, lines go out, in one order."""

import json
import re
import subprocess
import sys
from collections import defaultdict, deque, namedtuple

import numpy as np
import pytest

from bpgrader.dialogue import Dialogue, are_outcomes
from bpgrader.inside import MAX_NUMBERS, call, decode, encode


@pytest.fixture
def said(tmp_path):
    """Run steps; give the outcomes of each, after all that came out was heard."""

    def run(*steps, library=None, limits=None):
        dialogue = Dialogue(list(range(len(steps))))
        job = {"key": dialogue.key, "steps": [*enumerate(steps)], "library": library or {}}
        done = subprocess.run(
            [sys.executable, "-m", "bpgrader.inside"],
            input=json.dumps({**job, "limits": limits or {}}),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert all(dialogue.hear(line) for line in done.stdout.encode().splitlines())
        assert not dialogue.awaited
        return dialogue.outcomes

    return run


def value_of(said, name, *cells, **options):
    """What a function without arguments gives after some cells."""
    steps = [{"cell": cell} for cell in cells]
    last = said(*steps, {"call": name, "of": len(steps) - 1, "cases": [[]]}, **options)
    return last[len(steps)][0]


def test_cells_share_their_names_and_calls_give_outcomes(said):
    outcomes = said(
        {"cell": "a = 2"},
        {"cell": "def f(x):\n    return a * x"},
        {"call": "f", "of": 1, "cases": [[1.0], [{"shape": [2], "data": [1.0, 2.0]}]]},
        {"call": "g", "of": 1, "cases": [[1.0]]},
        {"call": "a", "of": 0, "cases": [[1.0]]},
    )
    assert outcomes == {
        0: [],
        1: [],
        2: [{"value": 2.0}, {"value": {"shape": [2], "data": [2.0, 4.0]}}],
        3: [{"missing": True}],
        4: [{"missing": True}],
    }


CELLS = {  # cells -> what f() gives after them
    "printing and reading do no harm": (
        ["import sys\nprint('x' * 100_000)\nsys.stderr.write('y')", "def f(): return 1"],
        1,
    ),
    "no input comes": (["def f():\n    try: return input()\n    except EOFError: return 7"], 7),
    "a notebook's own names": (
        ["get_ipython().run_line_magic('x', 'y')\ndisplay(1, a=2)\ndef f(): return 3"],
        3,
    ),
    "an error ends its cell, not the next": (["a = 1\n1 / 0\na = 2", "def f(): return a"], 1),
    "an exit ends its cell, not the next": (["a = 1\nexit()\na = 2", "def f(): return a"], 1),
    "what is imported from the future stays": (
        ["from __future__ import annotations", "def f(x: nowhere = 4): return x"],
        4,
    ),
    "await at the top level": (
        ["async def g():\n    return 5\na = await g()", "def f(): return a"],
        5,
    ),
    "a module that is not here": (
        ["import not_here as n, os\nfrom not_here.x import y\nb = 6", "def f(): return b"],
        6,
    ),
    "its use": (["import not_here.x", "def f(): return not_here.x(1)"], "ModuleNotFoundError"),
    "its call": (["from not_here import g", "def f(): return g(1)"], "ModuleNotFoundError"),
    "what was there before it stays": (
        ["def g(): return 8", "from not_here import g", "def f(): return g()"],
        8,
    ),
    "what is made with it, here and in the next cell": (
        [
            "import not_here as n\nfig, axes = n.subplots(2)\nfor ax in axes: ax.plot([1])\n"
            "X, y = n.data()\nX = X / 16\nb = 10\nclass Net(n.Module): pass",
            "X.mean()\nfig.show()\ndef f(): return b",
        ],
        10,
    ),
    "what is made with a magic": (
        ["files = get_ipython().getoutput('ls')\nlast = files[-1]\nb = 11", "def f(): return b"],
        11,
    ),
    "a module that is not here, named beside arguments": (
        [
            "import not_here as n\nfrom dataclasses import dataclass\n@dataclass\nclass C:\n"
            "    a: n.Tensor = 3",
            "def f(x: n.Tensor = C(), y: 'int' = 1) -> n.Tensor: return x.a",
        ],
        3,
    ),
    "a module that is not here, asked for in a block": (
        ["if True:\n    import not_here", "b = 12\ndef f(): return b"],
        12,
    ),
    "annotations that are read": (
        [
            "import dataclasses\ndef kinds(f):\n"
            "    return lambda: f(*[t() for t in f.__annotations__.values()])",
            "@dataclasses.dataclass\nclass C:\n    a: int = 3\nfield, = dataclasses.fields(C)",
            "@kinds\ndef f(x: int, y: float): return field.type(x + y + 21)",
        ],
        21,
    ),
    "annotations that are read, of a later cell, and a future that is not": (
        [
            "import not_here as n\ndef g(x: n.Tensor): return 22",
            "class C:\n    a: int\ndef f(): return g(1) if C.__annotations__['a'] is int else 0",
        ],
        22,
    ),
    "a class that pickle looks for": (
        [
            "import pickle\nclass C: a = 23",
            "def f(): return pickle.loads(pickle.dumps(C())).a",
        ],
        23,
    ),
    "hints of a class": (
        [
            "from typing import get_type_hints\nclass C:\n    a: 'D'\nclass D: b = 24",
            "def f(): return get_type_hints(C)['a'].b",
        ],
        24,
    ),
    "await that waits": (
        [
            "import asyncio\nasync def g(k):\n    await asyncio.sleep(0.01)\n    return k\n"
            "a = sum(await asyncio.gather(g(20), g(4))) + await asyncio.to_thread(len, 'x')",
            "await asyncio.sleep(0)\ndef f(): return a",
        ],
        25,
    ),
    "a task that is made and awaited in two cells": (
        [
            "import asyncio\nt = []\nasync def g(): t.append(30)",
            "task = asyncio.create_task(g())",
            "await task",
            "def f(): return t[0]",
        ],
        30,
    ),
    "an exit and an error where a loop runs": (
        ["import asyncio\na = 31\nexit()", "1 / 0", "next(iter([]))", "def f(): return a"],
        31,
    ),
    "what is set where a loop runs": (
        [
            "import asyncio, decimal\ndecimal.getcontext().prec = 32",
            "def f(): return decimal.getcontext().prec",
        ],
        32,
    ),
    "a file that is not here": (
        [
            "import numpy as np\ndata = np.load('not_here.npy')\ndata = data / 16\nb = 26\n"
            "def f(): return b"
        ],
        26,
    ),
    "its use in an answer": (
        ["data = open('not_here.txt')", "def f(): return data.read()"],
        "FileNotFoundError",
    ),
    "a loop that fails is not run twice": (
        [
            "t = []\nfor k in range(3):\n    t.append(k)\n    open('/not/here')\n"
            "def f(): return len(t)"
        ],
        1,
    ),
    "a function within, whose annotation is not here": (
        [
            "import not_here as n\ndef f():\n    def g(x: n.Tensor): return x\n    return g(28)",
        ],
        28,
    ),
    "a class that names what is not here is made once": (
        [
            "import not_here as n\nmade = []\ndef register(f): made.append(f); return f\n"
            "class C:\n    made.append('body')\n    @register\n    def g(self): pass\n"
            "    a: n.Tensor = None",
            "def f(): return len(made)",
        ],
        2,
    ),
    "so is a value whose annotation is not here": (
        ["import not_here as n\nt = [1, 2, 3]\nx: n.Tensor = t.pop()\ndef f(): return x"],
        3,
    ),
    "a class with a mistake is not made twice": (
        [
            "import not_here\nt = []",
            "class C:\n    t.append(1)\n    1 / 0",
            "def f(): return len(t)",
        ],
        1,
    ),
    "a function in a case": (
        [
            "import not_here as n\nmatch 1:\n    case 1:\n"
            "        def f(x: n.Tensor = 29): return x",
        ],
        29,
    ),
    "a function below a file that is not here": (
        ["with open('not_here') as h:\n    def f(): return h.read()"],
        "FileNotFoundError",
    ),
    "data that is not here, counted with": (
        ["import numpy as np\ndata = np.load('not_here.npy')", "def f(): return 2 * data[0]"],
        "FileNotFoundError",
    ),
    "an exit in an answer": (["def f(): raise SystemExit"], "SystemExit"),
    "threads do not keep it": (
        [
            "import atexit, threading, time\natexit.register(time.sleep, 99)",
            "threading.Thread(target=time.sleep, args=(99,)).start()\ndef f(): return 9",
        ],
        9,
    ),
    "a name of the main module": (["def f(): return int(__name__ == '__main__')"], 1),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_cell_does_what_it_does_in_a_notebook(case, said):
    cells, want = CELLS[case]
    outcome = value_of(said, "f", *cells)
    assert (outcome.get("value"), outcome.get("error")) in [(want, None), (None, want)], outcome


def test_an_error_is_told_with_its_line(said):
    outcomes = said(
        {"cell": "x = 1\n\n1 / 0\ny = 2"},
        {"cell": "def f(:\n"},
        {"cell": "import not_here\nz = 1 / 0"},
        {"cell": "def f(x):\n    y = x\n    return len(y)"},
        {"call": "f", "of": 3, "cases": [[1.0]]},
    )
    assert [outcomes[k][0]["error"] for k in range(3)] == [
        "ZeroDivisionError",
        "SyntaxError",
        "ModuleNotFoundError",  # the first
    ]
    assert [outcomes[k][0]["line"] for k in (0, 1, 4)] == [3, 1, 3]
    assert len(outcomes[2]) == 1
    assert outcomes[4] == [
        {"error": "TypeError", "text": "object of type 'float' has no len()", "line": 3}
    ]


def test_a_library_can_be_imported_and_limits_hold(said):
    library = {"own/__init__.py": "", "own/part.py": "π = 3"}
    cells = ["from own import part", "def f(): return part.π"]
    assert value_of(said, "f", *cells, library=library) == {"value": 3}
    limit = {"RLIMIT_NOFILE": 32}
    many = "def f(): return len([open('/dev/null') for _ in range(99)])"
    assert value_of(said, "f", many, limits=limit)["error"] == "OSError"
    assert value_of(said, "f", many) == {"value": 99}


class OddError(Exception):
    """An error that cannot even be written."""

    def __str__(self):
        raise KeyboardInterrupt


def test_an_error_that_cannot_be_written_has_no_text():
    def answer():
        raise OddError

    assert call(answer, []) == {"error": "OddError", "text": "", "line": None}


REFUSED = {
    "a list too deep": ([[[[[[[[1]]]]]]]], "lists nested too deep"),
    "a long whole number": (2**64, "a whole number of more than 64 bits"),
    "a long negative one": (-(2**63) - 1, "a whole number of more than 64 bits"),
    "too many numbers": (np.zeros(MAX_NUMBERS + 1), "more than 10,000 numbers"),
    "too many entries": ([0] * (MAX_NUMBERS + 1), "more than 10,000 entries"),
    "keys that are no text": ({1: 2}, "a dict whose keys are not all text"),
    "a masked array": (np.ma.zeros(2), "type MaskedArray, which np.asarray(...) makes plain"),
    "a dict of another kind": (defaultdict(list), "defaultdict, which dict(...) makes plain"),
    "a tuple with names": (namedtuple("Pass", "z a")(1, 2), "Pass, which tuple(...) makes plain"),
    "a list of another kind": (type("Own", (list,), {})(), "Own, which list(...) makes plain"),
    "a deque": (deque([1.0]), "deque, which list(...) makes plain"),
    "a generator": ((x for x in (1, 2)), "generator, which list(...) makes plain"),
    "a map": (map(abs, (1, 2)), "map, which list(...) makes plain"),
    "values of a dict": ({1: 2.0}.values(), "dict_values, which list(...) makes plain"),
    "a range": (range(3), "range, which list(...) makes plain"),
    "an array of arrays": (np.array([None, np.ones(2)], object), "object, which .tolist() makes"),
    "an array like None": (np.zeros_like(None), "object, which .tolist() makes plain"),
    "a text": ("1.5", "a value of type str where numbers or arrays are wanted"),
    "complex numbers": (np.ones(2) * 1j, "values of dtype complex128 where real numbers"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_too_much_or_of_another_kind_is_refused(case):
    held, why = REFUSED[case]
    assert why in call(lambda: held, [])["refused"]
    with pytest.raises(TypeError, match=re.escape(why)):
        encode(held)
    if cure := re.search(r"which (.*)\(\.\.\.\) makes plain", why):
        encode(eval(cure[1])(held))
    elif "which .tolist() makes plain" in why:
        encode(held.tolist())


@pytest.mark.parametrize("kind", [bool, np.int64, float])
@pytest.mark.parametrize("shape", [(2, 3), (1,)])
def test_whole_numbers_and_truth_values_stay_such(kind, shape):
    held = np.ones(shape, dtype=kind)
    (given,) = json.loads(json.dumps([encode(held)]))
    assert decode(given).dtype == kind
    assert call(lambda y: y, [given]) == {"value": given}


def test_of_arrays_only_those_of_numbers_are_believed():
    for data in ([1, True], [1.0, False], [None], ["1"], [2**70]):
        with pytest.raises((ValueError, OverflowError)):
            decode({"shape": [len(data)], "data": data})
    for held in (np.array([2**63], np.uint64), np.ones(1, np.uint8), np.ones(1, np.float16)):
        assert decode(encode(held)) == held


def test_what_is_just_small_enough_comes_through():
    for held in (2**64 - 1, -(2**63), [0] * MAX_NUMBERS, [[[[[[1]]]]]], {"a": {"b": 1}}, True):
        assert decode(encode(held)) == held
    assert decode(encode(np.zeros(MAX_NUMBERS))).shape == (MAX_NUMBERS,)
    assert decode(encode(np.zeros((2, 0)))).shape == (2, 0)
    assert decode({"shape": [1] * 8, "data": [1]}).ndim == 8
    with pytest.raises(ValueError, match="not a number"):
        decode({"shape": [1] * 9, "data": [1]})


def test_outcomes_have_their_form():
    assert are_outcomes([{"value": None, "after": []}, {"missing": True}, {"line": 3}])
    for bad in ([{"text": 1}], [{"missing": 1}], [{"other": 1}], [{"after": {}}], ({},), None):
        assert not are_outcomes(bad)
