"""The words in live pictures: what bpcore/explore says, and what chapters call their pictures.

In JavaScript they are marked with ``t``: t`Step ${n}` is the message "Step {0}".
"""

import ast
import json
import re
from pathlib import Path

import messages

HERE = Path("bpcore", "explore")
BLOCK = re.compile(r"```\{code-cell\}.*?\n(.*?)```", re.DOTALL)
TEMPLATE = re.compile(r"(?<!\w)(t?)`")
LETTERS = re.compile(r"[A-Za-z][a-z]|[A-Z]{4}")
NAMING = {"label", "labels", "names", "sample"}
TELLING = {"alt", "form"}  # functions that make texts


def words():
    """List the words of pictures, with the file where each stands first."""
    found = {}
    for path in sorted(HERE.glob("*.js")):
        for message in marked(path.read_text(encoding="utf-8")):
            found.setdefault(message, path.as_posix())
    for path in sorted(HERE.glob("*.py")):
        for message in defaults(path.read_text(encoding="utf-8")):
            found.setdefault(message, path.as_posix())
    for path in messages.pages():
        for cell in code(path):
            for message in given(cell):
                found.setdefault(message, path.as_posix())
    return {message: place for message, place in found.items() if LETTERS.search(message)}


def marked(text):
    """Find the messages of a JavaScript file, those inside of others, too."""
    k = 0
    while found := TEMPLATE.search(text, k):
        message, values, k = template(text, found.end())
        if found[1]:
            yield message
        for value in values:
            yield from marked(value)


def template(text, k):
    """Read a template of JavaScript from behind its first backtick: message, expressions, end."""
    message, values = "", []
    while text[k] != "`":
        if text.startswith("${", k):
            start, k = k + 2, end_of_expression(text, k + 2)
            message += f"{{{len(values)}}}"
            values.append(text[start : k - 1])
        else:
            message += text[k]
            k += 1
    return message, values, k + 1


def end_of_expression(text, k):
    """Find the end of an expression in a template, which may hold templates of its own."""
    depth = 1
    while depth:
        if text[k] == "`":
            k = template(text, k + 1)[2]
            continue
        depth += {"{": 1, "}": -1}.get(text[k], 0)
        k += 1
    return k


def defaults(text):
    """Find what a picture is called if nobody names it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            args = node.args.args[::-1], node.args.kwonlyargs
            values = node.args.defaults[::-1], node.args.kw_defaults
            for names, own in zip(args, values, strict=True):
                for name, value in zip(names, own, strict=False):
                    if name.arg in NAMING and isinstance(value, ast.Constant):
                        yield value.value


def code(path):
    """List the code cells of a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return [re.sub(r"(?m)^:\w.*$", "", block) for block in BLOCK.findall(text)]
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return ["".join(cell["source"]) for cell in cells]


def given(cell):
    """Find the names that a cell gives to a picture and to what is in it."""
    if "explore." not in cell:
        return
    tree = ast.parse(cell)
    dicts = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("explore."):
            for keyword in call.keywords:
                if keyword.arg in TELLING and ast.unparse(keyword.value) in functions:
                    yield from told(ast.unparse(keyword.value), functions)
            for value in [*call.args, *(k.value for k in call.keywords if k.arg in NAMING)]:
                value = dicts.get(value.id, value) if isinstance(value, ast.Name) else value
                keys = value.keys if isinstance(value, ast.Dict) else [value]
                for node in [n for key in keys if key for n in ast.walk(key)]:
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield node.value


def told(name, functions):
    """Find the texts that a function of a cell makes, and those of the functions that it calls."""
    for statement in functions[name].body:
        for node in ast.walk(statement):
            if isinstance(node, ast.JoinedStr):
                values = iter(range(len(node.values)))
                yield "".join(
                    part.value if isinstance(part, ast.Constant) else f"{{{next(values)}}}"
                    for part in node.values
                )
            elif isinstance(node, (ast.Return, ast.IfExp)):
                for part in ast.iter_child_nodes(node):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in functions:
                yield from told(ast.unparse(node.func), functions)


def said(text, words):
    """Say a text that a cell has made in the other language, with the values that stand in it."""
    if text in words:
        return words[text]
    for message in sorted(words, key=len, reverse=True):  # the one that says most
        pattern = re.sub(r"\\\{\d+\\\}", "(.+?)", re.escape(message))
        if match := "{0}" in message and re.fullmatch(pattern, text, re.DOTALL):
            return words[message].format(*(said(value, words) for value in match.groups()))
    return text
