"""Every kind of picture in a browser: moved by keyboard and by typing, its numbers are bpcore's."""

import ast
import functools
import json
import re

import numpy as np
import pytest
from live import explore as scripts
from matplotlib.figure import Figure

from bpcore import (
    Network,
    accuracy,
    backward,
    blobs,
    circles,
    cost,
    cross_entropy,
    descend,
    explore,
    forward,
    likelihood,
    moons,
    quadratic,
    sigmoid,
    step,
    worked_example,
    xor,
)
from bpcore.activations import ACTIVATIONS
from bpcore.explore._picture import module

AXE = "tests/site/vendor/axe/axe.min.js"
SERIOUS = """async () => {
    const rules = { 'target-size': { enabled: true } };
    const { violations } = await axe.run(document.querySelector('main'), { rules });
    const bad = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    return bad.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}"""
CLOUD = blobs(30, rng=1)
SAMPLES = CLOUD.X - CLOUD.X.mean(axis=1, keepdims=True), CLOUD.Y
WEIGHTS, GREY = [2.3, -1.2, 0.0, 0.004, -0.7, 1.5], [0.0, 1.0, 0.25, 0.0, 0.5625, 0.0]
TRIANGLE = Network(
    [None, [[0.0, 10.0], [9.0, -5.0], [-9.0, -5.0]], [[20.0, 20.0, 20.0]]],
    [None, [[10.0], [10.0], [10.0]], [[-50.0]]],
)
CHAIN = Network([None, [[0.8]], [[-1.2]]], [None, [[-0.4]], [[0.3]]])
THREE = Network(
    [None, [[0.5, -0.3, 0.8], [0.1, 0.9, -0.4]], [[0.7, -0.4], [0.2, 0.6], [-0.5, 0.3]]],
    [None, [[0.1], [-0.2]], [[0.3], [0.0], [-0.1]]],
    [None, ACTIVATIONS["tanh"], sigmoid],
)

DEAD = Network(  # its hidden units say 0 to every sample
    [None, [[1.0, 1.0], [2.0, 1.0]], [[1.0, 1.0]]],
    [None, [[-9.0], [-9.0]], [[0.3]]],
    [None, ACTIVATIONS["relu"], sigmoid],
)

NARROW = Network(  # four columns: between two of them there is little room
    [None, *(np.sin(np.arange(j * k) + 1.0).reshape(j, k) for j, k in ((3, 4), (2, 3), (1, 2)))],
    [None, *(np.zeros((j, 1)) for j in (3, 2, 1))],
)


def drawn(value):
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.5, str(value))
    return figure


PICTURES = {  # name: (what makes it, further arguments for its numbers)
    "playground": lambda: explore.playground(
        {f.__name__: f(60, rng=0) for f in (moons, circles, xor, blobs)}
    ),
    "playground, quadratic": lambda: explore.playground(
        {"xor": xor(40, rng=0)}, hidden=(6, 2), activation="relu", loss="quadratic"
    ),
    "unit": lambda: explore.unit(
        Network([None, [[1.0, -1.0]]], [None, [[0.5]]]), [[1.0], [0.5]], samples=SAMPLES
    ),
    "pixels": lambda: explore.pixels(
        Network([None, [WEIGHTS]], [None, [[-0.5]]]),
        {"six": np.reshape(GREY, (2, 3)), "empty": np.zeros((2, 3))},
        names=("a 3", "an 8"),
    ),
    "region": lambda: explore.region(TRIANGLE, [[0.0], [0.5]]),
    "tangent": lambda: explore.tangent(1.0),
    "losses": lambda: explore.losses(Network([None, [[2.0]]], [None, [[1.0]]]), [[1.5]], [[0]]),
    "bars": lambda: explore.bars([[2.0, -1.0, 1.0, -1.0, -2.0]], [[1, 0, 1, 1, 0]], sample="day"),
    "fit, below zero": lambda: explore.fit([[-3.0, -1.0]], [[-2.0, 3.0]], w=1.0, b=2.0),
    "fit": lambda: explore.fit(
        [[1.0, 2.0, 3.0, 4.0, 6.0]], [[2.0, 3.0, 6.0, 4.0, 8.0]], w=1.0, b=2.0
    ),
    "pulls": lambda: explore.pulls(Network([None, [[0.5, -0.5]]], [None, [[0.2]]]), *SAMPLES),
    "valley": lambda: explore.valley(["x²", "two valleys", "ln cosh x"], steps=8),
    "valley, threshold to be found": lambda: explore.valley(
        start=1.0, learning_rate=0.9, threshold=False
    ),
    "valley, ln cosh": lambda: explore.valley(["ln cosh x"], start=3.0, steps=2),
    "bowl": lambda: explore.bowl([[2.0, 1.0], [1.0, 3.0]], [1.5, 0.5], steps=6),
    "batches": lambda: explore.batches(*SAMPLES, start=[-2.0, 4.0], sizes=[4, 1, 30]),
    "difference": lambda: explore.difference(1.5),
    "passes": lambda: explore.passes(*worked_example()),
    "passes, three outputs": lambda: explore.passes(
        THREE, [[0.5], [-1.0], [2.0]], [[1], [0], [1]], loss="quadratic"
    ),
    "passes, three layers": lambda: explore.passes(NARROW, [[0.5], [1.5], [-0.6], [0.2]], [[1]]),
    "knob": lambda: explore.knob(*worked_example()),
    "chain": lambda: explore.chain(CHAIN, [[1.5]], [[1]]),
    "chain, cross-entropy": lambda: explore.chain(CHAIN, [[1.5]], [[1]], loss="cross_entropy"),
    "names": lambda: explore.names(*worked_example()[:2]),
    "faults": lambda: explore.faults(THREE, np.eye(3) - 0.3, np.eye(3), loss="quadratic"),
    "faults, named": lambda: explore.faults(
        *worked_example(), programs={"I": "C", "II": "A", "III": "E"}
    ),
    "faults, a dead layer": lambda: explore.faults(DEAD, np.eye(2, 3), [[1, 0, 1]]),
    "frames": lambda: explore.frames(drawn, [1, 2, 3], label="rate", alt="rate {}".format),
    "grid": lambda: explore.grid(
        lambda u, v: drawn(u * v), [1, 2], [3, 4], labels=("u", "v"), alt="{}{}".format
    ),
}


