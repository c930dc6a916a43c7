"""What texts, model answers and rubrics say about the experiments is measured on their data."""

import re
from pathlib import Path

import numpy as np
import pytest

from bpgrader.assignment import Assignment
from bpgrader.notebook import make_release, source_of

ROOT = Path(__file__).parents[2]
LABELS = np.array([[0, 1, 1, 0, 1, 0, 1]])


@pytest.fixture(scope="module")
def run():
    """Run the code of a solution notebook, in a fresh namespace."""
    import matplotlib as mpl

    mpl.use("agg")

    def names_of(number):
        folder = next(ROOT.glob(f"assignments/{number:02}_*"))
        names = {}
        for cell in make_release(Assignment.load(folder).notebook, solution=True)["cells"]:
            if cell["cell_type"] == "code" and not source_of(cell).startswith("check("):
                exec(source_of(cell), names)
        return names

    return names_of


def test_saturation_begins_beyond_the_scale_of_the_first_weights(run):
    share = run(1)["saturated_share"]
    for inputs in (10, 100, 1000):
        rng = np.random.default_rng(inputs)
        W = [None, rng.normal(size=(30, inputs))]
        b, X = [None, np.zeros((30, 1))], rng.normal(size=(inputs, 200))
        shares = [share(W, b, X, k / inputs**0.5) for k in (0.01, 0.5, 1, 5, 10, 20)]
        assert max(shares[:3]) < 1e-3
        assert shares[3] == pytest.approx(1 / 3, abs=0.05)
        assert shares == sorted(shares)
        assert shares[5] > 0.75


def test_one_label_decides_whether_there_is_a_best_slope(run):
    names = run(2)
    costs = {
        key: names["cost_of_slopes"](names["x"], names[key], names["slopes"])
        for key in ("separable", "overlapping")
    }
    assert (np.diff(costs["separable"]) < 0).all()
    turns = np.diff(costs["overlapping"]) > 0
    assert turns.any()
    assert (np.diff(turns.astype(int)) >= 0).all()  # it falls, then rises


def test_rates_and_standardisation_on_the_tumours(run):
    names = run(3)
    train, right = names["train_logistic"], names["share_right"]
    X, Y = names["X_train"], names["Y_train"]
    costs = {rate: train(X, Y, rate, 200)[2] for rate in (0.01, 0.3, 1.0, 10.0, 30.0)}
    assert (np.diff(costs[0.01]) < 0).all()
    assert costs[0.01][-1] > 1.5 * costs[1.0][-1]
    assert max(costs[0.3][-1], costs[1.0][-1]) < 0.1
    assert (np.diff(costs[30.0]) > 0).nonzero()[0][1] >= 100  # in the first step, then late
    assert all(costs[rate][1] > costs[rate][0] for rate in (10.0, 30.0))
    assert costs[30.0][-1] < costs[0.3][-1]
    w, b, _ = train(X, Y, 1.0, 200)
    shares = right(w, b, X, Y), right(w, b, names["X_test"], names["Y_test"])
    assert shares[1] < shares[0]
    assert all(0.96 <= share <= 0.995 for share in shares)
    raw = train(names["data"].X[:, names["used"]], Y, 0.3, 200)[2]
    assert (np.diff(raw) > 0).any()


@pytest.mark.parametrize(("scale", "factor"), [(1, 4.0), (2, 2.6)])
def test_deltas_shrink_by_the_factors_that_are_said(run, scale, factor):
    names = run(4)
    lengths = names["delta_lengths"]
    W = [None] + [scale * weights for weights in names["W"][1:]]
    for bias in (0.0, 6.0):
        b = [None] + [np.zeros((len(w), 1)) for w in W[1:]]
        b[-1] += bias
        both = lengths(W, b, names["X"], names["Y"])
        for v in both.values():
            assert (v[-1] / v[0]) ** (1 / 7) == pytest.approx(factor, rel=0.03)
    assert both["quadratic"][-1] < 0.004 * both["cross_entropy"][-1]  # a(1-a), badly wrong


def test_four_of_the_five_planted_bugs_let_the_cost_fall(run):
    names, rises = run(5), dict.fromkeys("abcde", 0)
    for seed in range(100):
        rng = np.random.default_rng(seed)
        W = [None, rng.normal(size=(3, 4)), rng.normal(size=(1, 3))]
        b = [None, rng.normal(size=(3, 1)), rng.normal(size=(1, 1))]
        X = rng.normal(size=(4, 7))

        def cost(W, b, X=X):
            a = 1 / (1 + np.exp(-(W[1] @ X + b[1])))
            return np.logaddexp(0, (1 - 2 * LABELS) * (W[2] @ a + b[2])).mean()

        for letter in rises:
            grads = names[f"pass_{letter}"](W, b, X, LABELS)
            moved = [
                [None, *(v - 1e-4 * g for v, g in zip(values[1:], grads[key][1:], strict=True))]
                for key, values in (("dW", W), ("db", b))
            ]
            rises[letter] += cost(*moved) >= cost(W, b)
    assert [letter for letter, count in rises.items() if count == 0] == ["a", "b", "c", "e"]
    assert rises["d"] > 20


def test_the_best_step_of_the_central_difference(run):
    names = run(5)
    best = names["steps"][np.argmin(names["central"])]
    assert 1e-6 < best < 1e-4
    assert min(names["central"]) < 1e-10
    assert names["error_factors"](1.0, 1e-2) == pytest.approx([2, 4], rel=0.01)


