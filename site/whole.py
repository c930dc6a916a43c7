"""Writing what people wrote, too: a file is written whole or not at all, and by one at a time."""

import sqlite3
from contextlib import closing, contextmanager

WAIT = 3600  # seconds for another build


@contextmanager
def alone(folder):
    """Wait until nobody else builds there. Whoever is killed leaves no lock, on any system."""
    with closing(sqlite3.connect(folder / "lock.db", timeout=WAIT)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def write(path, text):
    """Write a text; a run that is interrupted, or a full disk, leaves the old one as it was."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
