"""The page that a student gets: one file, no script, nothing fetched, all text escaped."""

import html
import os
import unicodedata

from bpgrader.marks import Marks
from bpgrader.result import Result
from bpgrader.store import file_name, fingerprint

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: {name}</title>
<style>
body {{ font: 1rem/1.5 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem; border-bottom: 1px solid #bbb }}
td, pre, p {{ overflow-wrap: anywhere }}
td, pre, .own {{ white-space: pre-wrap }}
img {{ max-width: 100% }}
td:not(:last-child) {{ white-space: nowrap }}
@media (max-width: 40rem) {{
  thead {{ display: none }}
  td {{ display: inline-block; border: 0; padding: .2rem .4rem }}
  td:last-child {{ display: block; padding-bottom: .8rem; border-bottom: 1px solid #bbb }}
}}
</style></head><body>
<h1>{title}</h1>
<p>{name}: <strong>{score}</strong>. {message}</p>
{exercises}
{written}
<p>Graded from the code of your cells alone, on inputs drawn for this run (seed {seed}).</p>
</body></html>
"""
TABLE = """<table><thead>
<tr><th>Exercise</th><th>Points</th><th>Result</th><th>What to know</th></tr></thead><tbody>
{rows}
</tbody></table>"""


def page_name(name: str) -> str:
    """Make a safe file name in which a person finds a student, in the letters of any language.

    Examples
    --------
    >>> page_name("../Łukasz Żak_12")
    'Łukasz-Żak-12-d747f0f7.html'
    """
    text = unicodedata.normalize("NFC", name)
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text)
    slug = "-".join(kept.split()).encode()[:120].decode(errors="ignore") or "x"
    readable = f"{slug}-{fingerprint(name)}.html"
    try:
        os.fsencode(readable)
    except UnicodeEncodeError:  # the file system of this machine has no such letters
        return f"{file_name(name)}.html"
    return readable


def page(result: Result, marks: Marks) -> str:
    """Return the feedback page of one submission."""
    score = "not graded"
    if result.score is not None:
        points, most = f"{result.points:g}", f"{result.max_points:g}"
        score = f"{points} of {most} points by the grader ({result.score:.0%})"
    rows = []
    for e in result.exercises:
        points = f"{e['points']:g} of {e['max_points']:g}"
        fields = (e["name"], points, e["status"], e["message"])
        rows.append("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in fields) + "</tr>")
    return PAGE.format(
        title=html.escape(result.title),
        name=html.escape(result.name),
        score=score,
        message=html.escape(result.message),
        exercises=TABLE.format(rows="\n".join(rows)) if rows else "",
        written="".join(_answer(result, answer, marks) for answer in result.written)
        + _sum(result, marks),
        seed="–" if result.seed is None else result.seed,
    )


def _answer(result, answer, marks):
    key = result.name, answer.name
    mark = marks.given.get(key)
    given = "not marked yet, worth up to" if mark is None else f"{mark:g} of"
    parts = [
        f"<h2>{html.escape(answer.name)}: {given} {answer.max_points:g} points</h2>",
        f"<pre>{html.escape(answer.text)}</pre>" if answer.text else "",
        f"<p>{html.escape(answer.note)}</p>" if answer.note else "",
    ]
    for k, picture in enumerate(answer.pictures, 1):
        source = f"data:{picture.media};base64,{picture.data}"
        parts.append(f'<p>picture-{k}:<br><img alt="picture-{k}" src="{source}"></p>')
    if mark is not None:
        columns = dict(zip(marks.columns, marks.remarks.get(key, ()), strict=False))
        comments = [text for name, text in columns.items() if name.casefold() == "comment" and text]
        for head, text in (("Looked for", answer.rubric), *(("Comment", c) for c in comments)):
            parts.append(f'<p class="own">{head}: {html.escape(text)}</p>')
    return "\n".join(part for part in parts if part) + "\n"


def _sum(result, marks):
    """Give the sum of all points, once there is one."""
    if not result.written or marks.waiting(result) or (total := marks.total(result)) is None:
        return ""
    most = result.max_points + sum(answer.max_points for answer in result.written)
    return f"<p><strong>In all {total:g} of {most:g} points.</strong></p>\n"
