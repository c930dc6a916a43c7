"""Mistakes as students make them: each is told by its name, and none by Python's words alone.

Those that have no name are counted: at most one in ten.
"""

import re
import textwrap

import numpy as np
import pytest

from bpgrader import student
from bpgrader.student import check

UNNAMED = {"numbers", "some", "factor", "offset"}  # neither the mistake nor the form
FORWARD = """
z, a = [None], [X]
for i in range(1, len(W)):
    z.append({z})
    a.append({a})
return {back}
"""
PASS = """
L, m = len(W) - 1, delta_last.shape[1]
dW, db, delta = [None] * (L + 1), [None] * (L + 1), delta_last
for i in range(L, 0, -1):
    dW[i], db[i] = {dW}, {db}
    delta = {delta}
return {{"dW": dW, "db": db}}
"""
TRAIN = """
w, b, costs = {start}
for t in range(steps + 1):
    a = 1 / (1 + np.exp(-(w @ X + b)))
    costs.append(np.logaddexp(0, {s}).mean())
    if t < steps:
        w, b = w - {w}, b - {b}
return [w, b, {costs}]
"""


def forward(z="W[i] @ a[i - 1] + b[i]", a="1 / (1 + np.exp(-z[i]))", back='{"z": z, "a": a}'):
    return FORWARD.format(z=z, a=a, back=back)


def passing(
    dW="delta @ a[i - 1].T / m",
    db="delta.mean(axis=1, keepdims=True)",
    delta="W[i].T @ delta * a[i - 1] * (1 - a[i - 1])",
):
    return PASS.format(dW=dW, db=db, delta=delta)


def trained(
    start="np.zeros((1, len(X))), np.zeros((1, 1)), []",
    s="(1 - 2 * Y) * (w @ X + b)",
    w="learning_rate * (a - Y) @ X.T / Y.size",
    b="learning_rate * np.mean(a - Y, keepdims=True)",
    costs="np.array(costs)",
):
    return TRAIN.format(start=start, s=s, w=w, b=b, costs=costs)


