"""The verdict word by word: which sentence an outcome gets, and why two outcomes are the same."""

import re

import numpy as np
import pytest

from bpgrader.compare import Compare, pairs
from bpgrader.forms import clean
from bpgrader.inside import encode
from bpgrader.judge import judge, shown
from bpgrader.verdict import Status


def verdict(outcomes, want, args=None, *, names=("x",), wrong=(), parts=(), **compare):
    """Judge outcomes; values are given and wanted as they are."""
    cases = {
        "args": args or [[1.0]] * len(want),
        "want": [encode(value) for value in want],
        "wrong": [[text, own] for text, own in wrong],
        "names": list(names),
        "parts": list(parts),
        "compare": compare,
    }
    return judge(outcomes, cases, equation="eq-f1", chapter="02_forward_pass")


def value(*values):
    return [{"value": encode(one)} for one in values]


def error(kind, text="", line=None):
    return {"error": kind, "text": text, "line": line}


LOOK = " Reread eq-f1 in chapter 2 (forward pass)."
A = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
ENDED = "Your code ended before it had answered on all inputs."
UNREAD = "Your answer could not be read."
SINGLE = {  # what came where 3.5 is wanted -> status and sentences
    "nothing": (None, Status.STOPPED, ENDED),
    "no outcome": ([], Status.STOPPED, ENDED),
    "one too many": (value(3.5, 3.5), Status.STOPPED, ENDED),
    "blank": ([error("NotImplementedError")], Status.NOT_DONE, "Not done yet."),
    "a forged value": ([{"value": "3.5"}], Status.STOPPED, f"{UNREAD} Input: x = 1."),
    "no value": ([{"text": "x"}], Status.STOPPED, f"{UNREAD} Input: x = 1."),
    "a number": ([3.5], Status.STOPPED, f"{UNREAD} Input: x = 1."),
    "over time": (
        [error("OverTime", "2")],
        Status.STOPPED,
        "Your function ran longer than 2 s: is there a loop that never ends, or a while whose "
        "condition never changes? Input: x = 1.",
    ),
    "an error with its line": (
        [error("Strange", "odd\x1bthing", 4)],
        Status.STOPPED,
        "(your code stopped with Strange in line 4 of your cell: odd thing). Input: x = 1.",
    ),
    "an error without a line": (
        [{"error": "Strange", "line": "4"}],
        Status.STOPPED,
        "(your code stopped with Strange: ). Input: x = 1.",
    ),
    "an input changed beyond reading": (
        [{"value": 3.5, "after": "x"}],
        Status.WRONG,
        f"{UNREAD} Input: x = 1.",
    ),
    "an input said to be changed that is not": (
        [{"value": 3.5, "after": [1.0]}],
        Status.WRONG,
        f"{UNREAD} Input: x = 1.",
    ),
    "a list": (
        value([3.5]),
        Status.WRONG,
        "Your result must be one number, you gave a list or tuple with 1 entry. ",
    ),
    "a dict": (value({"a": 1}), Status.WRONG, "Your result must be one number, you gave a dict."),
    "an array": (
        value(np.ones(3)),
        Status.WRONG,
        "Your result must be one number, you gave an array of shape (3,): is a mean or a sum "
        "missing, or its axis?",
    ),
}


@pytest.mark.parametrize("case", SINGLE)
def test_what_came_gets_its_sentence(case):
    outcomes, status, sentences = SINGLE[case]
    said = verdict(outcomes, [3.5])
    assert said.status is status
    assert sentences in said.message
    assert said.message.endswith(LOOK)


