"""The stored chapters: every labelled equation is executed, and nothing of one machine is stored.

That the stored outputs are what the code prints is compared by nbval, cell by cell.
"""

import collections
import json
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "chapters").glob("*.ipynb"))
LABEL = re.compile(r"\$\$\s*\(([^)\s]+)\)|^:label:\s*(eq\S*)", re.MULTILINE)
CHECK = re.compile(r"""\bcheck\(\s*["'](eq-[^"']+)["']""")
# Equations that only name a thing, so that nothing can be computed in two ways, each with a reason.
NAMING = {}


@pytest.fixture(scope="module")
def notebooks():
    """Every chapter by its name."""
    return {path.name: nbformat.read(path, as_version=4) for path in NOTEBOOKS}


def cells(notebooks, kind):
    return [
        (name, cell)
        for name, notebook in notebooks.items()
        for cell in notebook.cells
        if cell.cell_type == kind
    ]


def labels(notebooks):
    """Every equation label of the book with the page that it stands on."""
    pages = [(name, cell.source) for name, cell in cells(notebooks, "markdown")]
    for path in [ROOT / "intro.md", *sorted((ROOT / "chapters").glob("*.md"))]:
        pages.append((path.name, path.read_text(encoding="utf-8")))
    return [("".join(found), name) for name, text in pages for found in LABEL.findall(text)]


def test_there_are_chapters(notebooks):
    assert len(notebooks) >= 14


def test_each_label_stands_once_and_says_that_it_is_an_equation(notebooks):
    found = labels(notebooks)
    count = collections.Counter(label for label, _ in found)
    assert not [entry for entry in found if count[entry[0]] > 1]
    assert not [entry for entry in found if not re.fullmatch(r"eq-[a-z0-9-]+", entry[0])]


def test_a_value_stands_before_its_tick(notebooks):
    printed = [
        (name, output.text)
        for name, cell in cells(notebooks, "code")
        for output in cell.outputs
        if output.output_type == "stream"
    ]
    assert [(name, text) for name, text in printed if text.startswith("✓")] == []


def test_every_labelled_equation_is_executed(notebooks):
    written = {label for label, _ in labels(notebooks)}
    executed = set()
    for name, cell in cells(notebooks, "code"):
        printed = "".join(output.get("text", "") for output in cell.outputs)
        for label in CHECK.findall(cell.source):
            assert f"✓ {label}: " in printed, f"{name}: check of {label} was not run"
            executed.add(label)
    assert set(NAMING) <= written - executed
    assert written - executed == set(NAMING)
    assert executed <= written


def test_every_code_cell_was_run_in_order(notebooks):
    for name, notebook in notebooks.items():
        counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
        assert counts == list(range(1, len(counts) + 1)), name


def test_no_error_and_no_warning_is_stored(notebooks):
    for name, cell in cells(notebooks, "code"):
        expected = "raises-exception" in cell.metadata.get("tags", [])
        for output in cell.outputs:
            assert output.output_type != "error" or expected, f"{name}: {cell.source[:60]}"
            assert output.get("name") != "stderr", f"{name}: {cell.source[:60]}"


def test_every_picture_has_alternative_text(notebooks):
    for name, cell in cells(notebooks, "code"):
        if any(
            key.startswith("image/") for output in cell.outputs for key in output.get("data", {})
        ):
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(alt) > 20, f"{name}: {cell.source[:60]}"
    for name, cell in cells(notebooks, "markdown"):
        assert not re.search(r"!\[\s*\]\(", cell.source), name
        assert "<img" not in cell.source, name


def test_nothing_of_one_machine_is_stored(notebooks):
    for name, notebook in notebooks.items():
        text = json.dumps(notebook)
        assert not re.search(r"(/home/|/root/|/Users/|/tmp/|[A-Z]:\\\\\\\\)\w", text), name
        assert str(ROOT) not in text, name
        assert "widgets" not in notebook.metadata, name
        assert notebook.metadata.kernelspec.name == "python3", name


def test_what_a_cell_prints_is_stored_in_one_piece(notebooks):
    for name, cell in cells(notebooks, "code"):
        streams = [output.get("name") for output in cell.outputs]
        assert ("stdout", "stdout") not in pairwise(streams), f"{name}: {cell.source[:60]}"


def test_notebooks_stay_small():
    for path in NOTEBOOKS:
        assert path.stat().st_size < 500_000, path.name


def test_chapters_import_the_package(notebooks):
    for name, notebook in notebooks.items():
        assert any("bpcore" in c.source for c in notebook.cells if c.cell_type == "code"), name