MISTAKES = {
    "count_parameters(n)": [
        "return sum(n[i] * n[i + 1] for i in range(len(n)))",
        "return sum(n[i] * (n[i - 1] + 1) for i in range(len(n)))",
        "return n[0] * n[1] + n[1]",
        "total = 0\nfor i in range(1, len(n)):\n    total = n[i] * n[i - 1] + n[i]\nreturn total",
        "return np.sum(n[1:] * n[:-1]) + np.sum(n[1:])",
        "print(sum(n))",
        "return sum(n[i] * (n[i - 1] + 1) for i in range(1, len(n) + 1))",
    ],
    "weighted_input(W, b, A)": [
        "return W * A + b",
        "return W.T @ A + b",
        "return A @ W + b",
        "return W @ A + b.T",
        "return W @ A + b[:, 0]",
        "return np.dot(W, A)",
        "return W @ (A + b)",
        "return w @ A + b",
        "return (W @ A + b).T",
        "return W(A) + b",
        "A += 1\nreturn W @ (A - 1) + b",
    ],
    "forward_pass(W, b, X)": [
        forward(z="W[i] @ X + b[i]"),
        forward(z="W[i] @ a[i] + b[i]"),
        forward(z="W[i] @ z[i - 1] + b[i]"),
        forward(a="math.exp(z[i]) / (1 + math.exp(z[i]))"),
        forward(a="sigmoid(z[i])"),
        forward(a="1 / (1 + np.exp(z[i]))"),
        forward(a="np.tanh(z[i])"),
        forward(back="a[-1]"),
        forward(back='{"z": z[1:], "a": a}'),
        forward(back='{"z": z, "a": a[1:]}'),
        forward(back='{"Z": z, "A": a}'),
        forward(back="z, a"),
        forward().replace("len(W)", "len(W) - 1"),
        forward().replace("range(1", "range(0"),
        forward().replace("[X]", "[]"),
    ],
    "classify(W, b, X)": [
        "a = X\nfor i in range(1, len(W)):\n    a = 1 / (1 + np.exp(-(W[i] @ a + b[i])))\nreturn a",
        "a = X\nfor i in range(1, len(W)):\n    a = W[i] @ a + b[i]\nreturn a >= 0.5",
        "a = X\nfor i in range(1, len(W)):\n    a = 1 / (1 + np.exp(-(W[i] @ a + b[i])))\n"
        "return 1 if a >= 0.5 else 0",
        "a = X\nfor i in range(1, len(W)):\n    a = 1 / (1 + np.exp(-(W[i] @ a + b[i])))\n"
        "return a > 0.5",
        "a = X\nfor i in range(1, len(W)):\n    a = 1 / (1 + np.exp(-(W[i] @ a + b[i])))\n"
        "return (a >= 0.5).tolist()",
    ],
    "cross_entropy_cost(a, Y)": [
        "return -np.sum(Y * np.log(a) + (1 - Y) * np.log(1 - a))",
        "return np.mean(Y * np.log(a) + (1 - Y) * np.log(1 - a))",
        "return -np.mean(Y * np.log(a + 1e-8) + (1 - Y) * np.log(1 - a + 1e-8))",
        "return -np.mean(Y @ np.log(a) + (1 - Y) @ np.log(1 - a))",
        "return -(Y * np.log(a) + (1 - Y) * np.log(1 - a)) / len(a)",
        "return -sum(Y * math.log(a) + (1 - Y) * math.log(1 - a)) / Y.shape[1]",
        "return -np.mean(Y * np.log10(a) + (1 - Y) * np.log10(1 - a))",
        "return round(-np.mean(Y * np.log(a) + (1 - Y) * np.log(1 - a)), 7)",
    ],
    "losses_from_logits(z, Y)": [
        "s = (1 - 2 * Y) * z\nreturn max(s, 0) + np.log1p(np.exp(-abs(s)))",
        "s = (1 - 2 * Y) * z\nreturn np.max(s, 0) + np.log1p(np.exp(-np.abs(s)))",
        "return np.log(1 + np.exp((1 - 2 * Y) * z))",
        "s = (1 - 2 * Y) * z\nreturn np.maximum(s, 0) + np.log(np.exp(-np.abs(s)))",
        "s = (2 * Y - 1) * z\nreturn np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s)))",
    ],
    "logistic_gradients(w, b, X, Y)": [
        "d = 1 / (1 + np.exp(-(w @ X + b))) - Y\nm = len(X)\n"
        "return [d @ X.T / m, d.sum(axis=1, keepdims=True) / m]",
        "d = 1 / (1 + np.exp(-(w @ X + b))) - Y\nm = X.shape[0]\nreturn [d @ X.T / m, d.mean()]",
        "d = 1 / (1 + np.exp(-(w.T @ X + b))) - Y\nreturn [d @ X.T / Y.size, d.mean()]",
        "d = 1 / (1 + np.exp(-(w @ X + b))) - Y\nreturn [X @ d.T / Y.size, np.mean(d)]",
        "d = 1 / (1 + np.exp(-(w @ X + b))) - Y\nreturn [d @ X / Y.size, np.mean(d)]",
        "d = 1 / (1 + np.exp(-(w @ X + b))) - Y\nreturn [d @ X.T, d.sum(axis=1, keepdims=True)]",
        "d = Y - 1 / (1 + np.exp(-(w @ X + b)))\n"
        "return [d @ X.T / Y.size, d.mean(axis=1, keepdims=True)]",
        "d = 1 / (1 + np.exp(-(w @ X + b))) - Y\n"
        "return d @ X.T / Y.size, d.mean(axis=0, keepdims=True)",
    ],
    "train_logistic(X, Y, learning_rate, steps)": [
        trained(w="learning_rate * (Y - a) @ X.T / Y.size", b="learning_rate * np.mean(Y - a)"),
        trained(w="learning_rate * (a - Y) @ X.T", b="learning_rate * np.sum(a - Y)"),
        trained(b="0"),
        trained(costs="costs"),
        trained(costs="costs[-1]"),
        trained().replace("steps + 1", "steps"),
        trained(start="np.ones((1, len(X))), np.ones((1, 1)), []"),
        trained(start="0, 0, []"),
        trained(s="(1 - 2 * Y) * w @ X + b"),
    ],
    "standardise_both(train, other)": [
        "return [(P - P.mean(axis=1)) / P.std(axis=1) for P in (train, other)]",
        "return [(P - P.mean(axis=1, keepdims=True)) / P.std(axis=1, keepdims=True) "
        "for P in (train, other)]",
        "m, s = train.mean(axis=1, keepdims=True), train.std(axis=1, keepdims=True) + 1e-8\n"
        "return [(train - m) / s, (other - m) / s]",
        "m, s = train.mean(axis=0, keepdims=True), train.std(axis=0, keepdims=True)\n"
        "return [(train - m) / s, (other - m) / s]",
        "m, s = train.mean(), train.std()\nreturn [(train - m) / s, (other - m) / s]",
        "train -= train.mean(axis=1, keepdims=True)\ntrain /= train.std(axis=1, keepdims=True)\n"
        "return [train, other]",
    ],
    "delta_before(W_next, delta_next, a)": [
        "return W_next.T @ (delta_next * a * (1 - a))",
        "return W_next.T * delta_next * a * (1 - a)",
        "return W_next @ delta_next * a * (1 - a)",
        "return W_next.T @ delta_next * a",
        "a *= 1 - a\nreturn W_next.T @ delta_next * a",
        "return delta_next @ W_next * a * (1 - a)",
        "return W_next.T @ delta_next @ (a * (1 - a))",
    ],
    "backward_pass(W, a, delta_last)": [
        passing(dW="delta @ a[i].T / m"),
        passing(dW="delta @ a[i - 1].T"),
        passing(dW="delta.T @ a[i - 1] / m"),
        passing(db="delta.mean(axis=1)"),
        passing(db="delta.mean(axis=0, keepdims=True)"),
        passing(db="delta.sum(axis=1, keepdims=True)"),
        passing(delta="W[i].T @ delta"),
        passing(delta="W[i] @ delta * a[i - 1] * (1 - a[i - 1])"),
        passing(delta="W[i].T @ delta * a[i] * (1 - a[i])"),
        passing().replace("range(L, 0, -1)", "range(L, 1, -1)"),
        passing().replace("range(L, 0, -1)", "range(L + 1, 0, -1)"),
        passing().replace("delta = ", "delta_new = "),
        passing().replace("[None] * (L + 1), [None] * (L + 1)", "[], []"),
    ],
    "gradient_error(got, want)": [
        "return np.linalg.norm(got - want) / max(got, want)",
        "return np.linalg.norm(got - want) / np.linalg.norm(got + want)",
        "return abs(got - want) / max(abs(got), abs(want))",
        "return np.linalg.norm(got - want) / (np.linalg.norm(got) + np.linalg.norm(want))",
    ],
    "batch_limits(m, size)": [
        "return [[k * size, (k + 1) * size] for k in range(m // size)]",
        "return [[k * size, min((k + 1) * size, m)] for k in range(m // size + 1)]",
        "return [[k, k + size] for k in range(0, m, size)]",
        "return [[k, min(k + size, m)] for k in range(0, m - size, size)]",
        "return [(k, k + size - 1) for k in range(0, m, size)]",
        "k = 0\nwhile k < m:\n    pass",
        "return np.arange(0, m, size)",
    ],
    "updated(W, b, dW, db, learning_rate)": [
        "for i in range(1, len(W)):\n    W[i] -= learning_rate * dW[i]\n"
        "    b[i] -= learning_rate * db[i]\nreturn {'W': W, 'b': b}",
        "return {'W': W - learning_rate * dW, 'b': b - learning_rate * db}",
        "return {'W': [w - learning_rate * g for w, g in zip(W, dW)], 'b': b}",
    ],
}
CASES = [(head, body) for head, bodies in MISTAKES.items() for body in bodies]


@pytest.fixture(scope="module")
def codes():
    """The codes of the slips of all mistakes that were tried."""
    return []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("head", "body"), CASES)
def test_a_mistake_is_told(head, body, codes, capsys, monkeypatch):
    monkeypatch.setattr(student, "SECONDS", 0.3)
    name, space = head.split("(")[0], {"np": np, "check": check}
    exec(f"def {head}:\n{textwrap.indent(body.strip(), '    ')}", space)
    verdict = student._verdict(name, space[name])
    codes.append((name, body, verdict.slip.code))
    exec(f"check({name!r}, {name})", space)
    told = capsys.readouterr().out
    assert f"✗ {name}: " in told
    assert not re.search(r"✗ \w+: Your code stopped with", told), told


def test_nine_in_ten_are_named(codes):
    if len(codes) < len(CASES):
        pytest.skip("needs all of them")
    unnamed = [case for case in codes if case[2] in UNNAMED]
    assert len(unnamed) <= len(codes) / 10, "\n".join(map(repr, unnamed))