# What bpcore says of a state


def net_of(s):
    return Network(s["W"], s["b"], s["g"])


def both(s):
    net, X, Y = net_of(s), np.array(s["X"], float), np.array(s["Y"])
    loss = s.get("loss", "cross_entropy")
    cache = forward(net, X)
    return net, X, Y, loss, cache, backward(net, cache, Y, loss)


def playground(s, _):
    net, X, Y, loss, _, grads = both(s)
    every = np.concatenate([part.ravel() for part in (*grads.dW[1:], *grads.db[1:])])
    return {
        "J": cost(net, X, Y, loss),
        "accuracy": accuracy(net, X, Y),
        "norm": np.linalg.norm(every),
    }


def unit(s, _):
    cache = forward(net_of(s), s["x"])
    return {"z": cache.z[1].item(), "a": cache.a[1].item()}


def pixels(s, _):
    net, X = net_of(s), np.array(s["X"])
    cache, (k, was) = forward(net, X), s["at"] or [0, X[0, 0]]
    change = net.W[1][0, k] * (X[k, 0] - was)
    X[k] = was
    before = forward(net, X).z[1].item()
    return {"z": cache.z[1].item(), "a": cache.a[1].item(), "before": before, "change": change}


def region(s, _):
    return {"a": forward(net_of(s), s["x"]).a}


def tangent(s, _):
    g = ACTIVATIONS[s["g"]]
    a = g([[s["z"]]])
    return {"a": a.item(), "slope": g.prime(a).item()}


def losses(s, _):
    net, X, Y = net_of(s), np.array(s["X"], float), np.array(s["Y"])
    found = {}
    for loss in (cross_entropy, quadratic):
        slope = backward(net, forward(net, X), Y, loss).dW[1].item()
        found[loss.name] = [cost(net, X, Y, loss), slope]
    return found


def bars(s, _):
    z, y = s["c"] * np.array([s["z"]]), np.array([s["y"]])
    return {
        "likelihood": likelihood(sigmoid(z), y),
        "J": cross_entropy(z, y).mean(),
        "seen": np.where(y == 1, sigmoid(z), sigmoid(-z))[0],
        "prices": cross_entropy(z, y),
    }


def fit(s, _):
    x, y = np.array(s["x"]), np.array(s["y"])
    e = y - (s["w"] * x + s["b"])
    return {"S": (e**2).sum(), "J": (e**2).mean(), "slopes": [-2 * (e * x).mean(), -2 * e.mean()]}


def pulls(s, _):
    net, X, Y, _, _, grads = both(s)
    return {"J": cost(net, X, Y), "accuracy": accuracy(net, X, Y), **vars(grads)}


def valley(s, _):
    f, slope, _ = explore.descent.CURVES[s["curve"]]
    path = descend(f, slope, s["x"], learning_rate=s["learning_rate"], steps=s["steps"])
    return {"path": path.x, "f": path.f}


def bowl(s, _):
    A = np.array(s["A"])
    path = descend(
        lambda p: p @ A @ p / 2,
        lambda p: A @ p,
        s["p"],
        learning_rate=s["learning_rate"],
        steps=s["steps"],
    )
    return {"path": path.x, "eigenvalues": np.linalg.eigvalsh(A)[::-1], "f": path.f[-1]}


def uniform(seed):
    """mulberry32, the random numbers of the page, once more."""

    def wrap(x):
        return x & 0xFFFFFFFF

    while True:
        seed = wrap(seed + 0x6D2B79F5)
        t = wrap((seed ^ seed >> 15) * (1 | seed))
        t = wrap(t + (t ^ t >> 7) * (61 | t)) ^ t
        yield wrap(t ^ t >> 14) / 2**32