FORMS = [  # what came, what is wanted, sentence
    (A[:2], A[:2].T + np.ones((2, 1)), "numbers are right|wanted"),
    (A, A[0], r"must be an array of shape \(2,\), you gave an array of shape \(3, 2\)\. "),
    (A[:1, :1], A, "you took a mean or a sum too many"),
    (A, A[:1, :1], "is a mean or a sum missing"),
    (A[:, :1], A[:1, :1], "is a mean or a sum missing"),
    (A.T, A, "did you transpose"),
    (A.reshape(2, 3)[:, :2], A[:, :1], r"\(3, 1\), you gave an array of shape \(2, 2\)\. "),
    (
        A.tolist(),
        A,
        r"of shape \(3, 2\), you gave a list or tuple with 3 entries: make it one with n",
    ),
    (
        [1.0, A],
        A,
        r"must be an array of shape \(3, 2\), you gave a list or tuple with 2 entries\. ",
    ),
    ([*A.T], A, r"must be an array of shape \(3, 2\), you gave a list or tuple with 2 entries\. "),
    (A, A.tolist(), r"must be a list, you gave an array of shape \(3, 2\): make it one with \.tol"),
    (A, [*A], r"must be a list, you gave an array of shape \(3, 2\)\. "),
    ({"a": 1.0}, A, r"must be an array of shape \(3, 2\), you gave a dict\. "),
    (A, [1.0], r"must be a list, you gave an array of shape \(3, 2\)\. "),
    (2.5, {"a": 1.0}, "must be a dict, you gave one number"),
    ([2.5], {"a": 1.0}, r"must be a dict, you gave a list or tuple with 1 entry\. "),
    ({}, {"a": 1.0, "b": 2.0}, "exactly the keys a, b, yours has none"),
    ({"c": 1.0, "d": 2.0}, {"a": 1.0}, "exactly the keys a, yours has c, d"),
    (None, A, r"must be an array of shape \(3, 2\), you gave None: is a return missing\?"),
    ([None], [2.5], r"result\[0\] is None where one number is wanted"),
    (3.0, None, "Your result must be None"),
    ([1.0, 2.0, 3.0, 9.0], [1.0, 2.0, 3.0], "has 1 entry after the last one"),
    ([1.0, 2.0, 3.0, 9.0, 9.0], [1.0, 2.0, 3.0], "has 2 entries after the last one"),
    ([8.0, 9.0, 1.0, 2.0], [1.0, 2.0], "has 2 entries before the first one"),
    ([2.0, 3.0], [1.0, 2.0, 3.0], "lacks its first entry"),
    ([1.0, 2.0], [1.0, 2.0, 3.0], "lacks its last entry"),
    ([5.0, 1.0], [1.0], "has 1 entry before the first one"),
    ([5.0], [], "result must have 0 entries, yours has 1"),
    ([7.0, 8.0], [1.0], "Your result must have 1 entry, yours has 2"),
    ({"W": [1.0]}, {"W": [2.0, 3.0]}, r"result\['W'\] must have 2 entries, yours has 1"),
    (2.125, 3.5, r"\(your result is 2\.125, wanted 3\.5\)"),
    (A + 0.3 * np.eye(3, 2, -1)[::-1], A, r"Your result\[0, 1\] is 2\.3, wanted 2\. "),
]


@pytest.mark.parametrize("k", range(len(FORMS)))
def test_a_form_that_is_wrong_is_told_exactly(k):
    got, want, words = FORMS[k]
    said = verdict([*value(got), *value(got)], [want, want])
    assert said.status is Status.WRONG
    assert re.search(words, said.message), said.message


def test_a_known_mistake_is_one_that_gives_the_same_on_every_input():
    nan = np.array([np.nan, 2.0])
    odd = error("ValueError", "operands could not be broadcast together with shapes (2,) (3,)")
    other = {**odd, "text": odd["text"].replace("(3,)", "(4,)")}
    spaced = {**odd, "text": odd["text"].replace("together", "all together")}
    refused = {"refused": "a value of type str where numbers are wanted"}
    pairs_ = [  # two outcomes, and whether they are the same
        ({"value": encode(nan)}, {"value": encode(nan)}, True),
        ({"value": 1.0}, {"value": 2.0}, False),
        ({"value": 1.0}, odd, False),
        (odd, {"value": 1.0}, False),
        (odd, odd, True),
        (odd, other, False),
        (odd, spaced, True),
        (odd, {**odd, "error": "TypeError"}, False),
        (error("E"), {"error": "E"}, True),
        (refused, refused, True),
        (refused, {"refused": "values of dtype complex128"}, False),
        (5, odd, False),
    ]
    for a, b, same in pairs_:
        for first in ((a, b), (a, a)):  # the second input alone tells, then both do
            known = [[first[1], b]]
            said = verdict([a, a], [7.0, 8.0], wrong=[("A known one.", *known)])
            assert (said.slip.code in ("known", "maybe")) == same, (a, b)
    said = verdict([odd] * 2, [7.0, 8.0], wrong=[("One.", [other] * 2), ("Two.", [odd] * 2)])
    assert said.message.startswith("Perhaps: Two (your code stopped with ValueError: operands")


def test_a_known_mistake_that_gives_errors_alone_or_always_the_same_is_said_with_perhaps():
    odd = error("ValueError", "shapes (2,) (3,)")
    for got, code in (
        ([{"value": 1.0}, {"value": 1.5}], "known"),
        ([{"value": 1.0}, {"value": 1.0}], "maybe"),
        ([{"value": 1.0}, odd], "known"),
        ([odd, odd], "maybe"),
        ([{"value": 7.0}, odd], "maybe"),
        ([{"value": 7.0}, {"value": 1.0}], "known"),
    ):
        said = verdict(got, [7.0, 8.0], wrong=[("A known one.", got)])
        assert said.slip.code == code, got
        assert said.message.startswith("Perhaps: A known one" if code == "maybe" else "A known")


