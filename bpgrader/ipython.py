"""The Python that Jupyter makes of a cell, by IPython's own rules. Nothing is executed."""

import ast
import re
import symtable
import time
import warnings

from IPython.core.inputtransformer2 import TransformerManager

SECONDS = 10  # of processor time, for all cells of a notebook
MAX_LINE = 20_000  # characters, where there is syntax of IPython's own: its patterns are slow
RUN_THEIR_CODE = ("time", "capture", "prun")  # magics that run Python in the notebook's names
PYLAB = re.compile(r"^([ \t]*)get_ipython\(\)\.run_line_magic\('pylab', .*\)$", re.M)
OPTIONS = re.compile(r"(-[lsTD] *\S+ +|-[a-zA-Z]+ +|--[\w-]+ +)*")  # of %prun and %time
LINE_MAGIC = re.compile(r"^([ \t]*)get_ipython\(\)\.run_line_magic\('(?:time|prun)', (.+)\)$", re.M)


class NotPythonError(Exception):
    """A cell that Jupyter would not run, or that is not read; the message follows its name."""


class Clock:
    """Processor time for the reading of one notebook; a slow machine costs nobody a mark."""

    def __init__(self, seconds: float = SECONDS):
        self.end = time.thread_time() + seconds

    def check(self) -> None:
        """Stop the reading of a cell when the time is over."""
        if time.thread_time() > self.end:
            raise NotPythonError("takes too long to read")


class _Transformer(TransformerManager):
    """IPython's own rules, which look at the whole cell again for each piece of their syntax."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def do_one_token_transform(self, lines):
        self.clock.check()
        return super().do_one_token_transform(lines)


def python_of(source: str, clock: Clock) -> tuple[str, ast.Module]:
    """Turn a code cell into the Python that Jupyter would run, with its lines where they were.

    Raises
    ------
    NotPythonError
        If Jupyter would not run it.

    Examples
    --------
    >>> python_of("%%time\\n!ls\\nx = (7\\n% 4)", Clock())[0]
    "\\nget_ipython().system('ls')\\nx = (7\\n% 4)\\n"
    """
    clock.check()
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return source, _parse(source)
    except NotPythonError:
        if max(map(len, source.split("\n"))) > MAX_LINE:
            raise
    before = len(source) - len(source.lstrip())
    blank = "\n" * source[:before].count("\n")  # these lines IPython leaves out
    try:
        text = blank + _Transformer(clock).transform_cell(source)
    except NotPythonError:
        raise
    except SyntaxError as error:
        raise NotPythonError(_reason(error)) from None
    except Exception:  # of IPython, about what a stranger wrote
        raise NotPythonError("is not valid Python") from None
    text = PYLAB.sub(r"\1from numpy import *", text)  # its plots are not run
    text = LINE_MAGIC.sub(_timed, text)
    tree = _parse(text)
    body = _cell_magic(tree)
    if body is not None:
        text, tree = python_of(f"{blank}\n{body}", clock)
    return text, tree


def _parse(source):
    """Parse a cell with both of Python's first two passes; the second refuses f(a, a)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            symtable.symtable(source, "<cell>", "exec")
    except SyntaxError as error:
        raise NotPythonError(_reason(error)) from None
    except (ValueError, RecursionError, MemoryError):
        raise NotPythonError("is not valid Python: it holds something too deep or odd") from None
    return tree


def _reason(error):
    return f"is not valid Python (line {error.lineno}: {error.msg})"


def _timed(match):
    """Give the code of a line that begins with %time or %prun; if it is none, the line stays."""
    code = OPTIONS.sub("", ast.literal_eval(match[2]), count=1)
    try:
        _parse(code)
    except NotPythonError:
        return match[0]
    return match[1] + code


def _cell_magic(tree):
    """Give the code of a cell that begins with %%time or the like, else None."""
    match tree.body:
        case [
            ast.Expr(
                ast.Call(
                    ast.Attribute(ast.Call(ast.Name("get_ipython")), "run_cell_magic"),
                    [ast.Constant(name), ast.Constant(), ast.Constant(body)],
                )
            )
        ] if name in RUN_THEIR_CODE:
            return body
    return None