def batches(s, _):
    X, Y = np.array(s["X"]), np.array(s["Y"])
    net, m = net_of(s), Y.shape[1]
    for epoch in range(s["epochs"]):
        draw, order = uniform(7919 * s["seed"] + epoch), list(range(m))
        for k in range(m - 1, 0, -1):
            j = int(next(draw) * (k + 1))
            order[k], order[j] = order[j], order[k]
        for start in range(0, m, s["batch"]):
            part = order[start : start + s["batch"]]
            grads = backward(net, forward(net, X[:, part]), Y[:, part])
            W = step(net, grads, s["learning_rate"]).W
            net = Network(W, [None, [[0.0]]])
    count = s["epochs"] * -(-m // s["batch"])
    return {"w": net.W[1][0], "J": cost(net, X, Y), "steps": count}


def difference(s, _):
    x, h = s["x"], s["h"]

    def f(x):
        return np.log(1 + np.exp(x))

    return {
        "truth": sigmoid([[x]]).item(),
        "forward": (f(x + h) - f(x)) / h,
        "central": (f(x + h) - f(x - h)) / (2 * h),
        "complex": np.imag(f(x + 1j * h)) / h,
    }


def passes(s, _):
    net, X, Y, loss, cache, grads = both(s)
    part, *place = s["look"]
    if part == "X":
        slope = (net.W[1].T @ grads.delta[1])[place[0], place[1]]
    else:
        slope = {"W": grads.dW, "b": grads.db}[part][place[0]][place[1], place[2]]
    wanted = {"J": cost(net, X, Y, loss), "slope": slope, "difference": slope}
    return wanted | vars(cache) | vars(grads)


def knob(s, _):
    net, X, Y, loss, _, grads = both(s)
    (i, j), b = s["unit"], [None, *(x.copy() for x in net.b[1:])]
    b[i][j] += s["t"]
    return {
        "J": cost(net, X, Y, loss),
        "turned": cost(Network(net.W, b, net.g), X, Y, loss),
        "delta": grads.delta[i][j, 0],
    }


def chain(s, _):
    net, X, Y, loss, cache, grads = both(s)
    nudged = Network([None, net.W[1] + s["nudge"], net.W[2]], net.b, net.g)
    found = {"slope": grads.dW[1].item()}
    for name, one in (("before", net), ("after", nudged)):
        cache = forward(one, X)
        values = [cache.z[1], cache.a[1], cache.z[2], cache.a[2], cost(one, X, Y, loss)]
        found[name] = [float(np.squeeze(v)) for v in values]
    _, a, _, out, _ = found["before"]
    last = {"quadratic": quadratic, "cross_entropy": cross_entropy}[loss].grad_a([[out]], Y)
    found["links"] = [X.item(), a * (1 - a), net.W[2].item(), out * (1 - out), last.item()]
    return found


def names(s, _):
    part, i, j, k = s["look"]
    net = net_of(s)
    return {
        "out": forward(net, s["X"]).a[-1],
        "value": {"W": net.W, "b": net.b}[part][i][j, k],
        "folded": [net.b[i][j, 0], *net.W[i][j]],
    }


def faults(s, _):
    net, _X, Y, _loss, cache, grads = both(s)
    every = np.concatenate([part.ravel() for part in (*grads.dW[1:], *grads.db[1:])])
    dW, db, m, L = list(grads.dW), list(grads.db), Y.shape[1], net.L
    kind = s["fault"]
    if kind in "BC":
        factor = -1 if kind == "B" else m
        dW, db = ([None, *(factor * x for x in part[1:])] for part in (dW, db))
    if kind in "DE":  # D: the slope is 1; E: z in place of each hidden a, in the slope and in BP4
        delta, a = grads.delta[L], [cache.a[0], *(cache.a if kind == "D" else cache.z)[1:]]
        for i in range(L, 0, -1):
            dW[i], db[i] = delta @ a[i - 1].T / m, delta.mean(axis=1, keepdims=True)
            back = net.W[i].T @ delta
            delta = back if kind == "D" or i == 1 else back * net.g[i - 1].prime(a[i - 1])
    if kind == "F":
        dW[1] = -dW[1]
    if kind == "G":
        db[1] = 0 * db[1]
    return {"wrong": {"dW": dW, "db": db}, "length": np.linalg.norm(every)}


def frames(s, _):
    return {"at": s["at"]}


grid = frames


def close(got, want, path=""):
    """Compare what the page says with what bpcore says, part by part."""
    if isinstance(want, dict):
        for name, part in want.items():
            loose = name == "difference" and path == ""
            if loose:
                assert abs(got[name] - part) <= 1e-7 * max(1, abs(part)), (name, got[name], part)
            else:
                close(got[name], part, f"{path} {name}")
    elif isinstance(want, (list, tuple)) and any(
        x is None or isinstance(x, np.ndarray) for x in want
    ):
        for one, other in zip(got, want, strict=True):
            assert (one is None) == (other is None), path
            if other is not None:
                close(one, other, path)
    else:
        got, want = np.array(got, dtype=float), np.array(want, dtype=float)
        assert got.shape == want.shape, (path, got, want)
        assert np.max(np.abs(got - want), initial=0) <= 1e-12 * max(
            1, np.max(np.abs(want), initial=0)
        ), (path, got, want)


def compare(kind, answer):
    state, numbers = answer["state"], answer["numbers"]
    with np.errstate(all="ignore"):
        want = globals()[kind](state, numbers)
    if kind == "difference":
        for name, value in want.items():
            rounding = 1e-15 * (1 if name in ("truth", "complex") else 4 / state["h"])
            assert abs(numbers[name] - value) <= rounding + 1e-12
    else:
        close(numbers, want)


# The browser


@pytest.fixture(scope="module")
def shown(browser, tmp_path_factory):
    """Show pictures, or a page, when they are drawn; it keeps what is complained of."""
    file = tmp_path_factory.mktemp("pictures") / "page.html"
    of = functools.cache(lambda *names: page([PICTURES[name]() for name in names]))

    def shown(*names, text="", scheme="light", finger=False):
        file.write_text(text or of(*names), encoding="utf-8")
        tab = browser.new_page(
            color_scheme=scheme, viewport={"width": 1280, "height": 900}, has_touch=finger
        )
        tab.complaints = []
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.on("console", lambda m: m.type == "error" and tab.complaints.append(m.text))
        tab.goto(file.as_uri())
        tab.wait_for_function("!document.querySelector('.bp-live:not(.bpx)')")
        return tab

    return shown


def page(pictures):
    """Write a page that holds pictures and nothing else."""
    live = ""
    for picture in pictures:
        traits = {part: getattr(picture, part) for part in ("kind", "label", "state", "given")}
        data = json.dumps(traits).replace("<", "\\u003c")
        live += f"<div class=bp-live><script type=application/json>{data}</script></div>"
    parts = scripts((picture.kind for picture in pictures), {}).values()
    script = "".join(f"<script>{part}</script>" for part in parts)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>t</title>"
        "<meta name=viewport content='width=device-width'>"
        "<style>body { font: 16px sans-serif; margin: 8px; background: Canvas; color: CanvasText }"
        ":root { color-scheme: light dark; --pst-color-surface: Canvas }</style>"
        f"<style>{explore.Picture._css}</style><main><h1>t</h1>{live}</main>"
        f"{script}</html>"
    )


def answer(tab):
    return tab.evaluate("document.querySelector('.bpx').picture()")


def kind_of(name):
    return name.partition(",")[0]


@pytest.mark.parametrize("name", PICTURES)
def test_each_control_by_keyboard_and_by_typing(shown, name):
    """Each control changes the state, the numbers stay bpcore's, and Back takes it back."""
    tab, kind = shown(name), kind_of(name)
    compare(kind, answer(tab))
    rows = tab.locator(".bpx-row").count()
    assert rows
    for k in range(rows):
        row = tab.locator(".bpx-row").nth(k)
        if not row.is_visible():
            continue
        for control in row.locator("input, select").all():
            before = answer(tab)["state"]
            kept = control.input_value()
            control.focus()
            if control.get_attribute("type") == "text":
                tab.keyboard.press("Control+a")
                tab.keyboard.type("0.7321")
                tab.keyboard.press("Enter")
            elif control.get_attribute("type") == "range":
                assert control.get_attribute("aria-label")
                spoken = control.get_attribute("aria-valuetext")
                at_end = control.evaluate("one => one.value === one.max")
                tab.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
                assert control.get_attribute("aria-valuetext") != spoken or "seed" in (
                    control.get_attribute("aria-label")
                )
            else:
                count = control.evaluate("one => one.options.length")
                if count == 1:
                    continue
                place = control.evaluate("one => one.selectedIndex")
                assert place >= 0  # what was chosen in Python is among the choices
                control.select_option(index=(place + 1) % count)
            after = answer(tab)
            if control.input_value() != kept:
                assert after["state"] != before or "seed" in row.inner_text()
            compare(kind, after)
            if after["state"] != before:
                tab.get_by_role("button", name="Back").click()
                assert answer(tab)["state"] == before
    assert tab.complaints == []
    tab.close()