def test_two_that_changed_places_and_what_came_in():
    first, second = np.array([1.5, 2.5]), np.array([7.5, 3.25])
    want = [{"dW": first, "db": second}, {"dW": 2 * first, "db": second + 1}]
    turned = [{"dW": w["db"], "db": w["db"]} for w in want]
    said = verdict(value(*turned), want)
    assert "that is what is wanted at your result['db']: two things" in said.message
    half = [{"dW": want[0]["db"], "db": want[0]["db"]}, {"dW": first, "db": want[1]["db"]}]
    assert verdict(value(*half), want).slip.code != "misplaced"
    args = [[2.0, encode([None, np.array([k + 0.5, 9.0])])] for k in range(2)]
    echo = value(*(np.array([k + 0.5, 9.0]) for k in range(2)))
    said = verdict(echo, [first, second], args, names=("r", "W"))
    assert said.message.startswith("That is the input W[1], as it came (your result[0] is 0.5")
    said = verdict([echo[0], echo[0]], [first, second], args, names=("r", "W"))
    assert said.slip.code != "echo"
    said = verdict(value(2.0, 2.0), [5.0, 9.25], args, names=("r", "W"))
    assert said.slip.code != "echo"  # one number says nothing


def test_the_place_is_told_where_an_answer_has_several():
    want = [{"a": A, "b": A + 1}, {"a": A + 2, "b": A}]
    wrong = [{"a": w["a"], "b": -w["b"]} for w in want]
    assert verdict(value(*wrong), want).message.startswith("Your result['b']: the sign is turned")
    assert verdict(value(-A, -A - 1), [A, A + 1]).message.startswith("The sign is turned round")
    late = [want[0], wrong[1]]  # right on the first input
    assert "result['b']" in str(verdict(value(*late), want).detail)


def test_the_input_on_which_it_shows_is_that_of_the_first_wrong_one():
    args = [[1.0], [2.0], [3.0]]
    said = verdict(value(5.0, 7.0, 9.0), [5.0, 6.0, 7.0], args)
    assert said.given == "x = 2"
    changed = [{"value": 5.0}, {"value": 6.0, "after": [4.0]}, {"value": 7.0, "after": [5.0]}]
    said = verdict(changed, [5.0, 6.0, 7.0], args)
    assert said.given == "x = 2"
    assert said.message.startswith("Your function changes its input x, so")
    assert said.status is Status.WRONG


def test_deep_inputs_that_were_changed_are_read_like_the_inputs_themselves():
    deep, changed = [[[[[[[[1.0]]]]]]]], [[[[[[[[2.0]]]]]]]]
    said = verdict([{"value": 5.0, "after": changed}], [5.0], [deep])
    assert "changes its input x[0][0][0][0][0][0][0]" in said.message
    deeper = {"value": 5.0, "after": [changed]}
    assert verdict([deeper], [5.0], [deep]).message.startswith(UNREAD)


def test_an_input_is_written_as_one_types_it():
    six, seven = np.arange(6.0) / 3, np.arange(7.0)
    tell = lambda *args: shown([encode(a) for a in args], list("abcdef")[: len(args)])
    assert tell(six) == "a = [0. , 0.3333, 0.6667, 1. , 1.3333, 1.6667]"
    assert tell(seven) == "a of shape (7,)"
    assert tell(1 / 3, 4, None) == "a = 0.333333, b = 4, c = None"
    assert tell(np.array([[1.0, 12.0], [-3.0, 4.0]])) == "a = [[1., 12.], [-3., 4.]]"
    assert tell([1, [2.5, seven]]) == "a = [1, [2.5, (7,)]]"
    assert tell({"W": seven, "b": [2, None]}) == "a = {'W': (7,), 'b': [2, None]}"
    exactly = [10**9] * 7
    assert len(tell(exactly, 10**4)) == 99
    assert len(tell(exactly, 10**5)) == 100
    assert tell(exactly, 10**6) == ""


def test_a_students_text_is_cut_and_one_line():
    assert clean("a\x00b\u202ec ") == "a b c"
    assert clean("x" * 301) == "x" * 300
    assert clean(None) == "None"


def test_parts_that_are_right_on_every_input_count():
    want = [{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 4.0}]
    got = value({"a": 1.0, "b": 9.0}, {"a": 3.0, "b": 4.0})
    said = verdict(got, want, parts=("a", "b"))
    assert said.parts == ("a",)
    assert "Right, with points of its own: a. " in said.message


