"""A mistake in a page is told in one sentence, with its page and cell."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
import yaml
from address import citation
from build import sentences

ROOT = Path(__file__).parents[2]
# A page's second cell, what the terminal names, and what it says.
MISTAKES = {
    "a label that is nowhere": ("See {ref}`nowhere`.", "undefined label: 'nowhere'"),
    "an equation that is nowhere": ("By {eq}`eq-none`.", "equation not found: eq-none"),
    "a figure that is nowhere": ("See {numref}`fig-none`.", "undefined label: 'fig-none'"),
    "a work that is not cited": ("As in {cite:p}`nobody`.", 'could not find bibtex key "nobody"'),
    "a key that is not glued": ("It is {glue:text}`missing`.", "No key 'missing' found in glue"),
    "a role that is none": ("A {nonsense}`x`.", 'Unknown interpreted text role "nonsense"'),
    "a directive that is none": ("```{nodirective}\nx\n```", "Unknown directive type"),
    "a title that is missing": (":::{admonition}\n:::", "1 argument(s) required"),
    "a page that is not there": ("[x](other.md)", "target not found: 'other.md'"),
    "a section that is not there": ("[x](#frag)", "target not found: 'frag'"),
    "a formula that ends early": (r"So $\frac{a$ is.", r"the formula \frac{a cannot be read"),
    "a command that TeX does not know": ("$$\n\\nosuch x\n$$ (eq-y)", "Unsupported function name"),
    "a label used twice": ("$$a$$ (eq-a)\n\n$$b$$ (eq-a)", "duplicate label"),
    "a heading that jumps": ("#### Deep", "header level increase"),
    "a term that is not explained": ("A {term}`gluon`.", "term not in glossary: 'gluon'"),
    "a formula of two lines": (
        "$$\na\n= \\frac{b\n$$ (eq-z)",
        "the formula a = \\frac{b cannot be",
    ),
    "a formula that swallows text": (
        "$$\na = 1\n\nThen $b$ and $c$.\n\n$$\nd = 1\n$$",
        "cannot be read",
    ),
    "a dollar alone": ("So $a = b holds.", "left in the text: So $a"),
    "a role that goes on": ("By {eq}`eq-a and more.", "left in the text: By {eq}`eq-a"),
    "a role and a blank": ("By {eq} `eq-a`.", "left in the text: By {eq}"),
    "a role in round brackets": ("By {eq}(eq-a).", "left in the text: By {eq}(eq-a"),
    "a reference of LaTeX": ("By \\eqref{eq-a}.", "left in the text: By \\eqref{eq-a"),
    "a link that goes on": ("See [it](https://a.example and.", "left in the text: See [it](https:"),
    "a heading without a blank": ("##Next", "left in the text: ##N"),
    "bold words that go on": ("It is **so.", "left in the text: It is **so."),
    "a link with a blank": ("See [it] (https://a.example).", "left in the text: See [it] (https:"),
    "italics that go on": ("It is *so.", "left in the text: It is *so."),
    "italics that never began": ("It is so*.", "left in the text: It is so*."),
    "a letter without a name": ("One&nbps;word", "left in the text: One&nbps;word"),
    "a comment that goes on": ("<!-- Later\n\nThen.", "a comment has no end"),
    "a merge that nobody ended": (
        "<<<<<<< HEAD\nOne\n=======\nTwo",
        "a merge that nobody ended",
    ),
    "a box too many": (":::{note}\nx\n:::\ny\n:::", "a fence is closed that nobody opened"),
    "a table whose lines differ": ("| a | b |\n| --- |\n| 1 | 2 |", "left in the text: | a | b"),
    "a footnote that is nowhere": ("So[^1].", "left in the text: So[^1]."),
    "an environment with another end": (
        "\\begin{align}\na\n\\end{aligned}",
        "left in the text: \\begin{align}",
    ),
    "a second title": ("# Again", "a page has one title, and this is another"),
    "a picture without words": ("![](../site/static/logo.svg)", "a picture has no words (alt)"),
    "a check of no equation": (
        "from bpcore import check\ncheck('eq-nowhere', 1.0, 1.0)",
        "check names 'eq-nowhere', and no equation has this label",
    ),
    "a theorem used twice": (
        ":::{prf:theorem} A\n:label: thm-a\nx\n:::\n\n:::{prf:theorem} A\n:label: thm-a\nx\n:::",
        "duplicate theorem label 'thm-a', other instance in chapters/page",
    ),
    "brackets of LaTeX": (r"So \(x + 1\) holds.", r"\( begins no formula here"),
    "a block of LaTeX": ("So\n\n\\[ x + \\frac12 \\]", r"\[ begins no formula here"),
    "a command without a dollar": (r"So \alpha holds.", r"left in the text: So \alpha"),
    "a power without a dollar": ("So x^2 holds.", "left in the text: So x^2"),
    "an index without a dollar": ("So x_1 holds.", "left in the text: So x_1"),
    "a dollar before a digit": ("So $2 x holds.", "a dollar alone"),
    "words between formulas": ("So $a = b and so on, $c$ is.", "words in a formula (and so)"),
    "a backslash too many": (r"So $\\frac{a}{b}$.", r"\\frac in a formula is a new line"),
    "a formula of nothing": ("$$\n\n$$", "a formula of nothing"),
    "a mark of texts in a formula": ("So $f’(x)$.", "’ in a formula is a mark of texts"),
    "a listing that goes on": ("```python\nx = 1\n\nSo $a$.", "a fence without end: ```python"),
    "a box that goes on": (":::{note}\nx\n\ny", "a fence without end: :::{note}"),
    "a listing in a box": ("````{note}\n```python\nx\n````", "a fence without end: ```python"),
    "a box in a box": (":::{note}\nx\n:::{tip}\ny\n:::\nz\n:::", "a fence without end: :::{tip}"),
    "a box without braces": ("::: note\nx\n:::", "a box without braces: :::{note}"),
    "a class that is none": (
        ":::{admonition} T\n:class: dropdwn\nx\n:::",
        "'dropdwn' in its class is none of attention, ",
    ),
    "an option behind a blank": (
        ":::{admonition} T\n\n:class: tip\nx\n:::",
        "left in the text: :class: tip",
    ),
    "a cell too many": ("| a | b |\n| - | - |\n| 1 | 2 | 3 |", "a row of 3 cells in a table of 2"),
    "a cell too few": ("| a | b |\n| - | - |\n| 1 |", "a row of 1 cells in a table of 2"),
    "a line in a table": ("| a | b |\n| - | - |\n| $|x|$ | 2 |", "a row of 4 cells in a table of"),
    "a footnote of nothing": ("So[^a].\n\n[^a]:", "a footnote without words"),
    "a footnote of nobody": ("So.\n\n[^a]: Well.", "no word has this footnote: [^a]"),
    "a label of nothing": ("So.\n\n(sec-nothing)=", "a label with nothing below it in its cell"),
    "a label without its sign": ("(sec-x)\n\n## Next", "a label is (sec-x)= on a line of its own"),
    "a label below its formula": ("$$\na\n$$\n(eq-b)", "a label is (eq-b)= on a line of its own"),
    "a label in braces": ("## Next {#sec-y}", "left in the text: Next {#sec-y}"),
    "HTML that goes on": ("<details>\n\nSo.", "<details> is not closed, or"),
    "HTML that never began": ("So it is</b>.", "<b> is not closed, or closed and not open"),
    "a line below words": ("So it is\n---\nand more", "a line of - makes a title of the words"),
    "a title of nothing": ("##\n\nSo.", "a title without words"),
    "four blanks": ("So.\n\n    It is.", "four blanks before a line make a listing of it"),
    "a percent sign at the margin": ("It is 50\n% of all.", "a line that begins with % is a"),
    "a number without a blank": ("1.one\n2.two", "left in the text: 1.one"),
    "a task": ("- [ ] do", "left in the text: [ ] do"),
    "a strike": ("It is ~~so~~.", "left in the text: It is ~~so~~."),
    "something for later": ("TODO: more.", "left in the text: TODO"),
    "a sign that nobody sees": ("By {e\u200bq}`eq-a`.", "a sign that nobody sees: U+200B"),
    "the end of a merge": ("So.\n\n>>>>>>> branch", "a merge that nobody ended"),
    "a role of Sphinx": ("By :ref:`sec-a`.", "left in the text: By :ref:"),
    "a link of Sphinx": ("By `it <https://a.example>`_.", "left in the text: _."),
    "a directive of Sphinx": (".. note:: So.", "left in the text: .. note::"),
    "a link of a wiki": ("By [[sec-a]].", "left in the text: By [[sec-a]]."),
    "a work of Pandoc": ("By [@nobody].", "left in the text: By [@nobody]."),
    "a link to no address": ("By [it][nowhere].", "left in the text: By [it][nowhere]."),
    "a link with a blank in it": ("By [it](a b.html).", "left in the text: By [it](a b.html)."),
    "a link without its bracket": ("By [it(https://a.example).", "left in the text: By [it(https:"),
    "a link without words": ("By [](https://a.example).", "a link without words"),
    "a link to oneself": ("By [it](http://localhost:8888/x).", "a link to a machine of one's own"),
    "a picture without its words": (
        "```{image} ../site/static/logo.svg\n:width: 9px\n```",
        "a picture has no words (alt)",
    ),
    "a picture of others": ("![A](https://a.example/a.png)", "a picture of another host"),
    "an exercise that is nowhere": (
        ":::{solution} ex-nowhere\nSo.\n:::",
        "undefined label: ex-nowhere",
    ),
}


NO_MISTAKE = """It costs \\$5, #5 of {x}, 2**3 is 8, 2*3 is 6, AT&T; 2 * 3.

