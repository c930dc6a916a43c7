# ruff: noqa: E501 - a row of a table stands on one line
"""Every "did you mean ...?" is typed in, as a reader would, and must be the cure."""

import ast
import inspect
import itertools
import re
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import bpcore
from bpcore import init_network, plots

SOURCES = sorted(Path(bpcore.__file__).parent.glob("*.py"))
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(4, 7)), np.array([[0, 1, 1, 0, 1, 0, 0]])
NET, THREE = init_network([4, 3, 1], rng=0), init_network([4, 5, 3], rng=0)
KIND = np.array([[2, 0, 1, 1, 2, 0, 1]])
SOFT = np.array([[0.1, 0.9, 0.5, 0.0, 1.0, 0.3, 0.7]])


def start():
    """Give the variables of a reader's session, each fresh."""
    net = init_network([4, 3, 1], rng=0)
    return {k: getattr(bpcore, k) for k in bpcore.__all__} | {
        "np": np, "plots": plots, "net": net, "three": THREE, "X": X.copy(), "Y": Y.copy(),
        "W": [*net.W], "b": [*net.b], "g": [*net.g], "n": [4, 3, 1], "Theta": [*bpcore.fold(net)],
        "cache": bpcore.forward(net, X), "loss": bpcore.cross_entropy, "hidden": "tanh",
        "grads": bpcore.backward(net, bpcore.forward(net, X), Y), "z": X[:1], "y": Y.copy(),
        "a": bpcore.sigmoid(X[:1]), "data": bpcore.blobs(20, rng=0), "learning_rate": 0.1,
        "epochs": 2, "steps": 2, "batch_size": 2, "h": 1e-5, "tol": 1e-9, "noise": 0.1, "m": 8,
        "rng": 0, "held_back": 0.25, "zero": 3, "one": 8, "p": [0.5, 0.5], "x": [1.0, 2.0],
        "learning_rates": [0.1, 1.0], "record": True, "vector": bpcore.flatten(net),
        "square": lambda x: (x * x).sum(), "x0": [1.0, 2.0], "got": [1.0], "want": [1.0],
        "dW": [*net.W], "db": [*net.b], "columns": 6,
    }  # fmt: skip


def error_of(call, session):
    """Run a line of code; give its result and its error."""
    try:
        return eval(call, session), None
    except (ValueError, TypeError) as error:
        return None, str(error)


def target_of(message):
    """Give the argument that a message blames: what stands before its verb."""
    return re.match(r"(?:backward must return )?([\w.\[\]]+)", message)[1]


def type_in(message, call, session):
    """Type a cure in: as the new value of the argument, as the option that it is, or as the loss."""
    code = re.search(r"; did you mean (.+)\?$", message)[1]
    option = re.match(r"(\w+)=([^=].*)", code)
    if option:  # f(...), with this option
        tree = ast.parse(call, mode="eval")
        tree.body.keywords = [k for k in tree.body.keywords if k.arg != option[1]]
        tree.body.keywords.append(ast.keyword(option[1], ast.parse(option[2], mode="eval").body))
        return ast.unparse(tree)
    if isinstance(session.get(code), bpcore.Loss):
        session["loss"] = session[code]
    else:
        exec(f"{target_of(message)} = {code}", session)
    return call


def cured(call, variables, faults=1):
    """Run a line, type in every cure, and give the result; so many arguments may be at fault."""
    session, blamed = start() | variables, []
    for _ in range(faults):
        _, message = error_of(call, session)
        assert message is not None, call
        assert "did you mean" in message, message
        assert target_of(message) not in blamed, message
        blamed.append(target_of(message))
        call = type_in(message, call, session)
    result, message = error_of(call, session)
    assert message is None, message
    return result, blamed


# Every array of numbers

CALLS_OF = {  # argument: lines that take it
    "X": [
        "forward(net, X)", "cost(net, X, Y)", "predict(net, X)", "accuracy(net, X, Y)",
        "per_sample_gradients(net, X, Y)", "check_gradients(net, X, Y)", "forward_theta(Theta, X)",
        "train(net, X, Y, learning_rate=0.1, epochs=2)",
        "train(net, X, Y, learning_rate=0.1, epochs=2, batch_size=3, rng=0)",
        "sweep(net, X, Y, learning_rates=[0.1], steps=2)",
    ],
    "Y": [
        "cost(net, X, Y)", "accuracy(net, X, Y)", "backward(net, cache, Y)",
        "per_sample_gradients(net, X, Y)", "check_gradients(net, X, Y)",
        "backward_theta(Theta, cache, Y)", "Dataset(X, Y)",
        "train(net, X, Y, learning_rate=0.1, epochs=2)",
        "train(net, X, Y, learning_rate=0.1, epochs=2, batch_size=3, rng=0)",
        "sweep(net, X, Y, learning_rates=[0.1], steps=2)",
    ],
    "y": [
        "loss(z, y)", "loss.delta(z, y)", "loss.grad_a(a, y)", "likelihood(a, y)",
        "quadratic(z, y)",
    ],
    "z": ["loss(z, y)", "loss.delta(z, y)", "quadratic.delta(z, y)"],
    "a": ["loss.grad_a(a, y)", "likelihood(a, y)"],
}  # fmt: skip
OTHERS = {  # the same for arrays of any shape
    "z": ["sigmoid(z)", "relu(z)"], "a": ["tanh.prime(a)", "with_bias(a)"],
    "x": ["numerical_gradient(square, x)", "complex_step_gradient(square, x)"],
    "x0": ["descend(square, lambda x: 2 * x, x0, learning_rate=0.1, steps=2)"],
    "vector": ["unflatten(vector, net)"], "p": ["entropy(p)", "kl_divergence(p, [0.5, 0.5])"],
    "got": ["relative_error(got, want)"], "want": ["relative_error(got, want)"],
    "learning_rates": ["sweep(net, X, Y, learning_rates=learning_rates, steps=1)"],
    "W[1]": ["Network(W, b)"], "b[2]": ["Network(W, b)"],
    "Theta[1]": ["unfold(Theta)", "forward_theta(Theta, X)", "backward_theta(Theta, cache, Y)"],
    "dW[1]": ["check_gradients(net, X, Y, backward=lambda *_: Gradients(dW, db, ()))"],
}  # fmt: skip
STRANGE = {  # a good array: how it came, in place of an array of numbers
    "complex without imaginary part": lambda A: np.array(A) + 0j,
    "text": lambda A: np.array(A).astype(str),
    "a list of text": lambda A: np.array(A).astype(str).tolist(),
    "objects": lambda A: np.array(A).astype(object),
    "text objects": lambda A: np.array(A).astype(str).astype(object),
    "a sparse matrix": lambda A: scipy.sparse.csr_matrix(np.atleast_2d(A)),
    "a sparse array": lambda A: scipy.sparse.coo_array(np.atleast_2d(A)),
    "a matrix": lambda A: np.atleast_2d(np.array(A)).view(np.matrix),
    "float16": lambda A: np.array(A, dtype=np.float16),
    "longdouble": lambda A: np.array(A, dtype=np.longdouble),
    "a frame of text": lambda A: pd.DataFrame(np.atleast_2d(A)).astype(str),
    "a frame of objects": lambda A: pd.DataFrame(np.atleast_2d(A)).astype(object),
}


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("name", CALLS_OF | OTHERS)
def test_arrays_of_another_kind(name, strange):
    good = eval(name, start())
    for call in {**CALLS_OF, **OTHERS}[name] + CALLS_OF.get(name, []) * (name in OTHERS):
        if {"sparse", "matrix", "frame"} & set(strange.split()) and np.ndim(good) != 2:
            continue  # these have always two axes
        session = start()
        session |= {name.split("[")[0]: replaced(name, STRANGE[strange](good), session)}
        result, message = error_of(call, session)
        if message is None:  # objects that are numbers may be taken as they are
            continue
        assert "did you mean" in message, (call, message)
        assert target_of(message) == name, (call, message)
        call = type_in(message, call, session)
        result, message = error_of(call, session)
        assert message is None, (call, message)
        assert result is not None or call


