"""The code answers in a student's notebook, and what they depend on. Nothing is executed."""

import ast
import builtins
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bpgrader.dependencies import DYNAMIC, Dependencies
from bpgrader.ipython import RUN_THEIR_CODE, Clock, NotPythonError, python_of
from bpgrader.notebook import BEGIN, source_of, tags_of
from bpgrader.statements import Statement, statements

MAGIC = re.compile(rf"\s*(%%(?!(?:{'|'.join(RUN_THEIR_CODE)})\b)\w+)")


@dataclass(frozen=True)
class Code:
    """The code answers of a notebook.

    Parameters
    ----------
    steps : tuple of str
        The code to run, one step after the other: the setup cells as released, the cells with
        answers, and the statements of other cells that these depend on, in the student's order.
    where : dict
        For every exercise with an answer: which step gives its name a value last.
    defs : dict
        The same, but which step defines it by a def; where none does, as `where`.
    uses : dict
        For each of these: the names that its cells read.
    missing : dict
        For every other exercise: what to tell the student.
    broken : set of str
        The exercises of `missing` whose cell could not be read.
    left_out : tuple of (str, str)
        Names that answers use, with a statement that may change them and is not run at first.
    unread : tuple of (str, str)
        The same, where it is never run, as its cell could not be read.
    in_turn : bool
        Whether an answer may be right only when it is called before later cells are run: several
        cells define or change a name that answers use, or that of an answer; they set how all that
        follows behaves; or there are others.
    others : tuple of (int, str)
        The lines of the student's own cells on which no answer depends by name, each with the step
        before which it stands. They are run where an answer is not right without them.
    """

    steps: tuple[str, ...] = ()
    where: Mapping[str, int] = field(default_factory=dict)
    defs: Mapping[str, int] = field(default_factory=dict)
    uses: Mapping[str, set[str]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    left_out: tuple[tuple[str, str], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    in_turn: bool = False
    others: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class _Cell:
    """A student's code cell: its Python and its statements, or what is wrong with it."""

    id: str
    source: str
    statements: list[Statement]
    fault: str = ""

    @property
    def binds(self):
        """The names that its statements define."""
        return set().union(*(statement.binds for statement in self.statements))

    @property
    def declares(self):
        """The names that its functions define as global ones."""
        return set().union(*(statement.declares for statement in self.statements))

    @property
    def reads(self):
        """The names that its statements and functions read."""
        return set().union(*(statement.now | statement.late for statement in self.statements))

    @property
    def tells(self):
        """The words of statements that may define any name, as ``exec("def f(): ...")`` does."""
        found = (s.text for s in self.statements if DYNAMIC & s.now)
        return set(re.findall(r"\w+", "\n".join(found))) - self.reads

    @property
    def defs(self):
        """Those of them that are functions for certain."""
        own = (s for s in self.statements if s.fresh and not s.imported)
        return set().union(*(statement.binds for statement in own))


def read_code(source: dict, names: list[str], cells: list[dict]) -> Code:
    """Find the code answers in a student's cells, and what they depend on.

    Parameters
    ----------
    source : dict
        Source notebook; its code cells tagged ``setup`` are run, as released.
    names : list of str
        The names of the exercises.
    cells : list of dict
        The student's cells, from `bpgrader.notebook.read_cells`.

    Notes
    -----
    The last cell that defines a name wins, wherever it stands; the cell id of the release is used
    only where none defines it. The student's own test cells are not run. Where one of them gives
    its result the name of the function, as in ``f = f(x)``, both cells are.
    """
    clock = Clock()
    setup = [c for c in source["cells"] if c["cell_type"] == "code" and "setup" in tags_of(c)]
    known = [_read_cell({"id": "", "source": source_of(c)}, clock) for c in setup]
    own = [_read_cell(c, clock) for c in cells if c["type"] == "code"]
    last, by_def = {}, {}
    for k, cell in enumerate(own):
        last |= dict.fromkeys((cell.binds | cell.declares).intersection(names), k)
        by_def |= dict.fromkeys(cell.defs.intersection(names), k)
    told = {name: k for k, cell in enumerate(own) for name in cell.tells.intersection(names)}
    last = told | last
    by_def = last | by_def
    chosen = {*last.values(), *by_def.values()}
    rest = [name for name in names if name not in last]
    ids = answer_ids(source, names)
    missing = {name: _missing(name, ids[name], own, cells) for name in rest}
    depends = Dependencies(
        [cell.statements for cell in own],
        chosen,
        set().union(*(cell.binds for cell in known)),
        set(names),
    )
    released = {source_of(cell) for cell in source["cells"]}
    steps, step_of, beside = _in_order(known, own, depends, released)
    unread = tuple(_unread(own, depends))
    return Code(
        tuple(steps),
        {name: step_of[last[name]] for name in names if name in last},
        {name: step_of[by_def[name]] for name in names if name in last},
        {n: own[k].reads | own[by_def[n]].reads for n, k in last.items()},
        {name: text for name, (text, _) in missing.items()},
        frozenset(name for name, (_, broken) in missing.items() if broken),
        (*depends.left_out(), *unread),
        unread,
        bool(beside)
        or last != by_def
        or any(depends.is_setting(s) for k in chosen for s in own[k].statements)
        or _is_defined_again(own, depends.known, depends.names),
        tuple(beside),
    )


def _in_order(known, own, depends, released):
    """Give what is run, in which step each chosen cell is, and what stands beside, before which."""
    steps, step_of, beside = [cell.source for cell in known], {}, []
    others = depends.others({k for k, cell in enumerate(own) if cell.source in released})
    for k, cell in enumerate(own):
        if k in depends.chosen:
            step_of[k] = len(steps)
            steps.append(cell.source)
            continue
        before = None
        for j, statement in enumerate(cell.statements):
            if (k, j) in depends.taken:
                steps.append(statement.in_place)
            elif (k, j) in others and before == len(steps):  # the next of one cell
                beside[-1] = before, _joined(beside[-1][1], statement)
            elif (k, j) in others:
                before = len(steps)
                beside.append((before, statement.in_place))
    return steps, step_of, beside


def _joined(text, statement):
    """Put a statement behind what comes before it in its cell, at the line where it stands."""
    lines = statement.line - 1 - text.count("\n")
    return text + "\n" * max(lines, 1) + statement.text


def _read_cell(cell, clock):
    try:
        text, tree = python_of(cell["source"], clock)
        return _Cell(cell["id"], text, statements(text, tree, clock))
    except NotPythonError as error:
        return _Cell(cell["id"], cell["source"], [], str(error))


def _missing(name, released, cells, raw):
    """Say what became of an exercise that no cell defines, and whether its cell is broken."""
    attempt = re.compile(rf"\bdef\s+{name}\b")
    for cell in raw:
        magic = MAGIC.match(cell["source"])
        if cell["type"] == "code" and magic and attempt.search(cell["source"]):
            why = f"stands in a cell that begins with {magic[1]}, which defines no function here"
            return f"Not done: {name} {why}; take that line out.", False
    found = [c for c in cells if c.id == released or (c.fault and attempt.search(c.source))]
    if found and found[-1].fault:
        return f"Your cell {found[-1].fault}.", True
    if found and found[-1].source.strip():
        return f"Your cell does not define {name}; keep the name of the function.", False
    if any(c["type"] != "code" and attempt.search(c["source"]) for c in raw):
        why = "stands in a cell of text, which is not run; make it a cell of code"
        return f"Not done: {name} {why}.", False
    return f"Not done: no cell defines {name}.", False


def _unread(cells, depends):
    """Give names that are wanted and stand only in a cell that could not be read."""
    names = depends.names - depends.known
    bound = set().union(*(cell.binds for cell in cells))
    for cell in cells:
        if cell.fault:
            for name in sorted(names - bound & set(re.findall(r"\w+", cell.source))):
                yield name, f"a cell that {cell.fault}"


def _is_defined_again(cells, known, names):
    """Whether one of some names is given a second meaning, so that it matters when it is read."""
    given = Counter([*dir(builtins), *known])
    for cell in cells:
        own = [s for s in cell.statements if not (s.imported and s.binds <= known)]
        given.update(set().union(*(s.binds | s.stores for s in own)))
    star = any(s.always for cell in cells for s in cell.statements)
    return star or any(given[name] > 1 for name in names)


def answer_ids(source: dict, names: list[str]) -> dict[str, str]:
    """Return the id of the cell of the source notebook that holds each exercise."""
    ids = {}
    for cell in source["cells"]:
        if cell["cell_type"] == "code" and BEGIN in source_of(cell):
            for node in parsed(cell).body:
                if (name := getattr(node, "name", None)) in names:
                    ids[name] = cell["id"]
    if lost := [name for name in names if name not in ids]:
        raise ValueError(f"source.ipynb has no cell with a solution region for {', '.join(lost)}")
    return ids


def parsed(cell: dict) -> ast.Module:
    """Parse a cell of the source notebook.

    Raises
    ------
    ValueError
        If it is not plain Python.
    """
    try:
        return ast.parse(source_of(cell))
    except SyntaxError as error:
        raise ValueError(
            f"cell {cell['id']!r} of source.ipynb is not plain Python (line {error.lineno}: "
            f"{error.msg}); what begins with % or ! stands in cells without a solution or setup"
        ) from None