@pytest.mark.parametrize("name", [name for name in PICTURES if name not in ("frames", "grid")])
def test_steps_and_the_start(shown, name):
    tab, kind = shown(name), kind_of(name)
    first = answer(tab)["state"]
    for button in tab.locator(".bpx-buttons button").all():
        if button.inner_text() in ("Back", "Play", "Start again", "Pause", "Clear changes"):
            continue
        for _ in range(4):
            button.click()
            compare(kind, answer(tab))
        assert answer(tab)["state"] != first
    if (play := tab.get_by_role("button", name="Play")).count():
        play.click()
        tab.wait_for_function("Number(document.querySelector('.bpx').dataset.frames) > 4")
        pause = tab.get_by_role("button", name="Pause")  # if it has not come to its end
        pause.evaluate_all("found => found.forEach((one) => one.click())")
        compare(kind, answer(tab))
    moved = answer(tab)["state"]
    tab.set_viewport_size({"width": 360, "height": 700})
    assert answer(tab)["state"] == moved  # a resize loses nothing
    tab.get_by_role("button", name="Start again").click()
    assert answer(tab)["state"] == first
    assert tab.complaints == []
    tab.close()


@pytest.mark.parametrize("name", PICTURES)
def test_the_lines_of_python_run_and_say_the_same(shown, name):
    tab, kind = shown(name), kind_of(name)
    fold = tab.locator(".bpx-code summary")
    if not fold.count():
        assert kind in ("faults", "frames", "grid")
        return
    fold.click()
    tab.wait_for_function("document.querySelector('.bpx-code pre').textContent")
    lines = tab.locator(".bpx-code pre").inner_text()
    state, numbers = (answer(tab)[part] for part in ("state", "numbers"))
    space, last, value = run(lines)
    parts = value if isinstance(value, tuple) else (value,)
    flat = np.concatenate([np.ravel(part) for part in parts]) if last else []
    if "grads" in space:
        want = both(state)[-1]
        close(list(space["grads"].dW), list(want.dW))
    elif last:
        every = np.concatenate([np.ravel(np.array(x, dtype=float)) for x in flatten(numbers)])
        for x in np.ravel(flat):
            assert np.min(np.abs(every - float(x))) <= 1e-9 * max(1.0, abs(float(x))), (lines, x)
    assert tab.complaints == []
    tab.close()


def run(lines):
    """Run lines as a notebook does: the names, whether a value comes last, and that value."""
    space: dict = {}
    body = ast.parse(lines).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "lines", "exec"), space)
    value = eval(compile(ast.Expression(last.value), "lines", "eval"), space) if last else None
    return space, last, value


def flatten(tree):
    if isinstance(tree, dict):
        return [leaf for part in tree.values() for leaf in flatten(part)]
    if isinstance(tree, list):
        return [leaf for part in tree for leaf in flatten(part)]
    return [] if tree is None else [tree]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_them(shown, scheme):
    """No serious finding of axe, wide and narrow; nothing sticks out, each drawing has words."""
    tab = shown(*PICTURES, scheme=scheme)
    tab.add_script_tag(path=AXE)
    for width in (1280, 360):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate(SERIOUS) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.set_viewport_size({"width": 320, "height": 700})  # a desk's 1280, enlarged to 400 %
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    for picture in tab.locator(".bpx").all():
        assert picture.get_attribute("role") == "group"
        assert picture.get_attribute("aria-label")
    for drawing in tab.locator(".bpx [role=img]").all():
        assert len(drawing.get_attribute("aria-label")) > 10
    assert tab.complaints == []
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_on_their_own_ground_in_forced_colours(shown, scheme):
    """A contrast theme changes the ground of a drawing, but no letter and no line in it."""
    tab = shown("knob", "faults", scheme=scheme)
    tab.emulate_media(forced_colors="active", color_scheme=scheme)
    assert tab.evaluate("matchMedia('(forced-colors: active)').matches")
    look = "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"
    grounds = [part.evaluate(look) for part in tab.locator(".bpx-pictures:visible").all()]
    assert grounds == [["rgb(255, 255, 255)", "rgb(34, 34, 34)"]] * 2
    tab.close()


def test_divergence_is_said(shown):
    tab = shown("playground, quadratic")
    rate = tab.get_by_label("learning rate η, typed")
    rate.fill("1e200")
    rate.press("Enter")
    for _ in range(3):
        tab.get_by_role("button", name="Step").click()
    assert re.search(r"Diverged at step [123]", tab.locator(".bpx-said").inner_text())
    assert "nan" not in tab.locator(".bpx").inner_text().lower()
    compare("playground", answer(tab))
    tab.close()


def test_what_is_no_number_is_not_taken(shown):
    tab = shown("tangent")
    field = tab.get_by_label("z, typed")
    field.fill("")
    field.press("Enter")
    assert answer(tab)["state"]["z"] == 1.0
    assert field.input_value() == "1"
    tab.close()


# Places and words that are no numbers, and words with a hyphen for a minus.
NO_NUMBERS = r"""() => [...document.querySelectorAll('.bpx, .bpx :not(pre)')].flatMap((tag) => {
    const words = ['aria-label', 'aria-valuetext'].map((name) => tag.getAttribute(name) ?? '');
    if (!tag.childElementCount) words.push(tag.textContent);
    return [...words.filter((text) => /(^|[ (,=])-[0-9.]+/.test(text)),
        ...[...words, ...[...tag.attributes].map(({ value }) => value)].filter((text) =>
            /NaN|Infinity|undefined|null|not a number|(?<!× −)∞/.test(text))]; // −1/a is −∞ at 0
})"""


