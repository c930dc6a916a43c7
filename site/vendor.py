"""Bring the JavaScript of site and tests: ``make vendor``, the only thing here that needs npm.

The packages are pinned by version and by the checksum of their archive. What the site ships is
written under site/extra/vendor/, its icons and what translates its formulas under site/vendor/,
what its tests need under tests/site/vendor/, what the live pictures use under
bpcore/explore/vendor/, with licences and checksums, and committed.
"""

import base64
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset

SITE, BUILD, TESTS = Path("site/extra/vendor"), Path("site/vendor"), Path("tests/site/vendor")
PICTURES = Path("bpcore/explore/vendor")
FOLDERS = (SITE, BUILD, TESTS, PICTURES)
# What of the font is kept: Latin, Greek, punctuation, arrows, operators, brackets, slanted letters.
LETTERS = (
    "20-7E,A0-FF,131,237,2C6-2DD,300-338,370-3FF,2000-206F,20D0-20FF,2100-214F,2190-22FF,"
    "2308-230B,23B0-23E1,27C0-27FF,2A00-2AFF,1D400-1D7FF"
)
# The icons that the theme may show.
SOLID = """
    angle-left angle-right arrow-up bars chevron-down circle-half-stroke code download expand file
    file-lines file-pdf lightbulb list magnifying-glass moon outdent pencil pencil-alt play rocket
    sun
"""
BRANDS = ("github", "gitlab", "bitbucket")
ICONS = (
    {f"svgs/solid/{name}.svg": f"solid/{name}.svg" for name in SOLID.split()}
    | {f"svgs/brands/{name}.svg": f"brands/{name}.svg" for name in BRANDS}
    | {"LICENSE.txt": "LICENSE.txt"}
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
    "@fortawesome/fontawesome-free@7.3.1": (
        "wmglKKPDIkgV3aWlZzWECCPoGIkYCulzBwxG9+w7rc5BGapZ6cPMpoPOT8k36J0Ni7PPX6c/rsoMWfS4d1MUMg==",
        {name: BUILD / "icons" / place for name, place in ICONS.items()},
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
# Small modules of one library, of which the live pictures need a part: {package: its checksum}.
MODULES = {
    "d3-array@3.2.4": (
        "tdQAmyA18i4J7wprpYq8ClcxZy3SC31QMeByyCFyRt7BVHdREQZ5lpzoe5mFEYZUWe+oq8HBvk9JjpibyEV4Jg=="
    ),
    "d3-axis@3.0.0": (
        "IH5tgjV4jE/GhHkRV0HiVYPDtvfjHQlQfJHs0usq7M30XcSBvOotpmH1IgkcXsO/5gEQZD43B//fc7SRT5S+xw=="
    ),
    "d3-color@3.1.0": (
        "zg/chbXyeBtMQ1LbD/WSoW2DpC3I0mpmPdW+ynRTj/x2DAWYrIY7qeZIHidozwV24m4iavr15lNwIwLxRmOxhA=="
    ),
    "d3-contour@4.0.2": (
        "4EzFTRIikzs47RGmdxbeUvLWtGedDUNkTcmzoeyg4sP/dvCexO47AaQL7VKy/gul85TOxw+IBgA8US2xwbToNA=="
    ),
    "d3-dispatch@3.0.1": (
        "rzUyPU/S7rwUflMyLc1ETDeBj0NRuHKKAcvukozwhshr6g6c5d8zh4c2gQjY2bZ0dXeGLWc1PF174P2tVvKhfg=="
    ),
    "d3-drag@3.0.0": (
        "pWbUJLdETVA8lQNJecMxoXfH6x+mO2UQo8rSmZ+QqxcbyA3hfeprFgIT//HW2nlHChWeIIMwS2Fq+gEARkhTkg=="
    ),
    "d3-format@3.1.0": (
        "YyUI6AEuY/Wpt8KWLgZHsIU86atmikuoOmCfommt0LYHiQSPjvX2AcFc38PX0CBpr2RCyZhjex+NS/LPOv6YqA=="
    ),
    "d3-interpolate@3.0.1": (
        "3bYs1rOD33uo8aqJfKP3JWPAibgw8Zm2+L9vBKEHJ2Rg+viTR7o5Mmv5mZcieN+FRYaAOWX5SJATX6k1PWz72g=="
    ),
    "d3-path@3.1.0": (
        "p3KP5HCf/bvjBSSKuXid6Zqijx7wIfNW+J/maPs+iwR35at5JCbLUT0LzF1cnjbCHWhqzQTIN2Jpe8pRebIEFQ=="
    ),
    "d3-scale@4.0.2": (
        "GZW464g1SH7ag3Y7hXjf8RoUuAFIqklOAq3MRl4OaWabTFJY9PN/E1YklhXLh+OQ3fM9yS2nOkCoS+WLZ6kvxQ=="
    ),
    "d3-selection@3.0.0": (
        "fmTRWbNMmsmWq6xJV8D19U/gw/bwrHfNXxrIN+HfZgnzqTHp9jOmKMhsTUjXOJnZOdZY9Q28y4yebKzqDKlxlQ=="
    ),
    "d3-shape@3.2.0": (
        "SaLBuwGm3MOViRq2ABk3eLoxwZELpH6zhl3FbAoJ7Vm1gofKx6El1Ib5z23NUEhF9AsGl7y+dzLe5Cw2AArGTA=="
    ),
    "d3-time@3.1.0": (
        "VqKjzBLejbSMT4IgbmVgDjpkYrNWUYJnbCGo874u7MMKIWsILRX+OpX/gTk8MqjpT1A/c6HY2dCA77ZN0lkQ2Q=="
    ),
    "d3-time-format@4.1.0": (
        "dJxPBlzC7NugB2PDLwo9Q8JiTR3M3e4/XANkreKSUxF8vvXKqm1Yfq4Q5dl8budlunRVlUUaDUgFt7eA8D6NLg=="
    ),
    "internmap@2.0.3": (
        "5Hh7Y1wQbvY5ooGgPbDaL5iYLAPzMTUrjMulskHLH6wnv/A+1q5rgEaiuqEjB+oxGXIVZs1FF+R/KPN3ZSQYYg=="
    ),
}
USED = """
export { scaleLinear, scaleLog } from "d3-scale";
export { line, symbol, symbolCircle, symbolTriangle } from "d3-shape";
export { contours } from "d3-contour";
export { drag } from "d3-drag";
export { select } from "d3-selection";
export { axisBottom, axisLeft } from "d3-axis";
"""
JOIN = ["--bundle", "--minify", "--format=iife", "--global-name=d3", "--target=es2022"]


def fetch(package, sha512):
    """Fetch one package with npm and compare its checksum; give the opened archive."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--json", "--pack-destination", folder, package]
        report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        archive = Path(folder, json.loads(report)[0]["filename"])
        seen = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if seen != sha512:
            raise SystemExit(f"{package}: the checksum is {seen}, wanted {sha512}")
        return tarfile.open(fileobj=io.BytesIO(archive.read_bytes()))


def unpack(package, sha512, wanted):
    """Write what is wanted of one package."""
    tar = fetch(package, sha512)
    for name, path in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        file = tar.extractfile(f"package/{name}")
        if path.suffix == ".woff2" and not name.endswith(path.suffix):
            pack(file, path)
        else:
            path.write_bytes(file.read())


def join(target):
    """Write what is used of the modules as one script, with their licence."""
    with tempfile.TemporaryDirectory() as folder:
        for package, sha512 in MODULES.items():
            place = Path(folder, "node_modules", package.rpartition("@")[0])
            fetch(package, sha512).extractall(place, filter="data")
            (place / "package").rename(place.with_suffix(".moved"))
            place.rmdir()
            place.with_suffix(".moved").rename(place)
        (Path(folder) / "used.js").write_text(USED)
        out = (target / "d3.js").resolve()
        command = ["npm", "exec", "--yes", "esbuild@0.28.2", "--", "used.js", *JOIN]
        subprocess.run([*command, f"--outfile={out}", "--log-level=error"], check=True, cwd=folder)
        shutil.copy(Path(folder, "node_modules", "d3-scale", "LICENSE"), target / "LICENSE")


def pack(file, path):
    """Write the part of a font that formulas need, with all its rules of layout."""
    options = subset.Options(flavor="woff2", layout_features=["*"], recalc_timestamp=False)
    font = subset.load_font(file, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(LETTERS))
    subsetter.subset(font)
    subset.save_font(font, path, options)


def main():
    """Write the folders anew."""
    for target in FOLDERS:
        shutil.rmtree(target, ignore_errors=True)
    for package, (sha512, wanted) in PACKAGES.items():
        unpack(package, sha512, wanted)
    PICTURES.mkdir()
    join(PICTURES)
    shutil.copy(BUILD / "temml" / "LICENSE", SITE / "formulas" / "Temml-LICENSE")
    for target in FOLDERS:
        files = sorted(path for path in target.rglob("*") if path.is_file())
        sums = {p.relative_to(target): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
        lines = [f"{checksum}  {name}\n" for name, checksum in sums.items()]
        (target / "SHA256SUMS").write_text("".join(lines))


if __name__ == "__main__":
    main()
