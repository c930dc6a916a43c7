"""What is not ours is not trusted: functions of the user's, and memory that others can write to."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from inspect import signature
from types import FunctionType
from typing import Any, ClassVar

import numpy as np

from bpcore import _validate as valid
from bpcore._tape import Traced

OURS = ("bpcore.activations", "bpcore.losses")  # modules whose functions need no guard


@dataclass(frozen=True)
class Guard:
    """A function of the user's: its arguments are kept from change, its result is checked.

    The result must be real numbers, complex ones for a complex argument, of the shape of the first
    argument, or of `shape`; nan only where an argument is not finite, or if `may_fail`. To the tape
    of `train` it is one call, whatever it does inside.
    """

    function: Callable[..., Any]
    name: str
    shape: tuple[int, ...] | None = None
    may_fail: bool = False

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """The user's function, for whoever asks for its source or its signature."""
        return self.function

    def __call__(self, *arguments: Any) -> np.ndarray:
        """Call the function and check what it gives."""
        if traced := [x for x in arguments if isinstance(x, Traced)]:
            return traced[0].tape.write(self, arguments, {})
        x, what = arguments[0], f"what {self.name} returns"
        if np.ndim(x) > 2:  # a stack: each network by itself, as elsewhere
            each = [self(*parts) for parts in zip(*np.broadcast_arrays(*arguments), strict=True)]
            return np.array(each).reshape(np.shape(x))
        wanted = np.shape(x) if self.shape is None else self.shape
        try:
            value = untouched(self.function, self.name, *arguments)
        except (TypeError, ValueError) as error:  # as of max(z, 0), if z > 0 or math.exp(z)
            fits = lambda f: f(*arguments).shape == wanted
            codes = ["np.vectorize({}, otypes=[float])"] * (error.__cause__ is None)
            if hint := valid.cure(self.function, self.name.split()[0], fits, *codes):
                raise TypeError(f"{self.name} must take whole arrays: {error}{hint}") from error
            raise
        try:
            valid.plain(np.real(value) if np.iscomplexobj(x) else value)
        except (TypeError, ValueError) as error:  # ValueError: ragged lists
            raise TypeError(f"{what} {error}") from None
        array = np.asarray(value)
        if np.iscomplexobj(x) and array.dtype.kind != "c":
            raise TypeError(
                f"{what} must be complex where its argument is, or the complex step sees no slope, "
                f"got {valid.describe(value)}"
            )
        if array.shape != wanted:
            one = lambda v: self.shape == np.shape(v) == ()
            hint = valid.cure(value, f"{self.name}(x)", one, valid.itself(value) + ".item()")
            raise ValueError(
                f"{self.name} must return {f'shape {wanted}' if wanted else 'one number'} "
                f"for an argument of shape {np.shape(x)}, got shape {array.shape}{hint}"
            )
        lost = np.isnan(array)
        if not self.may_fail and lost.any() and np.isfinite(np.sum([*map(np.sum, arguments)])):
            raise ValueError(f"{what} must be numbers, got nan at index {valid.first(lost)}")
        return np.array(array, dtype=complex if np.iscomplexobj(x) else float, subok=False)


def untouched(function, name, *arguments):
    """Call a function of the user's with arrays that it cannot change."""
    arguments = [valid.freeze(x.view())[0] if isinstance(x, np.ndarray) else x for x in arguments]
    try:
        return called(function, name, *arguments)
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise ValueError(f"{name} must not change its arguments: {error}; copy them") from error


def called(function, name, *arguments):
    """Call a function of the user's; name it, if it takes another number of arguments."""
    try:
        return function(*arguments)
    except TypeError as error:
        try:
            signature(function).bind(*arguments)
        except ValueError:  # it is of C, and does not tell
            raise error from None
        except TypeError:
            wanted = f"{len(arguments)} argument{'s' * (len(arguments) > 1)}"
            raise TypeError(f"{name} must take {wanted}: {error}") from error
        raise


def guard_fields(value, kind, *names):
    """Check the name and guard the functions of an activation or a loss; ours need no guard."""
    if not isinstance(value.name, str):
        raise TypeError(f"name must be a str, got {valid.describe(value.name)}")
    for field in names:
        function = valid.as_callable(getattr(value, field), field)
        if isinstance(function, Guard):  # of another value, with its name
            function = function.function
        if not (isinstance(function, FunctionType) and function.__module__ in OURS):
            name = f"{field} of the {kind} {value.name!r}"
            vars(value)[field] = Guard(function, name)


def may_fail(value):
    """Give an activation or a loss of the user's that may give nan: a run then says "diverged"."""
    guards = {k: replace(v, may_fail=True) for k, v in vars(value).items() if isinstance(v, Guard)}
    if guards:
        value = copy(value)
        vars(value).update(guards)
    return value


class Named:
    """What activations and losses have in common: ours are known by their names."""

    known: ClassVar[dict[str, Any]] = {}
    name: str

    @property
    def ours(self) -> bool:
        """Whether this is the one of bpcore, and not another of that name."""
        return self.known.get(self.name) is self

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> Any:  # a copy of one of ours, also in another process, is that one
        if self.ours:
            return self.name
        return object.__new__, (type(self),), vars(self)  # its functions may be its methods


class Value:
    """What our values have in common: a copy or a pickle of one is read-only, too."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the fields of a copy; its arrays are frozen again."""
        for field in state.values():
            for part in field if isinstance(field, tuple) else [field]:
                if isinstance(part, np.ndarray):
                    part.setflags(write=False)
        vars(self).update(state)
