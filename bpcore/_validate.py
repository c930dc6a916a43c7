"""The one place where input is checked: clean float64 arrays come out, or an error that teaches.

Every function returns a new object or raises; none changes what it was given. A message ends in
"did you mean ...?" only after that code has been tried on the value and was accepted.
"""

import operator
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeAlias

import numpy as np

Seed: TypeAlias = "int | np.random.Generator | None"  # text: numpy.random is loaded when needed


def describe(value):
    """Say what came, in a few words: ``int 3``, ``str 'a'``, ``ndarray of shape (3, 4)``."""
    if isinstance(value, np.ndarray):
        return f"{type(value).__name__} of shape {value.shape} and dtype {value.dtype}"
    text = " ".join(repr(value.item() if isinstance(value, np.generic) else value).split())
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def short(array):
    """Write the numbers of an array on one line, only the first and last of many."""
    with np.printoptions(threshold=20):
        return " ".join(str(array).split())


def cure(value, name, accepts, *codes):
    """Suggest the first piece of code, {} for the value, whose result is accepted; it was run."""
    for code in codes:
        with warnings.catch_warnings(action="ignore"), suppress(Exception):
            if accepts(eval(code.replace("{}", "value"), {"np": np, "value": value})):
                return f"; did you mean {code.replace('{}', name)}?"
    return ""


def first(mask):
    """Give the index of the first True entry, as a list."""
    return [int(k) for k in np.argwhere(mask)[0]]


