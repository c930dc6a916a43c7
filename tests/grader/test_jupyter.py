"""A cell that runs in Jupyter is graded, with the state that other cells make; reading has an end.

What Jupyter does is asked of IPython itself: each notebook below is run, cell by cell, by a shell
of its own, and the grader must come to the same value.
"""

import ast
import json
import random
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from bpgrader import box, ipython
from bpgrader.answers import read_code
from bpgrader.attempts import in_turn
from bpgrader.notebook import UnreadableError, read_cells
from bpgrader.statements import statements

NAMES = ["answer"]
SOLUTION = "def answer():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
SOURCE = {
    "cells": [
        {
            "cell_type": "code",
            "id": "setup",
            "metadata": {"tags": ["setup"]},
            "source": "import numpy as np",
        },
        {"cell_type": "code", "id": "answer", "metadata": {}, "source": SOLUTION},
    ]
}

JUPYTER = """
import json, os, sys, tempfile
import numpy
from IPython.core.interactiveshell import InteractiveShell

def answer(cells):
    shell = InteractiveShell()
    for cell in cells:
        shell.run_cell(cell, store_history=False)
    return shell.user_ns["answer"]() if callable(shell.user_ns.get("answer")) else None

requests, replies, null = os.fdopen(os.dup(0)), os.dup(1), os.open(os.devnull, os.O_RDWR)
os.dup2(null, 0)
os.dup2(null, 1)  # what cells print
for line in requests:
    with tempfile.TemporaryDirectory() as folder:
        child = os.fork()  # a process of its own for each notebook, with all that is imported
        if not child:
            os.chdir(folder)
            os.write(replies, json.dumps(answer(json.loads(line))).encode() + b"\\n")
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
"""


def read(*sources):
    return read_code(SOURCE, NAMES, [{"type": "code", "id": "", "source": s} for s in sources])


@pytest.fixture(scope="module")
def of_jupyter():
    """Give the answer of a notebook, each run in a fork of one process: IPython starts once."""
    process = subprocess.Popen([sys.executable, "-c", JUPYTER], stdin=-1, stdout=-1, text=True)

    def run(*sources):
        print(json.dumps(["import numpy as np", *sources]), file=process.stdin, flush=True)
        return json.loads(process.stdout.readline())

    with process:
        yield run


def of_grader(*sources, boxed=False, again=False):
    """Run what the grader would run, or all that it runs again; these notebooks are our own."""
    code = read(*sources)
    if "answer" not in code.where or (again and not code.in_turn):
        return [] if again else None
    steps: list = [{"cell": text} for text in code.steps]
    of, behind = code.where["answer"], code.defs["answer"]
    steps.append({"call": "answer", "of": of, "behind": behind, "cases": [[]]})

    def run(steps):
        job = {"library": {}, "steps": list(map(list, enumerate(steps)))}
        return box.run(job, boxed=boxed).outcomes, {}

    last = len(steps) - 1
    if not again:
        return run(steps)[0][last][0].get("value")
    found, _ = in_turn(run, dict(enumerate(steps)), code.others)
    return [outcomes[0].get("value") for outcomes in found[last]]


