"""What a notebook has and a program has not: get_ipython, display, what a cell shows, _ and __.

It is at work inside the box, beside the student's code. What can be done without a screen and
without other programs is done; the rest is passed over, or says that it is not here when used.
"""

import importlib
import importlib.util
import os
import re
import shlex
import sys
from types import ModuleType
from typing import Any


class Nothing:
    """Stands for what shows something, such as display()."""

    def __init__(self, *args: Any, **options: Any):
        pass

    def __getattr__(self, name: str) -> Any:
        return Nothing


class Absent:
    """Stands for what is not here; an answer that does not use it does not miss it."""

    def __init__(self, error: BaseException):
        self.__dict__["error"] = error

    def __getattr__(self, name):
        raise self.__dict__["error"]

    def __call__(self, *args, **options):
        raise self.__dict__["error"]

    __getitem__ = __setitem__ = __iter__ = __len__ = __neg__ = __call__
    __add__ = __sub__ = __mul__ = __truediv__ = __matmul__ = __pow__ = __call__
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rmatmul__ = __call__


class Shell(Nothing):
    """Stands for what get_ipython() gives.

    Parameters
    ----------
    user_ns : dict
        The names of the notebook.
    """

    def __init__(self, user_ns: dict[str, Any]):
        self.user_ns, self.shown = user_ns, None

    def install(self) -> None:
        """Put into the notebook what Jupyter puts there."""
        self.user_ns |= {"get_ipython": lambda: self, "display": Nothing}
        sys.displayhook = self.show
        if importlib.util.find_spec("IPython") is None:
            module, shown = _Shown("IPython"), _Shown("IPython.display")
            sys.modules |= {"IPython": module, "IPython.display": shown}
            vars(module).update(get_ipython=lambda: self, display=shown, __path__=[])

    def show(self, value: Any) -> None:
        """Keep the value of the last line of a cell under the names that Jupyter has for it."""
        names = self.user_ns
        is_ours = names.get("_", self.shown) is self.shown  # else the student has given it
        if is_ours and not isinstance(value, (type(None), Nothing, Absent)):
            names["___"], names["__"] = names.get("__"), names.get("_")
            names["_"] = self.shown = value

    def push(self, variables: dict[str, Any]) -> None:
        self.user_ns |= variables

    def ex(self, code: str) -> None:
        exec(code, self.user_ns)

    run_cell = ex

    def ev(self, code: str) -> Any:
        return eval(code, self.user_ns)

    def magic(self, line: str) -> Any:
        return self.run_line_magic(*line.lstrip("%").partition(" ")[::2])

    def run_line_magic(self, name: str, line: str) -> Any:
        if name != "time":
            line = self._filled(line)
        if name in ("env", "set_env"):
            key, _, value = line.partition("=" if "=" in line else " ")
            if value:
                os.environ[key.strip()] = value.strip()
            return os.environ.get(key.strip())
        if name == "time":
            return self.ev(line)
        if name == "run":
            return self._run(shlex.split(line))
        return Absent(OSError(f"%{name} is not run here"))

    def run_cell_magic(self, name: str, line: str, body: str) -> Any:
        if name in ("writefile", "file"):
            *options, path = shlex.split(line)
            with open(os.path.expanduser(path), "a" if options else "w", encoding="utf-8") as file:
                file.write(body)
        return Nothing()

    def getoutput(self, line: str, *_: Any) -> Any:
        return Absent(OSError(f"!{line} is not run here"))

    def _filled(self, line):
        """Put in the values of {expressions} and $names, as Jupyter does; else leave the line."""

        def value(found):
            return str(eval(found[1] or found[2], self.user_ns))

        try:
            return re.sub(r"\{([^{}]+)\}|(?<!\$)\$([\w.]+)", value, line)
        except Exception:
            return line

    def _run(self, words):
        path = next(word for word in words if not word.startswith("-"))
        path = path if os.path.exists(path) else f"{path}.py"
        with open(path, encoding="utf-8") as file:
            code = compile(file.read(), path, "exec")
        names = self.user_ns if "-i" in words else {"__name__": "__main__"}
        exec(code, names)
        self.user_ns |= {n: value for n, value in names.items() if not n.startswith("__")}


class _Shown(ModuleType):
    """Stands for a module of IPython: whatever is taken from it shows nothing."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing
