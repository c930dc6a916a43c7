"""Site, PDF, notebooks and student edition as files with checksums: ``make release``.

The student edition is a copy of the source without solutions, built like the book itself.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pdf
from editions import SITE, checksum, notebooks
from languages import LANGUAGES

RELEASE = Path("_build/release")
FENCE = re.compile(r"(:{3,}|`{3,})\{(solution(?:-start|-end)?)\}")


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
    """Copy the source of the book without its solutions; doit builds it there."""
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


def pack(name, files, folder=None):
    """Write a zip below _build/release/ that unpacks into one folder: of that name, or another."""
    folder = RELEASE / (folder or name)
    for file, path in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / file)
    shutil.make_archive(str(RELEASE / name), "zip", RELEASE, folder.name)
    shutil.rmtree(folder)


def parts(site):
    """Sort the files of a site by zip: one a language, and live Python; {end of name: files}.

    Unpacked in one place they are the whole site; a page offers what is there.
    """
    folders = {"-live-python": "lite"}
    folders |= {f"-{key}": lang.folder for key, lang in LANGUAGES.items() if lang.folder}
    sorted_files = {"": {}} | {end: {} for end in folders}
    for path in filter(Path.is_file, site.rglob("*")):
        name = path.relative_to(site)
        end = next((end for end, folder in folders.items() if name.is_relative_to(folder)), "")
        sorted_files[end][name] = path
    return sorted_files


def main():
    """Write every edition and the checksums below _build/release/."""
    shutil.rmtree(RELEASE, ignore_errors=True)
    RELEASE.mkdir(parents=True)
    for key, language in LANGUAGES.items():
        suffix = f"-{key}" if language.folder else ""
        if pdf.has_letters(language):
            pdf.write(SITE / language.folder, RELEASE / f"backpropagation-executed{suffix}.pdf")
    without = Path("_build/student")
    student(without)
    subprocess.run([sys.executable, "-m", "doit", "book_zh"], cwd=without, check=True)
    for name, site in (("site", SITE), ("student-site", without / SITE)):
        for end, files in parts(site).items():
            pack(f"{name}{end}", files, name)
    pack("notebooks", notebooks())
    pack("student-notebooks", notebooks(without / SITE))
    sums = [f"{checksum(path)}  {path.name}\n" for path in sorted(RELEASE.iterdir())]
    (RELEASE / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


if __name__ == "__main__":
    main()
