"""Resolve again what is installed: the locks for make and CI, with checksums, and requirements.txt.

requirements.txt is for those without make: one `pip install -r` brings all, also this package.
"""

import subprocess
import sys
from pathlib import Path

COMPILE = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "pyproject.toml"]
COMPILE += ["--quiet", "--universal", "--python-version", "3.11", "--no-header", "--no-annotate"]
COMPILE += ["--no-emit-index-url", "--no-emit-find-links"]
EXTRAS = {"book": ["book"], "all": ["book", "lab", "grader", "test"]}


def main():
    """Write locks/all.txt, with --upgrade the newest versions, and the others with the same."""
    Path("locks").mkdir(exist_ok=True)
    extras = [f"--extra={name}" for name in EXTRAS["all"]]
    hashed = ["--generate-hashes", "--output-file"]
    subprocess.run([*COMPILE, *sys.argv[1:], *extras, *hashed, "locks/all.txt"], check=True)
    plain = [*COMPILE, *extras, "--constraint=locks/all.txt", "--output-file", "requirements.txt"]
    subprocess.run(plain, check=True)
    extras = [f"--extra={name}" for name in EXTRAS["book"]]
    same = ["--constraint=requirements.txt"]
    subprocess.run([*COMPILE, *extras, *same, *hashed, "locks/book.txt"], check=True)
    with Path("requirements.txt").open("a", encoding="utf-8") as file:
        file.write("-e .\n")


if __name__ == "__main__":
    main()