def plain(value):
    """Give a value as a plain array of real numbers, or say why it is none."""
    if type(value) is np.ndarray and value.dtype == np.float64:  # nearly always
        return value
    if isinstance(value, np.matrix) or hasattr(value, "toarray"):
        raise TypeError(f"must be a plain array, got {type(value).__name__}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.getmaskarray(value).any():
        raise TypeError("has masked entries; fill or drop them first: the mask would be lost")
    try:
        array = np.asarray(value)
    except ValueError as error:  # ragged nested lists
        raise TypeError(f"must be a rectangular array of numbers: {error}") from None
    if array.dtype.kind not in "biuf" or array.dtype.char in "eg":
        wanted = "real numbers (bool, int, float32 or float64)"
        more = "" if array is value else f" with dtype {array.dtype}"
        raise TypeError(f"must hold {wanted}, got {describe(value)}{more}")
    return array


def as_array(value, name, *, finite=True, order="C") -> np.ndarray:
    """Copy `value` into a float64 array in row order, or say why it is not one.

    With another order than "C" it is copied only where type and order ask for it.
    """
    try:
        array = plain(value)
    except TypeError as error:
        codes = ("np.asarray({})", "{}.toarray()", "np.real({})", "np.asarray({}, dtype=float)")
        codes += (f"{{}}.{name}",)  # a Dataset for its X or Y
        whole = lambda v: (
            all_finite(plain(v))
            and not (np.iscomplexobj(value) and np.any(np.imag(value)))
            and not np.ma.is_masked(value)
            and np.asarray(value).dtype.kind not in "mM"  # of a date the number means nothing
        )
        raise TypeError(f"{name} {error}{cure(value, name, whole, *codes)}") from None
    array = (np.array if order == "C" else np.asarray)(array, dtype=np.float64, order=order)
    if finite and not all_finite(array):
        where = first(~np.isfinite(array))
        nan = name in ("X", "Y") and np.isnan(array[tuple(where)])
        what = "; drop or fill missing values first" if nan else ""
        raise ValueError(f"{name} must be finite, got {array[tuple(where)]} at index {where}{what}")
    return array


def as_vector(value, name, fine, wanted) -> np.ndarray:
    """Check a vector, shape (k,), of numbers that are fine; `wanted` says it in words."""
    fits = lambda v: v.ndim == 1 and v.size > 0 and fine(v)
    vector = as_array(value, name)
    with np.errstate(all="ignore"):
        if fits(vector):
            return vector
        hint = cure(value, name, fits, "np.ravel({})")
    raise ValueError(f"{name} must be {wanted}, got {short(vector)}{hint}")


def all_finite(array):
    """Say whether all entries are finite; the sum alone mostly tells, and takes no memory."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(array.sum()) or np.isfinite(array).all())


def as_layers(arrays, name):
    """Check a sequence None, array, array, ... and freeze copies of the arrays."""
    solid = lambda x: np.ndim(x) > 0 and np.size(x) > 0
    fine = lambda v: len(v) > 1 and all(solid(x) and all_finite(plain(x)) for x in v[1:])
    if isinstance(arrays, (str, np.ndarray)) or not isinstance(arrays, Sequence):
        codes = ["list({})", "[None, {}]"] * isinstance(arrays, np.ndarray)
        raise TypeError(
            f"{name} must be a list: None, then one array a layer, got {describe(arrays)}"
            + cure(arrays, name, lambda v: v[0] is None and fine(v), *codes)
        )
    if len(arrays) < 2 or arrays[0] is not None:
        whole = lambda v: len(v) > len(arrays) or not solid(arrays[0])  # no layer is left out
        raise ValueError(
            f"{name} must be None followed by at least one array (layer 0 is the input and has no "
            f"{name}), got {len(arrays)} entries"
            + cure(arrays, name, lambda v: fine(v) and whole(v), "[None, *{}]", "[None, *{}[1:]]")
        )
    return freeze(None, *(as_array(x, f"{name}[{i}]") for i, x in enumerate(arrays) if i))


def _is_matrix(value, rows, m=None):
    """Say whether a value holds samples in columns, shape (rows, m), m None for any m >= 1."""
    A = plain(value)
    return A.ndim == 2 and A.shape[0] == rows and A.size > 0 and m in (None, A.shape[1])


def _refuse_empty(A, rows, name):
    if A.ndim == 2 and A.shape[0] == rows and not A.size:
        raise ValueError(
            f"{name} needs at least one sample (column) and one row, got shape {A.shape}"
        )


def itself(value):
    """Give the code for a value as an array: a list or a table has no .T or .reshape of ours."""
    return "{}" if isinstance(value, np.ndarray) else "np.array({})"


def as_columns(X, rows, name="X", *, m=None, order="C") -> np.ndarray:
    """Check a matrix of samples in columns, shape (rows, m); m None means any m >= 1."""
    A = as_array(X, name, order=order)
    if _is_matrix(A, rows, m):
        return A
    _refuse_empty(A, rows, name)
    codes = [".T"] if A.ndim == 2 else [f".reshape({rows}, 1)", ".reshape(1, -1)"]
    codes += ["[1:]"] * bool(A.ndim == 2 and (A[:1] == 1).all())  # a row of ones, for the bias
    hint = cure(X, name, lambda v: _is_matrix(v, rows, m), *(itself(X) + c for c in codes))
    if not hint and m is not None and A.ndim == 2 and A.shape[1] == m:
        d = A.shape[0]
        hint = f"; it has {m} samples of {d} features: the network must begin with {d} units"
    raise ValueError(
        f"{name} must have shape ({rows}, {'m' if m is None else m}), got {A.shape}; "
        f"samples are columns{hint}"
    )


def as_samples(net, X, Y, loss=None, order="C") -> tuple[np.ndarray, np.ndarray]:
    """Check samples and labels of a network together, so that the right one is blamed."""
    of_X, of_Y, n = shape_of(X), shape_of(Y), net.n
    together = len(of_X) == len(of_Y) == 2 and of_X[1:] == of_Y[1:]
    X = as_columns(X, n[0], m=of_Y[-1] if together else None, order=order)
    return X, as_labels(Y, n[-1], X.shape[1], loss=loss)


def shape_of(value) -> tuple[int, ...]:
    """Give the shape of what may not even be an array."""
    with suppress(ValueError):  # ragged nested lists
        return np.shape(value)
    return ()


def as_labels(Y, rows, m, name="Y", *, loss=None, like="one label a sample of X"):
    """Check labels: shape (rows, m), as `like` says, every entry 0 or 1, or between if soft."""
    soft = loss is not None and loss.soft

    def accepts(Y):
        A = plain(Y)
        right = (A >= 0) & (A <= 1) if soft else (A == 0) | (A == 1)
        return _is_matrix(A, rows, m) and bool(right.all())

    with suppress(TypeError):
        if accepts(Y):
            return as_array(Y, name)
    hint = cure(Y, name, accepts, *_label_codes(Y, rows, loss))
    if hint and np.asarray(Y).dtype.kind in "OUS":  # the names of two classes
        raise TypeError(f"{name} must hold the numbers 0 and 1, got {describe(Y)}{hint}")
    A = as_array(Y, name)
    _refuse_empty(A, rows, name)
    if not _is_matrix(A, rows, m):
        raise ValueError(f"{name} must have shape ({rows}, {m}), {like}, got {A.shape}{hint}")
    if loss and (other := f"soft_{loss.name}") in loss.known and ((A >= 0) & (A <= 1)).all():
        hint = f"; did you mean {f'loss={other!r}' if name == 'Y' else other}?"
    allowed = "lie between 0 and 1" if soft else "hold only 0 and 1"
    raise ValueError(f"{name} must {allowed}, got the values {np.unique(A)[:5].tolist()}{hint}")


def classes(Y, m):
    """Say how many rows m labels want: 1, or one a class if they tell of more than two."""
    with suppress(TypeError, ValueError):  # ragged, or of kinds that cannot be compared
        A = np.array(Y)
        if A.ndim == 2 and A.shape[0] == m and A.shape[1] > 2:  # one-hot, samples in rows
            return A.shape[1]
        named = A.dtype.kind in "OUSbiu" or (np.round(A) == A).all()
        if A.size == m and named and 2 < (k := len(np.unique(A))) <= m / 2:
            return k
    return 1


def _label_codes(Y, rows, loss):
    """Give the ways in which labels usually come: rows, columns, one-hot, names, two numbers."""
    codes = ["{}.T"] if len(shape_of(Y)) == 2 else ["{}.T", "{}.reshape(1, -1)"]
    with suppress(TypeError, ValueError):  # ragged, or of kinds that cannot be compared
        A, values = np.array(Y), np.unique(np.array(Y)).tolist()
        if loss is None and A.dtype.kind == "f" and min(values) >= 0 and max(values) <= 1:
            codes.append("{} >= 0.5" if rows == 1 else "{} == {}.max(axis=0)")
        if A.dtype.kind in "biuf" and A.ndim == 2 and 2 in A.shape:
            codes += ["{}[1:]"] * bool((A.sum(axis=0) == 1).all())
            codes += ["{}[:, 1:].T"] * bool((A.sum(axis=1) == 1).all())
        if A.dtype.kind in "iu" and min(values) >= 0:  # -1 would be the last class
            codes.append(f"np.eye({rows})[:, {{}}.ravel()]")
        if len(values) == rows > 1 and (A == A).all():  # one value a class, and no nan
            codes.append("{}.ravel() == np.unique({})[:, None]")
        if len(values) == 2:
            codes += [f"{{}} == {values[1]!r}"]
            codes += [code.replace("{}", f"({{}} == {values[1]!r})") for code in codes]
    return [code.replace("{}", itself(Y)) for code in codes]


def as_count(value, name, *, at_least=0, wanted="a whole number"):
    """Check a whole number of steps, samples or units; `wanted` names all that may stand there."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        value = operator.index(value)
    except TypeError:
        same = lambda v: v == float(np.array(value).item()) and np.array(value).dtype != bool
        fine = lambda v: operator.index(v) >= at_least and same(v)
        hint = cure(value, name, fine, "{}.item()", "int({})")
        raise TypeError(f"{name} must be {wanted}, got {describe(value)}{hint}") from None
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value}")
    return value


