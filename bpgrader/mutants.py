"""Small changes of a reference solution: inputs that tell right from wrong refuse them all."""

import warnings
from typing import Any

import numpy as np

from bpgrader.changes import mutants, told
from bpgrader.inside import decode
from bpgrader.repair import is_right
from bpgrader.spec import HIDDEN_CASES, Exercise


def survivors(exercise: Exercise, source: str, names: dict[str, Any], draws: int) -> tuple:
    """Try every small change of a reference solution on the visible inputs and on hidden ones.

    Parameters
    ----------
    exercise : Exercise
    source : str
        The cell that defines the answer.
    names : dict
        What the other cells of the solution define.
    draws : int
        So many draws of hidden inputs must each refuse a change.

    Returns
    -------
    int
        How many changes were tried.
    dict
        Each change that was not refused everywhere -> how many draws did not refuse it; the
        visible inputs count as one.

    Raises
    ------
    ValueError
        If even the reference solution is refused.
    """
    seen = exercise.visible()
    sets = [(seen["args"], seen["want"])]
    sets += [exercise.draw(np.random.default_rng([k]), HIDDEN_CASES) for k in range(draws)]
    values = [decode(list(cases), -2) for cases in sets]
    count, left = 0, {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if _passed(source, names, values, exercise) < len(values):
            raise ValueError(f"{exercise.name}: its inputs refuse the solution itself")
        for code in mutants(source):
            count += 1
            if passed := _passed(code, names, values, exercise):
                change = told(source, code)
                left[change] = max(passed, left.get(change, 0))
    return count, left


def _passed(code, names, sets, exercise):
    """Count the sets of inputs on which some code is right."""
    space = dict(names)
    try:
        exec(compile(code, "<mutant>", "exec"), space)
    except Exception:
        return 0  # it does not even compile
    function = space[exercise.name]
    return sum(_is_right(function, *cases, exercise.compare) for cases in sets)


def _is_right(function, args, want, compare):
    return all(
        is_right(function, given, wanted, compare) for given, wanted in zip(args, want, strict=True)
    )
