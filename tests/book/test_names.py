"""All cells of a page share their names: one that nobody sees changes nothing for the others."""

import json
from pathlib import Path
from symtable import symtable

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "chapters").glob("*.ipynb"))


def reads(table, top=True):
    """Give the names that some code takes from the page, its functions included."""
    found = {
        s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())
    }
    return found.union(*(reads(inner, top=False) for inner in table.get_children()))


def strays(cells):
    """Find the cells that read a name which a cell that nobody sees had bound anew."""
    bound, stray = set(), {}
    for k, (source, seen) in enumerate(cells):
        table = symtable(source, f"cell {k}", "exec")
        binds = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
        if seen:
            for name in (reads(table) - binds) & stray.keys():
                yield f"cell {k} reads {name}, which the unseen cell {stray[name]} has bound anew"
            bound |= binds
            stray = {name: cell for name, cell in stray.items() if name not in binds}
        else:
            stray |= dict.fromkeys(binds & bound, k)


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda chapter: chapter.stem)
def test_a_cell_that_nobody_sees_changes_nothing_for_those_that_are_seen(chapter):
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    code = [
        ("".join(cell["source"]), "remove-cell" not in cell["metadata"].get("tags", []))
        for cell in cells
        if cell["cell_type"] == "code"
    ]
    assert [*strays(code)] == []


def test_such_a_change_is_found():
    first, last = ("net = 1\nrow = 2", True), ("print(net)", True)
    assert len([*strays([first, ("for net in (2, 3): pass", False), last])]) == 1
    assert len([*strays([first, ("net = 2", False), ("f = lambda: net", True)])]) == 1
    for harmless in ("print(net)", "other = net", "def f():\n    net = 2", "[net for net in (1,)]"):
        assert not [*strays([first, (harmless, False), last])]
    assert not [*strays([first, ("net = 2", False), ("net = 3", True), last])]
