"""F1, F2, BP1 to BP4, the update and the descent rule stand in the package once each, and read
like equations."""

import ast
import inspect
import io
import re
import tokenize
from pathlib import Path

import pytest

import bpcore
from bpcore import backprop, descent, network

FILES = sorted(Path(bpcore.__file__).parent.glob("*.py"))
HOME = {
    "F1": network._forward,
    "F2": network._forward,
    "BP1": backprop._backward,
    "BP2": backprop._backward,
    "BP3": backprop._backward,
    "BP4": backprop._backward,
    "update W": descent._step,
    "update b": descent._step,
    "descent": descent._descend,
}
TAG = re.compile(rf"^#\s*({'|'.join(HOME)})\b")
LOOPS = [network._forward, backprop._backward, descent._step, descent._descend]


def tagged_lines(text):
    """Give (tag, line) of every comment that is a tag."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        found = token.type == tokenize.COMMENT and TAG.match(token.string)
        if found:
            yield found[1], token.line


def code_of(line):
    return line.split("#")[0].strip()


def test_each_tag_stands_on_exactly_one_line_of_code():
    found = [pair for file in FILES for pair in tagged_lines(file.read_text(encoding="utf-8"))]
    assert sorted(tag for tag, _ in found) == sorted(HOME)
    for tag, line in found:
        assert isinstance(ast.parse(code_of(line)).body[0], ast.Assign), line
        assert line.rstrip().endswith(f"  # {tag}"), line  # the tag and nothing else


@pytest.mark.parametrize("tag", HOME)
def test_the_tag_stands_in_its_function(tag):
    source = inspect.getsource(HOME[tag])
    assert tag in [found for found, _ in tagged_lines(source)]


@pytest.mark.parametrize("function", LOOPS)
def test_the_loops_are_short_and_have_no_negative_index(function):
    tree = ast.parse(inspect.getsource(function))
    assert len(tree.body[0].body) <= 15
    loops = [node for node in tree.body[0].body if isinstance(node, ast.For)]
    assert loops
    for node in (node for loop in loops for node in ast.walk(loop)):
        if isinstance(node, ast.Subscript):
            assert "-" not in re.sub(r" - ", "", ast.unparse(node.slice)), ast.unparse(node)
        assert not (isinstance(node, ast.Name) and node.id in ("zip", "reversed"))


@pytest.mark.parametrize("tag", HOME)
def test_no_tagged_line_stands_a_second_time(tag):
    """Neither as text nor as an expression that is spaced or bracketed in another way."""
    others = [file for file in FILES if file.name != "theta.py"]  # the same in another notation
    texts = [file.read_text(encoding="utf-8") for file in others]
    [line] = [line for found, line in tagged_lines(inspect.getsource(HOME[tag])) if found == tag]
    code = code_of(line)
    assert "".join(texts).count(code) == 1, code
    equation = ast.unparse(ast.parse(code).body[0].value)
    nodes = [node for text in texts for node in ast.walk(ast.parse(text))]
    found = [node for node in nodes if isinstance(node, ast.expr) and ast.unparse(node) == equation]
    assert len(found) == 1, equation


def test_the_lines_in_the_words_of_the_equations():
    """What chapters print: a change here is a change of the book."""
    found = {tag: code_of(line) for home in {*HOME.values()}
             for tag, line in tagged_lines(inspect.getsource(home))}  # fmt: skip
    assert found == {
        "F1": "z[i] = W[i] @ a[i - 1] + b[i]",
        "F2": "a[i] = g[i].function(z[i])",
        "BP1": "delta[L] = loss.delta_function(z[L], Y)",
        "BP2": "delta[i] = (W[i + 1].mT @ delta[i + 1]) * g[i].derivative(a[i])",
        "BP3": "db[i] = delta[i].sum(axis=-1, keepdims=True) / m",
        "BP4": "dW[i] = delta[i] @ a[i - 1].mT / m",
        "update W": "W[i] = net.W[i] - learning_rate * dW[i]",
        "update b": "b[i] = net.b[i] - learning_rate * db[i]",
        "descent": "x = x - learning_rate * grad(x)",
    }
