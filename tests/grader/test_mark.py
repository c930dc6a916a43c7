"""`bpgrader mark` over HTTP: who may ask, what is kept, and that no mark is ever lost."""

import csv
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from bpgrader.mark import ADDRESS
from bpgrader.marking import MAX_COMMENT, code_of, read_results
from bpgrader.report import report
from bpgrader.result import Answer, Item, Picture
from bpgrader.spec import Written
from bpgrader.store import load, save
from bpgrader.tables import read_table

from .conftest import made, marked, reported

ROOT = Path(__file__).parents[2]
TOKEN = "a-token"
PNG = Picture("image/png", "iVBORw0KGgo=")
RUBRIC = (Item("the chain rule", 2), Item("= shapes; -both", 1))
NASTY = '</pre><script>alert(1)</script><img src="http://x.org/a.png" onerror="alert(1)">'
TEXTS = ["", "words", NASTY, "$a^2$ ![x](picture-1)", "[l](javascript:alert(1)) <http://x.org>"]


def result(name, text):
    why = Answer("why", 3, RUBRIC, text, pictures=(PNG,))
    return made(f"{name}.ipynb", why, Answer("how ü", 1, (Item("so", 1),), f"so {text}"))


@pytest.fixture
def folder(tmp_path):
    """A small class."""
    return reported(tmp_path, *(result(f"=student {k}", text) for k, text in enumerate(TEXTS)))


@pytest.fixture
def served(folder, serve):
    """The port on which the folder is served."""
    return serve(folder, TOKEN)


def ask(port, path, method="GET", body=None, **headers):
    """Ask the server, and give status, headers and text."""
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=20)
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"} if data is not None else {}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, data, {**kind, **names})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), text.decode(errors="replace")


NOTHING = {"points": None, "ticked": [], "comment": ""}


def post(port, folder, name, new, seen=None, question="why", **changes):
    """Send a mark as the page does."""
    known = load(folder)[0][name]
    answer = next(a for a in known.written if a.name == question)
    body = {
        "code": code_of(name),
        "question": question,
        "version": answer.version,
        "new": {**NOTHING, **new},
        "seen": {**NOTHING, **(seen or {})},
        **changes,
    }
    status, _, text = ask(port, f"/{TOKEN}/mark", "POST", body)
    return status, json.loads(text) if status == 200 else text


def kept(folder, name, question="why"):
    return marked(folder)[name, question]


@pytest.mark.parametrize(
    "path", ["", "question?name=why", "mark.js", "states?name=why", "x", "mark"]
)
@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("other", {}),
        ("", {}),
        ("ü", {}),
        (TOKEN, {"Host": "evil.org"}),
        (TOKEN, {"Host": "127.0.0.1"}),
        (TOKEN, {"Host": "127.0.0.1.evil.org:80"}),
        (TOKEN, {"Origin": "http://evil.org"}),
        (TOKEN, {"Origin": "null"}),
        (TOKEN, {"Origin": "http://127.0.0.1:1"}),
    ],
)
def test_nobody_else_gets_anything(served, path, token, headers):
    for method in ("GET", "POST", "PUT", "OPTIONS", "DELETE"):
        status, sent, text = ask(served, f"/{quote(token)}/{path}", method, b"", **headers)
        assert status == 403
        assert text == "bpgrader: use the address that bpgrader mark has printed\n"
        assert "Access-Control-Allow-Origin" not in sent


def test_it_listens_on_this_machine_alone(served):
    others = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None)} - {ADDRESS}
    for address in [*others, "127.0.0.2"]:
        with pytest.raises(OSError, match=r"refused|unreachable|timed out|assign"):
            socket.create_connection((address, served), timeout=2)


PAGES = ["", "question?name=why", "question?name=why&names=hidden", "question?name=how%20%C3%BC"]


