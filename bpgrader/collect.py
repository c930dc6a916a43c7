"""Collecting submissions: a notebook, a folder of them, or a zip as course sites hand it out."""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from bpgrader.notebook import MAX_BYTES, UnreadableError, read_bytes

MAX_ZIP = 1_000_000_000  # bytes, unpacked
DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError)
SITES = (
    re.compile(r"(.+)_(\d+)_assignsubmission_file"),  # Moodle
    re.compile(r"([^_/]+)(?:_LATE)?_(\d+)_\d+_[^/]*$"),  # Canvas
)


def collect(paths: Iterable[Path]) -> Iterator[tuple[str, bytes, str]]:
    """Find the notebooks in files, folders and zips; follow no link, unpack nothing.

    Parameters
    ----------
    paths : iterable of path

    Yields
    ------
    (name, data, refusal)
        Name of the submission, its bytes, and why it cannot be graded (or an empty text).

    Raises
    ------
    ValueError
        If a path is no notebook, folder or zip, or is a zip that cannot be read or unpacks to more
        than 1 GB.
    """
    for path in map(Path, paths):
        if path.is_dir() and not path.is_symlink():
            for file in sorted(path.rglob("*.ipynb")):
                if not any(part.startswith(".") for part in file.relative_to(path).parts):
                    yield _plain(file, file.relative_to(path).as_posix())
        elif path.suffix == ".zip" and path.exists():
            yield from _zipped(path)
        elif path.suffix == ".ipynb" and (path.exists() or path.is_symlink()):
            yield _plain(path, path.name)
        else:
            why = "" if path.exists() else ", which does not exist"
            raise ValueError(f"submissions must be notebooks, folders or zips, got {path}{why}")


def student(name: str) -> str:
    """Tell from the name of a file who sent it, for the ways in which course sites name files.

    Examples
    --------
    >>> student("Ada Lovelace_123_assignsubmission_file/work.ipynb")
    'Ada Lovelace_123'
    >>> student("lovelaceada_4711_88_work-1.ipynb")
    'lovelaceada_4711'
    >>> student("ada/assignment.ipynb"), student("ada.ipynb")
    ('ada', 'ada')
    """
    name = "".join(c if c.isprintable() else "?" for c in name)
    for site in SITES:
        if match := site.match(name):
            return "_".join(match.groups())
    folder, _, file = name.rpartition("/")
    return folder or file.removesuffix(".ipynb")


def _plain(path, name):
    try:
        return student(name), read_bytes(path), ""
    except UnreadableError as error:
        return student(name), b"", str(error)


def _zipped(path):
    """Read the notebooks of a zip, each under its checked name; miss nobody who sent only else."""
    total, seen, sent, others = 0, set(), set(), {}
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                name = info.filename
                hidden = any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
                other = not hidden and not name.endswith((".ipynb", "/"))
                if other and any(site.match(name) for site in SITES):
                    others[student(name)] = name.rpartition("/")[2]
                if not name.endswith(".ipynb") or (hidden and ".." not in name):
                    continue
                data, refusal = b"", _unsafe(info, seen)
                seen.add(name)
                if not refusal:
                    try:
                        with archive.open(info) as file:
                            data = file.read(MAX_BYTES + 1)
                    except DAMAGE:
                        refusal = "The zip holds this notebook damaged; send it again."
                    total += len(data)
                if total > MAX_ZIP:
                    raise ValueError(f"{path.name} unpacks to more than {MAX_ZIP:,} bytes")
                sent.add(student(name))
                yield student(name), data, refusal
        for who in sorted(others.keys() - sent):
            file = "".join(c if c.isprintable() else "?" for c in others[who])[:100]
            yield who, b"", f"There is no notebook, only {file!r}; send the .ipynb file itself."
    except DAMAGE as error:
        raise ValueError(f"{path.name} is not a zip that can be read: {error}") from None


def _unsafe(info, seen):
    """Say what is wrong with the name or kind of an entry of a zip, or nothing."""
    name = info.orig_filename
    mode = info.external_attr >> 16
    if name.startswith("/") or "\\" in name or "\0" in name or re.match(r"[A-Za-z]:", name):
        reason = "an absolute name or a backslash"
    elif ".." in PurePosixPath(name).parts:
        reason = "a name that leaves its folder"
    elif name in seen:
        reason = "a name that occurs twice"
    elif mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        reason = "a link or another thing that is no plain file"
    elif info.flag_bits & 1:
        reason = "a password"
    else:
        return ""
    return f"The zip holds this notebook under {reason}; send it again as a plain file."