@pytest.mark.parametrize("typed", ["1e308", "-1e308"])
@pytest.mark.parametrize("name", [name for name in PICTURES if name not in ("frames", "grid")])
def test_no_number_that_is_typed_is_too_large(shown, name, typed):
    """It is bounded; whatever follows from it, by steps too, can be drawn, said and copied."""
    tab = shown(name)
    tab.clock.install()
    if (fold := tab.locator(".bpx-code summary")).count():
        fold.click()
    for field in tab.locator("input[type=text]:visible").all():
        field.fill(typed)
        field.press("Enter")
        for _ in range(3):
            assert tab.evaluate(NO_NUMBERS) == []
            if fold.count():
                with np.errstate(all="ignore"):
                    run(tab.locator(".bpx-code pre").inner_text())
            for button in tab.locator(".bpx-buttons button").all():
                if button.inner_text() not in ("Back", "Play", "Start again"):
                    button.click()
        tab.get_by_role("button", name="Start again").click()
        tab.clock.fast_forward(450)  # the words for screen readers come later
        said, status = (tab.locator(f".bpx-{part}").text_content() for part in ("said", "status"))
        assert status == said
    assert tab.complaints == []
    tab.close()


# Words in a drawing that stick out of it, or lie on others.
HIDDEN_WORDS = """() => [...document.querySelectorAll('.bpx-pictures svg')].flatMap((svg) => {
    const words = [...svg.querySelectorAll('text')].filter((word) => word.textContent.trim());
    const outer = svg.getBoundingClientRect(), rest = words.map((word) => [
        word.textContent, word.getBoundingClientRect()]).filter(([, box]) => box.width);
    const cut = rest.filter(([, { left, right, top, bottom }]) =>
        left < outer.left - 2 || right > outer.right + 2
        || top < outer.top - 2 || bottom > outer.bottom + 2);
    const over = rest.filter(([text, one], k) => rest.slice(0, k).some(([before, other]) =>
        Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2
        && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 0.4 * one.height
        && text !== before));
    return [...cut, ...over].map(([text]) => text);
})"""
TO_THE_END = """(range, end) => {
    range.value = range[end];
    range.dispatchEvent(new Event('input'));
    range.dispatchEvent(new Event('change'));
}"""


@pytest.mark.parametrize("name", PICTURES)
def test_every_word_of_a_drawing_is_seen(shown, name):
    """With any slider at either end, with the largest numbers, on a desk and on a telephone."""
    tab = shown(name)
    fields = tab.locator("input[type=text]:visible").all()
    again = tab.get_by_role("button", name="Start again")
    for width in (1280, 320):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate(HIDDEN_WORDS) == []
        for end in ("min", "max"):
            for k, slider in enumerate(tab.locator("input[type=range]:visible").all()):
                slider.evaluate(TO_THE_END, end)
                assert tab.evaluate(HIDDEN_WORDS) == [], (width, end, k)
                again.click()
    for field in fields:
        field.fill("1e308")
        field.press("Enter")
        assert tab.evaluate(HIDDEN_WORDS) == []
        again.click()
    tab.close()


@pytest.mark.parametrize("name", PICTURES)
def test_a_typed_field_shows_its_number_whole(shown, name):
    """Five digits, a point and a minus, also where moving one number changes the others."""
    tab = shown(name)
    tab.set_viewport_size({"width": 320, "height": 700})
    for field in tab.locator("input[type=text]:visible").all():
        field.fill("-0.1234567")
        field.press("Enter")
        cut = tab.locator("input[type=text]:visible").evaluate_all(
            "all => all.filter((one) => one.scrollWidth > one.clientWidth)"
            ".map((one) => [one.ariaLabel, one.value])"
        )
        assert cut == []
    tab.close()


def test_no_control_sticks_out_where_letters_are_twice_as_large(shown):
    tab = shown(*PICTURES)
    tab.set_viewport_size({"width": 320, "height": 700})
    tab.evaluate("document.documentElement.style.fontSize = '200%'")
    assert (
        tab.locator(".bpx-row > :is(input, select, output):visible").evaluate_all(
            "all => all.filter((one) => one.getBoundingClientRect().right > innerWidth)"
            ".map((one) => one.ariaLabel ?? one.textContent)"
        )
        == []
    )
    tab.close()


def test_a_large_number_is_copied_as_a_float(shown):
    tab = shown("playground")
    net = {"W": [None, [[1e20, -1.5e18]]], "b": [None, [[1e-7 / 3]]], "g": [None, "sigmoid"]}
    space, *_ = run(tab.evaluate("net => $kit.python(net)", net))
    assert space["net"].W[1].tolist() == net["W"][1]
    assert space["net"].b[1].tolist() == net["b"][1]
    tab.close()


@pytest.mark.parametrize("name", ["pixels", "playground", "pulls", "unit"])
@pytest.mark.parametrize("playing", [False, True])
def test_what_python_sets_is_shown_also_while_it_plays(shown, name, playing):
    tab, picture = shown(name), PICTURES[name]()
    traits = {part: getattr(picture, part) for part in ("kind", "label", "state", "given")}
    tab.evaluate(
        """traits => {
            const el = document.querySelector('.bpx');
            el.replaceChildren();
            window.model = modelOf(traits);
            $kit.widget(window['$' + traits.kind][traits.kind]).render({ model, el });
        }""",
        traits,
    )
    play = tab.get_by_role("button", name="Play")
    if playing and play.count():
        play.click()
        tab.wait_for_function("Number(document.querySelector('.bpx').dataset.frames) > 2")
    picture.net = Network([None, *(2 * W for W in picture.net.W[1:])], picture.net.b, picture.net.g)
    tab.evaluate("state => model.set('state', state)", picture.state)
    tab.wait_for_timeout(100)
    got = answer(tab)
    assert got["state"]["W"] == picture.state["W"]
    assert tab.evaluate("model.get('state').W") == picture.state["W"]
    compare(name, got)
    if "costs" in got["state"]:
        assert np.ravel(got["state"]["costs"])[-1] == pytest.approx(got["numbers"]["J"])
    assert tab.complaints == []
    tab.close()


