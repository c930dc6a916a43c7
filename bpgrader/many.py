"""How many there are of a thing, as English says it."""

from string import Formatter
from typing import Any


def many(number: float, one: str, more: str = "") -> str:
    """Say how many there are of a thing.

    Parameters
    ----------
    number : float
    one, more : str
        The thing, and what several are called, if that is not plain.

    Examples
    --------
    >>> many(0, "entry"), many(1, "entry"), many(2, "entry"), many(0.5, "point")
    ('0 entries', '1 entry', '2 entries', '0.5 points')
    >>> many(1500, "point")
    '1500 points'
    >>> many(1, "answer waits", "answers wait")
    '1 answer waits'
    """
    several = more or (f"{one[:-1]}ies" if one.endswith("ry") else f"{one}s")
    return f"{number:.10g} {one if number == 1 else several}"


class Counted(Formatter):
    """Fills in a text in which ``{n:input}`` counts inputs.

    Examples
    --------
    >>> Counted().format("{n:input}, {x}", n=1, x=2.5)
    '1 input, 2.5'
    """

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write one value."""
        return many(value, format_spec) if format_spec else super().format_field(value, "")
