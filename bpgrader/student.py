"""The check in the student's notebook: the verdict at once, on inputs that may be seen.

It needs NumPy only and reads ``*.checks.json`` files: those beside the notebook, then those that
come with the package. They hold visible inputs, what is wanted there, and what known mistakes give.
"""

import difflib
import functools
import json
from collections.abc import Callable
from pathlib import Path

from bpgrader.inside import call
from bpgrader.judge import judge


def find(name: str) -> dict:
    """Find the data of an exercise.

    Parameters
    ----------
    name : str
        The name of the exercise.

    Returns
    -------
    dict
        ``args``, ``want``, ``wrong``, ``samples``, ``equation``, ``chapter``.

    Raises
    ------
    ValueError
        If no file has an exercise of that name; the message lists the known ones.
    """
    known: dict[str, dict] = {}
    for folder in (Path.cwd(), Path(__file__).parent / "checks"):
        for file in sorted(folder.glob("*.checks.json")):
            known = _load(file, file.stat().st_mtime_ns) | known
    if name in known:
        return known[name]
    near = difflib.get_close_matches(str(name), known, n=3) or sorted(known)
    raise ValueError(
        f"name must be one of the exercises ({', '.join(near) or 'none found'}), got {name!r}; "
        "for an assignment that is not of the book, keep the file that ends in .checks.json "
        "beside your notebook"
    )


@functools.lru_cache
def _load(file, _changed):
    return json.loads(file.read_text(encoding="utf-8"))


def check(name: str, answer: Callable) -> None:
    """Try an answer on the visible inputs and print the verdict, with the likely mistake.

    Parameters
    ----------
    name : str
        The name of the exercise.
    answer : callable
        Your function.

    Raises
    ------
    ValueError, TypeError
        If there is no such exercise, or answer is not a function.

    Notes
    -----
    The grader uses other inputs, drawn when it runs, so only a right method is right there too.
    """
    cases = find(name)
    if not callable(answer):
        raise TypeError(
            f"answer must be your function, got {type(answer).__name__}; write check({name!r}, "
            f"{name}) without calling the function"
        )
    file = getattr(getattr(answer, "__code__", None), "co_filename", "")  # for the line of an error
    outcomes = [call(answer, args, file) for args in cases["args"]]
    verdict = judge(outcomes, cases, equation=cases["equation"], chapter=cases["chapter"])
    print(f"{'✓' if verdict.passed else '✗'} {name}: {verdict.message}")
