"""The check in the student's notebook: the verdict at once, on inputs that may be seen.

It needs NumPy only and reads ``*.checks.json`` files: those beside the notebook, then those that
come with the package. They hold visible inputs, what is wanted there, and what known mistakes give.
"""

import difflib
import dis
import functools
import inspect
import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np

from bpgrader.clock import clock
from bpgrader.inside import call, decode
from bpgrader.judge import judge
from bpgrader.probe import probed
from bpgrader.repair import codes, own, reads
from bpgrader.verdict import Slip, Status, Verdict

SECONDS = 5  # for one input
DATA = (int, float, np.ndarray, np.generic, list, dict)
MODULES = {"numpy", "bpgrader", *sys.stdlib_module_names}


def find(name: str) -> dict:
    """Find the data of an exercise.

    Parameters
    ----------
    name : str
        The name of the exercise.

    Returns
    -------
    dict
        What `Exercise.cases` gave when the assignment was released, ``equation``, ``chapter``, and
        ``offers`` of the sheet.

    Raises
    ------
    TypeError
        If name is no text.
    ValueError
        If no file has an exercise of that name; the message lists the known ones.
    """
    known = _known()
    if not isinstance(name, str):
        raise TypeError(
            f"name must be the name of an exercise in quotes, such as 'weighted_input', got "
            f"{type(name).__name__}"
        )
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3) or sorted(known)
    raise ValueError(
        f"name must be one of the exercises ({', '.join(near) or 'none found'}), got {name!r}; "
        "for an assignment that is not of the book, keep the file that ends in .checks.json "
        "beside your notebook"
    )


def _known():
    known: dict[str, dict] = {}
    for folder in (Path.cwd(), Path(__file__).parent / "checks"):
        for file in sorted(folder.glob("*.checks.json")):
            known = _load(file, file.stat().st_mtime_ns) | known
    return known


@functools.lru_cache
def _load(file, _changed):
    try:
        exercises = json.loads(file.read_text(encoding="utf-8-sig"))
        if all({"args", "want", "equation"} <= cases.keys() for cases in exercises.values()):
            return exercises
    except (ValueError, AttributeError):
        pass
    raise ValueError(
        f"{file.name} is not what `bpgrader release` has written: a web page that was saved in its "
        "place, or half of it? Get it again, or take it out of this folder"
    )


def inputs_of(name: str) -> list[tuple]:
    """Return the inputs of a check, to try an answer on them line by line.

    Parameters
    ----------
    name : str
        The name of the exercise.

    Returns
    -------
    list of tuple
        One tuple of arguments per input.

    Examples
    --------
    >>> inputs_of("weighted_input")[0][0].ndim
    2
    """
    return [tuple(map(decode, args)) for args in find(name)["args"]]


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
    find(name)
    if not callable(answer):
        raise TypeError(
            f"answer must be your function, got {type(answer).__name__}; write check({name!r}, "
            f"{name}) without calling the function"
        )
    frame = inspect.currentframe()
    caller = frame.f_back if frame else None
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        verdict = _verdict(name, answer)
        used = [] if verdict.passed else _spoilt(name, answer)
        if verdict.vague and not used and (slip := probed(answer, find(name), _known())):
            verdict = replace(verdict, slip=slip, detail=verdict.detail or verdict.slip)
    outside = [] if verdict.passed or verdict.slip.code == "known" else _outside(answer)
    if verdict.passed and caller and _bound(caller, name) is not answer:
        yours = getattr(answer, "__name__", type(answer).__name__)
        verdict = Verdict(Status.WRONG, Slip("name", {"name": name, "yours": yours}))
    here = caller.f_globals if caller else {}
    if verdict.passed and (names := _foreign(answer, find(name).get("offers", ()), here)):
        verdict = Verdict(Status.WRONG, Slip("foreign", {"names": ", ".join(names)}))
    print(f"{'✓' if verdict.passed else '✗'} {name}: {verdict.message}")
    if used:
        print(f"  It uses {', '.join(used)}, which is not right yet: begin there.")
    if outside:
        print(f"  It takes {', '.join(outside)} from outside, not from its arguments.")
    if said := {str(w.message) for w in warned if issubclass(w.category, RuntimeWarning)}:
        right = " The numbers are right all the same." if verdict.passed else ""
        print(f"  NumPy warned: {'; '.join(sorted(said))}.{right}")


def _bound(frame, name):
    """Give what a name means where the check is called."""
    return frame.f_locals.get(name, frame.f_globals.get(name))


def _verdict(name, answer):
    cases = find(name)
    file = getattr(getattr(answer, "__code__", None), "co_filename", "")  # for the line of an error
    outcomes = []
    for args in cases["args"]:
        if outcomes and outcomes[-1].get("error") == "OverTime":
            outcomes.append(outcomes[-1])
            continue
        with clock(SECONDS, fine=True):
            outcomes.append(call(answer, args, file))
        if outcomes[-1].get("error") == "KeyboardInterrupt":
            raise KeyboardInterrupt
    return judge(outcomes, cases, equation=cases["equation"], chapter=cases["chapter"])


def _foreign(answer, offers, here):
    """Name what an answer and its helpers need and the grader lacks; here is the notebook."""
    needed = set()
    for function in own(answer):
        held = function.__globals__
        for code in codes(function.__code__):
            calls = dis.get_instructions(code)
            needed |= {i.argval for i in calls if i.opname == "IMPORT_NAME"}
            names = (reads(code) & held.keys()).difference(offers)
            needed |= {_home(held[name], here) for name in names}
        needed.discard(function.__module__)
    homes = {_home(answer, here), type(answer).__module__} - {here.get("__name__")}
    needed |= {name for name in homes if name in sys.modules or name.endswith(".py")}
    if offers:
        needed.discard("bpcore")
    return sorted(name for name in needed if name.partition(".")[0] not in MODULES)


def _home(value, here):
    """Name the module that a value comes from, or the file that %run has run."""
    if isinstance(value, ModuleType):
        return value.__name__
    main = getattr(value, "__module__", None) == "__main__"
    if main and getattr(value, "__globals__", here) is not here:
        return Path(value.__code__.co_filename).name
    if isinstance(value, np.ufunc):  # which does not tell
        others = {n: vars(m) for n, m in sys.modules.items() if isinstance(m, ModuleType)}
        others.pop("__main__", None)
        return next((n for n, v in others.items() if v.get(value.__name__) is value), "numpy")
    return getattr(value, "__module__", None) or type(value).__module__


def _outside(answer):
    """Name the numbers, arrays and lists of the notebook that an answer reads."""
    held = {
        n: f.__globals__.get(n)
        for f in own(answer)
        for code in codes(f.__code__)
        for n in reads(code)
    }
    return sorted(n for n, v in held.items() if isinstance(v, DATA))


def _spoilt(name, answer):
    """Name the answers to other exercises that an answer uses and that are wrong themselves."""
    code, known = getattr(answer, "__code__", None), _known()
    used = sorted((reads(code) if code else set()) & known.keys() - {name})
    held = {n: answer.__globals__.get(n) for n in used}
    return [n for n, f in held.items() if callable(f) and not _verdict(n, f).passed]
