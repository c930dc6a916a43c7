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

ROOT = Path(__file__).parents[2]
CHAPTER = ROOT / "chapters" / "frameworks.ipynb"
LIBRARIES = ("torch", "jax", "keras")
LINE = re.compile(r"^([\w\[\]]+)((?: [+-]?\d+\.\d+)+)$", re.M)


def cells(kind):
    every = json.loads(CHAPTER.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in every if cell["cell_type"] == kind]


def blocks():
    """Give (library, its lines, what they print) of every block."""
    found = []
    for cell in cells("markdown"):
        for block in re.findall(r"^```python\n(.*?)^```", "".join(cell["source"]), re.M | re.S):
            library = re.match(r"import (\w+)", block)
            if library and library[1] in LIBRARIES:
                code, printed = re.fullmatch(r"(.*?)((?:# [^\n]*\n)+)", block, re.S).groups()
                found.append((library[1], code, re.sub("^# ", "", printed, flags=re.M)))
    return found


def numbers(printed):
    """Give {name: numbers as printed} of lines such as ``dW[1] +0.1 -0.2``."""
    return {name: row.split() for name, row in LINE.findall(printed)}


def same(printed, other):
    """Say whether all that is printed stands in the other, up to one unit of its last decimal."""
    rows = numbers(other)
    return all(
        len(row) == len(rows.get(name, ()))
        and all(
            abs(float(x) - float(y)) < 1.1 * 10.0 ** -len(x.partition(".")[2])
            for x, y in zip(row, rows[name], strict=True)
        )
        for name, row in numbers(printed).items()
    )


def test_each_library_has_its_lines():
    assert {library for library, _, _ in blocks()} == set(LIBRARIES)
    for _, _, printed in blocks():
        assert len(numbers(printed)) == len(printed.splitlines())


@pytest.mark.parametrize(
    "slip", ["cost 0.658641", "cost -0.658638", "cost 0.658638 +0.1", "dW[1] 0.658638"]
)
def test_another_number_is_seen(slip):
    assert same("cost 0.658638", "W[1] +0.1\ncost 0.6586379429")
    assert not same(slip, "cost 0.6586379429")


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block[0])
def test_what_a_block_prints_is_what_bpcore_prints(block):
    outputs = [output for cell in cells("code") for output in cell["outputs"]]
    assert any(same(block[2], "".join(output.get("text", ""))) for output in outputs)


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block[0])
def test_the_block_runs_and_prints_what_is_stored(block):
    library, code, printed = block
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed: its lines in chapters/frameworks were not run")
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert run.returncode == 0, run.stderr
    assert same(printed, run.stdout)