def as_flag(value, name):
    """Check True or False: a text such as "no" would count as True."""
    if not isinstance(value, (bool, np.bool_)):
        hint = cure(value, name, lambda v: v == value, "bool({})")
        raise TypeError(f"{name} must be True or False, got {describe(value)}{hint}")
    return bool(value)


def as_sizes(n, name="n", least=1) -> list[int]:
    """Check a list of layer sizes, so many at least."""
    if not np.asarray(n, dtype=object).ndim:  # a set, too: it has no order
        wanted = "a list of layer sizes such as [4, 3, 1]"
        raise TypeError(f"{name} must be {wanted}, got {describe(n)}")
    sizes = [as_count(size, f"{name}[{i}]", at_least=1) for i, size in enumerate(n)]
    if len(sizes) < least:
        raise ValueError(f"{name} must be of length {least} or more, the input first, got {sizes}")
    return sizes


def as_positive(value, name, *, usual=0.1, at_most=sys.float_info.max, zero=False):
    """Check a positive finite number, such as a learning rate; `zero` lets 0 pass, too."""
    kinds = (int, float, np.integer, np.floating)
    fits = lambda v: 0 < v <= at_most or (zero and v == 0)
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, kinds):
        fine = lambda v: isinstance(v, kinds) and fits(v) and np.array(value).dtype != bool
        hint = cure(value, name, fine, "{}.item()", "float({})")
        raise TypeError(f"{name} must be one positive number, got {describe(value)}{hint}")
    try:
        number = float(value)
    except OverflowError:  # a whole number of more than 308 digits
        number = np.inf
    if not fits(number):
        limit = "finite" if at_most == sys.float_info.max else f"at most {at_most}"
        raise ValueError(
            f"{name} must be {'0 or ' * zero}positive and {limit}, got {describe(value)}; "
            f"usual: {name}={usual:g}"
        )
    return number


