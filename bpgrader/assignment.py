"""An assignment: its source notebook and its specification, read from its folder."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from bpgrader.inside import describe
from bpgrader.spec import Sheet


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
        """The sheet that the specification makes. It is the instructor's code and is trusted.

        Raises
        ------
        ValueError
            If the specification does not run, or makes no sheet.
        """
        module, file = ModuleType(f"exercises_{self.name}"), f"{self.name}/exercises.py"
        try:
            exec(compile(self.spec, file, "exec"), module.__dict__)
            sheet = module.sheet
            if not isinstance(sheet, Sheet):
                raise TypeError(f"sheet must be a Sheet, got {type(sheet).__name__}")
            return sheet
        except Exception as error:
            told = describe(error, file)
            where = f"line {told['line']}" if told["line"] else "it must set sheet = Sheet(...)"
            text = getattr(error, "msg", told["text"])  # without the line
            raise ValueError(f"{file}: {told['error']}: {text} ({where})") from error

    @property
    def notebook(self) -> dict[str, Any]:
        """The source notebook as a dict; cells without an id, as Colab saves them, get one.

        Raises
        ------
        ValueError
            If it is no notebook.
        """
        try:
            notebook = json.loads(self.source)
            for k, cell in enumerate(notebook["cells"]):
                cell.setdefault("id", f"cell-{k}")
        except (ValueError, TypeError, KeyError, AttributeError):
            file = f"{self.name}/source.ipynb"
            raise ValueError(f"{file} is not a notebook; save it again with Jupyter") from None
        return {**notebook, "nbformat": 4, "nbformat_minor": 5}  # the first with ids

    @property
    def digest(self) -> str:
        """A fingerprint of both texts; a result is reused only for the same one."""
        return hashlib.sha256((self.source + self.spec).encode()).hexdigest()[:16]
