"""The small changes of a solution are those that students make, and what lets one pass is told."""

import ast

import numpy as np
import pytest

from bpgrader.changes import edits, mutants, told
from bpgrader.mutants import survivors
from bpgrader.spec import Exercise

CHANGES = {
    "x = a + b": ["x = a - b", "x = a", "x = b", "without x = a + b"],
    "x = W.T @ d * a": ["x = W @ d * a", "x = W.T * d * a", "x = W.T @ d", "x = W.T @ d.T * a"],
    "x = d.mean(axis=1, keepdims=True)": [
        "x = d.sum(axis=1, keepdims=True)",
        "x = d.mean(axis=0, keepdims=True)",
        "x = d.mean(axis=1)",
        "x = d.mean(keepdims=True)",
        "x = d",
    ],
    "x = X.shape[1]": ["x = X.shape[0]", "x = X.shape[2]"],
    "x = a[1:n]": ["x = a[:n]", "x = a[1:]", "x = a[0:n]", "x = a[2:n]", "x = a[1:n - 1]"],
    "for i in range(1, n):\n    f(i)": [
        "for i in range(0, n):",
        "for i in range(1, n + 1):",
        "for i in range(1, n - 1):",
        "for i in range(n):",
        "without f(i)",
    ],
    "if a >= 0.5:\n    x = 1": ["if a > 0.5:", "if a < 0.5:", "if a >= 0.55:", "if a >= 1.5:"],
    "x = (a < 1) | (a > 2)": ["x = (a < 1) & (a > 2)", "x = (a <= 1) | (a > 2)", "x = a < 1"],
    "x += y": ["x -= y", "x = y"],
    "x = -y": ["x = y"],
    "x = np.log(y)": ["x = np.log10(y)", "x = np.log2(y)", "x = np.log1p(y)", "x = y"],
    "x = max(a, b)": ["x = min(a, b)", "x = max(a)", "x = a"],
    "x = f(a, b)": ["x = f(b, a)", "x = f(a)", "x = f(b)"],
    "x = [a, b]": ["x = [b, a]", "x = [a]", "x = [b]"],
    "x = {'p': a, 'q': b}": ["x = {'p': b, 'q': a}"],
    "x = [a for a in b if a]": ["x = [a for a in b]"],
    "x = a if b else c": ["x = a", "x = c"],
    "x = a[i - 1]": ["x = a[i + 1]", "x = a[i]", "x = a[i - 2]", "x = a[i - 1 + 1]"],
}


def changes(source):
    return {told(source, code): code for code in mutants(source)}


@pytest.mark.parametrize("source", CHANGES)
def test_every_kind_of_change_is_made(source):
    made = changes(source)
    assert set(CHANGES[source]) <= made.keys(), made.keys()
    assert all(ast.parse(code) for code in made.values())


@pytest.mark.parametrize("source", CHANGES)
def test_a_tree_is_afterwards_as_before(source):
    tree = ast.parse(source)
    before = ast.dump(tree)
    assert all(place.lineno for place in edits(tree))
    assert ast.dump(tree) == before


def test_a_list_is_not_put_into_itself():
    assert "out.append(out)" not in "\n".join(mutants("out = []\nb = 1\nout.append(b)"))


def test_no_change_is_made_twice_and_none_is_the_original():
    source = "def f(a, b):\n    'Doc.'\n    c = a * b\n    return c + a"
    codes = [*mutants(source)]
    assert len(codes) == len(set(codes))
    assert ast.unparse(ast.parse(source.replace("    'Doc.'\n", ""))) not in codes


def exercise(inputs, equal=None):
    return Exercise(
        name="share",
        points=1,
        equation="eq-f1",
        chapter="02_forward_pass",
        inputs=inputs,
        reference=lambda x: (x >= 2).mean(),
        wrong={},
        right=[],
        equal=equal or {},
    )


SHARE = "def share(x):\n    return (x >= 2).mean()"


def test_what_no_input_shows_is_told():
    found = survivors(exercise(lambda rng: (rng.normal(2, 1, 20),)), SHARE, {"np": np}, 3)
    assert found[1] == {"return (x > 2).mean()": 4}
    tie = [lambda rng: (rng.normal(2, 1, 20),), lambda rng: (np.array([1.0, 2.0, 3.0]),)]
    assert survivors(exercise(tie), SHARE, {"np": np}, 3)[1] == {}


def test_a_change_that_never_ends_is_refused():
    source = "def share(x):\n  k = 0\n  while k < 2:\n    k += 1\n  return (x >= k).mean()"
    tie = [lambda rng: (rng.normal(2, 1, 20),), lambda rng: (np.array([1.0, 2.0, 3.0]),)]
    assert {"k -= 1", "without k += 1"} <= changes(source).keys()
    _, left = survivors(exercise(tie), source, {"np": np}, 1)
    assert not {"k -= 1", "without k += 1"} & left.keys()


def test_a_solution_that_its_own_inputs_refuse_is_told():
    with pytest.raises(ValueError, match="share: its inputs refuse the solution itself"):
        survivors(exercise(lambda rng: (rng.normal(size=9),)), SHARE.replace("2", "1"), {}, 1)
