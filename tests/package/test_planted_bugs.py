"""Tests of the tests: bugs planted on purpose must turn the suite red."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from bpcore import Cache, Gradients, backward, check_gradients, cross_entropy, forward, quadratic
from bpcore.activations import sigmoid

ROOT = Path(__file__).parents[2]
GRADIENT_TESTS = "tests/modules/test_backprop.py"
pytestmark = pytest.mark.xdist_group("planted")  # the copies are made and run once
ALONE = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
ALONE["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # a quarter of the time


# Ten wrong gradients. Central differences at PyTorch's tolerances miss four of them on every
# network, scikit-learn's and autograd's two; the complex step at 1e-13 must miss none on any.


def backward_by_hand(net, cache, Y, loss, *, bias=lambda d, m: d.sum(1, keepdims=True) / m,
                     slope=lambda i, net, cache: net.g[i].prime(cache.a[i]), samples=lambda m: m,
                     decay=0.0, rate=0.0):  # fmt: skip
    """Run BP1 to BP4, written here a second time, with a place to go wrong in each."""
    m, L, W = Y.shape[1], net.L, [None, *(w.copy() for w in net.W[1:])]
    delta, dW, db = ([None] * (L + 1) for _ in range(3))
    delta[L] = loss.delta(cache.z[L], Y)
    for i in range(L, 0, -1):
        dW[i] = delta[i] @ cache.a[i - 1].T / samples(m) + decay * W[i] * (i < L)
        db[i] = bias(delta[i], m)
        W[i] -= rate * dW[i]
        if i > 1:
            delta[i - 1] = W[i].T @ delta[i] * slope(i - 1, net, cache)
    return Gradients(dW, db, delta)


def with_the_smallest_sign_flipped(*args):
    grads = backward_by_hand(*args)
    entry = min((abs(d).min(), i) for i, d in enumerate(grads.dW) if i)[1]
    k = np.unravel_index(abs(grads.dW[entry]).argmin(), grads.dW[entry].shape)
    grads.dW[entry][k] *= -1
    return grads


def in_float32(net, cache, Y, loss):
    small = Cache(cache.z, [a.astype("f4").astype(float) for a in cache.a])
    return backward(net, small, Y, loss)


PLANTED = {
    "none": backward_by_hand,
    "quadratic delta in place of cross-entropy":
        lambda net, cache, Y, _: backward_by_hand(net, cache, Y, quadratic),
    "bias not divided by m": lambda *a: backward_by_hand(
        *a, bias=lambda d, m: d.sum(1, keepdims=True)),
    "bias averaged over the units": lambda *a: backward_by_hand(
        *a, bias=lambda d, m: np.full((len(d), 1), d.mean())),
    "m - 1": lambda *a: backward_by_hand(*a, samples=lambda m: m - 1),
    "derivative at a in place of z": lambda *a: backward_by_hand(
        *a, slope=lambda i, net, c: net.g[i].prime(net.g[i](c.a[i]))),
    "the already updated W": lambda *a: backward_by_hand(*a, rate=0.1),
    "sign of the smallest entry": with_the_smallest_sign_flipped,
    "hidden weight decay 1e-6": lambda *a: backward_by_hand(*a, decay=1e-6),
    "1e-8 added to the derivative": lambda *a: backward_by_hand(
        *a, slope=lambda i, net, c: net.g[i].prime(c.a[i]) + 1e-8),
    "float32 inside": in_float32,
}  # fmt: skip


@pytest.mark.parametrize("bug", PLANTED)
def test_a_wrong_gradient_is_seen_on_every_network(draw, bug):
    for seed in range(100):
        net, X, Y = draw([4, 3, 1], 7, seed=seed)
        outcome = check_gradients(net, X, Y, cross_entropy, backward=PLANTED[bug])
        assert (outcome.error > 1e-13) == (bug != "none"), (seed, outcome)


def test_the_bugs_are_wrong_in_the_way_that_they_say(draw):
    """Each changes what it names, so that none of the above is red for another reason."""
    net, X, Y = draw([4, 3, 1], 7)
    cache = forward(net, X)
    right = backward(net, cache, Y)
    for bug, own in PLANTED.items():
        wrong = own(net, cache, Y, cross_entropy)
        assert [d.shape for d in wrong.dW[1:]] == [d.shape for d in right.dW[1:]]
        unharmed = np.allclose(wrong.dW[2], right.dW[2], rtol=1e-5) and np.allclose(
            wrong.db[2], right.db[2], rtol=1e-5
        )
        whole = ("none", "derivative", "already", "sign", "decay", "1e-8", "float32", "units")
        assert unharmed == any(word in bug for word in whole), bug
    assert sigmoid is net.g[1]


# Changes of the package's own source, and the suite run on the changed copy.

SOURCE = {  # the tag of a line, what goes from it
    "nothing": ("BP1", ""),
    "a dropped transpose": ("BP2", r"\.mT"),
    "a dropped transpose of the activations": ("BP4", r"\.mT"),
    "a missing 1/m of the weights": ("BP4", r" / m"),
    "a missing 1/m of the bias": ("BP3", r" / m"),
    "a missing slope": ("BP2", r" \* g\[i\]\.derivative\(a\[i\]\)"),
    "a missing bias": ("F1", r" \+ b\[i\]"),
}


def changed(text, tag, pattern):
    """Take a piece out of the line with that tag."""
    lines = text.splitlines(keepends=True)
    (k,) = (k for k, line in enumerate(lines) if line.endswith(f"# {tag}\n"))
    lines[k], times = re.subn(pattern, "", lines[k])
    assert times == 1 or not pattern, f"{pattern} stands {times} times in {lines[k]}"
    return "".join(lines)


def started(folder, *arguments):
    """Start pytest in a folder, on the package that stands there, if one does."""
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=ALONE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """Run the gradient tests on every changed copy of the package, all copies at once."""
    copies = {}
    for change, (tag, pattern) in SOURCE.items():
        copies[change] = copy = tmp_path_factory.mktemp("copy")
        shutil.copytree(ROOT / "bpcore", copy / "bpcore")
        (copy / "tests" / "modules").mkdir(parents=True)
        for name in ("pyproject.toml", "_toc.yml", "tests/conftest.py", GRADIENT_TESTS):
            shutil.copy(ROOT / name, copy / name)
        file = copy / "bpcore" / ("network.py" if tag.startswith("F") else "backprop.py")
        text = changed(file.read_text(encoding="utf-8"), tag, pattern)
        file.write_text(text, encoding="utf-8")
    which = "second_source and sigmoid and cross_entropy"
    runs = {k: started(copy, "-q", GRADIENT_TESTS, "-k", which) for k, copy in copies.items()}
    return {change: (run.communicate()[0], run.returncode) for change, run in runs.items()}


@pytest.mark.parametrize("change", SOURCE)
def test_a_change_of_the_source_turns_the_suite_red(verdicts, change):
    report, code = verdicts[change]
    assert code == (0 if change == "nothing" else 1), (
        report
    )  # 1: tests failed; 2 and more: no verdict
    assert ("failed" in report) == (change != "nothing")
    assert re.search(r"\d+ (passed|failed)", report)


# Every tagged line, changed where it stands: who runs it, and who does not.

RUN = """
import hashlib, json
import numpy as np
from bpcore import *

