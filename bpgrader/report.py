"""Reports: one JSON file per submission, from which all other files are made again at any time."""

import csv
import hashlib
import html
import io
import json
import os
import re
import tempfile
from collections import Counter
from pathlib import Path

# What differs between two students who make the same mistake.
DETAIL = re.compile(r" \(your .*?\)\.?(?= Reread|$)")
NUMBERS = re.compile(r"^Your result\S*( \d+\])? is .*?, wanted \S+\.(?= Reread|$)")
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: {name}</title>
<style>
body {{ font: 1rem/1.5 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem; border-bottom: 1px solid #bbb }}
td, pre {{ overflow-wrap: anywhere; white-space: pre-wrap }}
td:not(:last-child) {{ white-space: nowrap }}
@media (max-width: 40rem) {{
  thead {{ display: none }}
  td {{ display: inline-block; border: 0; padding: .2rem .4rem }}
  td:last-child {{ display: block; padding-bottom: .8rem; border-bottom: 1px solid #bbb }}
}}
</style></head><body>
<h1>{title}</h1>
<p>{name}: <strong>{score}</strong>. {message}</p>
<table><thead>
<tr><th>Exercise</th><th>Points</th><th>Result</th><th>What to know</th></tr></thead><tbody>
{rows}
</tbody></table>
{written}
<p>Graded from the code of your cells alone, on inputs drawn for this run (seed {seed}).</p>
</body></html>
"""


def file_name(name: str) -> str:
    """Make a safe, unique file name for a submission.

    Examples
    --------
    >>> file_name("../Ada Lovelace")
    'Ada-Lovelace-504198ca'
    """
    slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:40] or "x"
    return f"{slug}-{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def write(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, new = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with open(fd, "w", encoding="utf-8", errors="replace", newline="") as file:
        file.write(text)
    os.chmod(new, 0o644)
    os.replace(new, path)


def save(folder: Path, result: dict) -> None:
    """Write the result of one submission into the results folder."""
    write(folder / "results" / f"{file_name(result['name'])}.json", dump(result))


def dump(result: dict) -> str:
    """Give a result as readable JSON."""
    return json.dumps(result, indent=1, ensure_ascii=True) + "\n"


def load(folder: Path) -> dict[str, dict]:
    """Read all results of a results folder, by name of the submission."""
    results = [
        json.loads(p.read_text("utf-8")) for p in sorted((folder / "results").glob("*.json"))
    ]
    return {result["name"]: result for result in results}


def cell(value: object) -> str:
    """Make a text safe for a spreadsheet: a leading = + - @ would be run as a formula.

    Examples
    --------
    >>> cell("=1+1"), cell(2.5), cell(None)
    ("'=1+1", '2.5', '')

    A lone dash, with which course sites fill empty fields, is no formula.

    >>> cell("-")
    '-'
    """
    if isinstance(value, (int, float)):
        return f"{value:g}"
    text = "" if value is None else str(value)
    return (
        f"'{text}"
        if (text.lstrip()[:1] in ("=", "+", "-", "@") and text != "-") or text[:1] in ("\t", "\r")
        else text
    )


def _table(path, rows):
    lines = []
    for row in rows:
        lines.append([cell(value) for value in row])
    with tempfile.SpooledTemporaryFile(mode="w+", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
        file.seek(0)
        write(path, file.read())


def report(folder: Path, roster: Path | None = None) -> str:
    """Make all reports from the results of a folder.

    Parameters
    ----------
    folder : Path
        Written by `bpgrader grade`. Marks that a person put into ``written.csv`` are kept and
        counted.
    roster : Path, optional
        Table exported by the course site. Its columns are kept; a row belongs to the submission
        whose name is in one of its cells.

    Returns
    -------
    str
        A summary: how many were graded, and what went wrong most often.

    Raises
    ------
    ValueError
        If there are no results, or a mark in ``written.csv`` is not a number of the right size.
    """
    results = load(folder)
    if not results:
        raise ValueError(f"{folder} holds no results; run bpgrader grade first")
    marks = _marks(folder / "written.csv")
    asked = {(name, q["name"]) for name, r in results.items() for q in r["written"]}
    if lost := sorted(marks.keys() - asked):
        raise ValueError(
            f"written.csv has a mark for {lost[0][0]!r}, {lost[0][1]}, which no graded "
            "submission has; grade again, or mend or delete that line"
        )
    titles = list(dict.fromkeys(r["assignment"] for r in results.values()))
    totals = {name: _total(result, marks) for name, result in results.items()}
    for name, result in results.items():
        path = folder / "feedback" / f"{file_name(name)}.html"
        write(path, feedback(result, marks))
        gradescoped = json.dumps(gradescope(result, totals[name]), indent=1)
        write(folder / "gradescope" / file_name(name) / "results.json", gradescoped + "\n")
    grades, strangers = _grades(totals, titles[0], roster)
    _table(folder / "grades.csv", grades)
    _table(folder / "details.csv", _details(results))
    questions = [
        (n, q["name"], q["max_points"], marks.get((n, q["name"])), q["rubric"], q["answer"])
        for n, r in results.items()
        for q in r["written"]
    ]
    header = ("submission", "question", "max_points", "mark", "rubric", "answer")
    _table(folder / "written.csv", [header, *questions])
    unmarked = sum(mark is None for _, _, _, mark, _, _ in questions)
    return _summary(results, unmarked, strangers)


def _marks(path):
    """Read the marks that a person gave for answers in words."""
    if not path.exists():
        return {}
    marks = {}
    header, *rows = _read(path)
    columns = ("submission", "question", "max_points", "mark")
    if missing := [column for column in columns if column not in header]:
        raise ValueError(f"{path.name} must have the column {missing[0]}, got {', '.join(header)}")
    for values in rows:
        row = dict(zip(header, values, strict=False))
        if row.get("mark", "").strip():
            try:
                mark = float(row["mark"].replace(",", "."))
            except ValueError:
                mark = -1.0
            if not 0 <= mark <= float(row["max_points"].replace(",", ".")):
                raise ValueError(
                    f"mark must be a number from 0 to {row['max_points']}, got "
                    f"{row['mark']!r} for {row['submission']}, {row['question']} in {path.name}"
                )
            marks[row["submission"].removeprefix("'"), row["question"]] = mark
    return marks


def _read(path):
    """Read a table that a spreadsheet or a course site has written; its first line says how."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not a table in UTF-8; save it as CSV UTF-8") from None
    if not text.strip():
        raise ValueError(f"{path.name} is empty; its first line must name the columns")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _total(result, marks):
    """Give all points of a submission: those of the machine, and those of a person."""
    if result["score"] is None:
        return None
    return result["points"] + sum(
        marks.get((result["name"], q["name"])) or 0 for q in result["written"]
    )


def _grades(totals, title, roster):
    """Give the rows of grades.csv, marks in the last column, and who is not in the roster."""
    if roster is None:
        header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", title)
        return [header, *((name, "", "", name, "", total) for name, total in totals.items())], []
    header, *rows = _read(roster)
    result, left = [(*header, title)], dict(totals)
    for row in rows:
        cells = {_key(text) for text in row}
        name = next((n for n in left for key in _keys(n) if key in cells), None)
        result.append((*row, left.pop(name) if name else None))
    result += [(name, *[""] * (len(header) - 1), total) for name, total in left.items()]
    return result, list(left)


def _key(text):
    """Bring a name into the form in which names are compared: Canvas writes them without blanks."""
    return re.sub(r"\W", "", text).casefold()


def _keys(name):
    """Give the forms in which a course site may write who sent a submission."""
    base, _, number = name.rpartition("_")
    return [_key(name), *([number, f"participant{number}", _key(base)] if base else [])]


def _details(results):
    names = [e["name"] for r in results.values() for e in r["exercises"]]
    names = list(dict.fromkeys(names))
    yield ("submission", "status", "score", "message", *names)
    for name, result in results.items():
        points = {e["name"]: e["points"] for e in result["exercises"]}
        row = (name, result["status"], result["score"], result["message"])
        yield (*row, *(points.get(n) for n in names))


def feedback(result: dict, marks: dict) -> str:
    """Give the feedback page of one student; all text is escaped."""
    rows, written, score = [], "", "not graded"
    if result["score"] is not None:
        points, most = f"{result['points']:g}", f"{result['max_points']:g}"
        score = f"{points} of {most} points by the grader ({result['score']:.0%})"
    for e in result["exercises"]:
        shown = (
            e["name"],
            f"{e['points']:g} of {e['max_points']:g}",
            e["status"],
            e["message"],
        )
        rows.append("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in shown) + "</tr>")
    given_marks = [marks.get((result["name"], q["name"])) for q in result["written"]]
    for q, mark in zip(result["written"], given_marks, strict=True):
        given = "not marked yet, worth up to" if mark is None else f"{mark:g} of"
        head = f"{q['name']}: {given} {q['max_points']:g} points"
        written += (
            f"<h2>{html.escape(head)}</h2><pre>{html.escape(q['answer']) or 'No answer.'}</pre>\n"
        )
    if result["score"] is not None and given_marks and None not in given_marks:
        total = result["points"] + sum(given_marks)
        most = result["max_points"] + sum(q["max_points"] for q in result["written"])
        written += f"<p><strong>In all {total:g} of {most:g} points.</strong></p>\n"
    return PAGE.format(
        title=html.escape(result["title"]),
        name=html.escape(result["name"]),
        score=score,
        message=html.escape(result["message"]),
        rows="\n".join(rows),
        written=written,
        seed=result.get("seed", "–"),
    )


def gradescope(result: dict, total: float | None) -> dict:
    """Give the result in the form of Gradescope's ``results.json``."""
    tests = [
        {
            "name": e["name"],
            "score": e["points"],
            "max_score": e["max_points"],
            "status": "passed" if e["status"] == "passed" else "failed",
            "output": e["message"],
            "output_format": "text",
            "visibility": "visible",
        }
        for e in result["exercises"]
    ]
    output = {"output": result["message"], "output_format": "text", "tests": tests}
    return output if total is None else {"score": total, **output}


def _summary(results, unmarked, strangers):
    """Tell the instructor what the class got wrong."""
    states = Counter(result["status"] for result in results.values())
    lines = [", ".join(f"{n} {status}" for status, n in sorted(states.items()))]
    names = dict.fromkeys(e["name"] for r in results.values() for e in r["exercises"])
    for name in names:
        entries = [e for r in results.values() for e in r["exercises"] if e["name"] == name]
        passed = sum(e["status"] == "passed" for e in entries)
        slips = Counter(
            DETAIL.sub(".", NUMBERS.sub("Other numbers.", e["message"]))
            for e in entries
            if e["status"] == "wrong"
        )
        rest = Counter(e["status"] for e in entries)
        others = [f"{rest[status]} {status}" for status in ("stopped", "not done") if rest[status]]
        lines.append(", ".join([f"{name}: right {passed} of {len(entries)}", *others]))
        lines += [f"  {n} × {text}" for text, n in slips.most_common(2)]
    if strangers:
        lines.append(f"not in the roster: {', '.join(strangers)}")
    if unmarked:
        lines.append(f"{unmarked} answers in words wait for a mark in written.csv")
    lines += [
        f"NOT GRADED: {name}: {r['message']}"
        for name, r in results.items()
        if r["status"] == "not graded"
    ]
    lines += sorted(
        {f"SANDBOX: {r['sandbox']}" for r in results.values() if "NONE" in r.get("sandbox", "")}
    )
    return "\n".join(lines)
