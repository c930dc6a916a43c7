"""The results folder: one JSON file per submission, written whole or not at all."""

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bpgrader.result import Result


def file_name(name: str) -> str:
    """Make a safe, unique file name for a submission, in ASCII.

    Examples
    --------
    >>> file_name("../Ada Lovelace")
    'Ada-Lovelace-504198ca'
    """
    slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:40] or "x"
    return f"{slug}-{fingerprint(name)}"


def fingerprint(name: str) -> str:
    """Return eight characters that tell two names apart, however alike they look."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    OSError
        In one sentence, which names the file.
    """
    try:
        _write(path, content)
    except OSError as error:
        raise OSError(f"{path} cannot be written: {error.strerror or error}") from None


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, new = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with open(fd, "wb") as file:
            data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
            file.write(data)
        os.chmod(new, 0o644)
        os.replace(new, path)
    except BaseException:  # a full disk: nothing is left behind
        os.unlink(new)
        raise


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep the tables of a folder for oneself; whoever else wants them waits."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def save(folder: Path, result: Result) -> None:
    """Write the result of one submission into the results folder."""
    write(folder / "results" / f"{file_name(result.name)}.json", result.to_json())


def load(folder: Path) -> tuple[dict[str, Result], list[str]]:
    """Read all results of a results folder.

    Returns
    -------
    dict
        Name of the submission -> result.
    list of str
        The files that hold no result of this format, or are copies under another name.
    """
    results, others = {}, []
    for path in sorted((folder / "results").glob("*.json")):
        try:
            result = Result.from_json(path.read_text("utf-8"))
        except ValueError:
            others.append(path.name)
        else:
            if path.stem == file_name(result.name):
                results[result.name] = result
            else:
                others.append(path.name)
    return results, others
