"""The pictures of the guide, drawn from a class that is graded for them.

``python -m benchmarks.pictures`` grades it (in the sandbox), marks some of its words, and
photographs three pages. Each picture holds a fingerprint of its page, so that a test can tell
whether the page has changed since.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, PngImagePlugin

from benchmarks.course import FOLDER, NAMES, ROOT, make_class, moodle_list, moodle_zip
from bpgrader.assignment import Assignment
from bpgrader.collect import collect
from bpgrader.grade import Job, grade
from bpgrader.marking import Course
from bpgrader.marks import Mark
from bpgrader.page import asset, page_name
from bpgrader.report import report
from bpgrader.store import load, save
from bpgrader.written import set_mark

PLACE = ROOT / "site" / "static"
SIZES = {"grader-mark": (900, 900), "grader-class": (760, 1000), "grader-student": (760, 1000)}
SEED = 7
MARKED = 2 / 3  # of the answers
COMMENTS = {1: "Good. And what about **ten** layers?", 2: "Where do the shapes come from?"}
SHOWN = 1  # the student whose page is shown


def make_pages(home: Path) -> dict[str, str]:
    """Grade a small class in a folder, mark some of its words, and give the three pages."""
    class_ = list(make_class(NAMES[20:39]))
    (home / "all.zip").write_bytes(moodle_zip(class_))
    (home / "list.csv").write_text(moodle_list(class_), encoding="utf-8")
    assignment, out = Assignment.load(FOLDER), home / "marks"
    for sent in collect([home / "all.zip"]):
        job = Job(sent.name, sent.data, sent.refusal, assignment, SEED, True, sent.sender)
        save(out, grade(job))
    report(out, home / "list.csv")
    found = {student.number: student.found for student in class_}
    results, _ = load(out)
    answers = [(result, answer) for result in results.values() for answer in result.written]
    for k, (result, answer) in enumerate(answers[: int(MARKED * len(answers))]):
        lines = [answer.rubric[n] for n in found[int(result.sender.id)][answer.name]]
        lines = lines if answer.text else []
        points = sum(item.points for item in lines)
        ticked = tuple(item.text for item in lines)
        set_mark(out, result, answer, Mark(points, ticked, COMMENTS.get(k, "")), Mark())
    report(out)
    shown = [name for name, result in results.items() if result.written][SHOWN]
    question = next(iter(results[shown].written)).name
    return {
        "grader-mark": Course.read(out).question(question, hidden=False),
        "grader-class": (out / "class.html").read_text(encoding="utf-8"),
        "grader-student": (out / "feedback" / page_name(shown)).read_text(encoding="utf-8"),
    }


def fingerprint(page: str) -> str:
    """Give what tells a page, with its script and styles, from any other."""
    parts = [page, *(asset(name) for name in ("mark.js", "mark.css", "style.css"))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def stored(name: str) -> str:
    """Give the fingerprint that a picture holds."""
    with Image.open(PLACE / f"{name}.png") as picture:
        return picture.info["page"]


def photograph(pages: dict[str, str], home: Path) -> Iterator[Path]:
    """Write the pictures of the pages, each with its fingerprint."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, page in pages.items():
            for file in ("mark.js", "mark.css", "style.css"):
                (home / file).write_text(asset(file), encoding="utf-8")
            (home / f"{name}.html").write_text(page, encoding="utf-8")
            width, height = SIZES[name]
            tab = browser.new_page(viewport={"width": width, "height": height})
            tab.goto((home / f"{name}.html").as_uri())
            raw = home / f"{name}.png"
            tab.screenshot(path=raw)
            about = PngImagePlugin.PngInfo()
            about.add_text("page", fingerprint(page))
            with Image.open(raw) as picture:
                small = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
                small.save(PLACE / f"{name}.png", pnginfo=about, optimize=True)
            yield PLACE / f"{name}.png"
        browser.close()


def main() -> None:
    """Draw all pictures of the guide."""
    with tempfile.TemporaryDirectory() as home:
        for path in photograph(make_pages(Path(home)), Path(home)):
            print(os.path.relpath(path))


if __name__ == "__main__":
    main()
