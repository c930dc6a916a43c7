"""The verdict on one exercise, as data; and the only place that says it in English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bpgrader.many import Counted

TEXTS = {
    # whole verdicts
    "right": "Right on {n:input}",
    "carried": "Right on {n:input} with the solution in place of your {names}: full points here",
    "blank": "Not done yet",
    "ended": "Your code ended before it had answered on all inputs",
    "unread": "Your answer could not be read",
    "known": "{text}",
    "maybe": "Perhaps: {text}",  # others would give the same
    "cut short": "{text}",  # of bpgrader.cut
    "partly": "Perhaps, for {path} is what it gives: {text}",
    "both": "Two slips at once: {text} And besides, {second}",
    "limit": "{text}",
    "absent": "{text}",
    # what came back has another form
    "refused": "Your result is or holds {what}; it may be numbers, NumPy arrays, and lists, tuples "
    "or dicts of these",
    "complex": "Your function returned complex numbers where real ones are wanted: the eigenvalues "
    "of a symmetric matrix come from np.linalg.eigvalsh, and a root of a negative number is a slip",
    "changed": "Your function changes its input {name}, so whoever uses it afterwards gets other "
    "numbers; work on a copy ({name}.copy()), and write x = x * y in place of x *= y",
    "none": "{path} must be {want}, you gave None: is a return missing? (append, reverse and sort "
    "give None, too)",
    "unfilled": "{path} is None where {want} is wanted: it was never filled (look at the first and "
    "the last turn of your loop), or with what append, reverse or sort gives",
    "filled": "{path} must be None",
    "kind": "{path} must be {want}, you gave {got}",
    "list": "{path} must be {want}, you gave {got}: make it one with np.array(...)",
    "array": "{path} must be {want}, you gave {got}: make it one with .tolist()",
    "keys": "{path} must have exactly the keys {want}, yours has {got}",
    "length": "{path} must have {want:entry}, yours has {got}",
    "first": "{path} lacks its first entry; the others are right",
    "last": "{path} lacks its last entry; the others are right",
    "extra": "{path} has {extra:entry} after the last one; the others are right",
    "before": "{path} has {extra:entry} before the first one; the others are right",
    "shape": "{path} must be {want}, you gave {got}",
    "turned": "{path} must be {want}, you gave {got}; did you transpose?",
    "axis": "{path} must be {want}, you gave {got}; keep both axes: keepdims=True, or slices in "
    "place of an index",
    "averaged": "{path} must be {want}, you gave {got}: you took a mean or a sum too many",
    "spread": "{path} must be {want}, you gave {got}: is a mean or a sum missing, or its axis?",
    # the numbers are wrong in a way that has a name
    "numbers": "{path} is {got}, wanted {want}",
    "infinite": "not all numbers are finite: look for log(0), 0/0 or an overflowing exp",
    "near": "it agrees with what is wanted to {digits:digit} only: is there an epsilon, a "
    "rounding, or float32 that does not belong there?",
    "transposed": "the numbers are right, but the matrix is transposed",
    "reversed": "the numbers are right, but they stand in reverse order",
    "shuffled": "the numbers are right, but they stand in another order",
    "zero": "every entry is 0: was the result filled, or did both values come from the same array?",
    "sign": "the sign is turned round: every entry is −1 times what is wanted",
    "double": "every entry is twice what is wanted: is a factor 1/2 missing?",
    "half": "every entry is half of what is wanted: is there a factor 1/2 too many?",
    "minus two": "every entry is −2 times what is wanted: look at the sign and at a factor 1/2",
    "four": "every entry is 4 times what is wanted: look at the factors 2 and 4 in your code",
    "quarter": "every entry is a quarter of what is wanted: look at the factors 2 and 4 in your "
    "code",
    "ln 10": "every entry is ln 10 times what is wanted: use the natural logarithm",
    "log10": "that is the logarithm to base 10; use the natural one, np.log",
    "log2": "that is the logarithm to base 2 (bits); use the natural one (nats)",
    "per cent": "every entry is 100 times what is wanted: per cent is not asked",
    "summed": "every entry is m times too large: you summed over the samples, take the mean",
    "divided": "every entry is m times too small: you divided by m once too often",
    "m squared": "every entry is m² times too large: look where you multiply by m, or do not "
    "divide by it",
    "sizes": "every entry is {top} / {bottom} times what is wanted: the wrong one of the two "
    "sizes stands in your code (len(X) is X.shape[0])",
    "factor": "every entry is {factor} times what is wanted, on every input: look for that number "
    "in your code",
    "offset": "every entry is {offset} more than what is wanted, on every input",
    "complement": "that is 1 minus what is wanted",
    "square": "that is the square of what is wanted: a root is missing, or a square too many",
    "root": "that is the root of what is wanted: a square is missing, or a root too many",
    "log": "that is the logarithm of what is wanted",
    "minus log": "that is minus the logarithm of what is wanted",
    "exp": "that is e to the power of what is wanted",
    "inverse": "that is 1 divided by what is wanted",
    "size": "the sizes are right, but some signs are not",
    "same": "your function gives the same on every input: is a number of the example typed in, or "
    "an argument not used?",
    "whole": "every entry is a whole number, and those wanted are not: is there an integer array, "
    "a //, a rounding, or a comparison in your code?",
    "cut": "where it is wrong, it is always {value}: is it filled in part only, or cut off?",
    "close": "it agrees with what is wanted to {digits:digit} only: is there an epsilon, a clip, "
    "a rounding, a step that is too large, or one turn too many or too few?",
    "misplaced": "that is what is wanted at {other}: two things have changed places",
    "echo": "that is the input {name}, as it came",
    "where": "right where {name} is {right}, wrong where it is {wrong}: what does your code "
    "do only there, or take from one example?",
    "unused": "Your function does not use its argument {names}",
    "idle": "nothing reads {names} in line {line} of your cell: what was it for?",
    "random": "Your function gives other numbers when it is called again with the same input: "
    "nothing may be drawn or shuffled there, nor kept from one call to the next",
    "some": "right on {right} of {n:input}: what is special about the others? An end, a tie, a "
    "size that divides another, a large number",
    "place": "line {line} of your cell is one small change away from right: look at {piece}",
    "place of one": "one small change in line {line} of your cell makes {path} right: look at "
    "{piece}",
    # an error of Python or NumPy: the cure first, its own words after it
    "error": "{cure}",  # of bpgrader.cures
    "stopped": "your code stopped with {error}{where}: {text}",
    "time": "Your function ran longer than {seconds} s: is there a loop that never ends, or a "
    "while whose condition never changes?",
    "name": "The numbers are right, but the grader looks for a function with the name {name}, and "
    "yours is {yours}; give it that name",
    "foreign": "The numbers are right, but the grader runs your function with NumPy alone, and it "
    "needs {names}",
}


VAGUE = {
    "numbers",
    "some",
    "factor",
    "offset",
    "close",
    "where",
    "zero",
    "cut",
    "whole",
    "cut short",
    "partly",
    "both",
}  # more can be found out
TOLD = {"turned", "axis", "averaged", "spread"}  # a form that says what the slip is


class Status(StrEnum):
    """What became of an exercise."""

    PASSED = "passed"
    WRONG = "wrong"
    STOPPED = "stopped"
    NOT_DONE = "not done"


@dataclass(frozen=True)
class Slip:
    """A mistake by its code, with the facts that its sentence needs, and the place it is about.

    Examples
    --------
    >>> str(Slip("length", {"path": "your result", "want": 3, "got": 2}))
    'your result must have 3 entries, yours has 2'
    """

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    place: str = ""

    @property
    def kind(self) -> str:
        """What two students who make the same mistake have in common."""
        told = {
            "known": "text",
            "maybe": "text",
            "cut short": "text",
            "partly": "text",
            "both": "text",
            "error": "kind",
            "limit": "text",
            "absent": "text",
        }
        key = told.get(self.code)
        sure = {"maybe": "known", "cut short": "known"}  # how sure we are makes no other one
        code = sure.get(self.code, self.code)
        return f"{code}: {self.facts[key]}" if key else code

    def __str__(self) -> str:
        text = Counted().vformat(TEXTS[self.code], (), self.facts)
        return f"{self.place}: {text}" if self.place else text


@dataclass(frozen=True)
class Verdict:
    """The verdict on one exercise.

    Parameters
    ----------
    status : Status
    slip : Slip
        What it is about: the likely mistake, or that there is none.
    detail : Slip, optional
        Where it shows.
    given : str
        The input on which it shows, if it is short enough to be read.
    look : str
        What to reread.
    parts : tuple
        The parts with points of their own that are right.
    """

    status: Status
    slip: Slip
    detail: Slip | None = None
    given: str = ""
    look: str = ""
    parts: tuple = ()

    @property
    def passed(self) -> bool:
        """Whether the exercise earns its points."""
        return self.status is Status.PASSED

    @property
    def rank(self) -> int:
        """How far the answer came."""
        return [Status.NOT_DONE, Status.STOPPED, Status.WRONG, Status.PASSED].index(self.status)

    @property
    def vague(self) -> bool:
        """Whether it is worth while to look at the code for more."""
        return self.slip.code in VAGUE or self.slip.kind == "error: other"

    @property
    def message(self) -> str:
        """The sentences for the student; plain text, which may hold the student's own."""
        first, detail = str(self.slip), str(self.detail or "")
        first = first if self.slip.code == "known" else first[:1].upper() + first[1:]
        if detail and detail.casefold() != first.casefold():
            first = f"{first.rstrip('.')} ({detail})"
        sentences = [_ended(first)]
        if self.parts and not self.passed:
            sentences.append(f"Right, with points of its own: {', '.join(map(str, self.parts))}.")
        if self.given:
            sentences.append(f"Input: {self.given}.")
        return " ".join([*sentences, *([self.look] if self.look else [])])


def reread(equation: str, chapter: str) -> str:
    """Say where to look: ``Reread eq-bp2 in chapter 8 (delta recursion).``

    Examples
    --------
    >>> reread("eq-bp2", "08_delta_recursion")
    'Reread eq-bp2 in chapter 8 (delta recursion).'
    >>> reread("eq-softmax", "Week 3: softmax")
    'Reread eq-softmax in Week 3: softmax.'
    """
    number, _, title = chapter.partition("_")
    if number.isdigit():
        chapter = f"chapter {int(number)} ({title.replace('_', ' ')})"
    return f"Reread {equation} in {chapter}."


def _ended(text):
    return text if text.endswith((".", "?", "!", ".)", "?)")) else text + "."
