"""The other side of the wall: runs a student's cells and sends numbers out, as lines of JSON.

`main` is the program inside the box; it needs NumPy only, gets its job as JSON on standard input
and judges nothing. In both directions values cross the wall as `encode` and `decode` have them.
"""

import __future__

import ast
import codeop
import contextvars
import functools
import importlib
import inspect
import json
import linecache
import os
import symtable
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, MappingView, MutableSequence
from types import ModuleType
from typing import Any

import numpy as np

from bpgrader.shell import Absent, Nothing, Shell

MAX_NUMBERS, MAX_DEPTH = 10_000, 6
CONTEXT = contextvars.copy_context()  # of all cells: what one sets, as with np.seterr, stays
PLAIN = {np.ndarray: "np.asarray", dict: "dict", tuple: "tuple"}
PLAIN |= dict.fromkeys((MutableSequence, Iterator, MappingView, range), "list")


def encode(value: Any, depth: int = 0) -> Any:
    """Turn numbers, plain arrays, None, and lists, tuples or dicts of these into JSON values.

    An array becomes ``{"shape": [...], "data": [...]}``, a dict ``{"dict": {...}}``; True stays.

    Raises
    ------
    TypeError
        If value is anything else: masked, sparse, complex, text, an object, or too much.

    Examples
    --------
    >>> encode((None, np.array([[1.0, 2.0]]), np.array([3])))
    [None, {'shape': [1, 2], 'data': [1.0, 2.0]}, {'shape': [1], 'data': [3]}]
    """
    if depth > MAX_DEPTH:
        raise TypeError("lists nested too deep")
    if type(value) is int and not -(2**63) <= value < 2**64:
        raise TypeError("a whole number of more than 64 bits")
    if value is None or type(value) in (int, float):
        return value
    if type(value) is np.ndarray or isinstance(value, (bool, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            odd = array.dtype == object
            wanted = ", which .tolist() makes plain" if odd else " where real numbers are wanted"
            raise TypeError(f"values of dtype {array.dtype}{wanted}")
        if array.size > MAX_NUMBERS:
            raise TypeError(f"more than {MAX_NUMBERS:,} numbers")
        if array.ndim == 0:
            return array.item() if array.dtype.kind in "iu" else float(array)
        data = array if np.can_cast(array.dtype, np.int64) else array.astype(float)
        return {"shape": list(array.shape), "data": data.ravel().tolist()}
    if type(value) is list or type(value) is tuple:
        if len(value) > MAX_NUMBERS:
            raise TypeError(f"more than {MAX_NUMBERS:,} entries")
        return [encode(item, depth + 1) for item in value]
    if type(value) is dict:
        if not all(type(key) is str for key in value):
            raise TypeError("a dict whose keys are not all text")
        return {"dict": {key: encode(item, depth + 1) for key, item in value.items()}}
    how = next((how for kind, how in PLAIN.items() if issubclass(type(value), kind)), "")
    wanted = f", which {how}(...) makes plain" if how else " where numbers or arrays are wanted"
    raise TypeError(f"a value of type {type(value).__name__}{wanted}")


def decode(tree: Any, depth: int = 0) -> Any:
    """Turn what `encode` made, or what somebody says it made, back into values.

    Raises
    ------
    ValueError
        If tree does not have the form that `encode` gives.

    Examples
    --------
    >>> decode([None, {"shape": [1, 2], "data": [1.0, 2.0]}])
    [None, array([[1., 2.]])]
    """
    if tree is None or type(tree) in (int, float):
        return tree
    if type(tree) is list and depth <= MAX_DEPTH and len(tree) <= MAX_NUMBERS:
        return [decode(item, depth + 1) for item in tree]
    if type(tree) is dict and depth <= MAX_DEPTH:
        if set(tree) == {"dict"} and type(tree["dict"]) is dict:
            return {key: decode(item, depth + 1) for key, item in tree["dict"].items()}
        if set(tree) == {"shape", "data"}:
            shape, data = tree["shape"], tree["data"]
            if type(shape) is type(data) is list and len(shape) <= 8 and len(data) <= MAX_NUMBERS:
                sizes = all(type(n) is int and 0 <= n <= MAX_NUMBERS for n in shape)
                kinds = set(map(type, data))
                if sizes and (kinds <= {int, float} or kinds == {bool}):
                    dtype = bool if kinds == {bool} else np.int64 if kinds == {int} else float
                    return np.array(data, dtype=dtype).reshape(shape)
    raise ValueError("not a number, an array, or a list of these")


def call(function: Callable, args: list, file: str = "<cell>") -> dict:
    """Call an answer on one input and describe what came of it.

    Parameters
    ----------
    function : callable
    args : list of JSON values
        Decoded afresh, so an answer that changes its input harms nobody else.
    file : str
        The name under which the student's code was compiled.

    Returns
    -------
    dict
        ``{"value": …}``, ``{"refused": why}``, or ``{"error": type, "text": …, "line": …}``. If
        the answer changed its input, the value has ``after`` beside it: what became of `args`.

    Examples
    --------
    >>> call(lambda x: 2 * x, [1.5])
    {'value': 3.0}
    >>> call(lambda x: x.append(2), [[1]])
    {'value': None, 'after': [[1, 2]]}
    """
    values = [decode(arg) for arg in args]
    try:
        value = function(*values)
    except BaseException as error:  # a student's sys.exit must not end the others' exercises
        return describe(error, file)
    try:
        outcome, after = {"value": encode(value)}, encode(values, -1)
    except Exception as error:
        return {"refused": str(error)[:300]}
    return outcome if after == args else {**outcome, "after": after}


def describe(error: BaseException, file: str = "<cell>") -> dict:
    """Describe an exception; its ``line`` is that of the cell, compiled as `file`, or None."""
    line, frame = getattr(error, "lineno", None), error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == file:
            line = frame.tb_lineno
        frame = frame.tb_next
    try:
        text = str(error)[:300]
    except BaseException:
        text = ""
    return {"error": type(error).__name__[:60], "text": text, "line": line}


def _run_cell(source, file, names, compiler):
    """Run a cell, statement by statement; give its first error.

    Where a module or a file is not here, what fails is passed over: in the notebook it went well.
    """
    errors = []
    try:
        tree = ast.parse(source, file)
    except BaseException as error:
        return [describe(error, file)]
    importlib.invalidate_caches()  # a cell before may have written a module
    lines = f"{source.rstrip()}\n".splitlines(keepends=True)
    linecache.cache[file] = len(source), None, lines, file  # for inspect.getsource
    for node in tree.body:
        try:
            _run_statement(node, file, names, compiler, node is tree.body[-1])
        except BaseException as error:
            errors.append(describe(error, file))
            absent = isinstance(error, (ImportError, OSError, EOFError))
            for name in _bound(node) if absent else ():
                names.setdefault(name, Absent(error))
            if not absent and not any(isinstance(v, (Absent, Nothing)) for v in names.values()):
                break
    return errors[:1]


def _run_statement(node, file, names, compiler, last):
    """Run a statement; its annotations are values, but texts where one names what is not here.

    The value of the last line of a cell is shown.
    """
    found = (getattr(n, field, None) for n in ast.walk(node) for field in ("annotation", "returns"))
    try:
        for annotation in filter(None, found):
            eval(compile(ast.Expression(annotation), file, "eval"), names)
    except Exception:
        compiler = _compiler(compiler.flags | __future__.annotations.compiler_flag)
    shown = last and isinstance(node, ast.Expr)
    tree, mode = (ast.Interactive([node]), "single") if shown else (ast.Module([node], []), "exec")
    code = compiler(tree, file, mode)
    if code.co_flags & inspect.CO_COROUTINE or "asyncio" in sys.modules:
        _loop().run_until_complete(_loop().create_task(_loop().step(code, names), context=CONTEXT))
    else:
        CONTEXT.run(eval, code, names)


def _compiler(flags):
    """Make a compiler that remembers what is imported from __future__, as Jupyter does."""
    compiler = codeop.Compile()
    compiler.flags |= flags
    return compiler


def _bound(node):
    """Give the names that a statement would have defined."""
    symbols = symtable.symtable(ast.unparse(node), "", "exec").get_symbols()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}


@functools.cache
def _loop():
    """Make the event loop of the cells, without the sockets that are forbidden in the box."""
    import asyncio

    ends = os.pipe()

    class Loop(asyncio.SelectorEventLoop):
        def _make_self_pipe(self):
            self._add_reader(ends[0], os.read, ends[0], 4096)  # pyright: ignore

        def _write_to_self(self):
            os.write(ends[1], b"\0")

        async def step(self, code, names):
            if rest := eval(code, names):
                await rest

    return Loop()


def main() -> None:
    """Read the job, set the limits, run the cells and the calls, report after each."""
    import resource

    job = json.load(sys.stdin)
    for name, limit in job["limits"].items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    library = tempfile.mkdtemp()
    for path, source in job["library"].items():
        os.makedirs(os.path.dirname(os.path.join(library, path)), exist_ok=True)
        with open(os.path.join(library, path), "w", encoding="utf-8") as file:
            file.write(source)
    sys.path[:0] = [library, ""]  # the second is where the notebook is

    def send(**event):
        out.write(json.dumps({"key": job["key"], **event}) + "\n")

    send(ready=True)
    sys.modules["__main__"] = ModuleType("__main__")  # where pickle looks for a class
    names = vars(sys.modules["__main__"])
    Shell(names).install()
    compiler = _compiler(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    for k, step in job["steps"]:
        send(start=k)
        if "call" not in step:
            outcomes = _run_cell(step["cell"], f"<cell {k}>", names, compiler)
        elif callable(names.get(step["call"])):
            called = functools.partial(call, names[step["call"]], file=f"<cell {step.get('of')}>")
            with warnings.catch_warnings():  # what an answer sets holds for its calls alone
                outcomes = CONTEXT.copy().run(list, map(called, step["cases"]))
        else:
            outcomes = [{"missing": True}]
        send(done=k, outcomes=outcomes)
    send(finished=True)
    os._exit(0)  # threads, exit handlers and finalisers of a student have no say


if __name__ == "__main__":
    main()
