"""Bring the JavaScript of site and tests: ``make vendor``, the only thing here that needs npm.

The packages are pinned by version and by the checksum of their archive. What the book needs of
them is written under _extra/vendor/, what its tests need under tests/vendor/, with licences and
checksums, and committed.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from importlib.metadata import distribution
from pathlib import Path

SITE, TESTS = Path("_extra/vendor"), Path("tests/vendor")
PACKAGES = {  # folder: (package, sha512 of its archive, the folder in it, what is kept)
    SITE / "mathjax": (
        "mathjax@3.2.2",
        "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        "package/es5/",
        ("tex-chtml.js", "output/chtml/fonts/woff-v2/"),
    ),
    SITE / "widgets": (
        "@jupyter-widgets/html-manager@1.0.15",
        "5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
        "package/dist/",
        # The icon fonts: the styles of the widget manager reach the icons of the whole page.
        (
            "embed.js",
            "1551f4f60c37af51121f.woff2",
            "7a3337626410ca2f4071.woff2",
            "d878b0a6a1144760244f.woff2",
        ),
    ),
    TESTS / "axe": (
        "axe-core@4.14.1",
        "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        "package/",
        ("axe.min.js", "LICENSE"),
    ),
}


def unpack(package, sha512, root, wanted, target):
    """Fetch one package with npm, compare its checksum, write what is wanted of it."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--json", "--pack-destination", folder, package]
        report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        archive = Path(folder, json.loads(report)[0]["filename"])
        seen = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if seen != sha512:
            raise SystemExit(f"{package}: the checksum is {seen}, wanted {sha512}")
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                name = member.name.removeprefix(root)
                kept = name.startswith(wanted) and not name.endswith(".map")
                if member.isfile() and (kept or name == "package/LICENSE"):
                    path = target / name.removeprefix("package/")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(tar.extractfile(member).read())


def main():
    """Write both folders anew."""
    for target in (SITE, TESTS):
        shutil.rmtree(target, ignore_errors=True)
    for folder, pinned in PACKAGES.items():
        unpack(*pinned, folder)
    # The widget manager's package has no licence file; it is part of ipywidgets, which has.
    licence = next(f for f in distribution("ipywidgets").files or () if f.name == "LICENSE")
    (SITE / "widgets" / "LICENSE").write_text(Path(str(licence.locate())).read_text())
    for target in (SITE, TESTS):
        files = sorted(path for path in target.rglob("*") if path.is_file())
        sums = {p.relative_to(target): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
        lines = [f"{checksum}  {name}\n" for name, checksum in sums.items()]
        (target / "SHA256SUMS").write_text("".join(lines))


if __name__ == "__main__":
    main()
