"""A cell of a chapter that fails as a test is told as the build tells it: page, cell, sentence."""

import re

import pytest
from page_source import COLOUR, tell


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Put one sentence in place of nbval's report."""
    report = yield
    error = call.excinfo and call.excinfo.value
    if report.failed and type(error).__name__ == "NbCellError":
        cell = item.cell
        number = item.parent.nb.cells.index(cell) + 1
        report.longrepr = tell(item.path, number, cell, what(error, item.path.name))
    return report


def what(error, name):
    """Say what happened in a cell: an exception, or another output than the stored one."""
    lines = COLOUR.sub("", error.inner_traceback or "").strip().splitlines()
    if "outputs differ" not in str(error):
        return lines[-1] if lines else str(error)
    shown = " ".join(line.strip() for line in lines if "failed:" not in line)
    return (
        f"the stored output is not what the cell gives: {re.sub(' +', ' ', shown)[:300]}; "
        f"if the new one is right, store it: make chapters C=chapters/{name}"
    )