def held_back(names, size, rate, seed=0):
    """Train for 15 epochs; give the cost on the held-back part after each."""
    rng, train, held = np.random.default_rng(seed), names["train"], names["held_back"]
    w, b, costs = np.zeros((1, train.X.shape[0])), np.zeros((1, 1)), []
    for _ in range(15):
        order = rng.permutation(train.X.shape[1])
        w, b = names["minibatch_epoch"](w, b, train.X[:, order], train.Y[:, order], rate, size)
        costs.append(np.logaddexp(0, (1 - 2 * held.Y) * (w @ held.X + b)).mean())
    return np.array(costs)


def test_rates_and_batches_on_the_digits(run):
    names = run(6)
    train = names["train"]
    rates, costs = names["rates"], names["final_costs"]
    after = {steps: costs(train.X, train.Y, rates, steps) for steps in (3, 40)}
    assert rates[np.argmin(after[3])] == pytest.approx(2.5, rel=0.01)
    assert (np.diff(after[3][np.argmin(after[3]) :]) > 0).all()
    assert np.argmin(after[40]) == len(rates) - 1
    assert len(names["batch_limits"](train.X.shape[1], 32)) == 9
    assert np.abs(train.X.mean(axis=1)).max() < 1e-12
    m = train.X.shape[1]
    last = {(k, r): held_back(names, k, r) for k in (m, 32) for r in (0.05, 0.1, 1, 3, 10)}
    last |= {(1, r): held_back(names, 1, r) for r in (0.01, 0.05, 0.1, 0.3, 1)}
    end = {key: curve[-1] for key, curve in last.items()}
    assert end[m, 0.05] > 2 * end[32, 0.05] > 4 * 0.9 * end[1, 0.05]
    assert min(end[1, r] for r in (0.3, 1)) > 5 * end[1, 0.1]
    assert (np.diff(last[1, 0.1]) > 0).any()
    assert (np.diff(last[1, 0.01]) <= 0).all()
    best = sorted(end, key=end.get)[:4]
    assert set(best) == {(1, 0.05), (1, 0.1), (32, 1), (32, 3)}
    assert held_back(names, 32, 3, seed=3)[-1] > 4 * end[32, 3]
    assert names["held_back"].X.shape[1] == 90


def test_a_head_names_every_chapter_that_its_tasks_cite(each):
    assignment = Assignment.load(each)
    head = source_of(assignment.notebook["cells"][0]).split("**How")[0]
    named = {int(k) for k in re.findall(r"\b\d+\b", head.split("need")[1])}
    places = {e.chapter for e in assignment.sheet.exercises}
    cited = {int(place[:2]) for place in places if place[0].isdigit()}
    appendices = {place for place in places if not place[0].isdigit()}
    assert all(place.removeprefix("the appendix ") in head for place in appendices)
    text = " ".join(source_of(cell) for cell in assignment.notebook["cells"][1:])
    cited |= {int(k) for k in re.findall(r"chapter (\d+)", text)}
    assert cited <= named, (cited - named, head)
    for page, mark in (
        ("assignments", rf"\| {int(each.name[:2])} "),
        ("for_instructors", each.name),
    ):
        table = (ROOT / f"chapters/{page}.md").read_text("utf-8")
        row = re.search(rf"^.*{mark}(?:[^|\n]*\|)+? (\d[^|\n]*) \|", table, re.M)
        assert bool(re.search(r"\{ref\}`ch-", row[1])) == bool(appendices), (page, row[0])
        told = re.sub(r"<[^>]*>", "", row[1])  # of a section its chapter, not its label
        assert {int(k) for k in re.findall(r"\d+", told)} == named, (page, row[0])


def test_hidden_units_close_the_ring_from_three_on(run):
    names = run(7)
    ring, start, train = names["ring"], names["start"], names["train_network"]
    for seed in range(5):
        shares = {
            hidden: names["share_right"](
                train(*start([2, hidden, 1], seed), ring.X, ring.Y, 3.0, 2000), ring.X, ring.Y
            )
            for hidden in (1, 2, 3, 8)
        }
        assert shares[1] == pytest.approx(0.70, abs=0.02)
        assert shares[2] == pytest.approx(0.85, abs=0.03)
        assert min(shares[3], shares[8]) == 1


def test_the_hidden_layer_pays_on_odd_and_even_digits(run):
    names = run(7)
    train, held = names["train"], names["held_back"]
    assert held.X.shape[1] == 449

    def trained(n, rate, seed):
        net = names["train_network"](*names["start"](n, seed), train.X, train.Y, rate, 500)
        shares = [names["share_right"](net, part.X, part.Y) for part in (train, held)]
        return *shares, (np.diff(net["costs"]) > 0).sum()

    for seed in range(3):
        one = [trained([64, 1], rate, seed) for rate in (0.1, 0.3, 1.0, 3.0)]
        assert all(share == pytest.approx(0.93, abs=0.012) for _, share, _ in one)
        for rate, said in ((0.1, 0.92), (0.3, 0.94), (1.0, 0.97), (3.0, 0.98)):
            shown, share, rises = trained([64, 8, 1], rate, seed)
            assert share == pytest.approx(said, abs=0.01)
            assert rises == 0
        assert shown == pytest.approx(1, abs=0.001)
        assert trained([64, 8, 1], 10.0, seed)[2] > 0


def test_units_that_start_alike_stay_alike(run):
    names = run(7)
    W, b = names["start"]([64, 8, 1])
    zero = [None, *(0 * w for w in W[1:])]
    net = names["train_network"](zero, b, names["train"].X, names["train"].Y, 1.0, 100)
    assert np.abs(net["W"][1]).max() > 0.01
    assert np.ptp(net["W"][1], axis=0).max() < 1e-12