def replaced(name, value, session):
    """Give the variable with the value at a place such as W[1]."""
    root, _, place = name.rstrip("]").partition("[")
    if not place:
        return value
    parts = list(session[root])
    parts[int(place)] = value
    return parts


# Samples

ONE = X[:, 0]
SAMPLES = {  # how X came, and which samples are meant
    "rows": (X.T, X), "rows in a list": (X.T.tolist(), X), "rows in a tuple": (tuple(map(tuple, X.T)), X),
    "rows in a frame": (pd.DataFrame(X.T), X), "Fortran rows": (np.asfortranarray(X.T), X),
    "rows of integers": ((X.T * 9).astype(int), (X * 9).astype(int)),
}  # fmt: skip
SINGLE = {
    "a vector": ONE, "a list": ONE.tolist(), "a tuple": tuple(ONE), "a series": pd.Series(ONE),
    "one row": ONE[None], "one row in a list": [ONE.tolist()], "three axes": ONE[None, :, None],
}  # fmt: skip


def numbers(result):
    """Give the numbers in a result, as far as they can be compared."""
    if isinstance(result, bpcore.Network):
        return bpcore.flatten(result)
    if isinstance(result, bpcore.GradientCheck):
        return np.array([result.analytic, result.numerical])
    if isinstance(result, bpcore.Sweep):
        return result.cost
    if isinstance(result, bpcore.Cache):
        return result.a[-1]
    if isinstance(result, bpcore.Gradients):
        return np.concatenate([np.ravel(d) for d in result.dW[1:]])
    if isinstance(result, bpcore.Dataset):
        return np.vstack([result.X, result.Y])
    if isinstance(result, tuple) and isinstance(result[0], (bpcore.Network, bpcore.Dataset)):
        return numbers(result[0])
    if isinstance(result, tuple):
        return np.concatenate([np.ravel(t) for t in result[1:]])
    return np.array(result) if np.array(result).dtype.kind in "fib" else np.array(0)


def right(call, good, variables):
    """Type the cure in; the result is that of the good value."""
    result, blamed = cured(call, variables)
    assert blamed == [*good]
    wanted, message = error_of(call, start() | variables | good)
    if message is None:  # else the cure was an option
        assert np.array_equal(numbers(result), numbers(wanted))


@pytest.mark.parametrize("came", SAMPLES)
@pytest.mark.parametrize("call", CALLS_OF["X"])
def test_samples_in_rows(call, came):
    value, good = SAMPLES[came]
    right(call, {"X": good}, {"X": value})


@pytest.mark.parametrize("came", SINGLE)
@pytest.mark.parametrize("call", CALLS_OF["X"])
def test_one_sample(call, came):
    if "batch_size" not in call:
        right(call, {"X": ONE[:, None]}, {"X": SINGLE[came], "Y": [[1]]})


@pytest.mark.parametrize("call", dict.fromkeys(CALLS_OF["X"] + CALLS_OF["Y"] + [
    "data.standardise(X)", "plots.samples(X, Y)",
]))  # fmt: skip
def test_a_data_set_in_place_of_its_samples_and_labels(call):
    """As in ``train(net, *data.split(rng=0), ...)``."""
    features, plane = bpcore.Dataset(X, Y), bpcore.blobs(20, rng=0)
    variables = {"X": features, "Y": features}
    if "data." in call or "plots" in call:
        variables = {"X": plane, "Y": plane.Y, "data": plane.split(rng=0)[0]}
        if "plots" in call:  # which takes a Dataset, but not with labels beside it
            variables = {"X": plane.X, "Y": plane}
    names = [
        n for n in "XY" if re.search(rf"\b{n}\b", call) and isinstance(variables[n], bpcore.Dataset)
    ]
    result, blamed = cured(call, variables, len(names))
    assert blamed == names
    assert result is not None


@pytest.mark.parametrize("kind", [np.array, np.ndarray.tolist, pd.DataFrame])
@pytest.mark.parametrize("call", CALLS_OF["X"])
def test_samples_that_have_their_row_of_ones_already(call, kind):
    right(call, {"X": X}, {"X": kind(bpcore.with_bias(X))})


def test_many_samples_of_one_feature():
    one = {"net": init_network([1, 3, 1], rng=0)}
    for value in (X[0], X[0].tolist(), X[0][:, None], pd.Series(X[0])):
        for call in CALLS_OF["X"]:
            if "theta" not in call:
                right(call, {"X": X[:1]}, one | {"X": value})


# Labels

