"""The exercise specification: what is asked, on which inputs, and how it usually goes wrong.

One small module `exercises.py` beside each source notebook makes a `Sheet` called ``sheet``. The
same specification serves the check in the student's notebook (visible inputs), the grader (hidden
inputs) and the proof of the assignment itself.
"""

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from bpgrader.compare import Compare, pairs, real
from bpgrader.cut import cut_short
from bpgrader.inside import call, decode, encode
from bpgrader.many import many
from bpgrader.points import total

HIDDEN_CASES = 4
VISIBLE_CASES = 2


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One function that a student writes.

    Parameters
    ----------
    name : str
        The name of the function, unique in the course.
    points : float
        Given in full for right numbers on all hidden inputs; else only those of right parts.
    equation : str
        Label of the equation it implements, such as ``eq-bp2``.
    chapter : str
        File name of its chapter, such as ``08_delta_recursion``; or where it stands, in words.
    inputs : callable, or sequence of callables
        rng -> tuple of arguments: numbers, arrays, None, and lists of these. Layer widths and m
        all differ, so that a forgotten transpose cannot hide. Of several, such as the usual case,
        a tie and an empty rest, each is drawn in every set of inputs.
    reference : callable
        Gives what is wanted; runs outside the box, and may use all of bpcore. Its arguments have
        the names that the student's notebook gives them.
    wrong : mapping of str to callable
        Known mistakes, at least eight: what to tell the student -> an answer that makes it.
    right : sequence of callable
        Right answers, at least three, written differently from each other.
    equal : mapping of str to str
        Changes of the reference solution that no input can refuse, as `bpgrader check` names them
        -> why they are no mistake.
    parts : mapping of str or int to float
        Parts of the answer (keys of a dict, places in a list) with points of their own.
    compare : Compare
        How an answer is compared with what is wanted.
    uses : sequence of str
        Earlier exercises on which an answer may build. Where one of them is wrong, the answer is
        run again with the solution in its place, and gets its points then.
    """

    name: str
    points: float
    equation: str
    chapter: str
    inputs: Callable[[np.random.Generator], tuple] | Sequence[Callable]
    reference: Callable
    wrong: Mapping[str, Callable]
    right: Sequence[Callable]
    equal: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str | int, float] = field(default_factory=dict)
    compare: Compare = field(default_factory=Compare)
    uses: Sequence[str] = ()

    def __post_init__(self):
        """Refuse what would fail only when a notebook is graded."""
        rows = (
            ("name", isinstance(self.name, str), "the name of a function, in quotes"),
            ("points", _is_points(self.points), "a number above 0"),
            ("equation", isinstance(self.equation, str), "a text"),
            ("chapter", isinstance(self.chapter, str), "a text"),
            ("compare", isinstance(self.compare, Compare), "a Compare"),
            (
                "inputs",
                self.kinds and _is_list(self.kinds, callable),
                "a function of rng, or several",
            ),
            ("reference", callable(self.reference), "a function"),
            ("wrong", _is_dict(self.wrong, _is_text, callable), "a dict, text -> function"),
            ("right", _is_list(self.right, callable), "a list of functions"),
            ("equal", _is_dict(self.equal, _is_text, _is_text), "a dict, text -> text"),
            (
                "parts",
                _is_dict(self.parts, _is_place, _is_points),
                "a dict, key or place -> points",
            ),
            ("uses", _is_list(self.uses, _is_text), "a tuple of names, such as ('f',)"),
        )
        _require(self, f" of {self.name}", rows)

    @property
    def kinds(self) -> Sequence[Callable]:
        """The kinds of inputs."""
        return [self.inputs] if callable(self.inputs) else self.inputs

    def draw(self, rng: np.random.Generator, count: int) -> tuple[list, list]:
        """Draw inputs, at least one of each kind, and compute what is wanted, as JSON values."""
        count = max(count, len(self.kinds))
        try:
            args = [_drawn(self.kinds[k % len(self.kinds)], rng) for k in range(count)]
        except Exception as error:
            raise ValueError(f"{self.name}: its inputs cannot be drawn: {error}") from error
        if odd := next((given for given in args if len(given) != len(self.names)), None):
            raise ValueError(
                f"{self.name}: its inputs are {many(len(odd), 'argument')}, and its reference must "
                f"take as many that have no default, got {', '.join(self.names)}"
            )
        outcomes = self.answers(self.reference, args)
        if failed := [outcome for outcome in outcomes if "value" not in outcome]:
            why = ": ".join(str(text) for text in failed[0].values() if text)
            raise ValueError(f"{self.name}: its reference fails on its own inputs, {why}")
        values = [decode(outcome["value"]) for outcome in outcomes]
        leaves = (leaf for _, leaf, _ in pairs(values, values) if leaf is not None)
        if not all(np.isfinite(real(leaf)).all() for leaf in leaves):
            raise ValueError(
                f"{self.name}: its reference gives nan or inf on its own inputs, which no answer "
                "can meet; draw inputs on which it is finite"
            )
        return args, [outcome["value"] for outcome in outcomes]

    def cases(self, rng: np.random.Generator, count: int) -> dict:
        """Draw inputs, and compute what is wanted and what each known mistake would give.

        Parameters
        ----------
        rng : numpy Generator
        count : int
            Number of inputs to draw, at least one of each kind.

        Returns
        -------
        dict
            ``args``, ``want``: one JSON value per input; ``wrong``: one [message, outcomes] pair
            per known mistake, also those of `bpgrader.cut`; ``names``, ``parts``, ``compare``.
        """
        args, want = self.draw(rng, count)
        return {
            "args": args,
            "want": want,
            "wrong": [[text, self.answers(f, args)] for text, f in self.wrong.items()]
            + [*cut_short(lambda given: self.answers(self.reference, given), args, want)],
            "names": self.names,
            "parts": list(self.parts),
            "compare": asdict(self.compare),
        }

    @property
    def names(self) -> list[str]:
        """The names of the arguments."""
        parameters = inspect.signature(self.reference).parameters.values()
        return [p.name for p in parameters if p.default is p.empty]

    def visible(self) -> dict:
        """Draw the inputs of the check in the student's notebook, always the same."""
        seed = list(hashlib.sha256(self.name.encode()).digest()[:4])
        return self.cases(np.random.default_rng(seed), VISIBLE_CASES)

    def earned(self, verdict) -> float:
        """Give the points that an answer has earned."""
        if verdict.passed:
            return self.points
        return total(self.parts[part] for part in verdict.parts)

    @staticmethod
    def answers(function: Callable, args: list) -> list[dict]:
        """Call a function of the instructor's on all inputs; NumPy's warnings are not shown."""
        with np.errstate(all="ignore"):
            return [call(function, a) for a in args]

    @property
    def reread(self) -> dict[str, str]:
        """Where to look things up: the label of the equation and the file of the chapter."""
        return {"equation": self.equation, "chapter": self.chapter}


