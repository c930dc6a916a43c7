"""Mistakes of every task that looks at many samples: some of them are left out."""

from collections.abc import Callable, Iterator

import numpy as np

from bpgrader.compare import pairs
from bpgrader.inside import decode, encode

CUTS = {
    "Only the first sample is used.": slice(0, 1),
    "Only the last sample is used: add up with +=, or collect one after the other.": slice(
        -1, None
    ),
    "The last sample is left out: range(m) runs from 0 to m - 1.": slice(0, -1),
    "The first sample is left out: samples count from 0.": slice(1, None),
}


def cut_short(answers: Callable, args: list, want: list) -> Iterator[list]:
    """Give what comes of leaving samples out, where that is wrong and has the form of
    what is wanted.

    Parameters
    ----------
    answers : callable
        What the reference gives for inputs, as `Exercise.answers` does it.
    args, want : list
        The inputs, and what is wanted, as JSON values.

    Yields
    ------
    [text, outcomes]
    """
    forms = [_form(tree) for tree in want]
    for text, part in CUTS.items():
        shorter = [_cut(given, part) for given in args]
        if None not in shorter:
            outcomes = answers(shorter)
            values = [outcome["value"] for outcome in outcomes if "value" in outcome]
            if values != want and [_form(value) for value in values] == forms:
                yield [text, outcomes]


def _cut(given, part):
    """Leave samples out: the columns of the last matrix, and of all that have as many."""
    shapes = [arg["shape"] for arg in given if isinstance(arg, dict) and "shape" in arg]
    m = next((shape[1] for shape in reversed(shapes) if len(shape) == 2), 1)
    if m == 1:
        return None
    return [
        encode(decode(arg)[:, part])
        if isinstance(arg, dict) and arg.get("shape", ())[1:] == [m]
        else arg
        for arg in given
    ]


def _form(tree):
    """Give the shape of each place of a value."""
    value = decode(tree)
    return [(path, np.shape(leaf)) for path, leaf, _ in pairs(value, value)]
