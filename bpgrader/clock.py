"""A time limit for Python code that works wherever Python does: in the browser and on Windows."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Python tells of every jump back, to the same line, too. Its opcodes, which we do without then,
# have crashed Python 3.12.1.
JUMPS = sys.version_info >= (3, 12)


class OverTime(BaseException):
    """Code ran longer than it may; no ``except Exception`` in an answer catches it."""


@contextmanager
def clock(seconds: float, *, fine: bool = False) -> Iterator[None]:
    """Stop the Python code of a block, between two of its lines, once its time is up.

    Parameters
    ----------
    seconds : float
    fine : bool
        Look more often, and be slower: in Python 3.11 ``while True: pass`` never comes to another
        line.

    Raises
    ------
    OverTime
        In the code that runs too long; one call of NumPy is not interrupted.
    """
    end = time.monotonic() + seconds

    def look(frame, *_):
        if frame.f_globals.get("__spec__") is not None:
            return None  # of a module: it comes to its end, and `call` waits in the answer
        if time.monotonic() > end:
            raise OverTime(f"{seconds:g}")
        frame.f_trace_opcodes = fine and not JUMPS
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)