def test_epochs_are_counted_to_the_end(shown):
    tab = shown("pulls")
    step = tab.get_by_role("button", name="One epoch")
    step.evaluate("one => { for (let k = 0; k < 3000; k += 1) one.click(); }")
    assert tab.locator(".bpx-said").inner_text().startswith("Epoch 3000:")
    before = answer(tab)["state"]
    step.click()
    assert answer(tab)["state"] == before  # it ends: no step that is not counted
    tab.close()


TWO_VIEWS = """traits => {  // of one model, as a notebook has them
    const heard = {}, same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    const model = {
        get: (name) => traits[name], off() {}, save_changes() {},
        set(name, value) {
            if (same(traits[name], value)) return;
            traits[name] = value;
            for (const act of heard[`change:${name}`] ?? []) act();
        },
        on: (event, act) => void (heard[event] ??= []).push(act),
    };
    const views = [0, 1].map(() => document.createElement('div'));
    document.querySelector('main').replaceChildren(...views);
    const { render } = $kit.widget(window['$' + traits.kind][traits.kind]);
    for (const el of views) render({ model, el });
}"""


@pytest.mark.parametrize("name", ["playground", "pulls", "passes"])
def test_two_views_of_one_picture_say_the_same(shown, name):
    """What one of them counted and drew, the other goes on with."""
    tab, picture = shown(name), PICTURES[name]()
    traits = {part: getattr(picture, part) for part in ("kind", "label", "state", "given")}
    tab.evaluate(TWO_VIEWS, traits)
    views = tab.locator(".bpx").all()
    first = answer(tab)["state"]
    step = re.compile("Step|One epoch|Next")
    for view in (*views, views[0]):
        view.get_by_role("button", name=step).click()
    one, other = (view.evaluate("one => one.picture().state") for view in views)
    assert one == other
    assert one.get("steps", one.get("at", len(one.get("costs", [])) - 1)) == 3
    for _ in range(3):
        views[0].get_by_role("button", name="Back").click()
    assert answer(tab)["state"] == first
    assert tab.complaints == []
    tab.close()


@pytest.mark.parametrize("programs", ["AB", "BA"])
def test_a_derivative_of_zero_is_right(shown, programs):
    """As `relative_error` has it; and the other entries of a part have their ratio."""
    for net, X in ((DEAD, np.eye(2)), (TRIANGLE, [[0.3, -0.2], [0.0, 0.0]])):
        picture = explore.faults(net, X, [[1, 0]], programs=programs)
        tab = shown(text=page([picture]))
        rows = answer(tab)["numbers"]["rows"]
        sign = {"A": 1, "B": -1}[programs[0]]
        live = [row for row in rows if row["off"] > 0]
        assert [row["ratio"] for row in live] == pytest.approx([sign] * len(live))
        assert all((row["off"] < 1e-6) == (sign == 1) for row in live)
        told = tab.locator(".bpx tr").all_inner_texts()[1:]
        wrong = [sign == -1 and row["off"] > 0 for row in rows]
        assert [text.endswith("WRONG") for text in told] == wrong
        tab.close()


def test_each_number_of_a_large_network_has_its_own_name(shown):
    net = Network([None, np.ones((12, 11)), np.ones((1, 12))], [None, np.ones((12, 1)), [[0.0]]])
    tab = shown(text=page([explore.names(net, np.ones((11, 1)))]))
    options = tab.locator(".bpx option").all_text_contents()
    assert len(options) == len(set(options)) == 12 * 11 + 12 + 12 + 1
    assert {"W¹₁,₁₁", "W¹₁₁,₁", "W¹₁₂", "b¹₁₂"} <= set(options)
    tab.close()


def test_what_is_typed_while_it_plays_is_taken(shown):
    tab = shown("pulls")
    tab.get_by_role("button", name="Play").click()
    field = tab.get_by_label("W¹₁₁, typed")
    field.select_text()
    field.press_sequentially("0.25", delay=60)
    field.press("Enter")
    assert answer(tab)["state"]["W"][1][0][0] == 0.25
    assert tab.get_by_role("button", name="Pause").count() == 0
    tab.close()


def test_pictures_of_one_notebook_share_no_name(shown):
    """There each has its scripts for itself."""
    script = "".join(
        f"<script type=module>{module(kind).replace('export default', 'const own =')}"
        f"own.render({{ model: modelOf({json.dumps(traits)}), el: document.body.appendChild("
        "document.createElement('div')) })</script>"
        for kind in ("tangent", "unit")
        for picture in [PICTURES[kind]()]
        for traits in [{part: getattr(picture, part) for part in ("label", "state", "given")}]
    )
    tab = shown(text=page([PICTURES["tangent"]()]) + script)
    tab.wait_for_function("document.querySelectorAll('.bpx').length === 3")
    names = tab.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")
    assert len(names) == len(set(names)) > 6
    assert tab.complaints == []
    tab.close()


def test_the_best_step_is_not_given_away(shown):
    """The errors come one by one, with each step that is visited, until all are asked for."""
    tab = shown("difference")
    points = tab.locator(".bpx-point")
    names = points.count()  # one of each kind, beside its name
    tab.get_by_label("step h", exact=True).press("ArrowRight")
    visited = len(answer(tab)["state"]["visited"])
    assert visited == 2
    assert points.count() == names + 3 * visited
    tab.get_by_label("errors shown").select_option("at all steps")
    assert points.count() > names + 100
    tab.get_by_role("button", name="Start again").click()
    assert points.count() == names
    tab.close()


def test_no_stage_shows_what_is_not_computed_yet(shown):
    """Whatever is looked at, its derivative is said from the stage of its delta on, as on lines."""
    tab = shown("passes")
    stages = tab.get_by_label("stage", exact=True)
    for look, since in (("W²₁₁", "BP1: δ²"), ("b¹₃", "BP2: δ¹"), ("x₄", "BP2: δ¹")):
        tab.get_by_label("look at").select_option(look)
        stages.press("Home")
        hidden, part = True, float(answer(tab)["numbers"]["slope"])
        for k in range(10):
            hidden &= stages.get_attribute("aria-valuetext") != since
            *lines, said = tab.locator(".bpx-said").inner_text().strip().split("\n")
            assert said.startswith("∂ℓ/∂")  # one sample: its loss
            assert "J" not in "".join(lines)
            told = re.search(r"difference: ([−-]?[\d.]+)\.$", said)
            assert (told is None) == hidden, (look, k, said)
            if told:
                assert abs(float(told[1].replace("−", "-")) - part) < 1e-5
            stages.press("ArrowRight")
        assert not hidden
    tab.close()


