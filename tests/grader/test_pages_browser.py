"""The grader's pages in a real browser: marking by keyboard, two windows, accessibility."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from bpgrader.mark import ADDRESS, door
from bpgrader.report import report
from bpgrader.result import Answer, Item, Picture, State
from bpgrader.store import save

from .conftest import made, marked, reported

SITE = runpy.run_path(str(Path(__file__).parents[1] / "site" / "test_site_browser.py"))
RUBRIC = (Item("chain rule", 2), Item("shapes", 1))
DOT = (  # a picture of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)
TEXTS = [
    "**So** $a^{[1]} = \\sigma(z^{[1]})$, and\n\n$$\\frac{\\partial J}{\\partial W} = "
    "\\frac1m \\delta a^\\top$$\n\n| n | cost |\n|--|--|\n| 1 | 0.5 |\n\n![mine](picture-1)",
    "<img src=http://evil.org/a.png onerror=alert(1)> ![x](http://evil.org/b.png) "
    "<script>alert(2)</script> [l](javascript:alert(3)) $\\href{http://evil.org}{x}$",
    "",
    "\\begin{align}a &= b\\\\ &= c\\end{align}\n\n```\ncode = 1\n```\n\n" + "long" * 200,
]
RIGHT = {"status": "passed", "points": 2, "max_points": 2, "message": "Right.", "slip": ""}
WRONG = {"status": "wrong", "points": 0, "max_points": 4, "message": "A <b>sentence</b>."}
ENTRIES = [{"name": "f", **RIGHT}, {"name": "g", **WRONG, "slip": "known: The bias is missing."}]


def result(k, text):
    """A result as the grader makes it."""
    pictures = (Picture("image/png", DOT),) if "picture-1" in text else ()
    why = Answer("why", 3, RUBRIC, text, "A note." * (not text), pictures)
    points = {"score": 1 / 3, "points": 2, "max_points": 6, "exercises": tuple(ENTRIES)}
    return made(f"Student {k}.ipynb", why, message="1 of 2 right.", seed=7, **points)


@pytest.fixture
def folder(tmp_path):
    """A small class."""
    return reported(tmp_path, *(result(k, text) for k, text in enumerate(TEXTS)))


@pytest.fixture
def window(browser):
    """Open windows; nothing may be asked of another host, and no console may complain."""
    contexts, asked, complaints = [], [], []

    def open_window(url, scheme="light", width=1280):
        contexts.append(
            browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": SITE["WIDTHS"][width]}
            )
        )
        tab = contexts[-1].new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda line: line.type == "error" and complaints.append(line.text))
        tab.on("dialog", lambda dialog: complaints.append(dialog.message))
        tab.goto(url)
        return tab

    open_window.expected = ()
    yield open_window
    for context in contexts:
        context.close()
    allowed = (f"http://{ADDRESS}:", "file:", "data:")
    assert not [url for url in asked if not url.startswith(allowed)]
    left = [text for text in complaints if not any(part in text for part in open_window.expected)]
    assert not left


@pytest.fixture
def marking(folder, serve, window):
    """Open the page of the question."""
    port = serve(folder, "token")

    def open_marking(**options):
        tab = window(f"http://{ADDRESS}:{port}/token/question?name=why", **options)
        tab.locator("article:focus").first.wait_for()
        return tab

    return open_marking


def kept(folder):
    return {name: mark for (name, _), mark in marked(folder).items()}


def saved(tab, number, text="saved"):
    """Wait until the mark of an answer is saved."""
    status = tab.locator("article [role=status]").nth(number)
    tab.wait_for_function(
        "([status, text]) => status.textContent === text", arg=[status.element_handle(), text]
    )


def test_a_class_is_marked_by_keyboard_alone(marking, folder):
    tab = marking()
    tab.keyboard.press("f")
    saved(tab, 0)
    tab.keyboard.press("j")
    tab.keyboard.press("2")
    tab.keyboard.press("c")
    tab.keyboard.type("jkn12fx: why so?")
    tab.keyboard.press("Escape")
    tab.keyboard.press("n")
    tab.keyboard.press("x")
    tab.keyboard.press("n")
    tab.keyboard.press("1")
    tab.keyboard.press("p")
    tab.keyboard.type("1.5")
    tab.keyboard.press("Escape")
    for number in range(4):
        saved(tab, number)
    assert tab.locator("#count").text_content() == "4"
    assert kept(folder) == {
        "Student 0": (3, ("chain rule", "shapes"), ""),
        "Student 1": (1, ("shapes",), "jkn12fx: why so?"),
        "Student 2": (0, (), ""),
        "Student 3": (1.5, ("chain rule",), ""),
    }
    tab.reload()
    tab.locator("article").first.wait_for()
    assert tab.locator("[name=points]").nth(3).input_value() == "1.5"
    assert tab.locator("textarea").nth(1).input_value() == "jkn12fx: why so?"
    assert "wait" not in report(folder)


def test_keys_do_nothing_outside_an_answer_and_nothing_with_ctrl(marking, folder):
    tab = marking()
    tab.keyboard.press("Control+f")
    tab.locator("#next").focus()
    for key in "fx12jkpc9":
        tab.keyboard.press(key)
    tab.keyboard.press("Enter")
    tab.keyboard.press("9")
    tab.wait_for_timeout(700)
    assert {points for points, _, _ in kept(folder).values()} == {None}


def test_two_windows_do_no_harm(marking, folder):
    one, two = marking(), marking()
    one.keyboard.press("f")
    saved(one, 0)
    two.locator("article").first.locator("[name=points]").fill("1")
    two.locator("article").nth(1).locator("textarea").fill("from two")
    told = two.locator("article").first
    told.get_by_text("another window had saved something else").wait_for()
    assert "3 of 3; found: chain rule, shapes" in told.locator(".before").text_content()
    saved(two, 1, "saved, waits")
    one.evaluate("dispatchEvent(new Event('focus'))")
    saved(one, 0, "saved, in another window")
    assert one.locator("[name=points]").first.input_value() == "1"
    assert one.locator("textarea").nth(1).input_value() == "from two"
    assert kept(folder)["Student 0"] == (1, (), "")
    assert kept(folder)["Student 1"] == (None, (), "from two")


def test_what_is_typed_when_a_page_is_left_is_saved(marking, folder):
    tab = marking()
    tab.locator("textarea").first.fill("to the last word")
    tab.get_by_role("link", name="All questions").click()
    tab.get_by_role("heading", name="answers in words").wait_for()
    for _ in range(100):  # the words come when the page has gone
        if kept(folder)["Student 0"][2] == "to the last word":
            return
        tab.wait_for_timeout(100)
    raise AssertionError(kept(folder)["Student 0"])


def test_what_cannot_be_saved_is_said_and_kept_in_the_window(marking, folder, window):
    window.expected = ("409", "ERR_", "Failed to load")
    tab = marking()
    points = tab.locator("[name=points]").first
    points.fill("7")
    tab.get_by_text("not saved: points are a number from 0 to 3").wait_for()
    assert kept(folder)["Student 0"][0] is None
    points.fill("2")
    saved(tab, 0)
    tab.context.set_offline(True)
    points.fill("1")
    tab.get_by_text("bpgrader mark does not answer").wait_for()
    tab.context.set_offline(False)
    tab.evaluate("dispatchEvent(new Event('focus'))")
    saved(tab, 0)
    save(folder, result(0, "other words"))
    tab.locator("textarea").first.fill("too late")
    tab.get_by_text("this answer has changed meanwhile").wait_for()
    assert kept(folder)["Student 0"] == (None, (), "")


def test_the_page_that_a_browser_is_called_with_leads_to_the_questions(folder, serve, window):
    with door(folder, f"http://{ADDRESS}:{serve(folder, 'token')}/token/") as path:
        tab = window(path.as_uri())
        tab.get_by_role("heading", name="answers in words").wait_for()
    assert not path.exists()


def test_words_are_drawn_and_nothing_of_a_student_runs(marking):
    tab = marking()
    first, second = (tab.locator(".answer").nth(k) for k in (0, 1))
    assert first.locator("math").count() == 2
    assert first.locator("math mfrac").first.bounding_box()["height"] > 20
    assert first.locator("table td").count() == 2
    tab.wait_for_function("() => document.querySelector('.answer img').naturalWidth === 1")
    assert second.locator("img, a, script").count() == 0
    assert "<script>alert(2)</script>" in second.text_content()


PAGES = ["question", "start", "student", "class"]


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible_and_fits(kind, scheme, folder, serve, window):
    table = folder / "written.csv"
    text = table.read_text("utf-8").replace('"3","","",""', '"3","1.5","shapes","Why?"', 2)
    table.write_text(text, encoding="utf-8")
    report(folder)
    base = f"http://{ADDRESS}:{serve(folder, 'token')}/token/"
    address = {
        "question": f"{base}question?name=why",
        "start": base,
        "student": next(folder.glob("feedback/Student-0*.html")).as_uri(),
        "class": (folder / "class.html").as_uri(),
    }[kind]
    for width in SITE["WIDTHS"]:
        tab = window(address, scheme, width)
        for box in tab.locator("details").all():
            box.evaluate("box => { box.open = true; }")
        ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert axe(tab) == []


def axe(tab):
    """Give what is serious to axe; its script comes by a way that no policy stops."""
    session = tab.context.new_cdp_session(tab)
    session.send("Runtime.evaluate", {"expression": SITE["AXE"]})
    return tab.evaluate(SITE["SERIOUS"])


def test_the_accessibility_check_sees_what_is_planted(folder, window):
    page = folder / "class.html"
    text = page.read_text("utf-8").replace("</main>", "<p style='color: #999'>pale</p></main>")
    page.write_text(text, encoding="utf-8")
    assert [line.partition(":")[0] for line in axe(window(page.as_uri()))] == ["color-contrast"]


def test_the_page_of_the_class_tells_what_the_results_tell(folder, window):
    nothing = {"score": 0.0, "points": 0, "exercises": (), "written": ()}
    save(folder, replace(result(9, ""), state=State.REFUSED, message="No notebook.", **nothing))
    report(folder)
    tab = window((folder / "class.html").as_uri())
    assert "5 students, 4 with a notebook" in tab.locator("main").text_content()
    bars = [row.inner_text().split() for row in tab.locator(".bars tbody tr").all()]
    assert bars == [[str(k), str({0: 1, 2: 4}.get(k, 0))] for k in range(10)]
    row = tab.locator("tr", has=tab.get_by_role("rowheader", name="g", exact=True))
    assert "0 of 4" in row.text_content()
    assert "4 × The bias is missing." in row.text_content()
    assert "Student 0; Student 1; Student 2; Student 3" in row.text_content()
    assert "4 wait" in tab.locator("main").text_content()
    assert "refused: No notebook." in tab.locator("main").text_content()
