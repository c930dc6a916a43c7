"""Who is who: no mark on a guess. Every case is a class list, who sent, and who may get a mark."""

import unicodedata

import pytest

from bpgrader.roster import match, words
from bpgrader.senders import sender

MOODLE = "{}_{}_assignsubmission_file/work.ipynb".format
CANVAS = "{}_{}_77_work.ipynb".format


def matched(header, rows, *files):
    """Give who was found for which row, and who was not."""
    header = header.split(";")
    rows = [row.split(";") for row in rows]
    return match(header, rows, [sender(file) for file in files])


NAMESAKES = ["Participant 4721;Li Wei;l1@x", "Participant 4720;Li Wei;l2@x"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("numbers", [("4720", "4721"), ("4721", "4720")])
def test_a_number_comes_before_a_name_in_any_order(order, numbers):
    rows = [NAMESAKES[k] for k in order]
    files = [MOODLE("Li Wei", number) for number in numbers]
    found = matched("Identifier;Full name;Email", rows, *files)
    assert {rows[k]: who for k, who in found.rows.items()} == {
        NAMESAKES[0]: "Li Wei_4721",
        NAMESAKES[1]: "Li Wei_4720",
    }
    assert found.doubtful == {}


@pytest.mark.parametrize("column", ["Quiz 1", "Group", "Points", "Section", "Grade", "Phone"])
@pytest.mark.parametrize("field", ["1200", "12.00", "id 1200", "1,200", "ada", "Ada Li"])
def test_only_columns_that_hold_numbers_or_names_are_read(column, field):
    """Ada Li is in the list by name only; another field of Bob's looks like her number."""
    header, rows = f"Full name;{column}", [f"Bob;{field}", "Ada Li;0"]
    found = matched(header, rows, MOODLE("Ada Li", "1200"), "ada.ipynb")
    assert found.rows == {1: "Ada Li_1200"}
    assert found.strangers == ("ada",)


@pytest.mark.parametrize(
    ("header", "rows", "files", "why"),
    [
        ("Full name", ["Kim Lee", "Kim Lee"], ["kim_lee.ipynb"], "rows 2, 3"),
        (
            "Full name",
            ["Kim Lee"],
            [MOODLE("Kim Lee", "1"), MOODLE("Kim Lee", "2")],
            "2 students have this name",
        ),
        (
            "Identifier;Full name",
            ["Participant 9;Kim Lee"],
            [MOODLE("Kim Lee", "1")],
            "another number",
        ),
        ("Student;ID", ["Lee, Kim;9"], [CANVAS("leekim", "1")], "another number"),
        ("Email;Name", ["k@x;A", "k@x;B"], ["k@x.ipynb"], "rows 2, 3"),
        ("ID number;Username", ["7;a", "8;7"], ["7.ipynb"], "rows 2, 3"),
        ("First name;Surname", ["Wei;Li", "Li;Wei"], ["Li Wei.ipynb"], "rows 2, 3"),
        ("Username;Full name", ["kl;Kim Lee"], ["kl.ipynb", "Kim Lee.ipynb"], "fits"),
    ],
)
def test_what_is_not_certain_gets_no_mark_and_is_said(header, rows, files, why):
    found = matched(header, rows, *files)
    assert found.rows == {}
    assert {sender(file).student for file in files} == {*found.doubtful, *found.strangers}
    assert any(why in text for text in found.doubtful.values())


SAME = [
    ("José", "jose\N{COMBINING ACUTE ACCENT}"),
    ("ŁUKASZ ŻAK", "łukasz żak"),
    ("Straße", "STRASSE"),
    ("Ｌｉ　Ｗｅｉ", "Li Wei"),
    ("O'Brien", "O’Brien"),
    ("Jean-Luc Picard", "jean_luc picard"),
    ("김민준", unicodedata.normalize("NFD", "김민준")),
    ("Ἀλέξανδρος", unicodedata.normalize("NFD", "Ἀλέξανδρος")),
]
DIFFERENT = [
    ("José", "Jose"),
    ("रवि", "रव"),  # vowel signs are no ornament
    ("Ann Alee", "Anna Lee"),
    ("Müller", "Muller"),
    ("Ada", ""),
    ("!!!", "???"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_are_compared_as_unicode_means_it(one, other):
    assert matched("Full name", [one], f"{other}.ipynb").rows == {
        0: sender(f"{other}.ipynb").student
    }


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_names_are_different(one, other):
    assert words(one) != words(other) or words(one) == ()
    assert matched("Full name", [one, "Somebody Else"], f"{other}.ipynb").rows == {}


@pytest.mark.parametrize(
    ("header", "row", "file"),
    [
        ("Student;ID;SIS User ID;SIS Login ID;Section", "Lovelace, Ada;11;;;S", CANVAS("x", "11")),
        ("Student;ID;SIS User ID;SIS Login ID;Section", ";11;;ada;S", CANVAS("a_LATE", "11")),
        ("Student;Section", "Lovelace, Ada;S", CANVAS("lovelaceada", "11")),
        ("Identifier;Full name", "Teilnehmer/in11;Ada", MOODLE("Ada", "11")),
        ("Identificador;Nombre", "Participante 11;Ada", MOODLE("Ada", "11")),
        ("Participant;Nombre", "11;Ada", MOODLE("Ada", "11")),
        ("First name;Last name;Email address", "Ada;Lovelace;a@x", MOODLE("Ada Lovelace", "11")),
        ("Vorname;Nachname", "Ada;Lovelace", "Lovelace, Ada/work.ipynb"),
        ("Matriculation number;Name", "s0123;Ada", "s0123/a.ipynb"),
        ("E-mail;Name", "Ada@X.org;A", "ada@x.org.ipynb"),
    ],
)
def test_the_forms_of_course_sites_are_known(header, row, file):
    found = matched(header, [row], file)
    assert found.rows == {0: sender(file).student}


def test_a_stranger_is_named():
    found = matched("Identifier;Full name", ["Participant 1;Ada"], MOODLE("Bob", "2"))
    assert found.strangers == ("Bob_2",)
    assert found.rows == found.doubtful == {}


@pytest.mark.parametrize("title", ["Group", "Points", "Phone", "SIS User ID", "Quiz 4711"])
def test_the_number_of_canvas_is_in_its_own_column_only(title):
    found = matched(f"Student;{title}", ["Nobody;4711", "Else;1"], CANVAS("lovelaceada", "4711"))
    assert found.rows == {}
    assert found.strangers == ("lovelaceada_4711",)


@pytest.mark.parametrize(
    "rows", [["Participant 11;Bob", "late;Ada"], ["late;Ada", "Participant 11;Bob"]]
)
def test_a_column_in_which_one_field_calls_itself_a_participant_holds_no_numbers(rows):
    found = matched("Remark;Full name", rows, MOODLE("Ada", "11"))
    assert {rows[k] for k in found.rows} == {"late;Ada"}


def test_empty_fields_do_not_spoil_a_column_of_participants():
    rows = [";Ada", "Participant 11;Ada", ";Grace"]
    assert matched("Identifier;Full name", rows, MOODLE("Ada", "11")).rows == {1: "Ada_11"}


def test_the_name_before_the_first_comma_is_the_last_name():
    found = matched("Student", ["King, Jr., Martin"], "Jr Martin King.ipynb")
    assert found.rows == {0: "Jr Martin King"}
    assert matched("Student", ["Lovelace, Ada"], "Lovelace, Ada.ipynb").rows == {0: "Lovelace, Ada"}
    assert matched("Student", ["XX, YY"], "YY XX.ipynb").rows == {0: "YY XX"}


def test_one_in_doubt_does_not_stop_the_others_and_rows_are_counted_as_in_a_spreadsheet():
    found = matched(
        "Full name;Username",
        ["A B;", "Kim Lee;kl", "C D;"],
        *("unknown.ipynb", "kl.ipynb", "Kim Lee.ipynb", "C D.ipynb"),
    )
    assert found.rows == {2: "C D"}
    assert set(found.doubtful.values()) == {"row 3 of the list fits kl and Kim Lee"}
    assert found.strangers == ("unknown",)


def test_an_empty_name_is_nobody():
    assert matched("Username;Full name", [";", ";X"], "!!!.ipynb", " .ipynb").rows == {}
