"""The exercise specification: what is asked, on which inputs, and how it usually goes wrong.

One small module `exercises.py` beside each source notebook makes a `Sheet` called ``sheet``. The
same specification serves the check in the student's notebook (visible inputs), the grader (hidden
inputs) and the proof of the assignment itself.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from bpgrader.inside import call, encode

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
        Given in full for right numbers on all hidden inputs, else 0.
    equation : str
        Label of the equation it implements, such as ``eq-bp2``.
    chapter : str
        File name of its chapter, such as ``08_delta_recursion``.
    inputs : callable
        rng -> tuple of arguments: numbers, arrays, None, and lists of these. Layer widths and m
        all differ, so that a forgotten transpose cannot hide.
    reference : callable
        Gives what is wanted; runs outside the box, and may use all of bpcore.
    wrong : mapping of str to callable
        Known mistakes, at least eight: what to tell the student -> an answer that makes it.
    right : sequence of callable
        Right answers, at least three, written differently from each other.
    """

    name: str
    points: float
    equation: str
    chapter: str
    inputs: Callable[[np.random.Generator], tuple]
    reference: Callable
    wrong: Mapping[str, Callable]
    right: Sequence[Callable]

    def cases(self, rng: np.random.Generator, count: int) -> dict:
        """Draw inputs, and compute what is wanted and what each known mistake would give.

        Parameters
        ----------
        rng : numpy Generator
        count : int
            Number of inputs to draw.

        Returns
        -------
        dict
            ``args``, ``want``: one JSON value per input; ``wrong``: one [message, outcomes] pair
            per known mistake; ``samples``: the number m of samples of each input, or 0.
        """
        args = [[encode(arg) for arg in self.inputs(rng)] for _ in range(count)]
        want = self.answers(self.reference, args)
        return {
            "args": args,
            "want": [outcome["value"] for outcome in want],
            "wrong": [[text, self.answers(f, args)] for text, f in self.wrong.items()],
            "samples": [_samples(a) for a in args],
        }

    @staticmethod
    def answers(function: Callable, args: list) -> list[dict]:
        """Call a function of the instructor's on all inputs; NumPy's warnings are not shown."""
        with np.errstate(all="ignore"):
            return [call(function, a) for a in args]

    @property
    def reread(self) -> dict[str, str]:
        """Where to look things up: the label of the equation and the file of the chapter."""
        return {"equation": self.equation, "chapter": self.chapter}


def _samples(args):
    """Give m: the columns of the last matrix among the arguments."""
    shapes = [a["shape"] for a in args if isinstance(a, dict) and len(a.get("shape", ())) == 2]
    return shapes[-1][1] if shapes else 0


@dataclass(frozen=True, kw_only=True)
class Written:
    """A question that is answered in words and marked by a person.

    Parameters
    ----------
    name : str
        The id of its Markdown cell.
    points : float
    rubric : str
        What the person looks for.
    """

    name: str
    points: float
    rubric: str


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


@dataclass(frozen=True)
class Assignment:
    """A source notebook and its specification, as texts, so that they travel to any worker.

    Parameters
    ----------
    name : str
        The name of its folder.
    source : str
        The source notebook, with solution regions, as JSON.
    spec : str
        The text of ``exercises.py``.
    """

    name: str
    source: str
    spec: str

    @classmethod
    def load(cls, folder: str | Path) -> "Assignment":
        """Read ``source.ipynb`` and ``exercises.py`` from a folder.

        Raises
        ------
        FileNotFoundError
            If one of the two is missing.
        """
        folder = Path(folder).resolve()
        texts = []
        for name in ("source.ipynb", "exercises.py"):
            if not (folder / name).is_file():
                raise FileNotFoundError(
                    f"{folder.name} is not an assignment: it has no {name}; an assignment is a "
                    "folder with source.ipynb and exercises.py"
                )
            texts.append((folder / name).read_text(encoding="utf-8"))
        return cls(folder.name, *texts)

    @property
    def sheet(self) -> Sheet:
        """The sheet that the specification makes. It is the instructor's code and is trusted."""
        module = ModuleType(f"exercises_{self.name}")
        exec(compile(self.spec, f"{self.name}/exercises.py", "exec"), module.__dict__)
        return module.sheet

    @property
    def notebook(self) -> dict[str, Any]:
        """The source notebook as a dict."""
        return json.loads(self.source)

    @property
    def digest(self) -> str:
        """A fingerprint of both texts; a result is reused only for the same one."""
        return hashlib.sha256((self.source + self.spec).encode()).hexdigest()[:16]