def test_the_lines_of_bp2_carry_what_comes_back(shown):
    tab = shown("passes")
    stages = tab.get_by_label("stage", exact=True)
    while stages.get_attribute("aria-valuetext") != "BP2: δ¹":
        stages.press("ArrowRight")
    net, *_, grads = both(answer(tab)["state"])
    want = [f"{v:.3f}" for v in (net.W[2] * grads.delta[2])[0]]
    words = [w.replace("−", "-") for w in tab.locator(".bpx-graph .bpx-halo").all_text_contents()]
    assert [w for w in words if not w.startswith(("δ", "z"))] == want
    tab.close()


def test_a_point_can_be_dragged(shown):
    tab = shown("unit")
    before = answer(tab)["state"]["x"]
    drag(tab, -40, 30)
    after = answer(tab)
    assert after["state"]["x"] != before
    compare("unit", after)
    drag(tab, 30, 20)
    assert answer(tab)["state"]["x"] != after["state"]["x"]
    for wanted in (after["state"]["x"], before):  # each drag is one step back
        tab.get_by_role("button", name="Back").click()
        assert answer(tab)["state"]["x"] == wanted
    tab.close()


PIXEL = ".bpx [role=gridcell]"


def test_pixels_are_walked_and_turned_by_keyboard(shown):
    """One stop of Tab; arrows walk, and both squares show where; Space and Enter turn a pixel."""
    tab = shown("pixels")
    tab.clock.install()
    cells, first = tab.locator(PIXEL), answer(tab)["state"]
    assert tab.locator(f"{PIXEL}[tabindex='0']").count() == 1
    cells.nth(0).focus()
    for key in ("ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight"):  # at the edge it stays
        tab.keyboard.press(key)
    assert cells.nth(4).evaluate("one => one === document.activeElement && one.tabIndex === 0")
    assert tab.locator(f"{PIXEL}[tabindex='0']").count() == 1
    places = [mark.get_attribute("transform") for mark in tab.locator(".bpx-mark").all()]
    assert places == ["translate(40,64)"] * 2
    assert cells.nth(4).get_attribute("aria-label") == "row 2, column 2: weight −0.70, ink 0.56"
    inks = []
    for key in ("Space", "Enter", "Space"):  # grey, black, white, black
        tab.keyboard.press(key)
        compare("pixels", answer(tab))
        inks.append(answer(tab)["state"]["X"][4][0])
    assert inks == [1, 0, 1]
    assert answer(tab)["state"]["at"] == [4, 0]
    said = tab.locator(".bpx-said").inner_text()
    assert said == (
        "Pixels changed: 1. Row 2, column 2: ink 0.00 → 1.00; weight −0.70 · +1.00 = −0.70.\n"
        "Sum −1.70 → −2.40: the unit says a 3 and is 91.7 % sure."
    )
    tab.clock.fast_forward(450)
    assert tab.get_by_role("status").inner_text() == said.replace("\n", " ")
    for _ in range(3):
        tab.get_by_role("button", name="Back").click()
    assert answer(tab)["state"] == first
    assert tab.complaints == []
    tab.close()


def touch(tab, *places):
    """Put a finger down at the first place, move it over the others and lift it."""
    hand = tab.context.new_cdp_session(tab)
    for kind, at in (
        ("Start", places[:1]),
        *(("Move", [place]) for place in places[1:]),
        ("End", []),
    ):
        points = [{"x": x, "y": y} for x, y in at]
        hand.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})


@pytest.mark.parametrize("finger", [False, True])
def test_a_stroke_paints_pixels_and_is_one_step_back(shown, finger):
    tab = shown("pixels", finger=finger)
    tab.get_by_label("start from").select_option("empty")
    # a click is a stroke, too, and a fast stroke has no holes
    for path, black in (((0, 1, 4), [0, 1, 4]), ((3,), [3]), ((3, 5), [3, 4, 5])):
        places = [middle(tab.locator(PIXEL).nth(k)) for k in path]
        if finger:
            touch(tab, *places)
        else:
            tab.mouse.move(*places[0])
            tab.mouse.down()
            for x, y in places[1:]:
                tab.mouse.move(x, y)
            tab.mouse.move(x, y + 900)  # out of the picture
            tab.mouse.up()
        assert [k for k, [ink] in enumerate(answer(tab)["state"]["X"]) if ink] == black
        compare("pixels", answer(tab))
        tab.get_by_role("button", name="Back").click()
        assert answer(tab)["state"]["X"] == [[0]] * 6
    tab.locator(".bpx-pixels[role=img] rect").nth(5).click()  # a weight turns its pixel
    assert answer(tab)["state"]["at"] == [5, 0]
    assert tab.complaints == []
    tab.close()


def test_a_finger_scrolls_over_a_picture_and_taps_it(shown):
    """Where it drew, nobody could pass; an empty one, which is there to be drawn on, it draws."""
    tab = shown("pixels", finger=True)
    first, action = answer(tab)["state"]["X"], "node => node.style.touchAction"
    assert tab.locator(".bpx-pixels[role=grid]").evaluate(action) == "auto"
    at = [middle(tab.locator(PIXEL).nth(k)) for k in range(5)]
    touch(tab, at[4], at[1])  # a swipe
    touch(tab, at[0])  # a tap, which comes after it
    tab.wait_for_function(
        "ink => document.querySelector('.bpx').picture().state.X[0][0] !== ink", arg=first[0][0]
    )
    inks = answer(tab)["state"]["X"]
    assert [k for k, ink in enumerate(inks) if ink != first[k]] == [0]
    tab.get_by_role("button", name="Clear changes").click()
    assert answer(tab)["state"]["X"] == first
    tab.get_by_label("start from").select_option("empty")
    assert tab.locator(".bpx-pixels[role=grid]").evaluate(action) == "none"
    assert tab.complaints == []
    tab.close()