|x| is even, and so is |-x|; (a) stands, and (b). In 1.5 of 2 it is ~3, [0, 1] or [a](page0).

| $\\|x\\|$ | `a \\| b` |
| --- | --- |
| $f'(x)$ | $\\text{if and only if}$ |

:::{admonition} T
:class: tip dropdown
<span lang="zh-Hans">准确率</span><br>So ```x_1``` is -1.
:::

NumPy **2.x** and 1.e-5, a[0][1] of (0, 1](2.5), <https://a.example/L_p> (https://a.example).

(well-known)

1. | a | b |
   | - | - |
   | 1 | 2 |

$$
\\begin{array}{cc} a & b \\\\\\hline dx dy & c \\\\\\frac12 & \\text{so it is} \\end{array}
% by the chain rule
$$

$$x_{\\text{so \\textit{it} is}} = \\mathit{the rate}\\quad dz\\quad da \\tag{by the chain rule}$$

<ul><li>one<li>two</ul>

A soft&shy;hyphen, and [](page0).

```text
[^b]: x
:::{solution-start} ex-none
```"""


def small_book(folder, pages):
    """Write the source of a small book with the settings of this one."""
    for name in ("site", "references.bib", "CITATION.cff", "_config.yml"):
        (folder / name).symlink_to(ROOT / name)
    chapters = [{"file": f"chapters/{name}"} for name in pages]
    toc = {"format": "jb-book", "root": "index", "chapters": chapters}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    (folder / "index.md").write_text("# Index", encoding="utf-8")
    (folder / "notes.md").write_text("# Of a reader's own, no page", encoding="utf-8")
    (folder / "chapters").mkdir()
    for name, text in pages.items():
        cell = nbformat.v4.new_code_cell if "import" in text else nbformat.v4.new_markdown_cell
        cells = [nbformat.v4.new_markdown_cell(f"# {name}"), cell(text)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"chapters/{name}.ipynb")


def built(folder):
    """Build it as ``make book`` does."""
    command = [sys.executable, ROOT / "site" / "build.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the terminal shows of a book with all these mistakes, a page each."""
    # A folder as readers have them: nothing in its name may mean something to a tool.
    folder = tmp_path_factory.mktemp("mistakes") / '书 é o\'Hara & "sons" (1; 50%) #2 [x] $HOME'
    folder.mkdir()
    pages = {f"page{n}": text for n, (text, _) in enumerate(MISTAKES.values())}
    small_book(folder, pages | {"right": NO_MISTAKE})
    done = built(folder)
    assert done.returncode != 0
    return done.stderr.splitlines()