rng = np.random.default_rng(0)
net = init_network([4, 3, 2], rng=rng)
net = Network(net.W, [None, *(rng.normal(size=b.shape) for b in net.b[1:])])
X, Y = rng.normal(size=(4, 7)), rng.integers(0, 2, (2, 7))
many = np.tile(X, 150), np.tile(Y, 150)
cache, each = forward(net, X), per_sample_gradients(net, X, Y)
grads = flatten(backward(net, cache, Y))
given = Gradients([None, *(w + 1 for w in net.W[1:])], [None, *(b + 1 for b in net.b[1:])], ())
start = Network(net.W, net.b)
for _ in range(2):
    start = step(start, backward(start, forward(start, X), Y), 0.5)
ways = {"learning_rate": 0.5, "epochs": 2}
ends = {
    "train": train(net, X, Y, **ways)[0],
    "train, one batch": train(net, X, Y, **ways, batch_size=7, rng=0)[0],
    "train, blocks": train(net, *many, **ways)[0],
    "sweep": sweep(net, X, Y, learning_rates=[0.5], steps=2).net,
}
ends = {k: np.concatenate([p.ravel() for i in (1, 2) for p in (end.W[i], end.b[i])])
        for k, end in ends.items()}
found = {
    "forward": np.concatenate([p.ravel() for p in (*cache.z[1:], *cache.a[1:])]),
    "cost": cost(net, X, Y),
    "backward": grads,
    "per_sample_gradients": np.concatenate([each.dW[1].ravel(), each.db[2].ravel()]),
    "check_gradients": float(check_gradients(net, X, Y).passed),
    "step": flatten(step(net, given, 0.5)),
    "descend": descend(np.sum, np.ones_like, [1.0, 2.0], learning_rate=0.5, steps=2).x,
    "theta": np.concatenate([t.ravel() for t in backward_theta(
        fold(net), forward_theta(fold(net), X), Y)[1:]]),
    **ends,
}
off = max(relative_error(end, flatten(start)) for end in ends.values())
print(json.dumps({"off": off} | {k: np.round(v, 9).tolist() for k, v in found.items()}))
"""
TRAINED = {"train", "train, one batch", "train, blocks", "sweep"}
GRADIENTS = {"backward", "per_sample_gradients", "check_gradients"} | TRAINED
RUN_BY = {  # the tag of a line: what runs it
    "F1": {"forward", "cost"} | GRADIENTS,
    "F2": {"forward", "cost"} | GRADIENTS,
    "BP1": GRADIENTS,
    "BP2": GRADIENTS,
    "BP3": GRADIENTS,
    "BP4": GRADIENTS,
    "update W": {"step"} | TRAINED,
    "update b": {"step"} | TRAINED,
    "descent": {"descend"},
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Run all that is public on copies of the package in which one tagged line is 1.5 times it."""
    runs = {}
    for tag in ("nothing", *RUN_BY):
        copy = tmp_path_factory.mktemp("copy")
        shutil.copytree(ROOT / "bpcore", copy / "bpcore", ignore=shutil.ignore_patterns("*.pyc"))
        found = 0
        for file in (copy / "bpcore").glob("*.py"):
            text = file.read_text(encoding="utf-8")
            new, times = re.subn(rf" = (.*)  # {tag}\n", rf" = 1.5 * (\1)  # {tag}\n", text)
            file.write_text(new, encoding="utf-8")
            found += times
        assert found == (tag != "nothing")
        command = [sys.executable, "-W", "error", "-c", RUN]  # which imports what stands in cwd
        runs[tag] = subprocess.Popen(command, cwd=copy, stdout=subprocess.PIPE, text=True)
    said = {tag: run.communicate()[0] for tag, run in runs.items()}
    return {tag: json.loads(text) for tag, text in said.items()}


