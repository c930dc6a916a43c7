"""Lines of NumPy, written down once as the calls that they make, and replayed. No equation is here.

For given sizes the plain lines of a training step make the same calls on the same arrays, step
after step. An array can see the calls made with it (``__array_ufunc__``, ``__array_function__``):
so the lines run on arrays that write them down, and every step then makes these calls and nothing
else, with the memory at hand. What is not needed is left out; a product and a column added to it
become one product, where their memory lies side by side; the numbers are the same to rounding.
"""

from collections import Counter
from functools import partial
from typing import Any

import numpy as np


def _unseen(self, *arguments, **options):
    raise TypeError("a recorded line must compute with ufuncs and functions of NumPy alone")


class Traced(np.ndarray):
    """An array that writes down on its tape what is computed from it."""

    tape: Any = None
    __bool__ = __int__ = __float__ = __complex__ = __index__ = __setitem__ = __iter__ = _unseen
    item = tolist = tobytes = fill = put = sort = _unseen
    argmax = argmin = argsort = argpartition = nonzero = searchsorted = _unseen

    def __array_finalize__(self, source):
        self.tape = getattr(source, "tape", None)

    def __getitem__(self, key):
        piece = super().__getitem__(key)
        return piece if isinstance(piece, Traced) else _unseen(piece)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        called = ufunc if method == "__call__" else getattr(ufunc, method)
        return self.tape.write(called, inputs, options)

    def __array_function__(self, function, types, inputs, options):
        return self.tape.write(function, inputs, options)


class Tape:
    """Calls in order: (function, inputs, options, output); homes[k] is memory for an output."""

    def __init__(self, homes=()):
        self.calls, self.homes, self.owners = [], dict(homes), {}

    def trace(self, array):
        """Give a view that writes down on this tape."""
        view = array.view(Traced)
        view.tape = self
        self.owners[_owner(view)] = view  # kept, so that nobody else gets its place
        return view

    def bare(self, x):
        """Give a plain view of what is traced; refuse what was made from it unseen."""
        if isinstance(x, Traced) and _owner(x) not in self.owners:
            _unseen(x)
        return _bare(x)

    def write(self, function, inputs, options):
        """Make a call, write it down, and give its traced result."""
        inputs = [self.bare(x) for x in inputs]
        if "out" in options:
            _unseen(*inputs)
        made = np.array(function(*inputs, **options))
        output = self.homes.setdefault(len(self.calls), made)
        output[...] = made
        self.calls.append((function, inputs, options, output))
        return self.trace(output)


def replay(calls):
    """Make all calls once more."""
    for function, arguments in calls:
        function(*arguments)


