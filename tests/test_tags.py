"""The equations F1, F2, BP1 to BP4 stand in the package once each, and read like equations."""

import ast
import inspect
import io
import re
import tokenize
from pathlib import Path

import pytest

import bpcore
from bpcore import backprop, network

FILES = sorted(Path(bpcore.__file__).parent.glob("*.py"))
TAG = re.compile(r"^#\s*(F1|F2|BP1|BP2|BP3|BP4)\b")
HOME = {
    "F1": network._forward,
    "F2": network._forward,
    "BP1": backprop._backward,
    "BP2": backprop._backward,
    "BP3": backprop._backward,
    "BP4": backprop._backward,
}
HOMES = [network._forward, backprop._backward]


def tagged_lines(text):
    """Give (tag, line) of every comment that is a tag."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        found = token.type == tokenize.COMMENT and TAG.match(token.string)
        if found:
            yield found[1], token.line


def test_each_tag_stands_on_exactly_one_line_of_code():
    found = [pair for file in FILES for pair in tagged_lines(file.read_text(encoding="utf-8"))]
    assert sorted(tag for tag, _ in found) == sorted(HOME)
    for _, line in found:
        code = line.split("#")[0].strip()
        assert isinstance(ast.parse(code).body[0], ast.Assign), line


@pytest.mark.parametrize("tag", HOME)
def test_the_tag_stands_in_its_function(tag):
    source = inspect.getsource(HOME[tag])
    assert tag in [found for found, _ in tagged_lines(source)]


@pytest.mark.parametrize("function", HOMES)
def test_the_loops_are_short_and_have_no_negative_index(function):
    tree = ast.parse(inspect.getsource(function))
    assert len(tree.body[0].body) <= 15
    loops = [node for node in tree.body[0].body if isinstance(node, ast.For)]
    assert loops
    for node in (node for loop in loops for node in ast.walk(loop)):
        if isinstance(node, ast.Subscript):
            assert "-" not in re.sub(r" - ", "", ast.unparse(node.slice)), ast.unparse(node)
        assert not (isinstance(node, ast.Name) and node.id in ("zip", "reversed"))


@pytest.mark.parametrize("function", HOMES)
def test_no_tagged_line_stands_a_second_time(function):
    others = [file for file in FILES if file.name != "theta.py"]  # the same in another notation
    text = "".join(file.read_text(encoding="utf-8") for file in others)
    for _, line in tagged_lines(inspect.getsource(function)):
        code = line.split("#")[0].strip()
        assert text.count(code) == 1, code