@pytest.mark.xdist_group("mistakes")  # their book is built once
@pytest.mark.parametrize(("number", "name"), list(enumerate(MISTAKES)), ids=list(MISTAKES))
def test_a_mistake_is_told_with_page_and_cell(number, name, told):
    _, said = MISTAKES[name]
    lines = [line for line in told if line.startswith(f"chapters/page{number}.ipynb")]
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"chapters/page{number}.ipynb, cell 2 ("), lines
    assert said in lines[0]


@pytest.mark.xdist_group("mistakes")
def test_nothing_else_is_told(told):
    others = [line for line in told if not line.startswith("chapters/page")]
    assert others == []


EXERCISE = ":::{exercise}\n:label: ex-a\nDo.\n:::\n\n"


@pytest.mark.parametrize("text", [":::{solution-end}\n:::", ":::{solution-start} ex-a\n:::\n\nSo."])
def test_a_solution_without_start_or_end_stops_all_and_is_told_with_its_cell(text, tmp_path):
    small_book(tmp_path, {"page": EXERCISE + text})
    done = built(tmp_path)
    assert done.returncode != 0
    first, said = text.split("\n")[0], "a start and an end belong together"
    assert done.stderr == f"chapters/page.ipynb, cell 2 ({first}): {said}\n"


def test_a_docstring_is_named(monkeypatch):
    monkeypatch.chdir(ROOT)
    told = "bpcore/losses.py:docstring of bpcore.losses.bernoulli:14"
    assert sentences(f"Building\n{ROOT}/{told}: WARNING: odd [docutils.x]\n") == [f"{told}: odd"]