@pytest.mark.parametrize("tag", RUN_BY)
def test_a_changed_line_changes_all_that_runs_it(answers, tag):
    """And nothing else; and train and sweep still do what forward, backward and step do."""
    changed = {name for name, value in answers[tag].items() if value != answers["nothing"][name]}
    assert changed - {"off"} == RUN_BY[tag]
    assert answers["nothing"]["off"] <= 1e-13
    assert answers[tag]["off"] <= 1e-13


# Wrong digits in the stored outputs of a chapter, and nbval run on the changed copy.

CHAPTER = ROOT / "chapters" / "07_scalar_chain.ipynb"


def planted(output):
    """Change the last digit of an output; say whether there was one."""
    texts = output.get("data", output)
    for kind in ("text", "text/plain", "application/papermill.record/text/plain"):
        text = "".join(texts.get(kind, ""))
        digits = [k.start() for k in re.finditer(r"\d", text)]
        if digits and "<Figure" not in text:
            k = digits[-1]
            texts[kind] = text[:k] + str((int(text[k]) + 1) % 10) + text[k + 1 :]
            return True
    return False


def test_a_wrong_digit_in_any_stored_output_turns_nbval_red(tmp_path):
    """In one run: every cell with a planted digit fails, every other cell passes."""
    notebook = json.loads(CHAPTER.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    wrong = {k for k, cell in enumerate(cells) if any(map(planted, cell["outputs"]))}
    assert len(wrong) >= 10
    assert len(wrong) < len(cells)
    (tmp_path / "planted.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    nbval = ["-p", "nbval.plugin", "--nbval", "--nbval-current-env", "--nbval-sanitize-with"]
    rules = str(ROOT / "tests" / "sanitize.cfg")
    started(tmp_path, *nbval, rules, "--junitxml=report.xml", "planted.ipynb").communicate()
    results = ET.parse(tmp_path / "report.xml").findall(".//testcase")
    assert len(results) == len(cells)
    red = {
        int(result.get("name").removeprefix("Cell "))
        for result in results
        if result.find("failure") is not None
    }
    assert red == wrong