DEF = "def answer(): return table[1]"
KEEPER = (
    "class Box:\n    kept = {}\n    @classmethod\n    def keep(cls, f):\n"
    "        cls.kept[1] = f\n        return f"
)
NOTEBOOKS = {
    # syntax
    "percent in brackets": ["def answer():\n    return (17\n            % 10)"],
    "percent after a backslash": ["def answer():\n    return 17 \\\n        % 10"],
    "percent in a text": ["def answer():\n    return len('''\n%time\n!ls\n''')"],
    "exclamation in brackets": ["x = [1,\n 2\n !=3]\ndef answer(): return sum(x)"],
    "magics around": ["%who\n!true\ndef answer():\n    return 3\n%precision 3"],
    "a magic in a loop": ["for k in range(3):\n    %time y = k\ndef answer(): return y"],
    "%%time": ["%%time\ndef answer(): return 4"],
    "%%capture with a name": ["%%capture out\nimport math\ndef answer(): return 5"],
    "%%time twice": ["%%time\n%%capture\ndef answer(): return 6"],
    "%time that defines": ["%time x = 7\ndef answer(): return x"],
    "%%timeit defines nothing": [
        "def answer(): return 8",
        "%%timeit -n1 -r1\ndef answer(): return 9",
    ],
    "%%writefile defines nothing": ["def answer(): return 8", "%%bash\ndef answer(): return 9"],
    "help": ["def answer(): return 10\nanswer?"],
    "assigned from a magic": ["d = %pwd\nfiles = !ls\ndef answer(): return 11"],
    "prompts pasted": [">>> def answer():\n...     return 12\n"],
    "indented": ["    x = 13\n    def answer(): return x"],
    "empty lines first": ["\n\n\ndef answer():\n    return 14"],
    "await": ["import asyncio\nasync def f(): return 15\nx = await f()\ndef answer(): return x"],
    "semicolons": ["x = 1; y = 16; y;\ndef answer(): return y"],
    "from the future": [
        "from __future__ import annotations",
        "def f(x: Nowhere): return 17\ndef answer() -> Nowhere: return f(1)",
    ],
    "display": ["display(1)\nfrom_here = 1\ndef answer(): return 18"],
    "get_ipython": ["get_ipython().run_line_magic('pwd', '')\ndef answer(): return 19"],
    "windows ends of lines": ["x = 20\r\ndef answer():\r\n    return x\r\n"],
    "prun with options": ["%prun -q -s cumtime x = 61", "def answer(): return x"],
    "time of something that is no code": ["def answer(): return 62\nif 0:\n    %time 3 +"],
    "the source of one's own": [
        "import inspect\ndef h():\n    return 1\ndef answer(): return len(inspect.getsource(h))"
    ],
    "the source of another cell": [
        "import inspect",
        "def h():\n    return 1",
        "def answer(): return len(inspect.getsource(h))",
    ],
    "what shows something": [
        "from IPython.display import Latex, clear_output, display\nimport IPython",
        "def answer():\n    display(Latex('$x$'))\n    clear_output()\n"
        "    IPython.display.display(IPython.display.HTML('x'))\n    return 63",
    ],
    "letters of other languages": ["größe = 21\ndef answer(): return größe", "größe = 22"],
    # state
    "filled in a loop": ["table = {}\nfor k in range(3): table[k] = 5 * k", DEF],
    "filled after the answer": [DEF, "table = {}", "table[1] = 23"],
    "appended": ["table = [1]", "table.append(24)", DEF],
    "by a function": ["table = [0, 0]\ndef fill(t, v):\n    t[1] = v", DEF, "fill(table, 25)"],
    "by a function whose value is used": [
        "table = [0]\ndef add(t):\n    t.append(26)\n    return len(t)",
        DEF,
        "n = add(table)",
    ],
    "by a global": ["def start():\n    global table\n    table = [0, 27]", DEF, "start()"],
    "by a function of a function": [
        "table = [0, 0]\ndef one(): table[1] = 28\ndef two(): one()",
        DEF,
        "two()",
    ],
    "by a decorator": [
        "table = {}\ndef keep(f):\n    table[1] = f()\n    return f",
        "@keep\ndef helper(): return 29",
        DEF,
    ],
    "two names at once": ["table = other = [0]", "other.append(74)", DEF],
    "by another name": ["table = [0, 0]\nother = table", "other[1] = 30", DEF],
    "row by row": [
        "rows = [[0], [1]]",
        "for row in rows:\n    row.append(31)",
        "def answer(): return rows[1][1]",
    ],
    "with out=": [
        "table = np.zeros(2)",
        "np.add(table, 32, out=table)",
        "def answer(): return float(table[1])",
    ],
    "in place": ["table = np.zeros(2)\ntable += 33", "def answer(): return float(table[1])"],
    "by NumPy": [
        "table = np.zeros(2)",
        "np.put(table, 1, 34)",
        "def answer(): return float(table[1])",
    ],
    "attribute": ["class Box: pass\nb = Box()", "b.x = 35", "def answer(): return b.x"],
    "attribute of a function": ["def h(): return h.k", "h.k = 36", "def answer(): return h()"],
    "setattr": ["class Box: pass\nb = Box()", "setattr(b, 'x', 37)", "def answer(): return b.x"],
    "setattr of a class": [
        "class Box: pass",
        "setattr(Box, 'x', lambda self: 59)",
        "def answer(): return Box().x()",
    ],
    "setattr of a function": [
        "def h(): return h.k",
        "setattr(h, 'k', 60)",
        "def answer(): return h()",
    ],
    "a class that a decorator extends": [
        "def add_to_class(Class):\n    def wrapper(f):\n        setattr(Class, f.__name__, f)\n"
        "    return wrapper",
        "class Box: pass",
        "@add_to_class(Box)\ndef x(self): return 61",
        "def answer(): return Box().x()",
    ],
    "a class that a function extends": [
        "class Box: pass\ndef extend(c):\n    c.x = 62",
        "extend(Box)",
        "def answer(): return Box.x",
    ],
    "a table in a class": [
        "class Box:\n    t = {}",
        "Box.t.update(a=63)",
        "def answer(): return Box.t['a']",
    ],
    "a list in a class": [
        "class Box:\n    t = []",
        "Box.t.append(64)",
        "def answer(): return Box.t[0]",
    ],
    "kept by a method of a class": [
        KEEPER,
        "Box.keep(lambda: 65)",
        "def answer(): return Box.kept[1]()",
    ],
    "kept by a decorator of a class": [
        KEEPER,
        "@Box.keep\ndef f(): return 66",
        "def answer(): return Box.kept[1]()",
    ],
    "one of several kinds": [
        "import functools\n@functools.singledispatch\ndef h(x): return 0",
        "@h.register(int)\ndef _(x): return 66 + x",
        "def answer(): return h(1)",
    ],
    "an answer that a function defines": [
        "def make():\n    global answer\n    def answer(): return 68",
        "make()",
    ],
    "an answer that a comprehension defines": ["[answer := (lambda: 69) for _ in range(1)]"],
    "method that changes": [
        "class Counter:\n    n = 0\n    def up(self): self.n += 38",
        "c = Counter()",
        "c.up()",
        "def answer(): return c.n",
    ],
    "deleted": ["table = {1: 39, 2: 0}", "del table[2]", "def answer(): return len(table)"],
    "in a with": [
        "import contextlib\ntable = {}",
        "with contextlib.suppress(KeyError):\n    table[1] = 40",
        DEF,
    ],
    "in a try": ["try:\n    import nowhere\nexcept ImportError:\n    table = [0, 41]", DEF],
    "in an if": ["table = [0, 0]\nif len(table) == 2:\n    table[1] = 42", DEF],
    "in a comprehension": ["table = []", "[table.append(k) for k in (0, 43)]", DEF],
    "a wrapped answer": [
        "def answer(): return 22",
        "old = answer",
        "def answer(): return 2 * old()",
    ],
    "a cached answer": [
        "def answer(): return 45",
        "import functools\nanswer = functools.cache(answer)",
    ],
    "redefined helper": ["def h(): return 1", "def answer(): return h()", "def h(): return 46"],
    "a name of the setup defined again": ["class np: e = 57", "def answer(): return np.e"],
    "a name of the setup imported again": [
        "import numpy as np\nnp.seterr(all='raise')",
        "def answer(): return int(np.ones(58).sum())",
    ],
    "chained helpers": [
        "def a(): return b()",
        "def b(): return C",
        "C = 47",
        "def answer(): return a()",
    ],
    "counted": ["n = 0", "for _ in range(48): n += 1", "def answer(): return n"],
    "unpacked": ["a, (b, *c) = 1, (49, 3)", "def answer(): return b"],
    "lambda": ["answer = lambda: 50"],
    "class": ["class answer:\n    def __new__(cls): return 51"],
    "walrus": ["if (n := 52) > 3: pass", "def answer(): return n"],
    "400 terms": ["def h(x): return " + "+".join(["x"] * 400), "def answer(): return h(1)"],
    "names not told": ["from math import *", "def answer(): return floor(53.5)"],
    "a large cell with a magic": [
        "%time x = 55\n" + "y = 'some text'  # and words\n" * 3000 + "def answer(): return x"
    ],
    "a plot beside it": ["def answer(): return 54\nimport sys as plt"],
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_grader_runs_what_jupyter_runs(name, of_jupyter):
    want = of_jupyter(*NOTEBOOKS[name])
    assert want is not None
    assert of_grader(*NOTEBOOKS[name]) == want


@pytest.mark.parametrize(
    "cell",
    [
        "import matplotlib.pyplot as plt\nplt.plot([1])\ndef answer(): return 1",
        "from sklearn.datasets import load_digits\nX = load_digits()\ndef answer(): return 1",
        "import scipy.special\ndef answer(): return 1\nassert scipy.special.expit(0) == 0.5",
    ],
)
def test_a_module_that_is_not_here_harms_only_who_uses_it(cell, box):
    assert of_grader(cell, boxed=True) == 1


TRY = "def answer():\n    try:\n        return float({})\n    except {}:\n        return 101\n"
DOUBTFUL = {  # what no name tells: run again with it, where an answer is not right without it
    "seterr": ["np.seterr(all='raise')", TRY.format("np.exp(np.array(1e3))", "FloatingPointError")],
    "seterr kept": [
        "import numpy as n\nold = n.seterr(over='raise')",
        TRY.format("np.exp(np.array(1e3))", "FloatingPointError"),
    ],
    "warnings": [
        "import warnings\nwarnings.simplefilter('error')",
        TRY.format("np.log(np.zeros(()))", "RuntimeWarning"),
    ],
    "recursion": [
        "import sys\nsys.setrecursionlimit(20000)",
        "def f(n): return n and 1 + f(n - 1)\ndef answer(): return f(5000)",
    ],
    "precision": [
        "from decimal import Decimal, getcontext\ngetcontext().prec = 50",
        "def answer(): return len(str(Decimal(1) / 3))",
    ],
    "seed": ["SEED = 3\nnp.random.seed(SEED)", "def answer(): return np.random.rand()"],
    "print options": [
        "np.set_printoptions(precision=2)",
        "def answer(): return len(str(np.array([1 / 3])))",
    ],
    "a built-in": ["import builtins\nbuiltins.relu = abs", "def answer(): return relu(-102)"],
    "globals": ["globals()['table'] = [0, 103]", DEF],
    "globals in a loop": ["for k in range(3): globals()[f'w{k}'] = k", "def answer(): return w2"],
    "globals in a function": [
        "def put(n, v): globals()[n] = v",
        "put('z', 104)",
        "def answer(): return z",
    ],
    "exec": ["code = 'def h(x): return x + 1'", "exec(code)", "def answer(): return h(104)"],
    "exec over another": ["k = 1", "exec('k = 106')", "def answer(): return k"],
    "exec of an answer": ["exec('def answer(): return 107')"],
    "globals of an answer": ["globals()['answer'] = lambda: 108"],
    "a method of which nothing is known": [
        "class Model:\n    w = 0\n    def step(self): self.w += 109; return 0",
        "model = Model()",
        "loss = model.step()",
        "def answer(): return model.w",
    ],
    "a list at a function": [
        "def h(): return h.t[0]",
        "h.t = []",
        "h.t.append(111)",
        "def answer(): return h()",
    ],
    "a closure that counts": [
        "def counter():\n    n = 109\n    def up():\n        nonlocal n\n        n += 1\n"
        "        return n\n    return up",
        "up = counter()",
        "up()",
        "def answer(): return up()",
    ],
    "a file": ["open('c.txt', 'w').write('112')", "def answer(): return int(open('c.txt').read())"],
    "a module, by %%writefile": [
        "%%writefile helper.py\ndef f(): return 113",
        "%%writefile -a helper.py\ndef g(): return f()",
        "def answer():\n    from helper import g\n    return g()",
    ],
    "a module, by Python": [
        "from pathlib import Path\nPath('m1.py').write_text('k = 114')",
        "import m1",
        "def answer(): return m1.k",
    ],
    "%run": ["%%file m2.py\nk = 115", "%run m2.py", "def answer(): return k"],
    "%run -i": ["%%file m3.py\nk = n + 1", "n = 115", "%run -i m3", "def answer(): return k"],
    "%env": ["import os\n%env SCALE=117", "def answer(): return int(os.environ['SCALE'])"],
    "%set_env": ["%set_env SCALE 118", "import os\ndef answer(): return int(os.getenv('SCALE'))"],
    "%env, a name in braces": [
        "import os\nk = 58",
        "%env SCALE {k + k}",
        "def answer(): return int(os.environ['SCALE']) + 4",
    ],
    "%env, a name after a dollar": [
        "import os\nimport numpy as np\nx = np.arange(12.0)",
        "%env SCALE=$x.size",
        "def answer(): return int(os.environ['SCALE']) + 109",
    ],
    "%env, what is no name": [
        "%env SCALE={no_such_name}",
        "import os\ndef answer(): return len(os.environ['SCALE']) + 108",
    ],
    "get_ipython().user_ns": ["get_ipython().user_ns['k'] = 119", "def answer(): return k"],
    "get_ipython().push": ["ip = get_ipython()", "ip.push({'k': 120})", "def answer(): return k"],
    "get_ipython().ex": ["get_ipython().ex('k = 121')", "def answer(): return k"],
    "get_ipython().run_cell": ["get_ipython().run_cell('k = 122')", "def answer(): return k"],
    "%time with a value": ["k = 61", "x = %time k + k", "def answer(): return x + 1"],
    "the last value shown": ["124", "def answer(): return _"],
    "the last but two": ["125", "0", "0", "def answer(): return ___"],
    "the last value, given a name": ["def answer(): return k", "126", "k = _"],
    "eval": ["k = 127", "def answer(): return eval('k')"],
    "globals read": ["k = 128", "def answer(): return globals()['k']"],
    "the module of the notebook": [
        "k = 129\nimport sys\nsys.modules['__main__'].k = k",
        "import __main__",
        "def answer(): return __main__.k",
    ],
    "a setting of a later answer": [
        "def answer(): return 110 + float(np.exp(np.array(-1e3)))",
        "def other(): pass\nanswer_2 = other\nnp.seterr(all='raise')",
    ],
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_no_name_tells_is_run_where_an_answer_is_not_right_without_it(name, box, of_jupyter):
    cells = DOUBTFUL[name]
    want = 110 if "later" in name else of_jupyter(*cells)
    assert want is not None
    again = of_grader(*cells, boxed=True, again=True)
    assert want in (of_grader(*cells, boxed=True), *again)


def test_what_is_left_out_is_said():
    code = read("h = lambda x: x", "h(1)", "def answer(): return h(2)")
    assert code.left_out == ()
    code = read("model = Model()", "loss = model.step(1)", "def answer(): return model.w")
    assert ("model", "loss = model.step(1)") in code.left_out
    for cell in ("%%timeit\ndef answer(): return 1", "%%keep\n\ndef answer(): return 1"):
        assert f"begins with {cell.split()[0]}" in read(cell).missing["answer"]
    code = read("def helper(x)\n    return x", "def answer(): return helper(1)")
    assert code.left_out[0][0] == "helper"
    assert "not valid Python" in code.left_out[0][1]


def test_tests_and_experiments_are_not_run():
    cells = (
        "EPS = 1e-9\nW = np.ones(3)",
        "def answer(): return EPS * len(range(1)) * np.ones(1)[0]",
        "for k in range(9): train(k)\nfor k in np.arange(9): train(k)\nx = np.pi",
        "assert answer() == 1\nprint(EPS)\ncheck('answer', answer)",
        "np.testing.assert_allclose(answer(), EPS)",
        "costs = train(W, EPS)\nplot(costs)",
    )
    assert read(*cells).steps[1:] == ("EPS = 1e-9", cells[1])


REFUSED = {
    "same argument twice": "def answer(a, a): return 1",
    "global after use": "def answer(x):\n    x = 1\n    global x",
    "nonlocal of nothing": "def answer():\n    nonlocal x",
    "star import inside": "def answer():\n    from math import *",
    "bracket left open": "def answer(): return (1",
    "null byte": "def answer(): return 1\0",
    "tabs and spaces": "def answer():\n        x = 1\n\treturn x",
    "deep": "def answer(): return " + "(" * 300 + ")" * 300,
    "long chain": "def answer(): return x" + ".y" * 100_000,
    "many signs": "def answer(): return " + "-" * 100_000 + "1",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_python_refuses_is_one_sentence_about_that_cell(name):
    code = read(REFUSED[name])
    assert code.where == {}
    assert code.broken == {"answer"}
    assert code.missing["answer"].startswith("Your cell is not valid Python")
    assert code.missing["answer"].count(".") == 1


def many(pattern, size):
    """Repeat a pattern of a statement, with a number in it, up to a size in characters."""
    return "\n".join(pattern.format(k=k, j=k + 1) for k in range(size // len(pattern)))


LARGE = {
    "unknown names": lambda n: [
        many("u{k}", n),
        "def answer(): return [" + ",".join(f"v{k}" for k in range(n // 8)) + "]",
    ],
    "a chain of helpers": lambda n: [many("def h{k}(): return h{j}()", n), "answer = h0"],
    "a chain of aliases": lambda n: [many("a{k} = a{j}", n), "def answer(): return a0[0]"],
    "changes of one name": lambda n: ["t = []", many("t.append({k})", n), "answer = t.copy"],
    "callers of callers": lambda n: [
        "t = []\ndef h0(): t.append(1)",
        many("def h{j}(): h{k}()", n),
        "def answer(): return t",
    ],
    "many cells": lambda n: [*(f"x{k} = x{k + 1}" for k in range(n // 50)), "answer = x0"],
    "settings": lambda n: [many("np.seterr({k})", n), many("exec('{k}')", n), "answer = np.exp"],
    "one long line": lambda n: [";".join(f"x{k}=x{k + 1}" for k in range(n // 10)), "answer = x0"],
    "one long statement": lambda n: ["t = [" + "f(t), " * (n // 6) + "]", "answer = t"],
}


def test_names_that_pylab_gives_are_there():
    """IPython gives them in a program with windows alone, so they are not compared with its own."""
    assert of_grader("%pylab inline", "def answer(): return int(exp(zeros(3)).sum())") == 3


def test_a_question_that_nobody_answers_harms_only_who_uses_it():
    assert of_grader("n = input('n?')\ndef answer(): return 64") == 64


@pytest.mark.parametrize("name", LARGE)
def test_reading_is_linear(name):
    def seconds(size):
        cells = LARGE[name](size)
        began = time.thread_time()
        assert "answer" in read(*cells).where
        return time.thread_time() - began

    assert seconds(80_000) < 8 * seconds(20_000) + 0.2


SLOW = {
    "magics": [many("%time x = {k}", 60_000), "def answer(): return x"],
    "long lines of questions": ["a" * 19_000 + "?", "a" * 400_000 + "!?", "def answer(): return 1"],
    "a chain of magics": ["%%time\n" * 8_000, "def answer(): return 1"],
    "deep in each other": [
        "\n".join(" " * k + f"def f{k}():" for k in range(90)) + " pass",
        "def answer(): return f0()",
    ],
}


@pytest.mark.parametrize("name", SLOW)
def test_reading_has_a_clock(name, monkeypatch):
    monkeypatch.setattr("bpgrader.answers.Clock", lambda: ipython.Clock(2))
    began = time.thread_time()
    code = read(*SLOW[name])
    assert time.thread_time() - began < 6
    assert "answer" in code.where or code.missing["answer"]


def test_the_time_is_over_for_a_cell_not_for_the_grader(monkeypatch):
    monkeypatch.setattr("bpgrader.answers.Clock", lambda: ipython.Clock(0.05))
    code = read(*["%time x = 1\n" * 300] * 20, "def answer(): return 1")
    assert code.missing["answer"]


def test_a_notebook_with_large_outputs_is_read():
    cell = {"cell_type": "code", "source": "x", "outputs": [{"data": "y" * 9_000_000}]}
    data = json.dumps({"nbformat": 4, "cells": [cell]}).encode()
    assert [cell["source"] for cell in read_cells(data)] == ["x"]
    with pytest.raises(UnreadableError, match="50 MB"):
        read_cells(b" " + b"1" * 50_000_001)


STANDARD = sorted(Path(ast.__file__).parent.glob("*.py"))
ODD = [
    *("%", "!", "?", "\n%%time\n", "%time ", "\x00", "\x0c", "\u2028", '"""', "(", ")", "\\\n"),
    *("\t", "In [1]: ", ">>> ", "é", ";", "@", "=", "\r", " ", "0", "$", "...", "\n    "),
]


def test_statements_are_cut_where_python_cuts_them():
    for file in random.Random(0).sample(STANDARD, 40):
        text, tree = ipython.python_of(file.read_text("utf-8"), ipython.Clock(60))
        for statement, node in zip(
            statements(text, tree, ipython.Clock(60)), tree.body, strict=True
        ):
            cut = ast.parse(statement.in_place).body[0]
            assert ast.dump(cut) == ast.dump(node)
            assert (cut.lineno, cut.end_lineno) == (node.lineno, node.end_lineno)


@pytest.mark.parametrize("seed", range(4))
def test_spoilt_code_is_refused_in_words_or_read_and_never_refused_where_ipython_takes_it(seed):
    draw = random.Random(seed)
    for _ in range(100):
        source = draw.choice(STANDARD).read_text("utf-8")[:3000]
        for _ in range(draw.randrange(1, 4)):
            place = draw.randrange(len(source) + 1)
            source = source[:place] + draw.choice(ODD) + source[place + draw.randrange(4) :]
        refusal = ""
        try:
            text, tree = ipython.python_of(source, ipython.Clock(60))
            statements(text, tree, ipython.Clock(60))
        except ipython.NotPythonError as error:
            refusal = str(error)
        assert refusal == "" or refusal.startswith("is not valid Python")
        assert refusal == "" or not _takes(source), source


def _takes(source):
    """Whether IPython would run a cell."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cell = TransformerManager().transform_cell(source)
            compile(cell, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, SystemError):  # the last: Python 3.13.0, for a zero byte
        return False
    return True
