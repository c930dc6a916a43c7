"""Collecting submissions: a notebook, a folder of them, or a zip as course sites hand it out.

What a file is decides, not what it is called; folders and zips take the same way. Nobody who sent
something is left out: who sent no notebook gets a sentence that says so.
"""

import functools
import io
import itertools
import json
import lzma
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from bpgrader.notebook import MAX_FILE, UnreadableError, read_bytes
from bpgrader.result import Sender
from bpgrader.senders import MOODLE, misnamed, printable, sender, wrapper

MAX_ZIP = 1_000_000_000  # bytes, unpacked
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError),
    *(OSError, EOFError),
)
JUNK = re.compile(r"(\.|__MACOSX|Thumbs\.db$|desktop\.ini$)", re.I)


@dataclass(frozen=True)
class Submission:
    """What one student sent.

    Parameters
    ----------
    name : str
        The student, with a number from the second notebook on: ``ada``, ``ada (2)``.
    sender : Sender
    data : bytes
        The notebook as it came.
    refusal : str
        Why it cannot be graded, or empty.
    """

    name: str
    sender: Sender
    data: bytes = b""
    refusal: str = ""


@dataclass(frozen=True)
class _File:
    """A file somewhere: its name, how to read it, and whose it is."""

    name: str
    read: Callable[[int], bytes]  # at most so many bytes; may raise UnreadableError
    sender: Sender


def collect(paths: Iterable[Path], out: Path | None = None) -> Iterator[Submission]:
    """Find the notebooks in files, folders and zips; follow no link, unpack nothing.

    Parameters
    ----------
    paths : iterable of path
    out : path, optional
        The folder of the results, which holds no submissions; it may stand among them.

    Yields
    ------
    Submission
        In order of the names; every name once.

    Raises
    ------
    ValueError
        If a path is no notebook, folder or zip, or is a zip that cannot be read or unpacks to more
        than 1 GB; or if it is `out` itself.
    """
    used = set()
    paths = [*map(Path, paths)]
    own = _own_folders(paths, out)
    for path in paths:
        for who, data, refusal in _students(_files(path, out, own)):
            numbered = (f"{who.student} ({k})" for k in itertools.count(2))
            name = next(n for n in itertools.chain([who.student], numbered) if n not in used)
            used.add(name)
            yield Submission(name, who, data, refusal)


def _students(files):
    """Give (sender, bytes, refusal) of each notebook, and of each student who sent none."""
    sent, others = set(), {}
    for file, data, refusal in _notebooks(files):
        who = file.sender
        if data is None:
            others.setdefault(who.student, who)
        else:
            sent.add(who.student)
            yield who, data, refusal
    for student in sorted(others.keys() - sent):
        file = others[student].file.rpartition("/")[2][:100]
        text = f"There is no notebook, only {file!r}; send the .ipynb file itself."
        yield others[student], b"", text


def _notebooks(files, nested=False):
    """Give (file, bytes, refusal) of each file; of what is no notebook the bytes are None."""
    for file in files:
        called = file.name.endswith(".ipynb")
        try:
            head = file.read(64)
            json_like = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
            zip_like = head.startswith(b"PK\3\4") and not nested
            data = file.read(MAX_FILE + 1) if called or json_like or zip_like else b""
        except UnreadableError as error:
            yield file, b"" if called else None, str(error)
            continue
        if called or (json_like and _is_notebook(data)):
            yield file, data, ""
        else:
            inner = _inside(file, data) if zip_like else []
            yield from inner or [(file, None, "")]


def _is_notebook(data):
    try:
        return "nbformat" in json.loads(data)
    except (ValueError, RecursionError):
        return False


def _inside(file, data):
    """Give the notebooks of a zip that a student sent."""
    try:
        inner = _zipped(io.BytesIO(data), f"{file.name}/", file.sender)
        entries = list(_notebooks(inner, nested=True))
    except DAMAGE:
        return []
    return [entry for entry in entries if entry[1] is not None]


