"""The Python with NumPy that runs inside the box: a copy that a user without rights can read."""

import contextlib
import functools
import hashlib
import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

import numpy as np

LEFT_OUT = shutil.ignore_patterns(
    *("site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter", "turtledemo"),
    *("lib2to3", "ensurepip", "config-*", "*.a"),
)


class NoBoxError(Exception):
    """There is no working sandbox here; the message says why and what to do."""


def cache() -> Path:
    """Return the folder in which copies are kept."""
    if folder := os.environ.get("BPGRADER_CACHE"):
        return Path(folder)
    if os.getuid() == 0:
        return Path("/var/cache/bpgrader")
    return Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache") / "bpgrader"


def _home():
    try:
        return Path.home()
    except RuntimeError:  # a user of a container that has no name
        raise NoBoxError(
            "this user has no home folder for the sandbox's copy of Python: set BPGRADER_CACHE to "
            "a folder with 200 MB that all may read"
        ) from None


@functools.cache
def environment() -> Path:
    """Build the copy, once per machine; it is made whole and then renamed.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    NoBoxError
        If it cannot be written.
    """
    key = f"2 {sys.version} {np.__version__} {sys.base_prefix} {Path(np.__file__).parent}"
    home = cache() / hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    try:
        if not home.is_dir():
            _build(home)
    except (OSError, shutil.Error) as error:
        why = getattr(error, "strerror", None) or "not all files could be copied; is the disk full?"
        raise NoBoxError(
            f"the sandbox needs a copy of Python in {cache()}, which cannot be written ({why}): "
            "make room there, or set BPGRADER_CACHE to a folder with 200 MB that all may read"
        ) from None
    return home


def _build(home):
    home.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=home.parent))
    try:
        _copy(new)
        _open_up(new)
        with contextlib.suppress(PermissionError):  # a folder of somebody else's is as it is
            home.parent.chmod(home.parent.stat().st_mode | 0o055)
        if not home.is_dir():  # else somebody was quicker
            new.rename(home)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _copy(new):
    stdlib, package = Path(sysconfig.get_path("stdlib")), Path(np.__file__).parent
    shutil.copytree(stdlib, new / "lib" / stdlib.name, ignore=LEFT_OUT)
    for library in Path(sys.base_prefix, "lib").glob("libpython3*.so*"):
        shutil.copy(library, new / "lib")
    (new / "bin").mkdir()
    shutil.copy(Path(sys.executable).resolve(), new / "bin" / "python")
    for part in (package, package.parent / "numpy.libs"):
        if part.is_dir():
            shutil.copytree(part, new / "site" / part.name, ignore=LEFT_OUT)


def _open_up(new):
    """Let everybody read, whatever the umask and the modes of the files copied."""
    for path in (new, *new.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
