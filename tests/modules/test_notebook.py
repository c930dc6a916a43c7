"""The helpers of the chapters: the package's own source, and numbers for the prose."""

import inspect

import numpy as np
import pytest

from bpcore import Network, backprop, backward, network, notebook, sigmoid
from bpcore.activations import Activation


@pytest.fixture
def shown(monkeypatch):
    """Catch what is displayed."""
    caught = []
    monkeypatch.setattr(
        notebook, "display", lambda *args, **options: caught.append((args, options))
    )
    return caught


def source(shown):
    ((markdown,), options), *rest = shown
    assert not rest
    assert options == {}
    fence, *lines, end = markdown.data.split("\n")
    assert (fence, end) == ("```python", "```")
    return "\n".join(lines)


def test_the_source_is_the_packages_own(shown):
    notebook.show_source(backprop._backward)
    assert source(shown) == inspect.getsource(backprop._backward).rstrip()


def test_docstrings_are_left_out_and_nothing_else(shown):
    notebook.show_source(network.predict)
    signature, *rest = source(shown).split("\n")
    assert signature.startswith("def predict(")
    assert rest == inspect.getsource(network.predict).rstrip().split("\n")[-1:]
    assert rest[0].startswith("    return ")


def test_docstrings_can_be_kept(shown):
    notebook.show_source(backward, docstring=True)
    assert source(shown) == inspect.getsource(backward).rstrip()


def test_the_docstrings_of_a_class_and_of_its_methods(shown):
    notebook.show_source(Activation)
    text = source(shown)
    assert '"""' not in text
    assert "@dataclass(frozen=True, repr=False)\nclass Activation(Named):" in text
    assert "return self.derivative(as_array(a" in text


def test_a_method_is_moved_to_the_margin_and_several_stand_apart(shown):
    notebook.show_source(Activation.prime, network._cost)
    first, second = source(shown).split("\n\ndef _cost")
    assert first.startswith("def prime(self")
    assert second.startswith("(logits, Y, loss):\n    return")


@pytest.mark.parametrize(
    "thing",
    [3, "backward", np.tanh, sigmoid, Network.n, eval("lambda z: z")],
    ids=lambda t: type(t).__name__,
)
def test_what_has_no_source(thing):
    with pytest.raises(TypeError, match=r"^objects must be functions or classes .*, got \w+ "):
        notebook.show_source(thing)


class Texts:
    """A class of the reader's."""

    def letter(self):
        """Say goodbye."""
        return """
Yours,
    bpcore"""


OWN = Activation(
    "own",
    lambda z: (
        np.tanh(z)
    ), lambda a: 1 - a * a
)  # fmt: skip


def own_slope(a):
    """Give the slope."""
    return 1 - a * a


def test_a_text_may_begin_left_of_its_method(shown):
    notebook.show_source(Texts.letter)
    lines = 'def letter(self):\n    return """\nYours,\nbpcore"""'
    assert source(shown) == lines


@pytest.mark.parametrize("docstring", [False, True])
def test_a_function_of_an_activation_of_ones_own(shown, docstring):
    notebook.show_source(OWN.derivative, docstring=docstring)
    assert source(shown) == "), lambda a: 1 - a * a"
    shown.clear()
    own = Activation("own", np.tanh, own_slope)
    notebook.show_source(own.derivative, docstring=docstring)
    assert ("Give the slope" in source(shown)) == docstring
    assert list(inspect.signature(own.derivative).parameters) == ["a"]
    with pytest.raises(TypeError, match=r"^objects must be functions or classes"):
        notebook.show_source(own.function)


def all_is_said():
    """There is no more."""


def shared_line():
    """Give 3."""; x = 3  # fmt: skip  # noqa: E702
    return x


def one_line(): "Give 3."; return 3  # fmt: skip  # noqa: E702


@pytest.mark.parametrize("function", [all_is_said, shared_line, one_line])
def test_a_docstring_that_shares_its_line_or_is_all_there_is_stays(shown, function):
    """What is shown is Python, and does what the function does."""
    notebook.show_source(function)
    names = {}
    exec(source(shown), names)
    assert names[function.__name__]() == function()


@pytest.mark.parametrize(("value", "form", "text"), [
    (0.69314, ".3f", "0.693"), (19, "", "19"), ("two", "", "two"), (0.5, ".0%", "50%"),
    (-0.06, ".2f", "\N{MINUS SIGN}0.06"), ("4-3-1", "", "4-3-1"),
])  # fmt: skip
def test_glue_stores_the_formatted_text(shown, value, form, text):
    notebook.glue("name", value, form)
    (((bundle,), options),) = shown
    assert bundle == {"application/papermill.record/text/plain": repr(text)}
    assert options == {
        "raw": True,
        "metadata": {"scrapbook": {"name": "name", "mime_prefix": "application/papermill.record/"}},
    }


def test_glue_of_a_wrong_format():
    with pytest.raises(ValueError, match="format"):
        notebook.glue("name", "text", ".3f")