def as_rng(rng):
    """Turn a seed (whole number >= 0), None or a numpy Generator into a Generator."""
    if isinstance(rng, np.random.Generator) or rng is None:
        return np.random.default_rng(rng)
    wanted = "a whole number, None or a Generator (np.random.default_rng gives one)"
    return np.random.default_rng(as_count(rng, "rng", wanted=wanted))


def as_member(value, kind, name):
    """Find an activation or a loss by name, or pass one through."""
    if isinstance(value, kind):
        return value
    if isinstance(value, str) and value in kind.known:
        return kind.known[value]
    from difflib import get_close_matches  # not loaded before the first slip

    text = value if isinstance(value, str) else str(getattr(value, "__name__", ""))  # np.tanh
    near = get_close_matches(text.strip().lower(), kind.known, 1, 0.6 if text is value else 1.0)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be {an(kind)} or its name, got {describe(value)}{hint}")
    raise ValueError(f"{name} must be one of {', '.join(kind.known)}, got {value!r}{hint}")


def as_instance(value, kind, name, source):
    """Check the type of one of our own values; `source` says where one comes from."""
    if not isinstance(value, kind):
        # one of several: train gives a network and a history, plt.subplots a figure and axes
        hint = cure(value, name, lambda v: isinstance(v, kind), "{}[0]", "{}[1]") or f"; {source}"
        raise TypeError(f"{name} must be {an(kind)}, got {describe(value)}{hint}")
    return value


def an(kind):
    """Name a type with its article: ``a Network``, ``an Axes``."""
    return f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"


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


def misfit(W, b):
    """Say what is wrong with the shapes of W and b, and of which array; None if nothing is."""
    for i in range(1, len(W)):
        below = W[i - 1].shape[-2:-1] if i > 1 else W[i].shape[-1:]
        if W[i].ndim not in (2, 3) or not W[i].size or W[i].shape[-1:] != below:
            named = f" with n[{i - 1}] = {below[0]}, the rows of W[{i - 1}]" if i > 1 else ""
            return (
                f"W[{i}] must have shape (n[{i}], n[{i - 1}]){named}, got {W[i].shape}; "
                "rows are the units the weights lead to"
            )
        if W[i].shape[:-2] != W[1].shape[:-2]:
            return f"W[{i}] must be stacked as W[1], got {W[i].shape}, {W[1].shape}"
        if b[i].shape != (wanted := (*W[i].shape[:-1], 1)):
            return f"b[{i}] must have shape {wanted}, one number per unit, got {b[i].shape}"
    return None


def remedy(W, b, given):
    """Suggest what makes W and b fit: weights transposed, as Keras keeps them, or flat ones.

    `given` are W and b as they came, lists perhaps.
    """
    put = lambda arrays, i, x: [*arrays[:i], x, *arrays[i + 1 :]]
    hint = ""
    for i in range(1, len(W)):
        w, v = itself(given[0][i]) + ".T", itself(given[1][i]) + ".reshape(-1, 1)"
        hint = hint or cure(W[i], f"W[{i}]", lambda w, i=i: not misfit(put(W, i, w), b), w)
        hint = hint or cure(b[i], f"b[{i}]", lambda v, i=i: not misfit(W, put(b, i, v)), v)
    columns = [None, *(v.reshape(-1, 1) if v.ndim < 3 else v for v in b[1:])]
    if misfit(W, columns):  # else W is right, and turned round, square as it is, fits as well
        codes = ("[None, *map(np.transpose, {}[1:])]", "[None, *map(np.atleast_2d, {}[1:])]")
        hint = hint or cure(W, "W", lambda W: not misfit(W, columns), *codes)
    code = "[None, *(np.reshape(v, (-1, 1)) for v in {}[1:])]"
    return hint or cure(b, "b", lambda b: not misfit(W, b), code)
