"""Grading one submission: what one exercise owes to another, and errors in cells."""

WRONG = "def forward_pass(W, b, X):\n    return {'z': [None], 'a': [X]}\n"


def test_an_exercise_that_uses_a_wrong_one_says_so(graded, submit):
    result = graded(submit(forward_pass=WRONG)).by_name
    assert result["classify"]["status"] == "wrong"
    assert result["classify"]["message"].endswith("It uses forward_pass: correct that first.")
    assert "first" not in result["forward_pass"]["message"]
    assert result["weighted_input"]["status"] == "passed"


def test_an_error_in_a_cell_is_that_of_the_exercise(graded, submit):
    result = graded(submit(classify="x = 1\ny = 1 / 0\ndef classify(W, b, X): return 1")).by_name
    assert "ZeroDivisionError in line 2 of your cell" in result["classify"]["message"]
    assert result["forward_pass"]["status"] == "passed"


def test_an_error_after_the_definition_does_no_harm(graded, submit):
    own = "def weighted_input(W, b, A): return W @ A + b\nimport matplotlib.pyplot as plt"
    assert graded(submit(weighted_input=own)).score == 1


def test_checks_and_magics_in_an_answer_cell_are_harmless(graded, submit):
    own = "%matplotlib inline\ncheck('classify', None)\n"
    own += "def weighted_input(W, b, A): return W @ A + b\n"
    result = graded(submit(weighted_input=own + "check('weighted_input', weighted_input)"))
    assert result.score == 1, result.by_name["weighted_input"]