def test_an_error_with_many_parts_does_not_end_the_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = "WARNING: it fell over:\nReason: UnicodeDecodeError('utf-8', b'x', 0, 1, 'bad')"
    assert "utf-8" in sentences(f"Building\n{tmp_path}/a.md: {told}\n")[0]


def test_a_full_disk_is_one_sentence():
    """Each file that is not written says so, each extension in words of its own."""
    words = "a.md: WARNING: cannot copy a: [Errno 28] No space left on device\n" * 3
    assert sentences(words) == ["_build cannot be written: No space left on device"]


def test_half_a_page_of_a_build_that_was_killed_is_written_again(tmp_path):
    small_book(tmp_path, {"page": "Well."})
    assert built(tmp_path).returncode == 0
    page = tmp_path / "_build" / "html" / "chapters" / "page.html"
    page.write_text(page.read_text(encoding="utf-8")[:99], encoding="utf-8")
    (tmp_path / "_build" / "halved").touch()
    assert built(tmp_path).returncode == 0
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert not (tmp_path / "_build" / "halved").exists()


def test_two_builds_at_once_both_end_well(tmp_path):
    small_book(tmp_path, {"page": "Well."})
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(built, [tmp_path] * 2))
    assert [(done.returncode, done.stderr) for done in both] == [(0, "")] * 2


TOC = "format: jb-book\nroot: index\nchapters:\n- file: chapters/page\n"
CITED = "title: t\nversion: 1\ndate-released: 2026-01-01\nauthors:\n- family-names: N\n"
# A file of settings, what it is changed to, what the terminal then says.
SETTINGS = {
    "an address": ("_config.yml", {"repository": {"url": "nowhere"}}, r"repository\.url in _confi"),
    "nothing": ("_config.yml", {"repository": None}, r"_config\.yml, repository: None is not of"),
    "an unknown word": (
        "_config.yml", {"execute": {"execute_notebooks": "oof"}},
        r"_config\.yml, execute/execute_notebooks: 'oof' is not one of ",
    ),
    "a language": (
        "_config.yml", {"sphinx": {"config": {"language": "de"}}},
        r"language in _config\.yml is 'de', must be one of \['en', 'zh_CN'\]; CONTRIBUTING\.md say",
    ),
    "a tab": ("_config.yml", "title: t\n\tauthor: a\n", r"_config\.yml:2: found character '\\t'"),
    "no contents": ("_toc.yml", None, r"_toc\.yml: there is no such file$"),
    "a tab in the contents": ("_toc.yml", TOC + "\t- file: x\n", r"_toc\.yml:5: found character"),
    "a page that is not there": (
        "_toc.yml", TOC + "- file: chapters/nope\n",
        r"_toc\.yml names 'chapters/nope', and there is no page of that name",
    ),
    "a suffix": (
        "_toc.yml", TOC.replace("page", "page.ipynb"), r"_toc.yml names .*: write it without its",
    ),
    "a page twice": (
        "_toc.yml", TOC + "- file: chapters/page\n", r"_toc\.yml: document file used multiple",
    ),
    "a wrong key": ("_toc.yml", TOC.replace("- file", "- fil"), r"_toc\.yml: entry does not "),
    "a citation": (
        "CITATION.cff", CITED.replace("title", "titel"), r"CITATION\.cff lacks .* needs: 'title'",
    ),
    "works": ("references.bib", "@book{a,\n author = \n}\n", r"syntax error in line 3: .*\.log"),
}  # fmt: skip


def changed(settings, change):
    """Put a change into settings, deep inside."""
    for key, value in change.items():
        settings[key] = changed(settings[key], value) if isinstance(value, dict) else value
    return settings


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_that_cannot_be_used_are_told_in_a_sentence(name, tmp_path):
    file, change, said = SETTINGS[name]
    small_book(tmp_path, {"page": "Well."})
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    path.unlink()
    if isinstance(change, dict):
        change = yaml.safe_dump(changed(yaml.safe_load(text), change))
    if change is not None:
        path.write_text(change, encoding="utf-8")
    done = built(tmp_path)
    assert done.returncode != 0
    line, *more = done.stderr.splitlines()
    assert re.match(said, line), line
    assert len(more) <= (name == "an unknown word"), more  # MyST-NB says it, too


def test_an_author_may_have_one_name():
    assert citation(yaml.safe_load(CITED), "")["text"].startswith("N (2026). t")
