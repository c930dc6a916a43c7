"""Other editions of the book, all made from the one source.

live      the notebooks with a first cell that installs the package, for JupyterLite and Colab
student   a copy of the source without solutions, which is then built like the book itself
release   site, PDF, notebooks and student edition as files with checksums: ``make release``
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import printed

SITE = Path("_build/html")
RELEASE = Path("_build/release")
FENCE = re.compile(r"(:{3,}|`{3,})\{(solution(?:-start|-end)?)\}")


def notebooks(root):
    """Find the notebooks that readers open: the chapters and the assignments."""
    found = [*root.glob("chapters/*.ipynb"), *root.glob("assignments/*/student.ipynb")]
    return sorted(path.relative_to(root) for path in found)


def live(requirement, out):
    """Copy the notebooks, each with a first cell that installs what it needs.

    Parameters
    ----------
    requirement : str
        How pip finds the package: its name, or the address of its repository.
    out : Path
        Folder to write to; it is made anew.
    """
    shutil.rmtree(out, ignore_errors=True)
    install = (
        "# Run this cell first: it installs the package of the book (needs the network).\n"
        f'%pip install -q "{requirement}" anywidget matplotlib scikit-learn tqdm'
    )
    for path in notebooks(Path()):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(0, nbformat.v4.new_code_cell(install, id="install"))
        (out / path.parent).mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, out / path)


def without_solutions(notebook):
    """Cut what stands in a solution, in words or in cells; exercises and hints stay."""
    kept, gate = [], False
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            kept += [] if gate else [cell]
            continue
        lines, fence = [], None
        for line in cell.source.splitlines():
            opened = FENCE.match(line)
            if fence:
                fence = None if line.rstrip() == fence else fence
            elif opened:
                fence = opened[1]
                gate = {"solution-start": True, "solution-end": False}.get(opened[2], gate)
            elif not gate:
                lines.append(line)
        cell.source = "\n".join(lines).strip()
        kept += [cell] if cell.source else []
    notebook.cells = kept
    return notebook


def student(out):
    """Copy the source of the book without its solutions; ``make book`` builds it there."""
    shutil.rmtree(out, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout
    for name in listed.splitlines():
        if name.startswith(("tests/", "benchmarks/", ".")):
            continue
        if name.startswith("assignments/") and not name.endswith("student.ipynb"):
            continue
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(name, out / name)
    for path in out.glob("chapters/*.ipynb"):
        nbformat.write(without_solutions(nbformat.read(path, as_version=4)), path)
    (out / ".venv").symlink_to(Path(".venv").resolve())


def pack(name, root, files):
    """Write a zip below _build/release/ that unpacks into one folder of that name."""
    folder = RELEASE / name
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / file, folder / file)
    shutil.make_archive(str(folder), "zip", RELEASE, name)
    shutil.rmtree(folder)


def files(root):
    """List the files below a folder."""
    return sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())


def release():
    """Write every edition and the checksums below _build/release/."""
    shutil.rmtree(RELEASE, ignore_errors=True)
    RELEASE.mkdir(parents=True)
    printed.pdf(SITE, RELEASE / "backpropagation-executed.pdf")
    pack("site", SITE, files(SITE))
    pack("notebooks", Path(), [*notebooks(Path()), Path("LICENSE"), Path("LICENSE-text")])
    without = Path("_build/student")
    student(without)
    # A make of its own: the one that called this shares none of its jobs.
    own = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    command = ["make", "--no-print-directory", "-C", without, "book"]
    subprocess.run(command, env=own, check=True)
    built = without / SITE
    pack("student-site", built, files(built))
    pack("student-notebooks", without, notebooks(without))
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(RELEASE.iterdir())
    ]
    (RELEASE / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("live", help="notebooks that install the package first")
    command.add_argument("requirement")
    command.add_argument("out", type=Path)
    commands.add_parser("release", help="all editions, below _build/release/")
    options = parser.parse_args()
    if options.command == "live":
        live(options.requirement, options.out)
    else:
        release()


if __name__ == "__main__":
    main()
