"""Writing what people wrote, too: a file is written whole or not at all."""


def write(path, text):
    """Write a text; a run that is interrupted, or a full disk, leaves the old one as it was."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
