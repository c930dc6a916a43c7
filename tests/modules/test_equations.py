"""`check`, which executes the equations of the chapters, must be able to fail."""

import io

import numpy as np
import pytest

from bpcore import check


def test_it_prints_the_tolerance_and_nothing_that_differs_between_machines(capsys):
    check("eq-a", 1.0, 1.0 + 1e-13)
    check("eq-b", [[1, 2]], [[1, 2]], tol=1e-6)
    assert (
        capsys.readouterr().out
        == "✓ eq-a: both sides agree to 12 digits\n✓ eq-b: both sides agree to 6 digits\n"
    )


@pytest.mark.parametrize(("encoding", "tick"), [
    ("utf-8", "✓"), ("cp1252", "ok"), ("gbk", "ok"), ("ascii", "ok"),
])  # fmt: skip
def test_it_prints_also_where_there_are_few_letters(monkeypatch, encoding, tick):
    """As ``python my.py > out.txt`` on Windows: the line must not end the program."""
    out = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr("sys.stdout", out)
    check("eq-a", 1.0, 1.0)
    check("eq-b", 1.0, 1.0, tol=1e-6)
    out.seek(0)
    lines = "{0} eq-a: both sides agree to 12 digits\n{0} eq-b: both sides agree to 6 digits\n"
    assert out.read() == lines.format(tick)


@pytest.mark.parametrize(("left", "right"), [
    (1.0, 1.0 + 2e-12), (1.0 + 2e-12, 1.0), (2e-12, 0.0), (0.0, 1e-20), (1e-6, 1.1e-6),
    ([1.0, 2.0], [1.0, 2.1]), (1e3, 1e3 + 2e-9), (1e308, -1e308),
])  # fmt: skip
def test_a_difference_fails(capsys, left, right):
    with (
        np.errstate(all="raise"),
        pytest.raises(AssertionError, match=r"^eq-a: .* differ (at \[\d\] )?\(tol 1e-12\)"),
    ):
        check("eq-a", left, right)
    assert capsys.readouterr().out == ""


def test_the_worst_entry_is_named():
    with pytest.raises(AssertionError) as caught:
        check("eq-a", [[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.5], [3.1, 4.0]])
    assert str(caught.value) == "eq-a: 2.0 and 2.5 differ at [0, 1] (tol 1e-12)"
    with pytest.raises(AssertionError) as caught:
        check("eq-a", 2.0, 3.0)
    assert str(caught.value) == "eq-a: 2.0 and 3.0 differ (tol 1e-12)"


@pytest.mark.parametrize(("left", "right"), [
    (1e-12, 0.0), (1e3, 1e3 + 9e-10), ([1e6, 0.0], [1e6, 9e-7]), (0.25, 0.25 - 2e-13),
    (1e-9, 1e-9 + 9e-22),
])  # fmt: skip
def test_the_tolerance_is_relative_to_the_largest_entry_and_absolute_if_all_are_0(left, right):
    check("eq-a", left, right)


def test_nothing_is_broadcast():
    for left, right in (([1.0], 1.0), ([[1.0, 1.0]], [1.0, 1.0]), ([1.0, 1.0], [1.0])):
        with pytest.raises(AssertionError) as caught:
            check("eq-a", left, right)
        assert str(caught.value) == f"eq-a: shapes differ, {np.shape(left)} and {np.shape(right)}"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, []])
def test_what_is_not_a_finite_number_is_equal_to_nothing(value):
    for left, right in ((value, value), (np.ones_like(value), value), (value, np.ones_like(value))):
        with pytest.raises(AssertionError, match=r"^eq-a: both sides must be finite numbers, got "):
            check("eq-a", left, right)
