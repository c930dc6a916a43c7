"""The one place where input is checked: clean float64 arrays come out, or an error that teaches.

Every function returns a new object or raises; none changes what it was given.
"""

import operator
import sys
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

Seed: TypeAlias = "int | np.random.Generator | None"  # text: numpy.random is loaded when needed


def describe(value):
    """Say what came, in a few words: ``int 3``, ``str 'a'``, ``ndarray of shape (3, 4)``."""
    if isinstance(value, np.ndarray):
        return f"{type(value).__name__} of shape {value.shape} and dtype {value.dtype}"
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def as_array(value, name, *, finite=True):
    """Copy `value` into a float64 array in row order, or say why it is not one."""
    if isinstance(value, np.matrix) or hasattr(value, "toarray"):
        cure = "np.asarray(matrix)" if isinstance(value, np.matrix) else "its .toarray()"
        raise TypeError(f"{name} must be a plain array, got {type(value).__name__}; pass {cure}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.getmaskarray(value).any():
        raise TypeError(
            f"{name} has masked entries; fill or drop them first: the mask would be lost"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:  # ragged nested lists
        raise TypeError(f"{name} must be a rectangular array of numbers: {error}") from None
    if array.dtype.kind not in "biuf" or array.dtype.char in "eg":
        raise TypeError(
            f"{name} must hold real numbers (bool, int, float32 or float64), "
            f"got {describe(value)} with dtype {array.dtype}; use np.asarray({name}, dtype=float)"
        )
    array = np.array(array, dtype=np.float64, order="C", subok=False)
    if finite and not np.isfinite(array).all():
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(
            f"{name} must be finite, got {array[where]} at index {list(where)}; "
            "remove or fill missing values first"
        )
    return array


def as_layers(arrays, name):
    """Check a sequence None, array, array, ... and freeze copies of the arrays."""
    if isinstance(arrays, (str, np.ndarray)) or not isinstance(arrays, Sequence):
        raise TypeError(
            f"{name} must be a list: None, then one array a layer, got {describe(arrays)}"
        )
    if len(arrays) < 2 or arrays[0] is not None:
        raise ValueError(
            f"{name} must be None followed by at least one array (layer 0 is the input and has no "
            f"{name}), got {len(arrays)} entries; did you mean [None, *{name}]?"
        )
    return (
        None,
        *freeze(*(as_array(x, f"{name}[{i}]") for i, x in enumerate(arrays) if i)),
    )


def as_columns(X, rows, name="X"):
    """Check a matrix of samples in columns, shape (rows, m) with m >= 1."""
    X = as_array(X, name)
    if X.ndim == 2 and X.shape[0] == rows:
        if X.size:
            return X
        raise ValueError(
            f"{name} needs at least one sample (column) and one row, got shape {X.shape}"
        )
    cure = "samples are columns"
    if X.ndim == 2 and X.shape[1] == rows:
        cure += f"; did you mean {name}.T?"
    elif X.shape == (rows,):
        cure += f"; one sample is {name}.reshape({rows}, 1)"
    elif X.ndim == 1 and rows == 1:
        cure += f"; did you mean {name}.reshape(1, -1)?"
    raise ValueError(f"{name} must have shape ({rows}, m), got {X.shape}; {cure}")


def as_labels(Y, m=None, name="Y"):
    """Check labels: shape (1, m), every entry 0 or 1."""
    Y = as_columns(Y, 1, name)
    if m is not None and Y.shape[1] != m:
        raise ValueError(f"{name} must have shape (1, {m}), one label a sample of X, got {Y.shape}")
    if not np.isin(Y, (0.0, 1.0)).all():
        values = np.unique(Y)
        cure = f"; map -1/+1 with ({name} + 1) / 2" if np.isin(values, (-1.0, 1.0)).all() else ""
        raise ValueError(
            f"{name} must hold only 0 and 1, got the values {values[:5].tolist()}{cure}; "
            "soft labels are not supported"
        )
    return Y


def as_count(value, name, *, at_least=0):
    """Check a whole number of steps, samples or units."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        value = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} must be a whole number, got {describe(value)}; use int({name})"
        ) from None
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value}")
    return value


def as_positive(value, name, *, usual=0.1, at_most=sys.float_info.max, zero=False):
    """Check a positive finite number, such as a learning rate; `zero` lets 0 pass, too."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        raise TypeError(f"{name} must be one positive number, got {describe(value)}")
    try:
        number = float(value)
    except OverflowError:  # a whole number of more than 308 digits
        number = np.inf
    if not (0 < number <= at_most or (zero and number == 0)):
        limit = "finite" if at_most == sys.float_info.max else f"at most {at_most}"
        raise ValueError(
            f"{name} must be {'0 or ' * zero}positive and {limit}, got {describe(value)}; "
            f"usual: {name}={usual:g}"
        )
    return number


def as_rng(rng, name="rng"):
    """Turn a seed (whole number >= 0), None or a numpy Generator into a Generator."""
    if isinstance(rng, np.random.Generator) or rng is None:
        return np.random.default_rng(rng)
    return np.random.default_rng(as_count(rng, name))


def as_member(value, kind, known, name):
    """Find an activation or a loss by name, or pass one through."""
    if isinstance(value, kind):
        return value
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a {kind.__name__} or its name, got {describe(value)}")
    if value not in known:
        from difflib import get_close_matches  # not loaded before the first slip

        near = get_close_matches(value.strip().lower(), known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}{hint}")
    return known[value]


def as_instance(value, kind, name, cure):
    """Check the type of one of our own values."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {describe(value)}; {cure}")
    return value


def as_callable(value, name):
    """Check a function that the caller passes in."""
    if not callable(value):
        raise TypeError(f"{name} must be a function, got {describe(value)}; pass it uncalled")
    return value


def sealed(arrays, name, *, fine=np.isfinite):
    """Freeze the results of all layers, or say in which layer they overflowed."""
    for i, array in enumerate(arrays):
        if array is not None and not fine(array).all():
            raise ValueError(f"X or W is too large: {name}[{i}] overflows; standardise X")
    return freeze(*arrays)


def freeze(*arrays):
    """Make arrays read-only, in place, and return them as a tuple; None stays None."""
    for array in arrays:
        if array is not None:
            array.setflags(write=False)
    return arrays
