"""What a second look at a function tells: chance, arguments not used, and the place of a slip."""

import ast
import dis
import inspect
import textwrap
from collections.abc import Callable, Container
from types import FunctionType

from bpgrader.compare import Compare
from bpgrader.inside import decode
from bpgrader.repair import located, quiet, result
from bpgrader.verdict import Slip


def probed(answer: Callable, cases: dict, right: Container[str] = ()) -> Slip | None:
    """Find what is wrong with an answer by its code, and by running it again.

    Parameters
    ----------
    answer : callable
    cases : dict
        What `Exercise.cases` gave.
    right : container of str
        Functions of the notebook that are right.

    Returns
    -------
    Slip or None
    """
    with quiet():
        if not all(_repeats(answer, args) for args in decode(cases["args"], -1)):
            return Slip("random")
    if unused := _unused(answer, len(cases["names"])):
        return Slip("unused", {"names": ", ".join(unused)})
    return located(answer, cases, right) or _idle(answer)


def _repeats(answer, given):
    """Whether a function gives the same when it is called again."""
    first, again = result(answer, given), result(answer, given)
    return (first is again is ...) or Compare(rtol=0, atol=0).same(first, again, nan=True)


def _unused(answer, count):
    """Name the arguments that the code of a function never reads."""
    if not isinstance(answer, FunctionType):
        return []
    code = answer.__code__
    read = {i.argval for i in dis.get_instructions(code) if i.opname.startswith("LOAD")}
    read |= {name for i in dis.get_instructions(code) for name in _pair(i.argval)}
    return [n for n in code.co_varnames[:count] if n not in read | {*code.co_cellvars}]


def _idle(answer):
    """Find a line that computes what nothing reads."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, TypeError, SyntaxError):
        return None
    inner = [n for n in ast.walk(tree) if n not in tree.body]  # without the name of a lambda
    names = [n for n in inner if isinstance(n, ast.Name)]
    read = {n.id for n in names if not isinstance(n.ctx, ast.Store)}
    read |= {name for n in inner if isinstance(n, ast.Global) for name in n.names}
    for node in inner:
        match node:
            case ast.Assign(targets=targets) if all(isinstance(t, ast.Name) for t in targets):
                pass
            case ast.AugAssign(target=ast.Name() as target) | ast.For(target=ast.Tuple() as target):
                targets = [target]
            case _:
                continue
        given = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        if read.isdisjoint(given):
            line = answer.__code__.co_firstlineno + node.lineno - 1
            return Slip("idle", {"line": line, "names": ", ".join(sorted(given))})
    return None


def _pair(value):
    """Give the two names of an instruction that reads two, as newer Pythons have."""
    return value if isinstance(value, tuple) else ()
