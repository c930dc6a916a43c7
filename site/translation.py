"""The edition in another language, from the same sources.

write    write the translated source, which is then built like the English: ``make book-zh``
update   bring the catalogues up to date: ``make translations``
check    compare what translators wrote with the English: all pages, or those that are named
"""

import argparse
import json
from pathlib import Path

import catalogues
import messages
import nbformat
import yaml
from compare import findings
from execute import CACHE, found, lay
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn


def check(names):
    """Print what is wrong in catalogues, a line each, and how much there is to do."""
    wrong = todo = total = 0
    for name in names:
        catalogue = catalogues.read(name)
        found = list(findings(catalogues.path(name), catalogue))
        for finding in found:
            print(finding)
        wrong += len(found)
        total += sum(not entry.obsolete for entry in catalogue)
        todo += len(catalogue.untranslated_entries()) + len(catalogue.fuzzy_entries())
    print(f"{total - todo} of {total} messages are translated; {wrong} findings")
    return wrong


def write(out):
    """Write the translated source; a file that says what it said keeps its date."""
    for name, paths in catalogues.sources().items():
        done = catalogues.done(name)
        for path in paths:
            text = messages.translate(path, lambda message, kind, done=done: done.get(message))
            if path.parts[0] == "assignments":
                text = sign(text)
            put(out / path, settings(text) if path.name == "_config.yml" else text)
            if path.parent.name == "chapters" and path.suffix == ".ipynb":
                lend(path, out / path)
    words = catalogues.FOLDER / f"{catalogues.SITE}.po"
    put(out / words, words.read_text(encoding="utf-8"))
    for name in ("site", "CITATION.cff"):
        if not (out / name).exists():
            (out / name).symlink_to(Path(name).resolve())


def lend(original, translated):
    """Keep what a notebook gave also under its translation, which has the same code.

    The cache looks at the words about pictures, too, which stand in the cells' metadata.
    """
    cache = get_cache(CACHE)
    notebook = nbformat.read(translated, as_version=4)
    if not found(cache, notebook):
        done = found(cache, nbformat.read(original, as_version=4))
        given = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for cell, executed in zip(given, done.nb.cells, strict=True):
            cell.outputs, cell.execution_count = executed.outputs, executed.execution_count
        notebook.metadata["widgets"] = done.nb.metadata.get("widgets", {})
        lent = CacheBundleIn(notebook, str(translated.resolve()), data=done.record.data)
        lay(cache, lent)


def sign(text):
    """Keep in each cell how it was handed out, for the grader, which knows only the English."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["metadata"]["released"] = {"id": cell["id"], "text": "".join(cell["source"])}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def settings(text):
    """Set the language, and lead to what the English edition has executed and read."""
    config = yaml.safe_load(text)
    config["execute"]["cache"] = str(Path("_build/.jupyter_cache").resolve())
    config["sphinx"]["config"] |= {
        "language": catalogues.LANGUAGE,
        "locale_dirs": ["locale"],
        "html_search_options": {"terms": str((catalogues.FOLDER.parent / "terms.csv").resolve())},
        "book_words": catalogues.done(catalogues.PICTURES),
        "book_values": catalogues.done(catalogues.VALUES),
        "book_english": str(Path("_build/.doctrees").resolve()),
    }
    return yaml.safe_dump(config, allow_unicode=True, sort_keys=False)


def put(path, text):
    """Write a file, if it says anything new."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update", help="bring the catalogues up to date")
    command = commands.add_parser("write", help="write the translated source")
    command.add_argument("out", type=Path)
    command = commands.add_parser("check", help="find what is missing or wrong")
    command.add_argument("page", nargs="*", help="as chapters/03_loss; all if none is named")
    options = parser.parse_args()
    if options.command == "update":
        catalogues.update()
        return
    if options.command == "write":
        write(options.out)
        return
    known = catalogues.names()
    names = [page.removesuffix(".po").partition("LC_MESSAGES/")[2] or page for page in options.page]
    if unknown := set(names) - set(known):
        parser.error(f"no page {', '.join(sorted(unknown))}; the pages are {', '.join(known)}")
    raise SystemExit(check(names or known) > 0)


if __name__ == "__main__":
    main()
