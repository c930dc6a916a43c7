"""The program of the box as one text, as Python's option -c takes it: no file goes in."""

from pathlib import Path

from bpgrader import inside, shell

MODULE = """
import sys, types
sys.path.append({site!r})
module = sys.modules[{name!r}] = types.ModuleType({name!r})
exec(compile({text!r}, "<{name}>", "exec"), vars(module))
"""


def program(site: str) -> bytes:
    """Write the program that runs a student's cells.

    Parameters
    ----------
    site : str
        The folder in which it finds NumPy.

    Examples
    --------
    >>> b"def main()" in program("/env/site")
    True
    """
    text = Path(shell.__file__).read_text(encoding="utf-8")  # whatever this machine's language is
    before = MODULE.format(site=site, name=shell.__name__, text=text)
    return before.encode() + Path(inside.__file__).read_bytes()