NAMES = np.array(["B", "M"])[Y]
HOT = np.vstack([1 - Y, Y])
LABELS = {
    "flat": Y[0], "a list": Y[0].tolist(), "a tuple": tuple(Y[0].tolist()), "a column": Y.T,
    "a column in a list": Y.T.tolist(), "a series": pd.Series(Y[0]), "three axes": Y[None],
    "a column in a frame": pd.DataFrame(Y.T), "flat floats": Y[0] * 1.0, "flat booleans": Y[0] == 1,
    "one-hot rows": HOT, "one-hot columns": HOT.T, "one-hot list": HOT.T.tolist(),
    "one-hot booleans": HOT == 1, "one-hot frame": pd.DataFrame(HOT.T),
    "1 and 2": Y + 1, "1 and 2, flat": Y[0] + 1, "1 and 2, a column": Y.T + 1,
    "1 and 2, a list": (Y[0] + 1).tolist(), "-1 and 1": 2 * Y - 1, "-1 and 1, flat": 2 * Y[0] - 1,
    "-1 and 1, floats": 2.0 * Y - 1, "-1 and 1, a column": (2 * Y - 1).T, "0 and 255": Y * 255,
    "3 and 8": 3 + 5 * Y, "3 and 8, flat": 3 + 5 * Y[0], "halves": Y + 0.5,
    "M and B": NAMES, "M and B, flat": NAMES[0], "M and B, a list": NAMES[0].tolist(),
    "M and B, a column": NAMES.T, "M and B, a series": pd.Series(NAMES[0]),
    "M and B, objects": NAMES.astype(object), "M and B, flat objects": NAMES[0].astype(object),
    "M and B, a frame": pd.DataFrame(NAMES.T), "no and yes": np.where(Y, "yes", "no").tolist(),
    "objects": Y.astype(object), "flat objects": Y[0].astype(object), "text": Y.astype(str),
    "flat text": Y[0].astype(str), "True and False, text": (Y == 1).astype(str),
    "complex": Y + 0j, "bytes": Y.astype(bytes),
}  # fmt: skip


USUAL = ("flat", "a column", "one-hot columns", "one-hot rows", "1 and 2, flat", "M and B, flat")


@pytest.mark.parametrize("came", LABELS)
@pytest.mark.parametrize("name", ["Y", "y"])
def test_labels_of_two_classes(name, came):
    """The usual ones on every road, all others where it is quick."""
    for call in CALLS_OF[name]:
        if came not in USUAL and re.match("check_|train|sweep|per_", call):
            continue
        if not (call == "Dataset(X, Y)" and came in ("one-hot rows", "one-hot booleans")):
            right(call, {name: Y}, {name: LABELS[came]})


KINDS = {
    "numbers": KIND, "flat": KIND[0], "a column": KIND.T, "a list": KIND[0].tolist(),
    "a series": pd.Series(KIND[0]), "one-hot columns": np.eye(3)[KIND[0]],
    "one-hot list": np.eye(3)[KIND[0]].tolist(), "one-hot frame": pd.DataFrame(np.eye(3)[KIND[0]]),
    "small integers": KIND.astype("u1"), "flat small integers": KIND[0].astype("i1"),
    "from 1": KIND + 1, "from 1, flat": KIND[0] + 1, "floats": KIND * 1.0, "flat floats": KIND[0] + 1.0,
    "around 0": KIND - 1, "around 0, a list": (KIND[0] - 1).tolist(), "names": np.array([*"abc"])[KIND],
    "names, a list": np.array([*"abc"])[KIND[0]].tolist(), "names, a series": pd.Series([*"abc"])[KIND[0]],
}  # fmt: skip


@pytest.mark.parametrize("came", KINDS)
def test_labels_of_three_classes(came):
    three = {"net": THREE, "cache": bpcore.forward(THREE, X), "Theta": bpcore.fold(THREE)}
    for call in CALLS_OF["Y"]:
        if "Dataset" not in call:
            right(call, {"Y": np.eye(3)[:, KIND[0]]}, three | {"Y": KINDS[came]})


@pytest.mark.parametrize("came", KINDS)
def test_a_data_set_of_three_classes(came):
    """As scikit-learn has them: a row for each class, without a network that has so many outputs."""
    right("Dataset(X, Y)", {"Y": np.eye(3)[:, KIND[0]]}, {"Y": KINDS[came]})


@pytest.mark.parametrize("labels", [
    np.arange(7), RNG.normal(size=7), np.arange(7) / 2, [1, "a", None, 1, "a", None, 1], KIND + 0j,
    np.datetime64("2026-01-01") + KIND, np.where(KIND, KIND, np.nan), np.where(KIND, KIND, np.inf),
])  # fmt: skip
def test_no_classes_in_other_numbers(labels):
    message = error_of("Dataset(X, Y)", start() | {"Y": labels})[1]
    assert message.startswith("Y must ")
    assert not re.search(r"np\.(eye|unique)", message)


@pytest.mark.parametrize("came", ["-1 and 1", "1 and 2", "flat booleans", "M and B", "a series"])
def test_labels_of_two_classes_for_two_outputs(came):
    two = {"net": init_network([4, 3, 2], rng=0)}
    right("cost(net, X, Y)", {"Y": HOT}, two | {"Y": LABELS[came]})


@pytest.mark.parametrize(
    "labels", [[-1, 1, 2, 0, 1, 2, 0], [1, 2, 3, 4, 1, 2, 3], [0, 1, np.nan, 0, 1, 1, 0]]
)
def test_no_cure_for_other_classes_than_outputs(labels):
    message = error_of("cost(three, X, Y)", start() | {"Y": labels})[1]
    assert "did you mean" not in message


@pytest.mark.parametrize("came", SAMPLES)
@pytest.mark.parametrize("labels", [Y, Y.T, Y[0], Y[0].tolist(), NAMES[0], np.eye(3)[:, KIND[0]]],
                         ids=["a row", "a column", "flat", "a list", "names", "one-hot"])  # fmt: skip
def test_a_data_set_of_samples_in_rows(labels, came):
    """As scikit-learn has it: first X is told, then what the labels want, if anything."""
    value, good = SAMPLES[came]
    result, blamed = cured(
        "Dataset(X, Y)", {"X": value, "Y": labels}, 1 + (np.shape(labels)[:1] == (7,))
    )
    assert blamed == ["X", "Y"][: len(blamed)]
    assert np.array_equal(result.X, good)


@pytest.mark.parametrize("labels", [Y[:, 1:], np.ones((4, 8)), np.zeros(8), [0, 1]])
def test_samples_are_not_to_blame_for_other_labels(labels):
    message = error_of("Dataset(X, Y)", start() | {"Y": labels})[1]
    assert message.startswith("Y must have shape (1, 7), one label a sample of X, got "), message


@pytest.mark.parametrize("loss", ["cross_entropy", "quadratic"])
@pytest.mark.parametrize("outputs", [1, 3])
def test_soft_labels(loss, outputs):
    """By the option where there is one, and else by the soft loss itself."""
    net, soft = (NET, SOFT) if outputs == 1 else (THREE, np.tile(SOFT, (3, 1)))
    more = {"net": net, "cache": bpcore.forward(net, X), "Theta": bpcore.fold(net), "Y": soft}
    for call in CALLS_OF["Y"]:
        if "accuracy" not in call and "Dataset" not in call:
            call = call[:-1] + f", loss={loss!r})"
            result, _ = cured(call, more)
            wanted, _ = error_of(call.replace(repr(loss), repr(f"soft_{loss}")), start() | more)
            assert np.array_equal(numbers(result), numbers(wanted))
    for call in CALLS_OF["y"]:
        if call.startswith("loss"):
            cured(call, {"loss": getattr(bpcore, loss), "y": SOFT})


def test_soft_labels_where_the_class_is_asked_for():
    result, _ = cured("accuracy(net, X, Y)", {"Y": SOFT})
    assert result == bpcore.accuracy(NET, X, SOFT >= 0.5)
    soft = RNG.uniform(size=(3, 7))
    result, _ = cured("accuracy(net, X, Y)", {"net": THREE, "Y": soft})
    assert result == bpcore.accuracy(THREE, X, np.eye(3)[:, soft.argmax(axis=0)])
    result, _ = cured("Dataset(X, Y)", {"Y": SOFT})
    assert np.array_equal(result.Y, SOFT >= 0.5)


@pytest.mark.parametrize("came", ["flat", "a column", "one-hot columns", "M and B, flat"])
def test_labels_of_a_figure(came):
    plots.plt.close("all")
    result, blamed = cured("plots.samples(X[:2], Y)", {"Y": LABELS[came]})
    assert blamed == ["Y"]
    assert [len(group.get_offsets()) for group in result.collections] == [4, 3]
    plots.plt.close("all")


@pytest.mark.parametrize("kind", [np.array, np.ndarray.tolist, pd.Series])
def test_flat_logits_and_outputs(kind):
    for name in ("z", "a"):
        for call in CALLS_OF[name]:
            good = start()[name]
            right(call, {name: good}, {name: kind(good[0])})
    right("with_bias(a)", {"a": X[:, :1]}, {"a": kind(X[:, 0])})


def test_no_cure_for_a_stack():
    """To flatten it would make one layer, or one sample, of all."""
    for call, name in (("loss(z, y)", "z"), ("likelihood(a, y)", "a"), ("with_bias(a)", "a")):
        message = error_of(call, start() | {name: np.full((2, 1, 7), 0.5)})[1]
        assert re.match(rf"{name} must have shape \(n, m\).*, got \(2, 1, 7\)$", message), message


# Samples and labels together

X_FORMS = {
    "right": X,
    "rows": X.T,
    "frame of rows": pd.DataFrame(X.T),
    "list of rows": X.T.tolist(),
}
Y_FORMS = {
    "right": Y, "flat": Y[0], "column": Y.T, "one-hot columns": HOT.T, "one-hot rows": HOT,
    "1 and 2, flat": Y[0] + 1, "names": NAMES[0], "list": Y[0].tolist(), "booleans": Y == 1,
}  # fmt: skip


