"""The lines of other libraries in the appendix on frameworks: run wherever the library is there.

The build has scikit-learn, whose cells are executed with the chapter. PyTorch, JAX and Keras stand
in the text as blocks that end in comments: what they printed. Here each block runs, and prints it.
"""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHAPTER = ROOT / "chapters" / "frameworks.ipynb"
LIBRARIES = ("torch", "jax", "keras")
DIGITS = 2e-9  # the blocks print ten decimals; another library may round the last one otherwise


def cells(kind):
    every = json.loads(CHAPTER.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in every if cell["cell_type"] == kind]


def blocks():
    """Give {library: (its lines, what they print)}."""
    found = {}
    for cell in cells("markdown"):
        for block in re.findall(r"^```python\n(.*?)^```", "".join(cell["source"]), re.M | re.S):
            library = re.match(r"import (\w+)", block)
            if library and library[1] in LIBRARIES:
                code, printed = re.fullmatch(r"(.*?)((?:# [^\n]*\n)+)", block, re.S).groups()
                found[library[1]] = code, re.sub("^# ", "", printed, flags=re.M)
    return found


def numbers(printed):
    """Give [(name, numbers)] of lines such as ``dW[1] +0.1 -0.2``."""
    lines = [line.split() for line in printed.splitlines()]
    return [(name, [float(x) for x in rest]) for name, *rest in lines]


def same(got, want):
    assert [name for name, _ in got] == [name for name, _ in want]
    for (name, row), (_, other) in zip(got, want, strict=True):
        assert row == pytest.approx(other, rel=0, abs=DIGITS), name


def test_each_library_has_its_lines():
    assert set(blocks()) == set(LIBRARIES)


@pytest.mark.parametrize("library", LIBRARIES)
def test_what_a_block_prints_is_what_bpcore_prints(library):
    ours = [
        cell
        for cell in cells("code")
        if cell["outputs"] and '"dW[1]", grads' in "".join(cell["source"])
    ]
    same(numbers(blocks()[library][1]), numbers("".join(ours[0]["outputs"][0]["text"])))


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_block_runs_and_prints_what_is_stored(library):
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed: its lines in chapters/frameworks were not run")
    code, printed = blocks()[library]
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert run.returncode == 0, run.stderr
    same(numbers(run.stdout), numbers(printed))
