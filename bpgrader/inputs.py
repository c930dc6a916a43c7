"""The hidden inputs of a report, as code that can be typed in."""

import re
from collections.abc import Iterator

import numpy as np

from bpgrader.grade import hidden_cases
from bpgrader.inside import decode


def show_inputs(sheet, seed: int, only: str | None = None) -> Iterator[str]:
    """Yield lines of Python that make each input that a seed draws, and what is wanted.

    Parameters
    ----------
    sheet : Sheet
    seed : int
        That of a report, which stands at the foot of the student's page.
    only : str, optional
        The name of one exercise.
    """
    for name, cases in hidden_cases(sheet, seed).items():
        if only in (None, name):
            for k, (args, want) in enumerate(zip(cases["args"], cases["want"], strict=True), 1):
                yield f"# {name}, input {k} of {len(cases['args'])}"
                for argument, value in zip(cases["names"], args, strict=True):
                    yield f"{argument} = {_code(decode(value))}"
                yield f"{name}({', '.join(cases['names'])})  # wanted: {_code(decode(want))}\n"


def _code(value):
    """Write a value as Python, with all digits."""
    if isinstance(value, np.ndarray):
        shape = f".reshape({value.shape})" if value.size == 0 else ""
        return f"np.array({_code(value.tolist())}){shape}"
    if isinstance(value, list):
        return f"[{', '.join(map(_code, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_code(item)}" for key, item in value.items()) + "}"
    return re.sub("inf|nan", r"np.\g<0>", repr(value))