def test_one_of_several_right_answers_in_any_order():
    any_of, any_order = Compare(any_of=True), Compare(any_order=True)
    assert any_of.aligned(5.0, [1.0, 2.0]) == (5.0, 1.0)  # none is meant: the first
    assert any_of.aligned(2.0, [1.0, 2.0]) == (2.0, 2.0)
    assert any_of.right(2.0, [1.0, 2.0])
    assert not any_of.right(3.0, [1.0, 2.0])
    got, want = any_order.aligned(np.array([3.0, 1.0]), np.array([1.0, 3.0]))
    assert np.array_equal(got, want)
    for got in (np.array(3.0), 3.0, None, {"a": 1}):
        assert any_order.aligned(got, [3.0])[0] is got
        assert not any_order.right(got, [3.0, 1.0])
    assert Compare(any_of=True, any_order=True).right([2.0, 1.0], [[5.0, 6.0], [1.0, 2.0]])


def test_nan_and_what_is_not_finite():
    nan, inf = np.array([np.nan]), np.array([np.inf])
    for bad in (nan, inf):
        assert not Compare().close(bad, bad)
        assert not Compare().right([bad], [bad])
        assert Compare().close(bad, bad, nan=True)
        assert Compare().same([bad], [bad], nan=True)
    assert not Compare().same([nan], [inf], nan=True)
    assert not Compare().close(1.0, 1.0 + 1e-8, nan=True)
    assert Compare(atol=0.1).close(0.05, 0.0)
    assert not Compare(rtol=0.1).close(0.05, 0.0)
    assert Compare().close(None, None)
    assert not Compare().close(None, 1.0)
    assert not Compare().close(1.0, [1.0])


def test_a_walk_names_every_place():
    tree = {"a": [1, {"b": 2}], "c": None}
    assert list(pairs(tree, tree, "r")) == [
        ("r['a'][0]", 1, 1),
        ("r['a'][1]['b']", 2, 2),
        ("r['c']", None, None),
    ]
    assert list(pairs([1], [1, 2], "r")) == [("r", [1], [1, 2])]
    assert list(pairs({"a": 1}, {"b": 1})) == [("", {"a": 1}, {"b": 1})]
    assert list(pairs({"a": 1}, [1])) == [("", {"a": 1}, [1])]


def test_what_is_no_outcome_of_ours_is_neither_read_nor_known():
    for forged in ({"value": "x", "error": "E", "text": "t"}, {"value": "x", "refused": "t"}):
        assert verdict([forged], [3.5]).message.startswith(UNREAD)
    said = verdict([{"value": "x"}], [3.5], wrong=[("A known one.", value(1.0))])
    assert said.message.startswith(UNREAD)


def test_the_place_that_is_told_is_outside_the_tolerance():
    said = verdict(value(np.array([0.05, 9.0])), [np.array([0.0, 5.5])], atol=0.1)
    assert "your result[1] is 9, wanted 5.5" in said.message.casefold()
    alone = verdict(value(A + 0.3 * np.eye(3, 2)), [A])
    assert alone.slip.code == "numbers"
    assert alone.detail is None  # it is said once


def test_one_number_in_another_form():
    said = verdict(value(2.0), [np.ones(1)])
    assert "must be an array of shape (1,), you gave one number. " in said.message


def test_inputs_of_every_form_are_looked_at():
    got, want = np.array([9.25, 1.5]), np.array([5.0, 2.75])
    deep = [[[[[[[[1.0]]]]]]]]
    for args in (deep, [encode({"a": want})], [[1.0, 2.0]], [None], []):
        names = ["x"] * len(args)
        assert verdict(value(got), [want], [args], names=names).status is Status.WRONG
    lists = [[[1.0, 2.0]], [[1.0, 2.0, 3.0]], [[4.0, 2.0]], [[5.0, 2.0, 9.0]]]
    said = verdict(value(1.5, 7.25, 3.5, 0.125), [1.5, 2.75, 3.5, 5.5], lists)
    assert "right where len(x) is 2, wrong where it is 3" in said.message.casefold()
    sizes = "matmul: mismatch in core dimension 0 (size 2 is different from 3)"
    for text, told in ((sizes, "is a transpose (.t) missing"), ("odd", "valueerror in line 2")):
        stopped = {"error": "ValueError", "text": text, "line": 2}
        half = [*value(1.5), stopped, *value(3.5), stopped]
        said = verdict(half, [1.5, 2.75, 3.5, 5.5], lists).message.casefold()
        assert "right where len(x) is 2, wrong where it is 3" in said
        assert told in said  # the cure, if there is one, else the error


def test_answers_of_another_length_on_another_input_are_compared_where_they_can_be():
    first, second = np.array([1.5, 2.5]), np.array([7.5, 3.25])
    want = [[first, second], [second + 0.3]]
    got = [[second, second], [first * second]]
    assert verdict(value(*got), want).status is Status.WRONG
    numbers = verdict(value(2.0, 3.5), [5.0, 9.25], [[2.0], [3.5]])
    assert numbers.slip.code == "numbers"  # that a number is the input says nothing


def test_an_array_is_written_without_blanks_at_its_ends():
    assert shown([encode(np.array([2.5, 1.0]))], ["a"]) == "a = [2.5, 1.]"
