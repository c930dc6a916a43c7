"""What an answer depends on: the statements of other cells that make or change its names."""

import builtins
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence

from bpgrader.statements import Statement

Place = tuple[int, int]  # a cell, and a statement in it
BUILTINS = frozenset(dir(builtins))
DYNAMIC = {"exec", "globals", "locals", "vars"}  # who reads these may define any name


class Dependencies:
    """Find the statements of other cells on which some cells depend, in linear time.

    Parameters
    ----------
    cells : sequence of sequence of Statement
    chosen : set of int
        Cells that are run whole.
    known : set of str
        Names that are there already; no import of them is taken.
    answers : set of str
        Functions that are called in the end; what calls of these change is not pursued.
    """

    def __init__(
        self,
        cells: Sequence[Sequence[Statement]],
        chosen: set[int],
        known: set[str],
        answers: set[str],
    ):
        self.cells, self.chosen, self.answers = cells, chosen, answers
        self.known = known
        self.taken: set[Place] = set()
        self.names, self.callers = set(), set()
        self.imported = known | _bound(cells, "imported")
        self.constants = _bound(cells, "constant")
        for k, cell in enumerate(cells):
            always = [j for j, statement in enumerate(cell) if statement.always]
            self.taken |= {(k, j) for j in always if k not in chosen}
        self._index()
        self._follow(self._first_names())

    def left_out(self) -> Iterator[tuple[str, str]]:
        """Yield names that the answers use, each with a statement that may change it."""
        for k, cell in enumerate(self.cells):
            for j, statement in enumerate(cell):
                if k not in self.chosen and (k, j) not in self.taken:
                    for name in sorted(self.names & statement.may_change & self.data):
                        yield name, statement.text

    def is_setting(self, statement: Statement) -> bool:
        """Tell whether a statement needs what is imported alone, as ``np.seterr(all="raise")``.

        Such a one may change how all that follows behaves.
        """
        needed = statement.now - BUILTINS
        known = self.imported | self.constants
        return not (statement.fresh or needed.isdisjoint(self.imported)) and needed <= known

    def others(self, passed_over: Container[int]) -> set[Place]:
        """Choose what is not taken, but in some cells: it may count in ways that no name tells."""
        return {
            (k, j)
            for k, cell in enumerate(self.cells)
            if k not in self.chosen and k not in passed_over
            for j in range(len(cell))
            if (k, j) not in self.taken
        }

    def _index(self):
        """Note who binds, changes, calls and reads what."""
        self.binders, self.changers = defaultdict(list), defaultdict(list)
        self.late_changers, self.readers = defaultdict(list), defaultdict(list)
        self.aliases = defaultdict(set)
        every = [(k, j) for k, cell in enumerate(self.cells) for j in range(len(cell))]
        statements = [self._at(place) for place in every]
        spoilers = {name for s in statements if s.spoils for name in s.binds}
        self.data = {
            n for s in statements if not (s.fresh or s.constant or s.is_lambda) for n in s.binds
        }
        self.made = {n for s in statements if not (s.imported or s.constant) for n in s.binds}
        held = self.data | {n for s in statements if s.is_class for n in s.binds}
        for place, s in zip(every, statements, strict=True):
            touched = s.touches | {name for function, name in s.calls if function in spoilers}
            for index, names in (
                (self.binders, s.binds),
                (self.changers, s.stores | touched & held | s.decorators & self.made),
                (self.late_changers, s.late_stores | s.late_touches & held),
                (self.readers, s.now | s.late),
            ):
                for name in names:
                    index[name].append(place)
            for name, other in s.aliases:
                if name in held:  # of range(...) and np.arange(...) nothing else is a part
                    self.aliases[name].add(other)

    def _at(self, place):
        return self.cells[place[0]][place[1]]

    def _first_names(self):
        """Give the names that the chosen cells need from elsewhere."""
        names = set()
        for k in sorted(self.chosen):
            own = set()
            for statement in self.cells[k]:
                names |= statement.late | (statement.now - own)
                own |= statement.binds
        return names

    def _follow(self, names):
        todo = list(names)
        while todo:
            name = todo.pop()
            if name in self.names:
                continue
            self.names.add(name)
            found = [
                p for p in self.binders[name] if not (name in self.known and self._at(p).imported)
            ]
            found += self.changers[name]
            for place in self.late_changers[name]:
                found += self._calls(self._at(place).binds)
            for place in found:
                if place not in self.taken and place[0] not in self.chosen:
                    self.taken.add(place)
                    todo += self._at(place).now | self._at(place).late
            todo += self.aliases[name] & self.data

    def _calls(self, names):
        """Give the statements that call functions, or call what calls them."""
        stack = list(names)
        while stack:
            name = stack.pop()
            if name not in self.callers and name not in self.answers:
                self.callers.add(name)
                for place in self.readers[name]:
                    if name in self._at(place).now:
                        yield place
                    else:
                        stack += self._at(place).binds


def _bound(cells, kind):
    """Give the names that statements of a kind define."""
    return {name for cell in cells for s in cell if getattr(s, kind) for name in s.binds}
