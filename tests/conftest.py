"""What all tests share: a Hypothesis profile, a rule for missing tools, the pages of the book."""

import functools
import http.server
import os
import shutil
import threading
from collections import Counter
from pathlib import Path

import hypothesis
import mpmath
import numpy as np
import pytest
import yaml

import bpcore

ROOT = Path(__file__).parents[1]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"])]
# In Chinese a page of each kind: the others differ in words alone (test_translation.py).
SHOWN = [*PAGES, "zh/intro", "zh/chapters/08_delta_recursion", "zh/chapters/glossary"]

# The same examples on every machine and every run, and no clock in the verdict.
hypothesis.settings.register_profile("book", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("book")


def pytest_generate_tests(metafunc):
    """Run a test that asks for `page`, or `built_page`, once for every page of the book."""
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", PAGES)
    if "built_page" in metafunc.fixturenames:
        metafunc.parametrize("built_page", SHOWN)


def pytest_terminal_summary(terminalreporter):
    """Print why tests were skipped, and the worst figure of every promise that tests measured."""
    why = Counter(report.longrepr[2] for report in terminalreporter.getreports("skipped"))
    for reason, tests in why.items():
        terminalreporter.line(f"{tests} tests skipped: {reason.removeprefix('Skipped: ')}")
    worst = {}
    for report in terminalreporter.getreports("passed"):
        for promise, figure in report.user_properties:
            worst[promise] = max(figure, worst.get(promise, figure))
    if worst:
        terminalreporter.section("measured, the worst of each")
    for promise, figure in sorted(worst.items()):
        terminalreporter.line(f"{figure:8.2g}  {promise}")


@pytest.fixture(scope="session")
def pages():
    """The pages of the table of contents, in order, without a suffix."""
    return PAGES


@pytest.fixture(scope="session")
def site():
    """The folder of the built site."""
    folder = ROOT / "_build" / "html"
    assert (folder / "index.html").is_file(), "the book is not built: make book"
    return folder


@pytest.fixture(scope="session")
def tool():
    """Find a program by its names; skip without it, but in CI, where it must be there, fail."""

    def find(*names):
        path = next(filter(None, map(shutil.which, names)), None)
        if path is None:
            verdict = pytest.fail if os.environ.get("CI") else pytest.skip
            verdict(f"{names[0]} is not installed")
        return path

    return find


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the site below a path, as a project page of a code host does."""

    def translate_path(self, path):
        return super().translate_path(path.removeprefix("/book"))

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address(site):
    """Where the site is served."""
    handler = functools.partial(Handler, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/book/"
        server.shutdown()


def patient(make):
    """Let what a browser opens wait three minutes: a busy machine takes its time."""

    def opened(**options):
        new = make(**options)
        new.set_default_timeout(180_000)
        return new

    return opened


@pytest.fixture(scope="module")
def browser(tool):
    """Chromium, cut off from every host but this one.

    Pages whose policy allows no code made from text can be waited for with a function, "() => …":
    an expression, which Playwright would evaluate again and again, fails at the second look.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=tool("chromium", "chromium-browser", "google-chrome"),
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                # one test a processor: threads beside it only take time from the other tests
                "--js-flags=--single-threaded,--no-turbofan",
                "--num-raster-threads=1",
            ],
        )
        browser.new_page = patient(browser.new_page)
        browser.new_context = patient(browser.new_context)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def draw():
    """Draw a network with weights and biases, m samples and their labels, soft for a soft loss."""

    def draw(n, m, seed=0, hidden=bpcore.sigmoid, loss=bpcore.cross_entropy):
        rng = np.random.default_rng(seed)
        net = bpcore.init_network(n, rng=rng, hidden=hidden)
        net = bpcore.Network(net.W, [None, *(rng.normal(size=b.shape) for b in net.b[1:])], net.g)
        X, labels = rng.normal(size=(n[0], m)), (n[-1], m)
        return net, X, rng.uniform(size=labels) if loss.soft else rng.integers(0, 2, labels)

    return draw


@pytest.fixture(scope="session")
def ulps():
    """Give the largest distance of floats from exact numbers, in units in the last place."""

    def ulps(got, truth):
        return max(
            float(abs(mpmath.mpf(float(x)) - t) / mpmath.mpf(np.spacing(abs(float(t)))))
            for x, t in zip(got, truth, strict=True)
        )

    return ulps