@pytest.mark.parametrize("path", [*PAGES, "mark.js", "style.css", "mark.css", "nothing"])
def test_the_policy_lets_nothing_of_a_student_run(served, path):
    for host in (f"127.0.0.1:{served}", f"localhost:{served}"):
        status, sent, text = ask(served, f"/{TOKEN}/{path}", Host=host)
        assert status == (404 if path == "nothing" else 200)
        policy = sent["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert sent["X-Content-Type-Options"] == "nosniff"
        assert sent["Referrer-Policy"] == "no-referrer"
        if path in PAGES:
            assert not re.search(r"<img[^>]*onerror|<script>|href=\"(http|javascript)", text)
            own = r"mark\.|style\.|icon\.|question|picture\?|\./"
            assert not re.search(rf"(src|href)=\"(?!{own})", text)


def test_names_are_hidden_where_that_is_wanted(served):
    _, _, named = ask(served, f"/{TOKEN}/question?name=why")
    _, _, hidden = ask(served, f"/{TOKEN}/question?name=why&names=hidden")
    assert named.count("=student") == len(TEXTS)
    assert "student 1" not in hidden
    assert hidden.count("<article") == named.count("<article") == len(TEXTS)


def test_a_picture_is_shown_as_what_it_is(served, folder):
    where = f"/{TOKEN}/picture?code={code_of('=student 3')}&question=why"
    status, sent, _ = ask(served, f"{where}&number=1")
    assert (status, sent["Content-Type"]) == (200, "image/png")
    for number in ("0", "2", "-1", "x", "", "1e0", "٣", "9" * 5000):
        assert ask(served, f"{where}&number={quote(number)}")[0] == 404


def test_a_mark_is_kept_at_once_and_reaches_the_page(served, folder):
    new = {"points": 2.5, "ticked": ["= shapes; -both"], "comment": "= 0?\n\nSee <b>eq-bp1</b>"}
    status, state = post(served, folder, "=student 1", new)
    assert status == 200
    assert {**state, **new} == {**state, "before": ""}
    assert kept(folder, "=student 1") == (2.5, ("= shapes; -both",), new["comment"])
    _, header_states, text = ask(served, f"/{TOKEN}/states?name=why")
    assert json.loads(text)[code_of("=student 1")]["points"] == 2.5
    assert header_states["Content-Type"].startswith("application/json")
    post(served, folder, "=student 1", {"points": 1}, question="how ü")
    said = report(folder)
    assert "8 answers in words wait" in said
    (page,) = folder.glob("feedback/student-1-*.html")
    text = page.read_text("utf-8")
    assert "✓ found:</strong> = shapes; -both" in text
    assert "✗ missing:</strong> the chain rule" in text
    assert "See &lt;b&gt;eq-bp1&lt;/b&gt;" in text
    assert "In all 13.5 of 14 points." in text


def test_what_another_window_had_saved_is_told_and_kept(served, folder):
    first = {"points": 3, "ticked": ["the chain rule"], "comment": "well done"}
    assert post(served, folder, "=student 1", first)[1]["before"] == ""
    status, state = post(served, folder, "=student 1", {"points": 1, "comment": "why?"})
    assert status == 200
    assert state["before"] == "3 of 3; found: the chain rule; comment: well done"
    assert kept(folder, "=student 1") == (1, (), "why?")
    report(folder)
    header, rows = read_table(folder / "written.csv")
    (row,) = (r for r in rows if r[:2] == ["'=student 1", "why"])
    assert row[header.index("before")] == state["before"]


def test_the_same_mark_twice_is_no_quarrel(served, folder):
    for _ in range(2):
        assert post(served, folder, "=student 1", {"points": 3})[1]["before"] == ""
    assert post(served, folder, "=student 1", {}, {"points": 3})[1]["before"] == ""
    assert kept(folder, "=student 1")[0] is None


def test_many_windows_at_once_lose_nothing(served, folder):
    """Two servers would do the same as eight windows: each save takes the lock of the folder."""
    names = [f"=student {k}" for k in range(len(TEXTS))]

    def mark(k):
        new = {"points": k % 2, "comment": f"number {k}"}
        return post(served, folder, names[k % 5], new, question=("why", "how ü")[k // 5 % 2])[0]

    def remake(_):
        return report(folder)

    with ThreadPoolExecutor(8) as pool:
        reports = [pool.submit(remake, k) for k in range(3)]
        codes = list(pool.map(mark, range(10)))
        assert all("graded" in one.result() for one in reports)
    assert codes == [200] * 10
    for k in range(10):
        points, _, comment = kept(folder, names[k % 5], ("why", "how ü")[k // 5 % 2])
        assert (points, comment) == (k % 2, f"number {k}")


@pytest.mark.parametrize("points", [(0.7, 0.1), (1 / 3, 1 / 3), (5 / 3,), (4 / 3,), (0.1, 0.2)])
def test_full_marks_are_taken_whatever_the_points_add_up_to(points, serve, tmp_path):
    rubric = {f"line {k}": number for k, number in enumerate(points)}
    most = Written(name="why", rubric=rubric).points
    items = tuple(Item(*line) for line in rubric.items())
    reported(tmp_path, made("ada.ipynb", Answer("why", most, items, "words"), points=1 / 3))
    port = serve(tmp_path, TOKEN)
    full = {"points": round(sum(points), 6), "ticked": list(rubric)}  # as mark.js adds up
    for _ in range(2):  # the second window says the same, which is no quarrel
        status, state = post(port, tmp_path, "ada", full)
        assert (status, state["before"]) == (200, ""), state
    page = ask(port, f"/{TOKEN}/question?name=why")[2]
    (largest, shown) = re.findall(r'max="([^"]+)" step="any" value="([^"]+)"', page)[0]
    assert float(largest) == float(shown) == full["points"]
    report(tmp_path)
    (row,) = read_table(tmp_path / "grades.csv")[1]
    assert float(row[-1]) == pytest.approx(sum(points) + 1 / 3, abs=2e-6)


@pytest.mark.parametrize("points", [4, -1, 1e9, float("nan"), float("inf")])
def test_points_beyond_the_maximum_are_refused(served, folder, points):
    status, told = post(served, folder, "=student 1", {"points": points})
    assert status == 409
    assert "mark must be a number from 0 to 3" in told
    assert kept(folder, "=student 1")[0] is None


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b'{"new": 1}', b"[" * 100_000),
        {"code": "x", "question": "why", "version": "v", "new": NOTHING},
        *(
            {
                "code": "x",
                "question": "why",
                "version": "v",
                "new": {**NOTHING, **new},
                "seen": NOTHING,
            }
            for new in (
                {"points": True},
                {"points": "3"},
                {"ticked": "a"},
                {"ticked": [1]},
                {"ticked": ["a\nb"]},
                {"ticked": [""]},
                {"comment": None},
                {"comment": "x" * (MAX_COMMENT + 1)},
            )
        ),
    ],
)
def test_what_is_no_mark_is_refused(served, folder, body):
    before = (folder / "written.csv").read_bytes()
    status, _, text = ask(served, f"/{TOKEN}/mark", "POST", body)
    assert (status, text) == (400, "bpgrader: that is no mark\n")
    assert (folder / "written.csv").read_bytes() == before


def test_a_mark_must_come_as_json(served):
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert ask(served, f"/{TOKEN}/mark", "POST", b"{}", Content_Type=kind)[0] == 415


def test_an_answer_that_has_changed_is_not_marked(served, folder):
    version = load(folder)[0]["=student 1"].written[0].version
    save(folder, result("=student 1", "other words"))
    told = "bpgrader: this answer has changed meanwhile; load the page again\n"
    for again in (lambda: None, lambda: report(folder)):
        again()
        got = post(served, folder, "=student 1", {"points": 1}, version=version)
        assert got == (409, told)
    assert post(served, folder, "=student 1", {"points": 1})[0] == 200


def test_graded_anew_but_not_reported_yet_waits_for_the_report(served, folder):
    save(folder, result("=student 1", "other words"))
    status, told = post(served, folder, "=student 1", {"points": 1})
    assert (status, "changed meanwhile" in told) == (409, True)
    assert post(served, folder, "=student 2", {"points": 1})[0] == 200


def test_who_is_not_there_is_said(served, folder):
    status, told = post(served, folder, "=student 1", {"points": 1}, code="x")
    assert (status, "there is no such answer" in told) == (404, True)
    assert ask(served, f"/{TOKEN}/question?name=x")[0] == 404
    assert ask(served, f"/{TOKEN}/question")[0] == 400


def test_a_folder_that_was_renamed_meanwhile_is_told_everywhere(served, folder):
    version = {"code": code_of("=student 1"), "version": "v", "question": "why"}
    body = {**version, "new": NOTHING, "seen": NOTHING}
    folder.rename(folder.with_name("renamed"))
    pages = dict.fromkeys(("", "question?name=why", "states?name=why")) | {"mark": body}
    for path, sent in pages.items():
        status, _, told = ask(served, f"/{TOKEN}/{path}", "POST" if sent else "GET", sent)
        assert status == 404
        assert "holds no results any more; start bpgrader mark again" in told


def test_a_spoiled_table_is_told_on_the_page(served, folder):
    text = (folder / "written.csv").read_text("utf-8")
    (folder / "written.csv").write_text(text.replace(',"3","",', ',"3","99",', 1), "utf-8")
    status, _, told = ask(served, f"/{TOKEN}/")
    assert status == 409
    assert "mark must be a number from 0 to 3, got '99'" in told


def test_the_table_of_a_spreadsheet_is_gone_on_with(served, folder):
    header, rows = read_table(folder / "written.csv")
    rows[0][header.index("mark")] = "2,5"
    with open(folder / "written.csv", "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows([header, *rows])
    assert post(served, folder, "=student 4", {"points": 1})[0] == 200
    points = [mark[0] for mark in marked(folder).values()]
    assert sorted(p for p in points if p is not None) == [1, 2.5]


def test_the_command_opens_marks_and_ends(folder):
    """Ctrl-C makes all reports again; what was marked before is there the next time."""
    command = [sys.executable, "-m", "bpgrader", "mark", folder, "--no-browser"]
    for points in (2, 3):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        with process.stdout as output:
            for line in output:
                if found := re.match(r"mark here: http://127.0.0.1:(\d+)/([\w-]+)/", line):
                    break
            port, token = int(found[1]), found[2]
            assert len(token) > 20
            assert ask(port, f"/{token}/")[0] == 200
            answer = load(folder)[0]["=student 1"].written[0]
            seen = {**NOTHING, "points": kept(folder, "=student 1")[0]}
            body = {
                "code": code_of("=student 1"),
                "question": "why",
                "version": answer.version,
                "new": {**NOTHING, "points": points},
                "seen": seen,
            }
            assert ask(port, f"/{token}/mark", "POST", body)[0] == 200
            process.send_signal(signal.SIGINT)
            rest = output.read()
        assert process.wait(timeout=20) == 0
        assert "9 answers in words wait for a mark" in rest
        (page,) = folder.glob("feedback/student-1-*.html")
        assert f"why: {points} of 3 points" in page.read_text("utf-8")


def test_a_port_that_is_taken_is_said(folder):
    with socket.create_server((ADDRESS, 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "bpgrader", "mark", folder, "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "in use" in done.stderr


def test_a_result_is_read_again_though_the_clock_has_jumped_back(tmp_path):
    reported(tmp_path, made("ada.ipynb", points=1))
    (path,) = (tmp_path / "results").glob("*.json")
    for points in (1, 2):
        save(tmp_path, made("ada.ipynb", points=points))
        os.utime(path, (10**9, 10**9))
        assert [r.points for r in read_results(tmp_path).values()] == [points]
