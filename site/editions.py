"""Other editions of the book, all made from the one source.

live      the notebooks with a first cell that installs the package, for JupyterLite
branch    the same for Colab and Binder, with what they install
lab       the notebooks as a reader's own: ``make lab``
"""

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import nbformat
from languages import LANGUAGES
from reader import FOLDER

SITE = Path("_build/html")
BESIDE = ("anywidget", "matplotlib", "scikit-learn", "tqdm")  # what the notebooks import besides


def notebooks(site=None):
    """Find the notebooks that readers get, in each language that is built: {name: path}."""
    found = {}
    for language in LANGUAGES.values():
        folder = (site or SITE) / language.folder / FOLDER
        for path in sorted(folder.rglob("*.ipynb")):
            found[Path(language.folder, path.relative_to(folder))] = path
    return found


def live(requirement, out):
    """Copy the notebooks, each with a first cell that installs what it needs.

    Parameters
    ----------
    requirement : str
        How pip finds the package: its name, or the address of its repository.
    out : Path
        Folder to write to; what was in it goes.
    """
    shutil.rmtree(out, ignore_errors=True)
    install = (
        "# Run this cell first: it installs the package of the book (needs the network).\n"
        f'%pip install -q "{requirement}" {" ".join(BESIDE)}'
    )
    for name, path in notebooks().items():
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(0, nbformat.v4.new_code_cell(install, id="install"))
        (out / name.parent).mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, out / name)


def branch(address, out):
    """Write the branch that Colab and Binder open.

    Parameters
    ----------
    address : str
        Of the repository.
    out : Path
        Folder to write to; what was in it goes.
    """
    requirement = f"git+{address}"
    live(requirement, out)
    for name in ("LICENSE", "LICENSE-text"):
        shutil.copy(name, out)
    (out / ".binder").mkdir()  # Binder makes its machine from it
    lines = [f"bpcore @ {requirement}", *BESIDE, "jupyterlab"]
    (out / ".binder" / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def lab(out):
    """Copy the notebooks into a folder of the reader's own; what the reader has changed stays.

    Parameters
    ----------
    out : Path
        The folder. It remembers what was put there, so that a newer book replaces that alone.
    """
    record = out / ".from-the-book.json"
    given = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    for name, path in notebooks().items():
        own, new = out / name, checksum(path)
        if given.get(name.as_posix()) == new and own.is_file():
            continue
        if own.is_file() and checksum(own) not in (new, given.get(name.as_posix())):
            print(f"{own} has your changes and stays; rename it to get the one of this book.")
            continue
        own.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, own)
        given[name.as_posix()] = new
    record.write_text(json.dumps(given, indent=1), encoding="utf-8")


def checksum(path):
    """Give the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("live", help="notebooks that install the package first")
    command.add_argument("requirement")
    command.add_argument("out", type=Path)
    command = commands.add_parser("branch", help="the branch that Colab and Binder open")
    command.add_argument("address")
    command.add_argument("out", type=Path)
    command = commands.add_parser("lab", help="notebooks as a reader's own")
    command.add_argument("out", type=Path)
    options = parser.parse_args()
    if options.command == "live":
        live(options.requirement, options.out)
    elif options.command == "branch":
        branch(options.address, options.out)
    else:
        lab(options.out)


if __name__ == "__main__":
    main()
