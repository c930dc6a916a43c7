"""Errors get a cure and wrong numbers a name, on examples of which the messages know nothing."""

import functools
import math
import re

import numpy as np
import pytest

from bpgrader.compare import Compare
from bpgrader.cures import CURES, cure
from bpgrader.inside import call
from bpgrader.judge import judge
from bpgrader.spec import Exercise
from bpgrader.verdict import TEXTS, Slip, Status, Verdict

A, W, B = np.arange(15.0).reshape(3, 5), np.ones((2, 3)), np.ones((2, 1))
NOTHING, ONE, TWO, LABELS = None, [1], 2.0, np.ones(5)
ERRORS = {
    "inner sizes": [lambda: A @ W, lambda: W @ np.ones(4), lambda: np.dot(W, W)],
    "number in @": [lambda: W @ 2.0, lambda: NOTHING @ A],
    "lost axis": [lambda: A - A.mean(axis=1), lambda: A / A.std(axis=1), lambda: A[:2] + B[:, 0]],
    "broadcast": [lambda: W * A, lambda: A + np.ones((4, 1)), lambda: A - W.T],
    "truth value": [
        lambda: max(0, A),
        lambda: 1 if A > 0 else 0,
        lambda: (A > 0) and (A < 1),
        lambda: max(A),
        lambda: not A,
        lambda: [x for x in A if x > 2],
    ],
    "math on arrays": [lambda: math.exp(A), lambda: math.log(-A), lambda: float(A), lambda: int(A)],
    "built-in sum or max": [lambda: sum(A, axis=1), lambda: max(A, axis=0), lambda: min(W, axis=1)],
    "unknown name": [lambda: sigmoid(A), lambda: forwrad_pass(W)],  # noqa: F821
    "too few axes": [
        lambda: A[0].mean(axis=1),
        lambda: A[0][:, 0],
        lambda: np.sum(A, axis=2),
        lambda: np.float64(1)[0],
    ],
    "index beyond the end": [lambda: A[3], lambda: [1, 2][2], lambda: A[0, 5], lambda: [].pop()],
    "None": [lambda: NOTHING * A, lambda: NOTHING[1], lambda: NOTHING.T, lambda: len(NOTHING)],
    "list in arithmetic": [
        lambda: [1.0] - [2.0],
        lambda: [1, 2].T,
        lambda: [1] / 2,
        lambda: [1, 2] >= 1,
        lambda: 0.5 * [1],
    ],
    "different lengths": [lambda: np.array([[1, 2], [3]]), lambda: np.array([W, A])],
    "labels as a mask": [lambda: A[:, LABELS], lambda: ~LABELS],
    "method of a tensor": [lambda: A.exp(), lambda: A.log(), lambda: W.matmul(A), lambda: A.abs()],
    "key": [lambda: {A: 1}, lambda: {(1, 2), [1]}, lambda: functools.lru_cache(np.exp)(A)],
    "reaches out": [lambda: np.load("weights.npy"), lambda: np.loadtxt("data.csv")],
    "not a function": [lambda: A(1), lambda: TWO(3), lambda: ONE(0)],
    "call without brackets": [lambda: A.mean + 1, lambda: np.exp[A], lambda: A.mean[0]],
    "whole number": [lambda: A[1.0], lambda: range(5 / 2), lambda: A[: 3 / 2]],
    "dim": [lambda: A.sum(dim=1), lambda: np.mean(A, keepdim=True), lambda: np.stack([A], dim=1)],
    "power": [lambda: A ^ 2, lambda: 2.0 ^ 2, lambda: A ^ A, lambda: np.float64(2) ^ 2],
    "append to array": [lambda: A.append(1)],
    "no such name": [lambda: np.logg(A), lambda: A.meann(), lambda: {}.shape],
    "arguments": [lambda: (lambda x: x)(1, 2), lambda: (lambda x, y: x)(1), lambda: np.maximum(A)],
    "unpacking": [lambda: [x for x, y in [(1, 2, 3)]], lambda: [x for x, y in [(1,)]]],
    "no such key": [lambda: {"dW": 1}["db"]],
    "shapes": [lambda: A.reshape(4, 4), lambda: np.vstack([A, W]), lambda: np.stack([A, W])],
    "square matrix": [lambda: np.linalg.inv(A), lambda: np.linalg.eigvalsh(A)],
    "division by zero": [lambda: 1 / 0, lambda: 1 % 0],
    "too large a number": [lambda: math.log(0), lambda: math.exp(1000), lambda: math.sqrt(-1)],
    "types": [lambda: np.zeros(2, 3), lambda: "a" + 1, lambda: A & 1],
    "import": [lambda: __import__("scippy")],
    "in place": [lambda: np.ones(3, int).__iadd__(0.5)],
    "not a list": [lambda: TWO[0], lambda: len(TWO), lambda: list(TWO)],
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_gets_its_cure(kind):
    for function in ERRORS[kind]:
        outcome = call(lambda: function(), [])  # noqa: B023
        assert cure(f"{outcome['error']}: {outcome['text']}")[0] == kind, outcome


def test_every_cure_is_a_sentence_and_an_unknown_error_has_one_too():
    for kind, pattern, text in [*CURES, ("", "", cure("StrangeError: x")[1])]:
        assert len(text.split()) > 4, (kind, pattern)
        assert not text.endswith(".")


def test_no_sentence_begins_with_code():
    """Its first letter is made large: Math.exp is no Python."""
    for text in [*TEXTS.values(), *(text for *_, text in CURES)]:
        assert not re.match(r"\S*\w[.(\[_]\w", text), text


def test_functions_that_a_cure_names_are_numpys():
    pattern = next(p for kind, p, _ in CURES if kind == "method of a tensor")
    for name in re.search(r"<name>(.*)\)", pattern)[1].split("|"):
        assert callable(getattr(np, name))
        assert not hasattr(np.ndarray, name)


def verdict(answer, reference, draw, **options):
    exercise = Exercise(
        name="answer",
        points=1,
        equation="eq-bp2",
        chapter="08_delta_recursion",
        inputs=draw,
        reference=reference,
        wrong={},
        right=[],
        **options,
    )
    cases = exercise.cases(np.random.default_rng(5), 4)
    return judge(exercise.answers(answer, cases["args"]), cases, **exercise.reread)


def data(rng):
    return rng.normal(size=(int(rng.integers(2, 5)), int(rng.integers(6, 10)))), 0.7


CODES = {
    "sizes": lambda X, r: X.sum(axis=1, keepdims=True) / X.shape[0],
    "summed": lambda X, r: X.sum(axis=1, keepdims=True),
    "divided": lambda X, r: X.mean(axis=1, keepdims=True) / X.shape[1],
    "sign": lambda X, r: -X.mean(axis=1, keepdims=True),
    "near": lambda X, r: X.sum(axis=1, keepdims=True) / (X.shape[1] + 1e-6),
    "zero": lambda X, r: np.zeros((len(X), 1)),
    "factor": lambda X, r: 7 / 3 * X.mean(axis=1, keepdims=True),
    "offset": lambda X, r: 1 + X.mean(axis=1, keepdims=True),
    "complement": lambda X, r: 1 - X.mean(axis=1, keepdims=True),
    "square": lambda X, r: X.mean(axis=1, keepdims=True) ** 2,
    "size": lambda X, r: np.abs(X.mean(axis=1, keepdims=True)),
    "exp": lambda X, r: np.exp(X.mean(axis=1, keepdims=True)),
    "inverse": lambda X, r: 1 / X.mean(axis=1, keepdims=True),
    "reversed": lambda X, r: X.mean(axis=1, keepdims=True)[::-1],
    "shuffled": lambda X, r: np.sort(X.mean(axis=1, keepdims=True), axis=0),
    "same": lambda X, r: np.full((len(X), 1), 0.25),
    "infinite": lambda X, r: X.mean(axis=1, keepdims=True) / 0.0,
    "axis": lambda X, r: X.mean(axis=1),
    "transposed": lambda X, r: X.mean(axis=1)[None],
    "turned": lambda X, r: X.sum(axis=1)[None],
    "list": lambda X, r: X.mean(axis=1, keepdims=True).tolist(),
    "averaged": lambda X, r: X.mean(),
    "none": lambda X, r: None,
    "changed": lambda X, r: np.add(X, 0, out=X) * 0 + np.multiply(X, 2, out=X).mean() * 0 + r,
    "complex": lambda X, r: X.mean(axis=1, keepdims=True) + 0j,
    "refused": lambda X, r: "text",
}


@pytest.mark.parametrize("code", CODES)
def test_numbers_that_are_wrong_in_a_known_way_are_named(code):
    said = verdict(CODES[code], lambda X, r: X.mean(axis=1, keepdims=True), data)
    # a result in the order of its size is in reverse order for some inputs, and right for others
    assert said.slip.code in (code, "reversed" if code == "shuffled" else code), said.message
    assert not said.passed


def test_a_changed_input_is_named_with_its_place():
    def answer(W, x):
        W[1] *= 2
        return x

    said = verdict(answer, lambda W, x: x, lambda rng: ([None, rng.normal(size=2)], 1.5))
    assert said.status is Status.WRONG
    assert "changes its input W[1]" in said.message


@pytest.mark.parametrize(
    ("turns", "passed"),
    [
        ([1e-5, -1e-5], True),
        ([1e-5, -2e-5, 1e-5], True),
        ([0.1, -0.2, 0.1], True),
        ([1e-10], False),
        ([1e-13], False),
        ([1e-5, -1e-5 + 1e-13], False),
    ],
)
def test_an_input_that_was_put_back_differs_by_a_rounding_at_most(turns, passed):
    def answer(W, x):
        for step in turns:
            W += step
        return x

    def draw(rng):
        return rng.uniform(0.5, 2, size=(3, 2)), 1.5

    said = verdict(answer, lambda W, x: x, draw)
    assert said.passed == passed, said.message
    assert passed or "changes its input W" in said.message


def test_the_input_is_shown_where_it_is_small():
    said = verdict(lambda n: 1, lambda n: sum(n), lambda rng: ([4, 3, int(rng.integers(9))],))
    assert "Input: n = [4, 3, " in said.message
    said = verdict(lambda X, r: X, lambda X, r: X + 1, data)
    assert "Input: X of shape (" in said.message
    assert "r = 0.7" in said.message


def test_an_inner_none_and_lists_of_the_wrong_length():
    def draw(rng):
        return (rng.normal(size=3),)

    def reference(x):
        return [None, x, 2 * x, 3 * x]

    for answer, code in (
        (lambda x: [None, None, 2 * x, 3 * x], "unfilled"),
        (lambda x: [None, x, 2 * x], "last"),
        (lambda x: [x, 2 * x, 3 * x], "first"),
        (lambda x: [None, x, 2 * x, 3 * x, 4 * x], "extra"),
        (lambda x: [None, None, x, 2 * x, 3 * x], "before"),
        (lambda x: [x, x, 2 * x, 3 * x], "filled"),
        (lambda x: [2 * x], "length"),
    ):
        assert verdict(answer, reference, draw).slip.code == code


def test_right_on_some_inputs_only():
    draw = [lambda rng: (rng.normal(2, 1, 9),), lambda rng: (np.array([1.0, 2.0, 3.0]),)]
    said = verdict(lambda x: np.mean(x > 2), lambda x: np.mean(x >= 2), draw)
    assert "right on 2 of 4 inputs" in said.message.casefold()


def test_a_comparison_of_the_authors_own():
    def three(rng):
        return (rng.normal(size=3),)

    def vector(rng):
        return (rng.normal(size=(3, 3)),)

    loose = {"compare": Compare(rtol=1e-3)}
    assert verdict(lambda x: x * 1.0005, lambda x: x, three, **loose).passed
    assert not verdict(lambda x: x * 1.0005, lambda x: x, three).passed
    assert not verdict(lambda x: x * 1.005, lambda x: x, three, **loose).passed
    any_order = {"compare": Compare(any_order=True)}
    assert verdict(lambda x: x[::-1], lambda x: x, three, **any_order).passed
    assert verdict(lambda x: [x + 1, x], lambda x: [x, x + 1], three, **any_order).passed
    assert not verdict(lambda x: [x, x], lambda x: [x, x + 1], three, **any_order).passed
    assert not verdict(lambda x: x[:2], lambda x: x, three, **any_order).passed
    any_of = {"compare": Compare(any_of=True)}
    for sign in (1, -1):

        def first(x, sign=sign):
            return sign * np.linalg.eigh(x + x.T)[1][:, 0]

        def both(x):
            v = np.linalg.eigh(x + x.T)[1][:, 0]
            return [v, -v]

        assert verdict(first, both, vector, **any_of).passed
        assert not verdict(lambda x: 2 * first(x), both, vector, **any_of).passed


def test_parts_have_points_of_their_own():
    exercise = Exercise(
        name="answer",
        points=4,
        parts={"dW": 3, "db": 1},
        equation="eq-bp2",
        chapter="08_delta_recursion",
        inputs=lambda rng: (rng.normal(size=3),),
        reference=lambda x: {"dW": x, "db": x + 1},
        wrong={},
        right=[],
    )
    cases = exercise.cases(np.random.default_rng(0), 3)
    for answer, points in (
        (lambda x: {"dW": x, "db": x + 1}, 4),
        (lambda x: {"dW": x, "db": x}, 3),
        (lambda x: {"dW": -x, "db": x + 1}, 1),
        (lambda x: {"dW": x}, 3),
        (lambda x: {"dW": -x, "db": x}, 0),
        (lambda x: [x, x + 1], 0),
        (lambda x: x, 0),
        (lambda x: 1 / 0, 0),
        (lambda x: {"dW": x, "db": x + 1} if x[0] > 0.2 else {"dW": x, "db": x}, 3),
    ):
        said = judge(exercise.answers(answer, cases["args"]), cases, **exercise.reread)
        assert exercise.earned(said) == points
        assert ("points of its own" in said.message) == (0 < points < 4)


def test_parts_are_those_of_the_right_answer_that_was_meant():
    exercise = Exercise(
        name="answer",
        points=3,
        parts={0: 2, 1: 1},
        compare=Compare(any_of=True, any_order=True),
        equation="eq-bp2",
        chapter="08_delta_recursion",
        inputs=lambda rng: (rng.normal(size=3),),
        reference=lambda x: [[x, x + 1], [x, x + 2]],
        wrong={},
        right=[],
    )
    cases = exercise.cases(np.random.default_rng(0), 3)
    for answer, points in (
        (lambda x: [x, x + 1], 3),
        (lambda x: [x + 2, x], 3),
        (lambda x: [x, x + 3], 2),
        (lambda x: [x + 3, x + 1], 1),
        (lambda x: [x + 3, x + 4], 0),
    ):
        said = judge(exercise.answers(answer, cases["args"]), cases, **exercise.reread)
        assert exercise.earned(said) == points


def test_every_text_is_a_part_of_a_sentence_and_all_is_said_in_one_place():
    for code, text in TEXTS.items():
        assert not text.endswith("."), code
    facts = {"text": "The bias is missing."}
    said = Verdict(Status.WRONG, Slip("known", facts), Slip("zero"), "x = 1", "Reread eq-f1.")
    assert said.message.startswith("The bias is missing (every entry is 0: ")
    assert said.message.endswith(". Input: x = 1. Reread eq-f1.") or "?)" in said.message
    assert said.slip.kind == "known: The bias is missing."
    for unsure in ("maybe", "cut short"):
        assert Slip(unsure, said.slip.facts).kind == said.slip.kind  # one mistake of a class
