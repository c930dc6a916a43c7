"""All reports of a folder of results; they can be made again at any time."""

from pathlib import Path

from bpgrader.class_page import class_page
from bpgrader.gradescope import gradescope
from bpgrader.hand_back import hand_back
from bpgrader.marks import Marks, counted, open_answers
from bpgrader.page import page, page_name
from bpgrader.roster import Match, match, words
from bpgrader.store import file_name, load, locked, write
from bpgrader.summary import summary
from bpgrader.tables import read_table, write_table
from bpgrader.written import read_marks, write_marks


def report(folder: Path, roster: Path | None = None, site: str | None = None) -> str:
    """Make all reports from the results of a folder.

    Parameters
    ----------
    folder : Path
        Written by `bpgrader grade`. Marks that a person put into ``written.csv`` are kept and
        counted.
    roster : Path, optional
        Table exported by the course site; the folder remembers it. Its columns are kept; a row
        belongs to a student as `bpgrader.roster` says.
    site : str, optional
        ``moodle`` or ``canvas``: the pages in one zip, as it takes them back.

    Returns
    -------
    str
        A summary: how many were graded, what went wrong most often, and what waits.

    Raises
    ------
    ValueError
        If there are no results, a mark in ``written.csv`` is not a number of the right size, or
        nothing came from the site.
    """
    with locked(folder):  # from here on: what somebody else writes meanwhile is newer
        return _report(folder, roster, site)


def _report(folder, roster, site):
    results, others = load(folder)
    if not results:
        raise ValueError(f"{folder} holds no results; run bpgrader grade first")
    marks = read_marks(folder, results)
    write_marks(folder, results, marks)
    best = counted(results, marks)
    kept = folder / "roster.csv"
    if roster:
        read_table(roster)
        write(kept, roster.read_bytes())
    table = read_table(kept) if kept.exists() else None
    found = match(*table, [r.sender for r in best.values()]) if table else None
    write_table(folder / "grades.csv", _grades(best, marks, table, found))
    unmatched = [*_unmatched(best, marks, found)] if found else []
    (folder / "unmatched.csv").unlink(missing_ok=True)  # that of another list
    if unmatched:
        header = ("student", "why", "points")
        write_table(folder / "unmatched.csv", [header, *unmatched])
    write_table(folder / "details.csv", _details(results, best, marks))
    _pages(folder, results, marks)
    write(folder / "class.html", class_page(results, best, marks, found))
    write_table(folder / "pages.csv", _list_of_pages(results, best, table, found))
    lines = [summary(results, best, marks, found)]
    if unmatched:
        lines.append(f"without a row in grades.csv: {len(unmatched)} of them, in unmatched.csv")
    if table and not roster:
        lines.append("the roster is that of an earlier report, roster.csv")
    if others:
        lines.append(f"not results, passed over: {', '.join(others)}; grade again")
    if site:
        lines.append(hand_back(folder, site, best, marks))
    return "\n".join(lines)


def _grades(best, marks, table, found: Match | None):
    """Give the rows of grades.csv; the last column holds the points."""
    waiting = sum(marks.waiting(result) for result in best.values())
    title = next(iter(best.values())).assignment
    if waiting:
        title = f"{title} (so far: {open_answers(waiting)})"
    totals = {student: marks.total(result) for student, result in best.items()}
    if table is None or found is None:
        yield ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", title)
        for student, total in totals.items():
            sender = best[student].sender
            number = sender.id if sender.site == "canvas" else ""
            yield (student, number, "", "" if sender.id else student, "", total)
        return
    header, rows = table
    yield (*header, title)
    for k, row in enumerate(rows):
        total = totals[found.rows[k]] if k in found.rows else None
        if any(words(text) == ("points", "possible") for text in row):  # a row of Canvas's own
            total = max(result.most for result in best.values())
        yield (*row, total)


def _unmatched(best, marks: Marks, found: Match):
    """Give the rows of those who have none in the list: an import must not meet them."""
    for student in found.strangers:
        yield (student, "not in the roster", marks.total(best[student]))
    for student, why in sorted(found.doubtful.items()):
        yield (student, why, marks.total(best[student]))


def _details(results, best, marks: Marks):
    names = dict.fromkeys(e["name"] for r in results.values() for e in r.exercises)
    header = ("submission", "student", "counts", "late", "status", "score", "points", "max_points")
    yield (*header, "answers waiting", "message", *names)
    most = max(result.most for result in results.values())  # also of what was refused
    for name, r in results.items():
        student = r.sender.student
        counts = "yes" if best[student].name == name else ""
        row = (name, student, counts, "late" if r.sender.late else "", r.state, r.score)
        rest = (marks.total(r), most, marks.waiting(r), r.message)
        points = [r.by_name[name]["points"] if name in r.by_name else None for name in names]
        yield (*row, *rest, *points)


def _pages(folder, results, marks: Marks):
    """Write every student's page, and Gradescope's file; pages of others are taken away."""
    pages = {page_name(name): result for name, result in results.items()}
    for old in (folder / "feedback").glob("*.html"):
        if old.name not in pages:
            old.unlink()
    for file, result in pages.items():
        write(folder / "feedback" / file, page(result, marks))
        path = folder / "gradescope" / file_name(result.name) / "results.json"
        write(path, gradescope(result, marks.total(result)))


def _list_of_pages(results, best, table, found: Match | None):
    """Give the rows of pages.csv: whose page is which."""
    header, rows = table or ([], [])
    places = {student: k for k, student in found.rows.items()} if found else {}
    yield ("page", "student", "submission", "counts", *header)
    for name, result in results.items():
        student = result.sender.student
        row = rows[places[student]] if student in places else [""] * len(header)
        counts = "yes" if best[student].name == name else ""
        yield (f"feedback/{page_name(name)}", student, name, counts, *row)