def _own_folders(paths, out):
    """Choose, of what the command line names, the folders of one student each, as in ``sent/*``.

    They are such where a course site named them, or where the files in two of them would be one
    student's. The same goes for files, ``sent/*/work.ipynb``. Gives path -> its name.
    """
    folders = {path: path if _is_folder(path) else path.absolute().parent for path in paths}
    names = {path: folder.absolute().name for path, folder in folders.items()}
    told = {}
    for path in paths:
        if _is_folder(path) or not _is_zip(path):
            inner = _listed(path, out) if _is_folder(path) else [path.name]
            sent = [name for name in inner if ".ipynb" in name]
            told[path] = {sender(name).student for name in sent or inner}
    alone = Counter(student for people in told.values() if len(people) == 1 for student in people)
    several = len({names[path] for path in told}) > 1 and any(n > 1 for n in alone.values())
    return {
        path: names[path]
        for path, people in told.items()
        if (several and len(people) == 1) or MOODLE.match(names[path])
    }


def _is_folder(path):
    return path.is_dir() and not path.is_symlink()


def _is_zip(path):
    return path.is_file() and (path.suffix.lower() == ".zip" or zipfile.is_zipfile(path))


def _listed(folder, out):
    """Give the files in a folder, by their names in it."""
    ours = _below(folder, out)
    found = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*"))}
    return {
        name: file
        for name, file in found.items()
        if not (_is_folder(file) and file.suffix != ".ipynb")
        and not _junk(name)
        and not name.startswith(ours)
    }


def _files(path, out, own):
    """Give the files that a path of the command line stands for."""
    folder = f"{own[path]}/" if path in own else ""
    if _is_folder(path):
        found = _listed(path, out)
        wrong, outer = misnamed(found), "" if folder else wrapper(found)
        for name, file in found.items():
            own_name = folder + name.removeprefix(outer)
            who = sender(own_name, canvas=not folder and name not in wrong)
            yield _File(folder + name, functools.partial(read_bytes, file), who)
    elif _is_zip(path):
        try:
            yield from _zipped(path)
        except DAMAGE as error:
            raise ValueError(f"{path.name} is not a zip that can be read: {error}") from None
    else:
        called = path.suffix == ".ipynb" and (path.exists() or path.is_symlink())
        if not called and not (path.is_file() and _is_notebook(read_bytes(path, MAX_FILE))):
            why = "" if path.exists() else ", which does not exist"
            raise ValueError(f"submissions must be notebooks, folders or zips, got {path}{why}")
        who = sender(folder + path.name, canvas=not folder)
        yield _File(folder + path.name, functools.partial(read_bytes, path), who)


def _below(path, out):
    """Give how the names of results begin, where they stand among the submissions."""
    folder, results = path.resolve(), (out or path.parent).resolve()
    if folder == results:
        raise ValueError(f"--out must be a folder of its own, got that of the submissions, {out}")
    within = folder in results.parents
    return f"{results.relative_to(folder).as_posix()}/" if within else "/"  # no name begins so


def _junk(name):
    return any(JUNK.match(part) for part in name.split("/") if part != "..")


def _zipped(source, folder="", owner=None):
    """Give the files of a zip, each under its checked name."""
    total = 0

    def read(info, refusal, size):
        nonlocal total
        if refusal:
            raise UnreadableError(f"The zip holds this notebook {refusal}.")
        try:
            with archive.open(info) as file:
                data = file.read(size)
        except DAMAGE:
            raise UnreadableError("The zip holds this notebook damaged; send it again.") from None
        total += len(data)
        if total > MAX_ZIP:
            raise ValueError(f"the zip unpacks to more than {MAX_ZIP:,} bytes")
        return data

    with zipfile.ZipFile(source) as archive:
        infos = [i for i in archive.infolist() if not i.filename.endswith("/")]
        names = [_name(info) for info in infos]
        root = f"{source.stem}/" if isinstance(source, Path) else "/"  # a folder that was zipped
        if all(name.startswith(root) for name in names if not _junk(name)):
            names = [name.removeprefix(root) for name in names]
        if owner is None:
            outer = wrapper(name for name in names if not _junk(name))
            names = [name.removeprefix(outer) for name in names]
        wrong = misnamed((name for name in names if not _junk(name)), owner is not None)
        seen = set()
        for info, name in zip(infos, names, strict=True):
            if not _junk(name):
                who = sender(name, canvas=name not in wrong)
                if owner and (owner.id or not who.id):
                    who = owner  # what a student calls the files in a zip does not count
                who = replace(who, file=printable(folder + name))
                yield _File(folder + name, functools.partial(read, info, _unsafe(info, seen)), who)
                seen.add(info.orig_filename)


def _name(info):
    """Give the name of an entry; some programs write UTF-8 and do not say so."""
    try:
        return info.filename if info.flag_bits & 0x800 else info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


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
    return f"under {reason}; send it again as a plain file"