def _drawn(kind, rng):
    """Draw the arguments of one call, as JSON values."""
    args = kind(rng)
    if not isinstance(args, tuple | list):
        raise TypeError(f"they must be a tuple such as (A,), got {type(args).__name__}")
    return [encode(arg) for arg in args]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A question that is answered in words and marked by a person.

    Parameters
    ----------
    name : str
        The id of its Markdown cell.
    rubric : dict
        What the person looks for: a line of text -> its points.
    """

    name: str
    rubric: Mapping[str, float]

    def __post_init__(self):
        """Refuse a rubric that cannot be ticked and added up."""
        _require(self, "", [("name", isinstance(self.name, str), "the id of a cell, in quotes")])
        if not self.rubric or not _is_dict(self.rubric, _is_line, _is_points):
            raise ValueError(
                f"rubric of {self.name} must be a dict such as {{'the chain rule': 2, 'shapes': 1}}"
                f", one line of text -> points above 0, got {self.rubric!r}"
            )

    @property
    def points(self) -> float:
        """The points of all lines."""
        return total(self.rubric.values())


def _require(task, named, rows):
    """Refuse a field that is not what is wanted."""
    for key, right, wanted in rows:
        if not right:
            got = f"{getattr(task, key)!r:.100}"
            raise ValueError(f"{key}{named} must be {wanted}, got {got}")


def _is_list(value, fits):
    return isinstance(value, list | tuple) and all(map(fits, value))


def _is_dict(value, key, fits):
    return isinstance(value, Mapping) and all(map(key, value)) and all(map(fits, value.values()))


def _is_text(value):
    return isinstance(value, str) and value.strip() != ""


def _is_line(value):
    return isinstance(value, str) and value.strip() == value != "" and value.isprintable()


def _is_place(value):
    return isinstance(value, str | int)


def _is_points(points):
    number = isinstance(points, (int, float)) and not isinstance(points, bool)
    return number and 0 < points < float("inf")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All exercises of one assignment.

    Parameters
    ----------
    title : str
    offers : tuple of str
        Names of bpcore that answers may import; the box holds these, what they need, and no more.
    exercises : sequence of Exercise
    written : sequence of Written
    """

    title: str
    offers: tuple[str, ...] = ()
    exercises: Sequence[Exercise]
    written: Sequence[Written] = ()

    def __post_init__(self):
        """Refuse what is no list of tasks, and two of one name, whose marks would be mixed up."""
        rows = (
            ("title", _is_text(self.title), "a text"),
            (
                "offers",
                isinstance(self.offers, tuple) and _is_list(self.offers, _is_text),
                "a tuple of names, such as ('sigmoid',)",
            ),
            (
                "exercises",
                _is_list(self.exercises, lambda e: isinstance(e, Exercise)),
                "a list of Exercise(...)",
            ),
            (
                "written",
                _is_list(self.written, lambda w: isinstance(w, Written)),
                "a list of Written(...)",
            ),
        )
        _require(self, "", rows)
        names = [task.name for task in (*self.exercises, *self.written)]
        if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise ValueError(f"names must differ, got {', '.join(twice)} twice")
