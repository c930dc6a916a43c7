"""Bring the JavaScript of site and tests: ``make vendor``, the only thing here that needs npm.

The packages are pinned by version and by the checksum of their archive. What the site ships is
written under _extra/vendor/, what translates its formulas under _ext/vendor/, what its tests need
under tests/vendor/, with licences and checksums, and committed.
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

from fontTools import subset

SITE, BUILD, TESTS = Path("_extra/vendor"), Path("_ext/vendor"), Path("tests/vendor")
# What of the font is kept: Latin, Greek, punctuation, arrows, operators, brackets, slanted letters.
LETTERS = (
    "20-7E,A0-FF,131,237,2C6-2DD,300-338,370-3FF,2000-206F,20D0-20FF,2100-214F,2190-22FF,"
    "2308-230B,23B0-23E1,27C0-27FF,2A00-2AFF,1D400-1D7FF"
)
PACKAGES = {  # package: (sha512 of its archive, {file in it: where it goes})
    "temml@0.13.5": (
        "aPkDDgunanpLNL0ql32HbolqLep+w8DRcVXRql7rWrMt/PhczdLgL4UBYYVU3BYjCNjkGq4EqwIicu/zWr1iOg==",
        {
            "dist/temml.cjs": BUILD / "temml" / "temml.cjs",
            "LICENSE": BUILD / "temml" / "LICENSE",
            "dist/Temml-STIX2.css": SITE / "formulas" / "Temml-STIX2.css",
        },
    ),
    "@expo-google-fonts/stix-two-math@0.4.0": (
        "bz8G/ODU4TX8nb6c1zKJd3RYGbdtZyTAFh5nSCtPoiJdf6Shimo+IFmBLo/0BBR/rEIn1Gkbnk7Wcnt589rRpA==",
        {
            # The name by which Temml's style asks for it.
            "400Regular/STIXTwoMath_400Regular.ttf": SITE / "formulas" / "STIXTwoMath.woff2",
            "LICENSE_FONT": SITE / "formulas" / "STIXTwoMath-LICENSE",
        },
    ),
    "@jupyter-widgets/html-manager@1.0.15": (
        "5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
        {
            "dist/embed.js": SITE / "widgets" / "embed.js",
            "dist/embed.js.LICENSE.txt": SITE / "widgets" / "embed.js.LICENSE.txt",
            # The icon fonts: the styles of the widget manager reach the icons of the whole page.
            **{
                f"dist/{name}.woff2": SITE / "widgets" / f"{name}.woff2"
                for name in ("1551f4f60c37af51121f", "7a3337626410ca2f4071", "d878b0a6a1144760244f")
            },
        },
    ),
    "axe-core@4.14.1": (
        "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        {
            "axe.min.js": TESTS / "axe" / "axe.min.js",
            "LICENSE": TESTS / "axe" / "LICENSE",
            "LICENSE-3RD-PARTY.txt": TESTS / "axe" / "LICENSE-3RD-PARTY.txt",
        },
    ),
}


def unpack(package, sha512, wanted):
    """Fetch one package with npm, compare its checksum, write what is wanted of it."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--json", "--pack-destination", folder, package]
        report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        archive = Path(folder, json.loads(report)[0]["filename"])
        seen = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if seen != sha512:
            raise SystemExit(f"{package}: the checksum is {seen}, wanted {sha512}")
        with tarfile.open(archive) as tar:
            for name, path in wanted.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                file = tar.extractfile(f"package/{name}")
                if path.suffix == ".woff2" and not name.endswith(path.suffix):
                    pack(file, path)
                else:
                    path.write_bytes(file.read())


def pack(file, path):
    """Write the part of a font that formulas need, with all its rules of layout."""
    options = subset.Options(flavor="woff2", layout_features=["*"], recalc_timestamp=False)
    font = subset.load_font(file, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(LETTERS))
    subsetter.subset(font)
    subset.save_font(font, path, options)


def main():
    """Write the three folders anew."""
    for target in (SITE, BUILD, TESTS):
        shutil.rmtree(target, ignore_errors=True)
    for package, (sha512, wanted) in PACKAGES.items():
        unpack(package, sha512, wanted)
    # The widget manager's package has no licence file; it is part of ipywidgets, which has.
    licence = next(f for f in distribution("ipywidgets").files or () if f.name == "LICENSE")
    (SITE / "widgets" / "LICENSE").write_text(Path(str(licence.locate())).read_text())
    shutil.copy(BUILD / "temml" / "LICENSE", SITE / "formulas" / "Temml-LICENSE")
    for target in (SITE, BUILD, TESTS):
        files = sorted(path for path in target.rglob("*") if path.is_file())
        sums = {p.relative_to(target): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
        lines = [f"{checksum}  {name}\n" for name, checksum in sums.items()]
        (target / "SHA256SUMS").write_text("".join(lines))


if __name__ == "__main__":
    main()
