"""A wrong gradient must fail a CHAPTER, not only a unit test; so it runs on changed packages.

On the package as it is, the run of all stored outputs shows that the chapter passes.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("chapters bite")  # the copies are run once

ROOT = Path(__file__).parents[2]
CHAPTER = ROOT / "chapters" / "08_delta_recursion.ipynb"

CHANGES = {
    "a dropped transpose": ("backprop.py", "W[i + 1].mT @", "W[i + 1] @"),
    "a missing 1/m": ("backprop.py", "a[i - 1].mT / m", "a[i - 1].mT"),
    "a missing slope": ("backprop.py", " * g[i].derivative(a[i])", ""),
    "a missing bias": ("network.py", "a[i - 1] + b[i]", "a[i - 1]"),
}


def read(copy):
    """Start nbval on the chapter, errors only, with the package that stands in copy."""
    options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "nbval.plugin"]
    options += ["--nbval-lax", "--nbval-current-env"]
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, f"--rootdir={copy}", CHAPTER.name],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Give what pytest printed for every changed copy of the package."""
    running = {}
    for change, (file, old, new) in CHANGES.items():
        copy = tmp_path_factory.mktemp("copy")
        shutil.copytree(ROOT / "bpcore", copy / "bpcore")
        shutil.copy(CHAPTER, copy)
        source = copy / "bpcore" / file
        text = source.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        source.write_text(text.replace(old, new), encoding="utf-8")
        running[change] = read(copy)
    return {change: run.communicate()[0] for change, run in running.items()}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_package_fails_the_chapter(reports, change):
    assert re.search(r"\b1 failed", reports[change]), reports[change]
