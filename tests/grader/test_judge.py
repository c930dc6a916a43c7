"""The verdict: what passes, what does not, and which mistake is named."""

import json

import numpy as np
import pytest

from bpgrader.inside import call, decode, encode
from bpgrader.judge import judge
from bpgrader.spec import Exercise

RNG = np.random.default_rng(0)


def verdict(answer, reference=lambda A: A, wrong=None, draw=None, seed=3):
    """Judge an answer as the grader does: through JSON, on drawn inputs."""
    draw = draw or (lambda rng: (rng.normal(size=(3, int(rng.integers(4, 9)))),))
    exercise = Exercise(
        name="answer",
        points=1,
        equation="eq-bp2",
        chapter="08_delta_recursion",
        inputs=draw,
        reference=reference,
        wrong=wrong or {},
        right=[],
    )
    cases = exercise.cases(np.random.default_rng(seed), 4)
    outcomes = json.loads(json.dumps([call(answer, args) for args in cases["args"]]))
    return judge(outcomes, cases, **exercise.reread)


@pytest.mark.parametrize(
    "answer",
    [
        lambda A: A,
        lambda A: A * (1 + 1e-10),
        lambda A: np.asfortranarray(A),
        lambda A: A.astype(np.longdouble),
        lambda A: A[:, ::-1][:, ::-1],
    ],
)
def test_the_same_numbers_pass(answer):
    assert verdict(answer).passed


def test_missing_values_in_an_input_are_no_change_of_it():
    def draw(rng):
        return (np.where(rng.random((3, 5)) < 0.3, np.nan, rng.normal(size=(3, 5))),)

    def spoilt(A):
        A[0] = 0
        return np.zeros(3)

    assert verdict(lambda A: np.isnan(A).sum(), lambda A: np.isnan(A).sum(), draw=draw).passed
    assert "changes its input A" in verdict(spoilt, lambda A: np.zeros(3), draw=draw).message


