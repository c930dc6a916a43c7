"""The helpers of the chapters: the package's own source, and numbers for the prose."""

import inspect

import pytest

from bpcore import backprop, backward, network, notebook
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
    assert "@dataclass(frozen=True, repr=False)\nclass Activation:" in text
    assert "return self.derivative(as_array(a" in text


def test_a_method_is_moved_to_the_margin_and_several_stand_apart(shown):
    notebook.show_source(Activation.prime, network._cost)
    first, second = source(shown).split("\n\ndef _cost")
    assert first.startswith("def prime(self")
    assert second.startswith("(logits, Y, loss):\n    return")


def test_what_has_no_source():
    with pytest.raises(TypeError):
        notebook.show_source(3)


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