class Plan:
    """How to record lines(trace): which calls are needed, and where their results go.

    lines gives (kept, results): arrays that are looked at after a replay, and the parts of `into`;
    cut(vector) gives the parts of such a vector. `known` are vectors whose parts the lines read,
    `wide` arrays with a last row of ones, of which the lines read the rest.
    """

    def __init__(self, lines, into=None, cut: Any = None, known=(), wide=()):
        tape = Tape()
        kept, results = ([tape.bare(x) for x in part] for part in lines(tape.trace))
        self.calls, self.homes, self.cut = tape.calls, tape.homes, cut
        self.maker = {_place(call[-1]): k for k, call in enumerate(tape.calls)}
        self.readers = Counter(_owner(x) for call in tape.calls for x in call[1])
        self.known = {tuple(map(_place, cut(vector))): vector for vector in known}
        self.wide = {_place(_without_ones(x)): x for x in wide}
        self.ending, self.pinned, self.left_out = [], {self.maker[_place(x)] for x in kept}, set()
        if results:
            self._gather(results, into, readers=0)
        alive = {_owner(x) for x in (*kept, *results)}
        self.used = []
        for k in reversed(range(len(self.calls))):
            _, inputs, _, output = self.calls[k]
            if _owner(output) in alive:
                alive |= set(map(_owner, inputs))
                self.used.insert(0, k)
        self.joined = self._join()
        self.used = [k for k in self.used if k not in self.left_out]
        last = {_owner(x): k for k in self.used for x in self.calls[k][1]}
        for k in self.used:
            if k not in self.pinned and _entrywise(self.calls[k]):
                self._write_over(k, last)

    def record(self, lines, wide=()):
        """Give the calls that do what the lines do, and the arrays that they kept."""
        tape = Tape(self.homes)
        kept, _ = lines(tape.trace)
        with_ones = {_place(_without_ones(x)): x for x in (*self.wide.values(), *wide)}
        calls = []
        for k in self.used:
            function, inputs, options, output = tape.calls[k]
            if k in self.joined:
                inner = tape.calls[self.joined[k]]
                if function is np.add:  # W a + b is [W b] times a with a row of ones
                    (W, a), function = inner[1], np.matmul
                    inputs = [_side_by_side(W, inputs[1]), with_ones[_place(a)]]
                else:  # d times a transposed, and the sums of d: d times the same, transposed
                    inputs = [inputs[0], with_ones[_place(inputs[1].mT)].mT]
                    output = _side_by_side(output, inner[-1])
            calls.append(_quick(function, inputs, options, output))
        return calls + self.ending, [_bare(x) for x in kept]

    def _gather(self, parts, vector, readers):
        """Have parts made in one vector; what all of them do last is done once, to the whole,
        unless others than so many read a part."""
        if (whole := self.known.get(tuple(map(_place, parts)))) is not None:
            return whole
        made = [self.maker.get(_place(part)) for part in parts]
        calls = [None if k is None else self.calls[k] for k in made]
        if None not in calls and self._alike(calls, readers):
            columns = list(zip(*(call[1] for call in calls), strict=True))
            homes = [vector, *(np.empty_like(vector) for _ in columns[1:])]
            whole = [
                self._gather(column, home, 1) if (number := _common(column)) is None else number
                for column, home in zip(columns, homes, strict=True)
            ]
            self.left_out.update(made)
            self.ending.append((calls[0][0], (*whole, vector)))
            return vector
        for part, k, piece in zip(parts, made, self.cut(vector), strict=True):
            if k is None:
                self.ending.append((np.copyto, (piece, part)))
            else:
                self.homes[k] = piece
                self.pinned.add(k)
        return vector

    def _alike(self, calls, readers):
        """Say whether all calls do the same, entry by entry, for no other readers."""
        function = calls[0][0]
        return _entrywise(calls[0]) and all(
            call[0] is function and self.readers[_owner(call[-1])] == readers for call in calls
        )

    def _join(self):
        """Find products that take along a column: {call: the one that it takes along}."""
        joined, sums = {}, {}
        for k in self.used:
            function, inputs, options, output = self.calls[k]
            if _is_sum(function, options) and self.readers[_owner(output)] < 2:
                sums[_place(inputs[0])] = k
        for k in self.used:
            function, inputs, *_ = self.calls[k]
            if function is np.add and (j := self.maker.get(_place(inputs[0]))) is not None:
                if self.calls[j][0] is not np.matmul or self.readers[_owner(inputs[0])] > 1:
                    continue
                W, a = self.calls[j][1]
                fits = _side_by_side(W, inputs[1]) is not None and self._widen(a)
            elif function is np.matmul and (j := sums.get(_place(inputs[0]))) is not None:
                fits = _side_by_side(self.homes[k], self.homes[j]) is not None
                fits = fits and self._widen(inputs[1].mT)
            else:
                continue
            if fits:
                joined[k] = j
                self.left_out.add(j)
        return joined

    def _widen(self, a):
        """Have an array made above a row of ones; say whether that can be."""
        if _place(a) not in self.wide:
            k = self.maker.get(_place(a))
            if k is None or k in self.pinned:
                return False
            self.wide[_place(a)] = np.ones((*a.shape[:-2], a.shape[-2] + 1, a.shape[-1]))
            self.homes[k] = _without_ones(self.wide[_place(a)])
            self.pinned.add(k)
        return True

    def _write_over(self, k, last):
        """Let a call that goes entry by entry write over an input that nobody reads any more."""
        _, inputs, _, output = self.calls[k]
        for x in inputs:
            j = self.maker.get(_place(x), k)
            fits = (x.shape, x.dtype) == (output.shape, output.dtype) and last[_owner(x)] == k
            if fits and j != k and j not in self.pinned:
                self.homes[k] = self.homes[j]


def _bare(x):
    return np.asarray(x if isinstance(x, np.ndarray) else float(x))


def _place(x):
    """Tell where an array lies: two with the same place are the same numbers."""
    return x.__array_interface__["data"][0], x.shape, x.strides


def _owner(x):
    """Tell whose memory an array is a piece of."""
    while isinstance(x.base, np.ndarray):
        x = x.base
    return id(x)


def _without_ones(x):
    return x[..., :-1, :]


def _side_by_side(A, B):
    """Give the matrix of which A and the column B beside it are pieces; None if they are not."""
    *lead, rows, columns = A.shape
    start, _, strides = _place(A)
    if _place(B) != (start + columns * strides[-1], (*lead, rows, 1), B.strides):
        return None
    if B.strides[:-1] != strides[:-1] or strides[-2] <= columns * strides[-1]:
        return None
    return np.lib.stride_tricks.as_strided(A, (*lead, rows, columns + 1))


def _is_sum(function, options):
    """Say whether a call adds the entries of each row up."""
    return function == np.add.reduce and options["axis"] == -1 and options["keepdims"]


def _entrywise(call):
    return isinstance(call[0], np.ufunc) and call[0].signature is None and not call[2]


def _common(column):
    """Give the number that stands in all places of a column, or one for each network; else None."""
    first = column[0]
    if all(x.ndim == 0 and x == first for x in column):
        return first
    if first.shape[-2:] == (1, 1) and len({_place(x) for x in column}) == 1:
        return first[..., 0]
    return None


def _quick(function, inputs, options, output):
    """Give the quickest call that writes the result into output."""
    if _is_sum(function, options):
        function, inputs = np.matmul, [inputs[0], np.ones((inputs[0].shape[-1], 1))]
    elif function == np.add.reduce:
        axis, keepdims = options["axis"], options["keepdims"]
        return function, (*inputs, axis, None, output, keepdims)
    elif function in (np.maximum, np.minimum):  # they alone want their output by name
        return partial(function, out=output), inputs
    elif options or not isinstance(function, np.ufunc):
        return _refill, (output, function, inputs, options)
    if function is np.matmul and output.ndim == 2 and output.flags.c_contiguous:
        function = np.dot
    elif function is np.matmul and inputs[0].shape[-1] == 1:
        function = np.multiply  # columns times rows
    return function, (*inputs, output)


def _refill(output, function, inputs, options):
    np.copyto(output, function(*inputs, **options))