WRONG = {
    "1e-8 off": (lambda A: A * (1 + 1e-8), "wanted"),
    "sign": (lambda A: -A, "sign"),
    "summed": (lambda A: A * A.shape[1], "m times too large: you summed"),
    "divided twice": (lambda A: A / A.shape[1], "m times too small"),
    "doubled": (lambda A: 2 * A, "twice"),
    "halved": (lambda A: A / 2, "half"),
    "log10": (lambda A: A / np.log(10), "base 10"),
    "log2": (lambda A: A / np.log(2), "base 2"),
    "transposed": (lambda A: A.T, "transpose"),
    "one axis less": (lambda A: A.ravel(), "keepdims"),
    "first index": (lambda A: A + np.eye(*A.shape)[::-1], "result[0, 2]"),
    "nan": (lambda A: A * np.nan, "not all numbers are finite"),
    "None": (lambda A: None, "is a return missing"),
    "a list": (lambda A: A.tolist(), "you gave a list"),
    "a number": (lambda A: 1.0, "you gave one number"),
    "masked": (lambda A: np.ma.masked_all(A.shape), "MaskedArray"),
    "matrix": (lambda A: np.matrix(A), "matrix"),
    "complex": (lambda A: A + 0j, "complex"),
    "text": (lambda A: "yes", "str"),
    "raises": (lambda A: 1 / 0, "ZeroDivisionError"),
    "shape mismatch": (lambda A: A @ A, "ValueError"),
    "imports": (lambda A: __import__("torch_is_not_here"), "may import NumPy"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_named_with_what_to_reread(name):
    answer, words = WRONG[name]
    said = verdict(answer)
    assert not said.passed
    assert words.casefold() in said.message.casefold()
    assert said.message.endswith("Reread eq-bp2 in chapter 8 (delta recursion).")


@pytest.mark.parametrize("want", [0.0, 5.0, -1.5])
def test_a_single_wrong_number_is_wrong(want):
    draw = lambda rng: (1.0,)
    assert verdict(lambda x: want, lambda x: want, draw=draw).passed
    assert verdict(lambda x: np.array(want), lambda x: want, draw=draw).passed
    assert not verdict(lambda x: want + 1, lambda x: want, draw=draw).passed
    assert not verdict(lambda x: [want], lambda x: want, draw=draw).passed
    assert not verdict(lambda x: 10**300, lambda x: want, draw=draw).passed


def test_lists_and_dicts_must_have_exactly_the_form():
    def reference(A):
        return {"dW": [None, A], "db": [None, A.sum()]}

    assert verdict(lambda A: {"db": (None, A.sum()), "dW": [None, A]}, reference).passed
    for answer, words in (
        (lambda A: {"dW": [None, A]}, "exactly the keys dW, db, yours has dW"),
        (lambda A: {"dW": [None, A], "db": [None, A.sum()], "x": 1}, "exactly the keys"),
        (lambda A: {"dW": [A], "db": [None, A.sum()]}, "lacks its first entry"),
        (lambda A: {"dW": [A, A, A], "db": [None, A.sum()]}, "2 entries, yours has 3"),
        (lambda A: {"dW": [A, A], "db": [None, A.sum()]}, "must be None"),
        (lambda A: {"dW": [None, A + 1], "db": [None, A.sum()]}, "result['dW'][1][0, 0]"),
        (lambda A: [None, A], "must be a dict"),
    ):
        assert words in verdict(answer, reference).message


def test_the_first_wrong_part_of_an_answer_is_looked_at_alone():
    def reference(A):
        return {"dW": [None, A], "db": [None, A[:, :1]]}

    said = verdict(lambda A: {"dW": [None, A * A.shape[1]], "db": [None, -A[:, :1]]}, reference)
    assert said.message.startswith("Your result['dW'][1]: every entry is m times too large")
    said = verdict(lambda A: {"dW": [None, A], "db": [None, -A[:, :1]]}, reference)
    assert said.message.startswith("Your result['db'][1]: the sign is turned round")


def test_a_known_mistake_gets_its_own_message_even_when_it_raises():
    wrong = {
        "You added.": lambda A: A + A,
        "You took the square.": lambda A: A @ A,
        "You took the root.": lambda A: np.emath.sqrt(A),
    }
    for message, answer in wrong.items():
        perhaps = "" if "added" in message else "Perhaps: "  # errors alone: others give them, too
        assert verdict(answer, wrong=wrong).message.startswith(perhaps + message[:-1])


def test_two_mistakes_with_the_same_kind_of_error_are_told_apart():
    wrong = {"dW is the square.": lambda A: A @ A}
    said = verdict(lambda A: A @ A[:2], wrong=wrong)
    assert said.message.startswith("The inner sizes of a product with @ are ")
    said = verdict(lambda A: A @ A, wrong=wrong)
    assert said.message.startswith("Perhaps: dW is the square (your code stopped with ValueError")
    assert " )" not in verdict(lambda A: A + A[:2], wrong={"x": lambda A: A + A[:2]}).message


def test_text_of_a_student_cannot_steer_a_terminal():
    name = "\x1b[2J\u202e\n"
    said = verdict(lambda A: type(name, (), {})())
    assert said.message.isprintable()


def test_not_done_is_not_wrong():
    def blank(A):
        raise NotImplementedError("write your answer here")

    assert verdict(blank).status == "not done"


@pytest.mark.parametrize(
    "outcomes",
    [
        None,
        [],
        "passed",
        [1, 2, 3, 4],
        [{}] * 4,
        [{"value": {"shape": [2], "data": [1.0]}}] * 4,
        [{"value": {"shape": [-1], "data": [1.0]}}] * 4,
        [{"value": {"shape": [10**9, 10**9], "data": []}}] * 4,
        [{"value": {"shape": ["3"], "data": [1.0]}}] * 4,
        [{"value": {"shape": [2], "data": [True, 1.0]}}] * 4,
        [{"value": {"shape": [1], "data": [[1.0]]}}] * 4,
        [{"value": "1"}] * 4,
        [{"value": True}] * 4,
        [{"value": {"passed": True}}] * 4,
        [{"value": 10**400}] * 4,
        [{"value": 1.0, "after": None}] * 4,
        [{"value": {"shape": [1], "data": [1.0]}, "after": [[[5]]]}] * 4,
        [{"value": {"shape": [1], "data": [1.0]}, "after": [1.0, 2.0]}] * 4,
        [{"value": {"shape": [1], "data": [1.0]}, "after": {"x": "y"}}] * 4,
        [{"value": {"shape": [1], "data": [1.0]}, "after": [1.0]}] * 4,
        [{"value": {"shape": [1], "data": [10**400]}}] * 4,
        [{"error": ["x"], "text": {"a": 1}, "line": "z"}] * 4,
        [{"refused": {"a": 1}}] * 4,
        [{"status": "passed", "points": 99}] * 4,
    ],
)
def test_forged_outcomes_never_pass(outcomes):
    cases = {
        "args": [[1.0]] * 4,
        "want": [{"shape": [1], "data": [1.0]}] * 4,
        "wrong": [["x", [{"value": 1.0}] * 4]],
        "names": ["x"],
        "parts": ["a", 0],
        "compare": {},
    }
    assert not judge(outcomes, cases, equation="eq-bp2", chapter="08_delta_recursion").passed


def test_values_come_through_json_as_they_were():
    value = {
        "a": [None, 1, 2.5, RNG.normal(size=(2, 3))],
        "b": np.float32(1.5),
        "c": np.bool_(True),
    }
    back = decode(json.loads(json.dumps(encode(value))))
    assert back["a"][:3] == [None, 1, 2.5]
    assert np.array_equal(back["a"][3], value["a"][3])
    assert (back["b"], back["c"]) == (1.5, 1.0)
    with pytest.raises(ValueError, match="not a number"):
        decode([[[[[[[[1]]]]]]]])
