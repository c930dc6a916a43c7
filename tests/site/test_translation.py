"""The other language: messages and catalogues, what translators may get wrong, the built pages."""

import json
import re
from collections import Counter
from pathlib import Path

import blocks
import catalogues
import messages
import picture_words
import polib
import pytest
import translation
from bs4 import BeautifulSoup
from compare import HAN, compare, findings
from markdown_it import MarkdownIt

from bpgrader.assignment import Assignment
from bpgrader.notebook import read_cells
from bpgrader.words import read_words

ROOT = Path(__file__).parents[2]
ZH = "zh"


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    """Catalogues and sources are found from there."""
    monkeypatch.chdir(ROOT)


SOURCES = [
    *ROOT.glob("chapters/*.*"),
    *ROOT.glob("assignments/*/student.ipynb"),
    *(ROOT / name for name in ("intro.md", "references.bib", "_toc.yml", "_config.yml")),
]
SOURCES = [path for path in sorted(SOURCES) if path.is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_source_is_put_together_as_it_was_cut(path):
    assert messages.translate(path, lambda message, kind: None) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", sorted(ROOT.glob("assignments/*/")), ids=lambda p: p.name)
def test_an_assignment_in_another_language_is_graded_as_it_is(folder):
    """A blank one holds no answer, and its questions are found, with ids or without."""
    assignment = Assignment.load(folder)
    sheet, path = assignment.sheet, (folder / "student.ipynb").relative_to(ROOT)
    done = catalogues.done(next(n for n, paths in catalogues.sources().items() if path in paths))
    text = translation.sign(messages.translate(path, lambda message, kind: done.get(message)))
    assert re.search(f"[{HAN}]", text)
    notebook = json.loads(text)
    for _ in range(2):
        cells = read_cells(json.dumps(notebook).encode())
        answers = read_words(assignment.notebook, sheet.written, [], cells)
        assert len(answers) == len(sheet.written)
        for answer in answers:
            assert answer.text == ""
            assert "not in the notebook" not in answer.note
        for cell in notebook["cells"]:
            cell.pop("id", None)


def html(text):
    """Draw Markdown; where a line breaks says nothing."""
    drawn = MarkdownIt().enable("table").render(text)
    return " ".join(drawn.split())


@pytest.mark.parametrize("path", sorted(ROOT.glob("chapters/*.md")), ids=lambda path: path.stem)
def test_messages_are_all_there_is_to_a_page(path):
    """Each message in one line instead of its block: the page is the same."""
    text = path.read_text(encoding="utf-8")
    assert html(blocks.markdown(text, lambda message, kind: message)) == html(text)


def test_blocks_are_cut_where_markdown_cuts_them():
    text = """---
front: matter
---
(label)=
# A *title*

A paragraph in
two lines with `code`.
- an item
  that goes on

  and on
1. first
2. second

> quoted
> lines

| head | $x$ |
| --- | --- |
| cell | `a` |
| $1$ | {glue:text}`n` |

:::{admonition} Its title
:class: tip
Inside.
:::

::::{glossary}
term
  Its meaning.
::::

$$ x
+ y $$ (eq-x)

```python
never = "touched"
```

```{code-cell} ipython3
---
mystnb:
  code_prompt_show: "Guess, then see"
  image:
    alt: "A square."
---
never = "touched"
```

{eq}`eq-x`
"""
    found = []
    assert blocks.markdown(text, lambda message, kind: found.append((kind, message))) == text
    assert found == [
        ("section", "A *title*"),
        ("text", "A paragraph in two lines with `code`."),
        ("text", "an item that goes on"),
        ("text", "and on"),
        ("text", "first"),
        ("text", "second"),
        ("text", "quoted lines"),
        ("row", "| head | $x$ |"),
        ("row", "| cell | `a` |"),
        ("title of a box", "Its title"),
        ("text", "Inside."),
        ("text", "Its meaning."),
        ("button", "Guess, then see"),
        ("picture in words", "A square."),
    ]


def test_a_glossary_has_marks_to_translate_and_a_drawing_words():
    text = """```{raw} html
<svg>
<title id="map">One unit</title>
<text x="4">x</text>
<text x="1"><a href="#term-step">step</a> is one</text>
<a href="#term-bias"><text>bias</text></a>
</svg>
```

:::{glossary}
logit
  <span lang="zh-Hans">对数几率</span>. $z$. {ref}`sec-unit`
:::

| <span lang="zh-Hans">层</span> | céng | {term}`layer` |

$x$. {ref}`sec-unit`
"""
    found = []
    assert blocks.markdown(text, lambda message, kind: found.append(message)) == text
    assert found == [
        "One unit",
        '<a href="#term-step">step</a> is one',
        '<span lang="zh-Hans">对数几率</span>. $z$. {ref}`sec-unit`',
    ]


def test_words_of_pictures_are_found_inside_of_others():
    script = 'x(t`One`, t`a ${f(`no ${b}`)} is ${c ? t` of ${d}` : ""}.`, `not this`); start t(x)'
    assert list(picture_words.marked(script)) == ["One", "a {0} is {1}.", " of {0}"]
    cell = 'data = {"moons": 1}\nexplore.playground(data, hidden=(2,), label="learn")\nprint("no")'
    assert sorted(picture_words.given(cell)) == ["learn", "moons"]


MAKERS = '''
def kind(k):
    """Not this."""
    return "late" if k > 9 else f"round {k:d}"


def tell(k):
    if not k:
        return "the start"
    return f"step {k}: {kind(k)}, cost {J['no']:.2f}."


explore.frames(draw, range(3), label="step", alt=tell, form=lambda k: f"{k}")
'''


def test_texts_that_cells_make_for_pictures_are_messages_with_values():
    found = {"step", "the start", "step {0}: {1}, cost {2}.", "late", "round {0}"}
    assert {text for text in picture_words.given(MAKERS) if len(text) > 3} == found
    words = {"step {0}: {1}, cost {2}.": "第 {0} 步：{1}，代价 {2}。", "round {0}": "第 {0} 轮"}
    words |= {"{0}, cost {1}": "{0}，{1}", "late": "晚", "the {0}": "那个 {0}"}
    said = {
        "step 3: round 3, cost 0.50.": "第 3 步：第 3 轮，代价 0.50。",
        "step 12: late, cost 1.": "第 12 步：晚，代价 1。",
        "the late": "那个 晚",
        "unknown": "unknown",
    }
    assert {text: picture_words.said(text, words) for text in said} == said


@pytest.mark.parametrize("name", catalogues.names())
def test_catalogue_is_up_to_date(name):
    """Else: make translations."""
    new = catalogues.updated(catalogues.read(name), catalogues.wanted(name))
    assert f"{new}\n" == catalogues.path(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", catalogues.names())
def test_everything_is_translated_and_nothing_is_wrong(name):
    catalogue = catalogues.read(name)
    assert "\n".join(findings(catalogues.path(name), catalogue)) == ""


RIGHT = (
    "The **loss** of $x$ is `a`, see {numref}`Chapter %s <ch-loss>`, {eq}`eq-x`: a {term}`bias` "
    "in {numref}`fig-x` here.",
    "$x$ 的**损失**是 `a`，见{numref}`第 %s 章 <ch-loss>`和 {eq}`eq-x`：{term}`偏置 <bias>`"
    "在{numref}`fig-x` 里。",
)
WRONG = {  # what is planted: [in the right translation, instead, what the finding says]
    "another formula": ("$x$", "$y$", "the formula $x$ is missing"),
    "code is lost": ("`a`", "a", "the code `a` is missing"),
    "another target": ("<ch-loss>", "<ch-los>", "is not in the English"),
    "a lost number": ("第 %s 章", "本章", "the placeholder %s is missing"),
    "a lost role": (" {eq}`eq-x`", "上式", "{eq}`…eq-x` is missing"),
    "a comma": ("，", ", ", "use ，。；：？！"),
    "a full stop": ("。", ".", "use ，。；：？！"),
    "brackets": ("：", "(见下)：", "use （）"),
    "quotation marks": ("见", '"见"', "use “”"),
    "no space": ("的**损失**是 `a`", "的**损失**是`a`", "put a space between"),
    "a space too much": ("的**损失**", "的 **损失**", "no space between"),
    "no space behind a figure": ("` 里", "`里", "put a space between"),
    "a space before a figure": ("在{", "在 {", "no space between"),
    "a space beside a mark": ("，", "， ", "no space beside"),
    "a forbidden variant": ("偏置", "偏差", "the glossary says 偏置"),
    "emphasis that is none": ("**损失**是 `a`，", "是**（损失）**`a`，", "stars that are seen"),
    "emphasis that is lost": ("**损失**", "损失", "**strong**: 0 here, 1 in the English"),
    "another emphasis": ("**损失**", "*损失*", "*stressed*: 1 here, 0 in the English"),
    "a space that nobody sees": ("损失", "损\u200b失", "that nobody sees"),
    "a line break": ("，", "，\n", "a line break"),
}


def test_a_right_translation_has_no_finding():
    assert list(compare(*RIGHT)) == []


@pytest.mark.parametrize("fault", WRONG)
def test_a_planted_fault_is_found(fault):
    right, wrong, said = WRONG[fault]
    assert right in RIGHT[1]
    found = list(compare(RIGHT[0], RIGHT[1].replace(right, wrong, 1)))
    assert any(said in line for line in found), found


def test_a_word_that_holds_a_forbidden_one_is_another_word():
    cell = "A unit has a cell of its own."
    assert list(compare(cell, "每个神经元都有自己的单元格。")) == []
    (found,) = compare(cell, "每个单元都有自己的单元格。")
    assert "the glossary says 神经元" in found


@pytest.mark.parametrize(
    "said", ["![图 $b^{[1](s)}$](a.png)", "看 ![图 $b^{[1](s)}$ 在此](a.png) 点开看。"]
)
def test_what_a_picture_says_is_no_part_of_the_sentence(said):
    english = "See ![a picture of $b^{[1](s)}$](a.png)"
    assert list(compare(english, said)) == []
    (found,) = compare(english, said.replace("![图", "![图!"))
    assert "use ，。；：？！" in found


def test_what_is_still_english_is_found():
    assert any("still in English" in line for line in compare("It is not so.", "It is not so."))
    assert list(compare("Adam and tanh", "Adam and tanh")) == []  # names stay


def test_words_that_cells_glue_are_messages():
    found = catalogues.values()
    assert found["five"] == "chapters/05_sigmoid_derivative.ipynb (left-coin)"
    assert all(blocks.has_words(value) for value in found)


def entry(catalogue, message):
    return next(e for e in catalogue if e.msgid == message)


def test_a_changed_sentence_is_fuzzy_until_it_is_translated(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    long, other = "The loss says how wrong one prediction is.", "Two networks agree."
    first = catalogues.updated(polib.POFile(), {long: "Loss", other: "Loss"})
    entry(first, long).msgstr, entry(first, other).msgstr = "损失", "一致"
    catalogues.write("page", first)
    assert catalogues.done("page") == {long: "损失", other: "一致"}

    new = long.replace("wrong", "bad")
    catalogues.write("page", catalogues.updated(catalogues.read("page"), {new: "Loss"}))
    second = catalogues.read("page")
    changed = entry(second, new)
    assert (changed.msgstr, changed.previous_msgid, changed.fuzzy) == ("损失", long, True)
    assert entry(second, other).obsolete
    assert catalogues.done("page") == {}  # until it is done the page shows the English
    assert ["the English has changed" in line for line in findings("page", second)] == [True]

    catalogues.write("page", catalogues.updated(second, {new: "Loss"}))  # once more: the same
    assert str(catalogues.read("page")) == str(second)
    back = catalogues.updated(catalogues.read("page"), {long: "Loss", other: "Loss"})
    assert [(e.msgstr, e.fuzzy, e.obsolete) for e in back] == [
        ("损失", False, False),
        ("一致", False, False),
    ]


def places(text):
    """List the anchors of a page; the icons and clips of pictures have none."""
    return Counter(re.findall(r'<(?!path|clipPath|g\b)\w+[^<>]* id="([^"]+)"', text))


@pytest.fixture(scope="module")
def both(site):
    """Give the text of a page in both languages."""
    return lambda page: [
        (site / folder / f"{page}.html").read_text(encoding="utf-8") for folder in ("", ZH)
    ]


def test_anchors_and_numbers_are_those_of_the_english_page(both, page):
    english, chinese = both(page)
    assert places(chinese) == places(english)
    said = catalogues.done(catalogues.VALUES)
    for kind in ("eqno", "pasted-text"):
        want, got = (re.findall(rf'<span class="{kind}">([^<]*)', text) for text in both(page))
        assert Counter(got) == Counter(said.get(value, value) for value in want), kind


def test_no_english_word_is_glued_into_chinese(both, page):
    """Nor is there a gap between Chinese characters where a number was expected."""
    soup = BeautifulSoup(both(page)[1], "html.parser")
    for value in soup.select(".pasted-text"):
        assert not re.search("[a-z]{2}", value.get_text()), value
        around = value.find_parent(["p", "td", "li", "figcaption"]) or value.parent
        assert not re.search(f"[{HAN}] [{HAN}]", around.get_text()), around


def test_no_extension_begins_a_text_in_english(both, page):
    article = BeautifulSoup(both(page)[1], "html.parser").find("article")
    for text in article.find_all(string=re.compile(r"^\s*[A-Z][a-z]+\.(\s|$)")):  # Proof.
        assert text.find_parent(["pre", "code", "script", "dl"]), text


def texts(value):
    """List the texts of a plain value, but for drawings."""
    if isinstance(value, dict):
        return [t for name, part in value.items() if name != "svg" for t in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


def test_no_english_text_is_given_to_a_live_picture(both, page):
    """But for those that it says in the language of the page by itself."""
    words = catalogues.done(catalogues.PICTURES)
    for picture in BeautifulSoup(both(page)[1], "html.parser").select(".bp-live script"):
        for text in texts(json.loads(picture.get_text())):
            assert text in words or not re.search("[A-Za-z]{2,} [a-z]{2,}", text), text


def test_a_page_says_its_language_and_leads_to_the_other(both, page):
    for text, tag, other in zip(both(page), ("en", "zh-CN"), ("zh-CN", "en"), strict=True):
        soup = BeautifulSoup(text.partition("<article")[0] + "</html>", "html.parser")
        assert soup.html["lang"] == tag
        (link,) = soup.select("a.language")
        assert (link["hreflang"], link["lang"]) == (other, other)
        assert str(link["href"]).endswith(f"{page}.html")
        alternates = {str(link["hreflang"]) for link in soup.select("link[rel=alternate]")}
        assert alternates == {"en", "zh-CN"}


def test_links_resolve(both, site, page):
    place = site / ZH / f"{page}.html"
    text = re.sub(r"(?s)<(script|math).*?</\1>", "", both(page)[1])
    links = set(re.findall(r'(?:href|src)="([^":#]+)(?:#[^"]*)?"', text))
    links = {link for link in links if not link.startswith(("data", "http"))}
    assert len(links) > 30
    assert [link for link in links if not (place.parent / link.partition("?")[0]).exists()] == []


def test_nothing_was_executed_for_the_translation(both, page):
    """What cells print is the same, to the last digit."""
    outputs = [
        re.findall(r"(?s)<pre>(.*?)</pre>", re.sub("<a .*?>|</a>", "", text)) for text in both(page)
    ]
    assert outputs[0] == outputs[1]
