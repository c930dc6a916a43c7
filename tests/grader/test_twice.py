"""Two slips at once, samples that are left out: named where that is so, and nowhere else."""

from pathlib import Path

import numpy as np
import pytest

from bpgrader.assignment import Assignment
from bpgrader.inside import decode, encode
from bpgrader.judge import judge

RELATED = {  # each is the other with one slip more, in truth
    "That is the quadratic cost; this is about cross-entropy.",
    "That is the mean squared error; this is about cross-entropy.",
    "Those are the steps alone: subtract them from the weights and biases.",
    "That is the step alone; the new weights are asked.",
}


def test_no_known_mistake_gets_the_name_of_another(each):
    """Where its own sentence is taken away, it is told by its numbers, or «perhaps»."""
    for exercise in Assignment.load(each).sheet.exercises:
        cases = exercise.cases(np.random.default_rng(0), 4)
        for text, outcomes in cases["wrong"]:
            others = {**cases, "wrong": [pair for pair in cases["wrong"] if pair[0] != text]}
            slip = judge(outcomes, others, **exercise.reread).slip
            assert slip.code not in ("known", "maybe", "cut short"), (exercise.name, text, slip)
            assert slip.code != "both" or {text, slip.facts["text"]} <= RELATED, (text, slip)


def spoil(tree, factor, first):
    """Multiply all arrays of a value; make the first one such that no name fits it."""
    if isinstance(tree, dict):
        return {key: spoil(part, factor, first) for key, part in tree.items()}
    if isinstance(tree, list):
        return [spoil(part, factor, first) for part in tree]
    if tree is None or isinstance(tree, str | bool):
        return tree
    if first:
        first.pop()
        return np.asarray(tree) + np.cos(np.arange(np.size(tree))).reshape(np.shape(tree))
    return factor * np.asarray(tree)


@pytest.mark.parametrize("factor", [2.0, -2.0, 0.5, 4.0])
def test_a_plain_factor_beside_another_mistake_is_not_two_slips(each, factor):
    """A sign and minus two are a factor of two, and nobody made either."""
    for exercise in Assignment.load(each).sheet.exercises:
        cases = exercise.cases(np.random.default_rng(0), 4)
        outcomes = [{"value": encode(spoil(decode(w), factor, [1]))} for w in cases["want"]]
        slip = judge(outcomes, cases, **exercise.reread).slip
        assert slip.code != "both", (exercise.name, slip)


@pytest.fixture(scope="module")
def assignments():
    """Give all exercises by name."""
    folders = sorted((Path(__file__).parents[2] / "assignments").glob("*/"))
    return {e.name: e for f in folders for e in Assignment.load(f).sheet.exercises}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def hidden_lines(W, b, X):
    """Leave out the activations of the hidden layers, and turn the last one round."""
    z, a = [None], [X]
    for i in range(1, len(W)):
        z.append(W[i] @ a[i - 1] + b[i])
        a.append(z[i] if i < len(W) - 1 else sigmoid(-z[i]))
    return {"z": z, "a": a}


def gradients(w, b, X, Y, part=slice(None), scale=1.0):
    a = sigmoid(w @ X + b)
    dz = (a - Y)[:, part] * scale
    return [dz @ X[:, part].T / dz.shape[1], dz.mean(axis=1, keepdims=True)]


@pytest.mark.parametrize(
    ("name", "answer", "code", "words"),
    [
        (
            "likelihood_of_labels",
            lambda a, Y: -np.log(np.prod(np.where(Y == 1, 1 - a, a))),
            "both",
            ["classes are exchanged", "minus the logarithm"],
        ),
        (
            "cross_entropy_cost",
            lambda a, Y: -np.sum(Y * np.log2(a) + (1 - Y) * np.log2(1 - a)),
            "both",
            ["Two slips at once: You summed over the samples", "logarithm to base 2"],
        ),
        (
            "delta_before",
            lambda W, d, a: -(W.T @ d) * (1 - a**2),
            "both",
            ["that of tanh. And besides, the sign is turned round"],
        ),
        (
            "layer_gradients",
            lambda d, a: [d[:, -1:] @ a[:, -1:].T / 9, d[:, -1:] / 9],
            "numbers",
            [],
        ),  # m is 9 in one of the inputs only
        ("forward_pass", hidden_lines, "partly", ["Perhaps", "hidden layers lack the sigmoid"]),
        (
            "logistic_gradients",
            lambda *given: gradients(*given, slice(0, 1)),
            "cut short",
            ["Only the first sample is used"],
        ),
        (
            "logistic_gradients",
            lambda *given: gradients(*given, slice(0, -1)),
            "cut short",
            ["The last sample is left out"],
        ),
        (
            "logistic_gradients",
            lambda *given: gradients(*given, slice(-1, None), -1.0),
            "both",
            ["Only the last sample is used", "the sign is turned round"],
        ),
        ("logistic_gradients", lambda *given: gradients(*given, slice(0, 2)), "numbers", []),
        ("classify", lambda W, b, X: np.ones((1, X.shape[1])), "maybe", ["compared with 0"]),
        (
            "batch_limits",
            lambda m, size: [[2 * k, 2 * min(k + size, m)] for k in range(0, m, size)],
            "double",
            [],
        ),
    ],
)
def test_two_slips_and_samples_left_out(name, answer, code, words, assignments):
    exercise = assignments[name]
    cases = exercise.cases(np.random.default_rng(1), 4)
    with np.errstate(all="ignore"):
        verdict = judge(exercise.answers(answer, cases["args"]), cases, **exercise.reread)
    assert verdict.slip.code == code, verdict.message
    assert [word for word in words if word not in verdict.message] == []