def test_pixels_live_on_after_tab_and_after_a_click_beside_them(shown):
    """Only a pixel takes the focus, not the drawing around them."""
    tab = shown("pixels")
    heading = tab.locator(".bpx-pixels[role=grid] > text")
    heading.click(force=True)
    tab.evaluate("document.activeElement.blur()")
    for _ in range(9):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.matches('.bpx-pixels *')"):
            break
    assert tab.evaluate("document.activeElement.getAttribute('role')") == "gridcell"
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Space")
    tab.locator(PIXEL).nth(5).click()
    assert answer(tab)["state"]["at"][0] == 5
    tab.get_by_role("button", name="Clear changes").click()
    marks = [mark.get_attribute("transform") for mark in tab.locator(".bpx-mark").all()]
    assert marks == ["translate(0,-360)"] * 2  # no pixel is looked at
    assert tab.complaints == []
    tab.close()


def middle(node):
    """Where a mouse would point at a node."""
    box = node.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_drag_stops_the_play(shown):
    tab = shown("fit")
    tab.clock.install(time=0)
    tab.clock.pause_at(1000)  # else the point would have gone before the mouse is there
    tab.get_by_role("button", name="Play").click()
    tab.clock.run_for(100)
    drag(tab, -40, -30)
    assert tab.get_by_role("button", name="Pause").count() == 0
    assert len(answer(tab)["state"]["path"]) == 1
    tab.clock.run_for(1)  # d3 lets no click through in the moment after a drag
    tab.get_by_role("button", name="Back").click()
    assert len(answer(tab)["state"]["path"]) > 1
    tab.close()


def drag(tab, right, down):
    """Drag the point of a picture."""
    box = tab.evaluate("document.querySelector('.bpx-drag').getBoundingClientRect().toJSON()")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + right, y + down, steps=4)
    tab.mouse.up()


def test_every_kind_is_here():
    kinds = set(explore.__all__) - {"Picture"}
    assert {kind_of(name) for name in PICTURES} == kinds


TYPED = [  # what people write, and the number that it is; None where it is none
    *(("−0.5", -0.5), ("0,5", 0.5), ("1e−1", 0.1), ("１２", 12), ("－０，５", -0.5), ("0。5", 0.5)),
    *((" 0.25 ", 0.25), ("0,125", 0.125), ("+2", 2), ("1e400", 1e6), ("-1e400", -1e6)),
    *((words, None) for words in ("", " ", "-", "1e", "1/2", "3,000.5", "1,000", "abc", "1 2")),
]


@pytest.mark.parametrize(("words", "number"), TYPED)
def test_a_number_is_read_as_people_write_it(shown, words, number):
    tab = shown("unit")
    field = tab.get_by_label("b¹₁, typed")
    for write in (tab.keyboard.type, tab.keyboard.insert_text):  # typed, and pasted
        field.fill("")
        write(words)
        field.press("Enter")
        assert answer(tab)["state"]["b"][1] == [[0.5 if number is None else number]]
        tab.get_by_role("button", name="Start again").click()
        assert field.input_value() == "0.5"
    field.fill("-0.25")
    field.press("Enter")
    assert field.input_value() == "−0.25"  # as everywhere in the picture
    tab.close()


@pytest.mark.parametrize("name", ["bowl", "fit", "region", "unit", "valley"])
def test_a_drag_keeps_what_another_finger_moves_meanwhile(shown, name):
    tab = shown(name)
    x, y = middle(tab.locator(".bpx-drag"))
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 9, y + 9)
    field = tab.get_by_label(re.compile("^(b¹₁|learning rate η|line 1: b¹₁), typed")).first
    field.evaluate("one => { one.value = '0.123'; one.dispatchEvent(new Event('change')); }")
    tab.mouse.move(x + 20, y + 20)
    tab.mouse.up()
    assert field.input_value() == "0.123"
    compare(name, answer(tab))
    tab.close()


@pytest.mark.parametrize("name", ["bowl", "fit", "region", "unit", "valley"])
def test_a_finger_takes_a_point_and_does_not_cover_it(shown, name):
    """It may come down beside it; the point moves by as much as the finger does."""
    tab = shown(name, finger=True)
    tab.set_viewport_size({"width": 360, "height": 1400})
    point = tab.locator(".bpx-drag")
    box = point.bounding_box()
    assert min(box["width"], box["height"]) >= 24
    (x, y), state = middle(point), answer(tab)["state"]
    touch(tab, (x + 11, y), (x + 15, y + 6), (x + 31, y + 12))
    assert middle(point)[0] == pytest.approx(x + 20, abs=0.5)
    assert name == "valley" or middle(point)[1] == pytest.approx(y + 12, abs=0.5)
    assert tab.evaluate("scrollY") == 0
    compare(name, answer(tab))
    tab.get_by_role("button", name="Back").click()
    assert answer(tab)["state"] == state
    tab.close()


def test_a_finger_that_scrolls_over_a_slider_leaves_its_number(shown):
    tab = shown("unit", finger=True)
    tab.set_viewport_size({"width": 360, "height": 500})
    slider, state = tab.get_by_label("W¹₁₂", exact=True), answer(tab)["state"]
    slider.scroll_into_view_if_needed()
    box, place = slider.bounding_box(), tab.evaluate("scrollY")
    x, y = box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2
    touch(tab, (x, y), *((x, y + 5 * k) for k in range(1, 30)))
    tab.wait_for_function("place => scrollY < place - 50", arg=place)
    assert answer(tab)["state"] == state
    assert tab.get_by_role("button", name="Back").is_disabled()
    touch(tab, (x, slider.bounding_box()["y"] + 9))  # a tap on it is none
    assert answer(tab)["state"] != state
    tab.close()


@pytest.mark.parametrize("name", PICTURES)
def test_no_button_runs_away_from_the_finger(shown, name):
    """Whatever a step says, the buttons stay where they are."""
    tab = shown(name)
    tab.set_viewport_size({"width": 360, "height": 900})
    for button in tab.locator(".bpx-buttons button:not(:disabled)").all():
        places = button.evaluate(
            """button => Array.from({ length: 12 }, () => {
                button.click();
                return button.getBoundingClientRect().top;
            })"""
        )
        assert len(set(places)) == 1, (button.inner_text(), places)
        tab.get_by_role("button", name="Start again").click()
    tab.close()