@pytest.mark.parametrize("m", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("call", ["cost(net, X, Y)", "check_gradients(net, X, Y)",
                                  "train(net, X, Y, learning_rate=0.1, epochs=2)"])  # fmt: skip
def test_both_at_fault(call, m):
    """One cure for each argument, in any order, and the result is the right one."""
    labels = np.resize([0, 1], m)[None]
    hot, names = np.vstack([1 - labels, labels]), np.array(["B", "M"])[labels[0]]
    ys = {
        "right": labels, "flat": labels[0], "column": labels.T, "one-hot columns": hot.T,
        "one-hot rows": hot, "1 and 2, flat": labels[0] + 1, "names": names,
        "list": labels[0].tolist(), "booleans": labels == 1,
    }  # fmt: skip
    x = X[:, :m]
    xs = {"right": x, "rows": x.T, "frame of rows": pd.DataFrame(x.T), "list of rows": x.T.tolist()}
    wanted, _ = error_of(call, start() | {"X": x, "Y": labels})
    for (x_came, x_is), (y_came, y_is) in itertools.product(xs.items(), ys.items()):
        line, session, blamed = call, start() | {"X": x_is, "Y": y_is}, []
        while (answer := error_of(line, session))[1] is not None:
            message = answer[1]
            if "did you mean" not in message:
                break
            blamed.append(target_of(message))
            assert len(set(blamed)) == len(blamed), (x_came, y_came, message)
            line = type_in(message, line, session)
        two_classes = m > 1 or y_came not in ("1 and 2, flat", "names")
        if not two_classes:
            continue
        assert answer[1] is None, (x_came, y_came, answer[1])
        ambiguous = m in (2, 4)  # a square X, and four one-hot numbers, may be read in two ways
        if not ambiguous:
            assert np.array_equal(numbers(answer[0]), numbers(wanted)), (x_came, y_came)


@pytest.mark.parametrize("call", [c for c in CALLS_OF["X"] if "Y" in c])
def test_the_network_is_blamed_where_the_labels_tell(call):
    """X and Y fit together, so the samples are not turned round: the network is too wide."""
    message = error_of(
        call, start() | {"net": init_network([4, 1], rng=0), "X": X[:2, :4], "Y": Y[:, :4]}
    )[1]
    assert message.startswith("X must have shape (4, 4), got (2, 4)")
    assert "did you mean" not in message
    assert message.endswith("; it has 4 samples of 2 features: the network must begin with 2 units")
    fitting = start() | {"net": init_network([2, 1], rng=0), "X": X[:2, :4], "Y": Y[:, :4]}
    assert error_of(call, fitting)[1] is None


# Numbers

COUNTS = {
    "epochs": ["train(net, X, Y, learning_rate=0.1, epochs=epochs)"],
    "batch_size": ["train(net, X, Y, learning_rate=0.1, epochs=1, batch_size=batch_size, rng=0)"],
    "record": ["train(net, X, Y, learning_rate=0.1, epochs=1, record=record)"],
    "steps": [
        "sweep(net, X, Y, learning_rates=[0.1], steps=steps)",
        "descend(square, lambda x: 2 * x, [1.0], learning_rate=0.1, steps=steps)",
    ],
    "m": ["blobs(m, rng=0)", "moons(m, rng=0)", "circles(m, rng=0)", "xor(m, rng=0)"],
    "rng": ["blobs(8, rng=rng)", "data.split(rng=rng)", "init_network([4, 1], rng=rng)"],
    "zero": ["digits(zero, 8)"], "one": ["digits(2, one)"],
    "n[0]": ["init_network(n, rng=0)"], "n[1]": ["init_network(n, rng=0)"],
    "n[2]": ["init_network(n, rng=0)"], "columns": ["plots.images(np.zeros((2, 8, 8)), 'ab'.split('|') * 2, columns=columns)"],
}  # fmt: skip
COUNT = {
    "a float": 3.0, "text": "3", "padded text": " 3 ", "an array of one": np.array([3]),
    "a nested array of one": np.array([[3]]), "a float64": np.float64(3.0),
    "an array of one float": np.array([3.0]), "a 0-d float": np.array(3.0), "a series": pd.Series([3]),
    "a fraction": Fraction(3), "a decimal": Decimal(3), "an object": np.array(Fraction(3)),
}  # fmt: skip
NUMBER = {
    "text": "0.125", "an array of one": np.array([0.125]), "a 0-d array": np.array(0.125),
    "a nested array": np.array([[0.125]]), "a series": pd.Series([0.125]), "short text": "1e-3",
    "a fraction": Fraction(1, 8), "a decimal": Decimal("0.125"), "an object": np.array(Fraction(1, 8)),
}  # fmt: skip
POSITIVE = {
    "learning_rate": [
        "train(net, X, Y, learning_rate=learning_rate, epochs=1)", "step(net, grads, learning_rate)",
        "descend(square, lambda x: 2 * x, [1.0], learning_rate=learning_rate, steps=1)",
    ],
    "h": ["numerical_gradient(square, x, h=h)", "complex_step_gradient(square, x, h=h)",
          "check_gradients(net, X, Y, h=h)"],
    "noise": ["blobs(8, rng=0, noise=noise)"], "held_back": ["data.split(rng=0, held_back=held_back)"],
    "tol": ["check('eq-a', 1, 1, tol)"],
}  # fmt: skip


@pytest.mark.parametrize("came", COUNT)
@pytest.mark.parametrize("name", COUNTS)
def test_whole_numbers_of_another_kind(name, came):
    plt.close("all")
    for call in COUNTS[name]:
        session = start()
        if name in ("zero", "one") and np.ndim(COUNT[came]):
            continue  # a group of digits
        root = name.split("[")[0]
        wrong = {root: replaced(name, COUNT[came], session)}
        _, message = error_of(call, session | wrong)
        assert re.match(rf"{re.escape(name)} must be a whole number\b.*, got ", message), message
        if "did you mean" not in message:  # a list or series has no code that is short
            assert "float" in came or came in ("a series",), message
            continue
        result, _ = cured(call, wrong)
        wanted, _ = error_of(call, start() | {root: replaced(name, 3, session)})
        assert numbers(result).tobytes() == numbers(wanted).tobytes()


@pytest.mark.parametrize("came", NUMBER)
@pytest.mark.parametrize("name", POSITIVE)
def test_positive_numbers_of_another_kind(name, came):
    for call in POSITIVE[name]:
        value = "1e-9" if name == "tol" and "short" not in came else NUMBER[came]
        assert cured(call, {name: value})[1] == [name]


TOO_MUCH = [0, -1, np.nan, np.inf, 10**400, 2.0]


@pytest.mark.parametrize("name", POSITIVE)
def test_the_usual_value_works(name):
    """The other kind of advice: "; usual: h=1e-05"."""
    for call, value in itertools.product(POSITIVE[name], TOO_MUCH):
        session = start() | {name: value}
        _, message = error_of(call, session)
        if message is None or "usual" not in message:
            continue
        usual = re.search(r"; usual: (\w+)=(\S+)$", message)
        assert usual[1] == name
        exec(f"{usual[1]} = {usual[2]}", session)
        assert error_of(call, session)[1] is None


def test_a_batch_larger_than_the_data():
    call = "train(net, X, Y, learning_rate=0.1, epochs=1, batch_size=batch_size)"
    for size in (8, 100):
        result, blamed = cured(call, {"batch_size": size})
        assert blamed == ["batch_size"]
        wanted, _ = error_of(call, start() | {"batch_size": None})
        assert np.array_equal(numbers(result), numbers(wanted))


@pytest.mark.parametrize(
    "x", [1e12, [1e12], [1e12, 1e-12], [1.0, -1e15], [[1e300], [0.0]], 1.7e308]
)
def test_a_step_that_is_lost(x):
    call = "numerical_gradient(lambda x: (x * 0.5).sum(), x)"
    result, blamed = cured(call, {"x": x})
    assert blamed == ["h"]
    np.testing.assert_allclose(result, np.full(np.shape(x), 0.5), rtol=1e-6)
    cured("numerical_gradient(lambda x: (x * 0.5).sum(), x, h=1e-30)", {"x": x})


@pytest.mark.parametrize("call", [
    "numerical_gradient(f, x)", "complex_step_gradient(f, x)",
    "descend(f, lambda x: 2 * x, x, learning_rate=0.5, steps=1).f",
])  # fmt: skip
@pytest.mark.parametrize("kind", [
    lambda y: y[None], lambda y: y[None, None], lambda y: [y], lambda y: pd.Series([y]),
], ids=["array", "nested array", "list", "series"])  # fmt: skip
def test_a_function_that_gives_an_array_of_one_number(call, kind):
    """The cure is typed in at the end of the function."""
    many = start() | {"f": lambda x: kind((x * x).sum())}
    message = error_of(call, many)[1]
    code = re.search(r"^f must return one .*; did you mean (.*)\?$", message, re.S)[1]
    one = eval(f"lambda x: {code}", many)
    result, message = error_of(call, start() | {"f": one})
    assert message is None
    wanted, _ = error_of(call, start() | {"f": start()["square"]})
    assert np.array_equal(result, wanted)


@pytest.mark.parametrize("y", [None, np.nan, "3", 1j, [1.0, 2.0], [np.nan], [[1], [1, 2]], ["3"]])
def test_no_cure_for_a_function_that_gives_no_number(y):
    message = error_of("numerical_gradient(f, x)", start() | {"f": lambda x: y})[1]
    assert re.search(r"^f must return one finite real number, got [^;]*$", message)


# Names


@pytest.mark.parametrize("call", [
    "init_network([4, 3, 1], rng=0, hidden=hidden)", "Network(W, b, [None, hidden, 'sigmoid'])",
    "unfold(Theta, [None, hidden, 'sigmoid'])", "forward_theta(Theta, X, [None, hidden, 'sigmoid'])",
])  # fmt: skip
@pytest.mark.parametrize(("came", "meant"), [
    ("ReLU", "relu"), ("Tanh", "tanh"), (" sigmoid", "sigmoid"), ("sigmiod", "sigmoid"),
    ("linear identity", "identity"), ("softmax", None), ("", None), ("relu6", "relu"), ("id", None),
    (np.tanh, "tanh"), (type("ReLU", (), {}), "relu"), (np.cosh, None), (scipy.special.expit, None),
])  # fmt: skip
def test_names_of_activations(call, came, meant):
    message = error_of(call, start() | {"hidden": came})[1]
    found = re.search(r"; did you mean (.*)\?$", message)
    if meant:
        assert ast.literal_eval(found[1]) == meant
        assert error_of(call, start() | {"hidden": ast.literal_eval(found[1])})[1] is None
    else:
        assert found is None


@pytest.mark.parametrize(("came", "meant"), [
    ("Quadratic", "quadratic"), ("crossentropy", "cross_entropy"), ("cross entropy", "cross_entropy"),
    ("soft_crossentropy", "soft_cross_entropy"), ("hinge", None), ("mse", None), (" quadratic ", "quadratic"),
])  # fmt: skip
def test_names_of_losses(came, meant):
    for call in CALLS_OF["Y"]:
        if "accuracy" not in call and "Dataset" not in call:
            call = call[:-1] + ", loss=loss)"
            if meant:
                result, blamed = cured(call, {"loss": came})
                wanted, _ = error_of(call, start() | {"loss": meant})
                assert blamed == ["loss"]
                assert np.array_equal(numbers(result), numbers(wanted))
            else:
                assert "did you mean" not in error_of(call, start() | {"loss": came})[1]


# One of several

PAIRS = {  # an argument: lines that take it, what gives several, which it is
    "net": (
        ["forward(net, X)", "cost(net, X, Y)", "step(net, grads, 0.1)", "fold(net)"],
        "train(net, X, Y, learning_rate=0.1, epochs=2)", 0,
    ),
    "history": (
        ["train(pair[0], X, Y, learning_rate=0.1, epochs=2, history=history)"],
        "train(net, X, Y, learning_rate=0.1, epochs=2)", 1,
    ),
    "ax": (["plots.samples(X[:2], Y, ax=ax)", "plots.network(n, ax=ax)"], "plt.subplots()", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_in_place_of_one_of_its_parts(name):
    """As after ``net = train(...)``."""
    calls, several, k = PAIRS[name]
    for call in calls:
        session = start() | {"plt": plt}
        pair = eval(several, session)
        _, message = error_of(call, session | {"pair": pair, name: pair})
        assert message.endswith(f"; did you mean {name}[{k}]?"), message
        assert cured(call, {"pair": pair, name: pair})[1] == [name]
    plt.close("all")


def test_axes_in_a_row():
    axes = plt.subplots(1, 2)[1]
    drawn, blamed = cured("plots.samples(X[:2], Y, ax=ax)", {"ax": axes})
    assert blamed == ["ax"]
    assert drawn is axes[0]
    plt.close("all")


# Layers

KERAS = [None, *(w.T for w in NET.W[1:])]
FLAT = [None, *(b.ravel() for b in NET.b[1:])]
PARAMETERS = {  # how W and b came, and how many cures it takes
    "Keras weights": (KERAS, [*NET.b], 1),
    "flat biases": ([*NET.W], FLAT, 1),
    "Keras": (KERAS, FLAT, 2),
    "Keras weights, rows of biases": (KERAS, [None, *(v.T for v in NET.b[1:])], 2),
    "Keras lists": ([None, *(w.tolist() for w in KERAS[1:])], [None, *(v.tolist() for v in FLAT[1:])], 2),
    "one matrix turned round": ([None, NET.W[1], NET.W[2].T], [*NET.b], 1),
    "the first matrix turned round": ([None, NET.W[1].T, NET.W[2]], [*NET.b], 1),
    "one flat bias": ([*NET.W], [None, NET.b[1].ravel(), NET.b[2]], 1),
    "a row of biases": ([*NET.W], [None, NET.b[1].T, NET.b[2]], 1),
    "rows of biases": ([*NET.W], [None, *(v.T for v in NET.b[1:])], 1),
    "no None in W": ([*NET.W[1:]], [*NET.b], 1),
    "no None in b": ([*NET.W], [*NET.b[1:]], 1),
    "no None": ([*NET.W[1:]], [*NET.b[1:]], 2),
    "an empty list for None": ([[], *NET.W[1:]], [[], *NET.b[1:]], 2),
    "an empty array for None": ([np.array([]), *NET.W[1:]], [np.empty((0, 0)), *NET.b[1:]], 2),
    "0 for None": ([0, *NET.W[1:]], [*NET.b], 1),
    "a flat row of weights": ([None, NET.W[1], NET.W[2][0]], [*NET.b], 1),
    "flat weights and biases": ([None, NET.W[1].tolist(), NET.W[2][0].tolist()], FLAT, 2),
}  # fmt: skip


@pytest.mark.parametrize("came", PARAMETERS)
def test_weights_and_biases_as_others_keep_them(came):
    W, b, faults = PARAMETERS[came]
    session, call, blamed = start() | {"W": [*W], "b": [*b]}, "Network(W, b)", []
    for _ in range(faults):
        message = error_of(call, session)[1]
        assert message is not None
        assert "did you mean" in message, message
        code = re.search(r"; did you mean (.+)\?$", message)[1]
        named = re.search(r"\b([Wb](?:\[\d\])?)(?=\.|\[1:\]|\])", code)[1]
        assert named not in blamed
        blamed.append(named)
        exec(f"{named} = {code}", session)
    net, message = error_of(call, session)
    assert message is None, message
    assert np.array_equal(bpcore.flatten(net), bpcore.flatten(NET))


CHAIN = bpcore.Network([None, [[2.0]], [[-3.0]]], [None, [[0.5]], [[0.1]]])
UNIT = bpcore.Network([None, [[1.0, -1.0]]], [None, [[0.5]]])
SQUARE = init_network([3, 3, 3], rng=0)


@pytest.mark.parametrize(("W", "b", "wanted"), [
    ([None, 2.0, -3.0], [None, 0.5, 0.1], CHAIN), ([None, [2.0], [-3.0]], [None, [0.5], [0.1]], CHAIN),
    ([*CHAIN.W], [None, 0.5, [0.1]], CHAIN), ([*SQUARE.W], [None, *(b[:, 0] for b in SQUARE.b[1:])], SQUARE),
    ([None, [1.0, -1.0]], [None, [0.5]], UNIT), ([None, [1.0, -1.0]], [None, 0.5], UNIT),
    (np.array([[1.0, -1.0]]), np.array([[0.5]]), UNIT), (np.array([1.0, -1.0]), np.array([0.5]), UNIT),
    (np.array([*NET.W], dtype=object), np.array([*NET.b], dtype=object), NET),
])  # fmt: skip
def test_layers_as_beginners_write_them(W, b, wanted):
    """Numbers, flat or square layers, no list around: cure by cure, until it is the network."""
    session = start() | {"W": W, "b": b}
    for _ in range(4):
        if (message := error_of("Network(W, b)", session)[1]) is None:
            break
        code = re.search(r"; did you mean (.+)\?$", message)[1]
        whole = code.startswith(("[None", "list("))
        exec(f"{re.search('[Wb]', code)[0] if whole else target_of(message)} = {code}", session)
    net, message = error_of("Network(W, b)", session)
    assert message is None
    assert np.array_equal(bpcore.flatten(net), bpcore.flatten(wanted))


@pytest.mark.parametrize("call", ["unfold(Theta)", "forward_theta(Theta, X)"])
def test_a_flat_row_of_folded_weights(call):
    folded = start()["Theta"]
    for flat in (folded[2][0], folded[2][0].tolist()):
        session = start() | {"Theta": [None, folded[1], flat]}
        code = re.search(r"^Theta\[2\] must .*; did you mean (.+)\?$", error_of(call, session)[1])[
            1
        ]
        wanted, _ = error_of(call, start())
        result, _ = error_of(call, session | {"Theta": eval(code, session)})
        assert np.array_equal(numbers(result), numbers(wanted))


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("call", ["Network(W, b, g)", "unfold(Theta, g)", "forward_theta(Theta, X, g)",
                                  "backward_theta(Theta, cache, Y, g=g)"])  # fmt: skip
def test_activations_begin_with_none(call, kind):
    result, blamed = cured(call, {"g": kind(["sigmoid", bpcore.sigmoid])})
    wanted, _ = error_of(call, start())
    assert blamed == ["g"]
    assert np.array_equal(numbers(result), numbers(wanted))
    for other in (["relu"], ["relu"] * 3, "ab", iter(["relu", "sigmoid"])):
        message = error_of(call, start() | {"g": other})[1]
        assert re.search(r"^g must be a list: None, then 2 activations, got [^;]*$", message)


@pytest.mark.parametrize(("name", "call"), [
    ("Theta", "unfold(Theta)"), ("Theta", "forward_theta(Theta, X)"),
    ("Theta", "backward_theta(Theta, cache, Y)"),
    ("dW", "check_gradients(net, X, Y, backward=lambda *_: Gradients(dW, db, ()))"),
    ("db", "check_gradients(net, X, Y, backward=lambda *_: Gradients(dW, db, ()))"),
])  # fmt: skip
def test_layers_begin_with_none(name, call):
    for kind in (list, tuple):
        right(call, {name: start()[name]}, {name: kind(start()[name][1:])})


@pytest.mark.parametrize("call", ["step(net, Gradients(grads.dW, grads.db, ()), 0.1)",
                                  "flatten(Gradients(values.dW, values.db, ()))"])  # fmt: skip
def test_gradients_begin_with_none(call):
    root = "grads" if "grads" in call else "values"
    for name in ("dW", "db"):
        grads = start()["grads"]
        parts = {"dW": grads.dW, "db": grads.db} | {name: getattr(grads, name)[1:]}
        message = error_of(call, start() | {root: bpcore.Gradients(**parts, delta=())})[1]
        code = re.search(
            rf"^{root}.{name} must be None followed .*; did you mean (.*)\?$", message
        )[1]
        assert code == f"[None, *{root}.{name}]"


@pytest.mark.parametrize("i", [1, 2])
@pytest.mark.parametrize("kind", [np.array, np.ndarray.tolist])
@pytest.mark.parametrize(("name", "change"), [
    ("dW", np.transpose), ("db", np.ravel), ("db", np.transpose), ("db", lambda v: v[None]),
], ids=["turned round", "flat", "a row", "three axes"])  # fmt: skip
def test_gradients_of_another_shape(name, change, kind, i):
    grads = start()["grads"]
    parts = {"dW": [*grads.dW], "db": [*grads.db]}
    wrong = change(parts[name][i])
    if wrong.shape != parts[name][i].shape:
        parts[name][i] = kind(wrong)
        call = "check_gradients(net, X, Y, backward=lambda *_: Gradients(dW, db, ()))"
        result, blamed = cured(call, parts)
        assert blamed == [f"{name}[{i}]"]
        assert result.passed


ROWS = {  # what is one row of numbers: as it is, the lines that take it
    "p": ([0.25, 0.75], OTHERS["p"]), "q": ([0.25, 0.75], ["kl_divergence(p, q)"]),
    "learning_rates": ([0.1, 1.0], OTHERS["learning_rates"]),
}  # fmt: skip


@pytest.mark.parametrize("change", [lambda v: [v], lambda v: np.array(v)[:, None], pd.DataFrame])
@pytest.mark.parametrize("name", ROWS)
def test_numbers_in_a_row_or_a_column_of_a_matrix(name, change):
    good, calls = ROWS[name]
    for call in calls:
        right(call, {name: good}, {name: change(good)})


def test_one_learning_rate_for_a_sweep():
    right(OTHERS["learning_rates"][0], {"learning_rates": [0.1]}, {"learning_rates": 0.1})


DRAWN = {  # a figure: the line, what it takes, which of it comes turned round or as a row
    "curves": ("plots.curves(x, series, xlabel='', ylabel='')", {"x": np.arange(3.0), "series": {"J": np.ones(3)}}, "x"),
    "samples in a row": ("plots.path_1d(x, f, points, values)", {"x": np.arange(3.0), "f": np.ones(3), "points": np.ones(2), "values": np.ones(2)}, "x f points values"),
    "region": ("plots.region(x1, x2, probability)", {"x1": np.arange(3.0), "x2": np.arange(2.0), "probability": np.eye(2, 3)}, "x1 x2 probability"),
    "valley": ("plots.path_2d(x, y, f, points)", {"x": np.arange(3.0), "y": np.arange(2.0), "f": np.eye(2, 3), "points": np.ones((5, 2))}, "x y f points"),
}  # fmt: skip


@pytest.mark.parametrize("kind", [np.array, np.ndarray.tolist, pd.DataFrame])
@pytest.mark.parametrize("figure", DRAWN)
def test_what_is_drawn_comes_as_a_row_a_column_or_turned_round(figure, kind):
    """As the book's own X and Y of one row are."""
    call, variables, names = DRAWN[figure]
    for name in names.split():
        good = variables[name]
        for came in [good[None], good[:, None]] if good.ndim == 1 else [good.T]:
            drawn, blamed = cured(call, variables | {name: kind(came)})
            assert blamed == [name]
            wanted, _ = error_of(call, start() | variables)
            assert [line.get_xydata().tolist() for line in drawn.lines] == [
                line.get_xydata().tolist() for line in wanted.lines
            ]
            plt.close("all")


# Where there is no cure, none is suggested

HOPELESS = {
    "X": [[], np.empty((4, 0)), [[]], np.empty((0, 7)), X[:3], np.ones((3, 5)), np.ones((2, 3, 4)), np.ones(9), 1.0, "abc", None, [[1.0], [2.0, 3.0]],
          X + 1j, np.full((4, 7), np.nan), [["a"] * 7] * 4, X[:, :0], {}, object(), pd.DataFrame({"a": ["x"]})],
    "Y": [[], np.empty((1, 0)), np.empty(0), [[]], np.empty((0, 7)), Y[:, :5], np.zeros((2, 7)), np.arange(7)[None], "abc", None, [[0.0], [0, 1]], Y * np.nan,
          Y + 1j, {}, 1, np.array([["a", "b", "c", "a", "a", "b", "c"]]), Y[:, :0], object(), np.ones((1, 7)) * 3],
    "y": [[], np.empty((1, 0)), [[]], Y[:, :5], np.zeros((2, 7)), "abc", None, Y * np.nan, {}, 1],
}  # fmt: skip
for name, values in {"X": X, "Y": Y, "y": Y}.items():  # np.asarray takes a mask off in silence
    HOPELESS[name].append(np.ma.masked_equal(values, values[0, 0]))


def test_no_layer_is_lost_by_a_cure():
    for odd in ([[1.0, 2.0], [3.0]], np.full((3, 4), np.nan)):
        message = error_of("Network(W, b)", start() | {"W": [odd, *NET.W[2:]]})[1]
        assert message.startswith("W must be None followed by")
        assert "did you mean" not in message


@pytest.mark.parametrize("name", HOPELESS)
def test_no_cure_is_suggested_where_there_is_none(name):
    for call, value in itertools.product(CALLS_OF[name], HOPELESS[name]):
        kind = getattr(value, "shape", ()), getattr(value, "dtype", None)
        if call == "Dataset(X, Y)" and kind in (((2, 7), float), ((1, 7), "U1")):
            continue  # which are labels of two outputs, or of three classes, there
        message = error_of(call, start() | {name: value})[1]
        assert message is not None, (call, value)
        assert "did you mean" not in message, (call, value, message)


@pytest.mark.parametrize("name", COUNTS)
def test_no_cure_for_numbers_that_are_none(name):
    for call in COUNTS[name]:
        for value in (
            3.5,
            "three",
            "3.5",
            [],
            [3],
            np.array([3, 4]),
            {},
            1j,
            object(),
            "",
            np.nan,
            np.array([True]),
        ):
            if name in ("zero", "one") and np.ndim(value):
                continue  # a group of digits
            session = start()
            wrong = {name.split("[")[0]: replaced(name, value, session)}
            message = error_of(call, session | wrong)[1]
            assert message is not None, (call, value)
            assert "did you mean" not in message, (call, value, message)


@pytest.mark.parametrize("name", POSITIVE)
def test_no_cure_for_positive_numbers_that_are_none(name):
    for call in POSITIVE[name]:
        for value in ("much", "-1", "nan", "inf", [], [0.1], np.array([0.1, 0.2]), {}, 1j, object(),
                      None, np.array([-1.0]), np.array(["a"]), True, np.True_, np.array([True]),
                      np.array(False)):  # fmt: skip
            if value is None and call.startswith("check_gradients"):
                continue
            message = error_of(call, start() | {name: value})[1]
            assert message is not None, (call, value)
            assert "did you mean" not in message, (call, value, message)


def test_a_zero_in_an_array_is_cured_where_zero_is_allowed():
    for zero in (np.array(0.0), np.array([0]), "0"):
        _, message = error_of("blobs(8, rng=0, noise=noise)", start() | {"noise": zero})
        assert "did you mean" in message, zero
        assert cured("blobs(8, rng=0, noise=noise)", {"noise": zero})[1] == ["noise"]
        _, message = error_of("data.split(rng=0, held_back=noise)", start() | {"noise": zero})
        assert "did you mean" not in message, zero


def test_a_cure_that_warns_is_tried_in_silence():
    """It is offered also where warnings are errors, as they are in these tests."""

    class Old:
        def toarray(self):
            warnings.warn("toarray is old", DeprecationWarning, stacklevel=2)
            return np.eye(4, 7)

    message = error_of("forward(net, X)", start() | {"X": Old()})[1]
    assert message.endswith("; did you mean X.toarray()?")


# The source

TRIED = {  # functions that write "did you mean" themselves, each with its rows above
    "cure",  # which runs the code
    "as_labels",  # test_soft_labels
    "as_member",  # test_names_of_activations, test_names_of_losses
    "_lost",  # test_a_step_that_is_lost
    "_numerical",  # test_diagnosis.py, test_a_step_that_is_lost_beside_a_parameter...
    "_batch_size",  # test_a_batch_larger_than_the_data
}


def test_nothing_else_suggests_a_cure():
    """Any other "did you mean" in the source would be one that nobody has tried."""
    found = []
    for source in SOURCES:
        tree = ast.parse(source.read_text(encoding="utf-8"))
        for function in (f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)):
            texts = [node.value for node in ast.walk(function)
                     if isinstance(node, ast.Constant) and isinstance(node.value, str)]  # fmt: skip
            texts = [text for text in texts if text != ast.get_docstring(function, clean=False)]
            found += [function.name] * sum("did you mean" in text for text in texts)
    assert sorted(found) == sorted(TRIED)


def test_every_cure_is_code_for_its_argument():
    """Whatever cure is asked for, the words that it is given are expressions with one gap."""
    for source in SOURCES:
        tree = ast.parse(source.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            called = isinstance(node, ast.Call) and getattr(
                node.func, "attr", getattr(node.func, "id", "")
            )
            if called == "cure":
                for argument in node.args[3:]:
                    for text in ast.walk(argument):
                        if isinstance(text, ast.Constant) and "{}" in str(text.value):
                            ast.parse(text.value.replace("{}", "value"), mode="eval")


def test_advice_about_names_of_ours_is_right():
    """The other advice names functions of the package: they are there."""
    for source in SOURCES:
        for name in re.findall(
            r"; (?:make one with|build one with|save|pass what) (\w+)", source.read_text()
        ):
            assert hasattr(bpcore, name) or inspect.isbuiltin(name) or name in ("an", "the"), name
