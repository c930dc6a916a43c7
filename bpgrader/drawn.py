"""Words of a student as HTML: Markdown with formulas drawn, pictures shown, and nothing else.

What a student writes is text. No HTML of theirs is kept, no link can be followed, no address is
asked for; a formula becomes MathML of known elements, or stays as it was typed.
"""

import functools
import html
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

MAX_FORMULA = 3_000  # characters
ELEMENTS = {
    *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts"),
    *("mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "merror", "none", "semantics"),
}
ATTRIBUTES = {
    *("display", "displaystyle", "scriptlevel", "mathvariant", "columnalign", "accent"),
    *("accentunder", "fence", "form", "stretchy", "movablelimits", "separator", "linethickness"),
}
# a macro may grow without end; a dollar inside shows that two formulas were taken for one
DEFINES = re.compile(
    r"\\(re|provide)?new|\\providecommand|\\[gex]?def\b|\\let\b|\\Declare|(?<!\\)\$"
)
# what the library does not know, and what it knows instead
OTHERS = {
    r"\\(begin|end)\{(?:align|aligned|flalign|eqnarray)\*?\}": r"\\\1{align*}",
    r"\\(begin|end)\{(equation|gather|multline)\}": r"\\\1{\2*}",
    r"\\label\{[^{}]*\}|\\nonumber\b|\\notag\b": "",
    r"\\arg\b": r"\\operatorname{arg}",
    r"\\hdots\b": r"\\ldots",
}
PICTURE = re.compile(r"picture-(\d+)")


def draw(text: str, pictures: Sequence[str] = ()) -> str:
    r"""Return the HTML of an answer.

    Parameters
    ----------
    text : str
        Markdown, as a student wrote it; ``picture-1`` in it stands for the first picture.
    pictures : sequence of str
        The address of each picture; those that the text does not show come last.

    Examples
    --------
    >>> draw("a <b>word</b> and [a link](http://x.org)")
    '<p>a &lt;b&gt;word&lt;/b&gt; and [a link](http://x.org)</p>\n'
    """
    shown = set()
    parts = [_markdown().render(text, {"pictures": pictures, "shown": shown})]
    for number in range(1, len(pictures) + 1):
        if number not in shown:
            parts.append(f"<p>{_picture(pictures, number)}</p>\n")
    return "".join(parts)


@functools.cache
def _markdown():
    """Make the reader of Markdown: what Jupyter draws, without HTML and links."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.disable(["html_block", "html_inline", "autolink", "link", "reference"])
    dollarmath_plugin(reader, allow_labels=False, renderer=_dollars)
    amsmath_plugin(reader, renderer=lambda tex: formula(tex, display=True))
    reader.add_render_rule("image", _image)
    reader.add_render_rule("heading_open", _heading)
    reader.add_render_rule("heading_close", _heading)
    return reader


def _dollars(tex, options):
    return formula(tex, display=options["display_mode"])


def _image(renderer, tokens, index, options, env):
    match = PICTURE.fullmatch(str(tokens[index].attrs.get("src", "")))
    if not match or not 0 < int(match[1][:6]) <= len(env["pictures"]):
        return f"<em>[a picture that is not shown: {html.escape(tokens[index].content)}]</em>"
    env["shown"].add(int(match[1]))
    return _picture(env["pictures"], int(match[1]))


def _picture(pictures, number):
    source = html.escape(pictures[number - 1])
    return f'<img alt="Picture {number} of the answer" src="{source}" loading="lazy">'


def _heading(renderer, tokens, index, options, env):
    """Give a student's headings a place below those of the page."""
    token = tokens[index]
    level = min(6, int(token.tag[1]) + 2)
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"


def formula(tex: str, *, display: bool) -> str:
    r"""Return a formula as MathML; as it was typed, where it cannot be drawn.

    Examples
    --------
    >>> formula("a_1", display=False)
    '<math display="inline"><mrow><msub><mi>a</mi><mn>1</mn></msub></mrow></math>'
    >>> formula(r"\text{<script>}", display=False)
    '<math display="inline"><mrow><mtext>&lt;script&gt;</mtext></mrow></math>'
    >>> formula("{", display=False)
    '<code>{</code>'
    """
    typed = f"<code>{html.escape(tex.strip())}</code>"
    if len(tex) > MAX_FORMULA or DEFINES.search(tex):
        return typed
    mode = "block" if display else "inline"
    for other, known in OTHERS.items():
        tex = re.sub(other, known, tex)
    try:
        return _mathml(convert_to_element(tex, display=mode))
    except (Exception, RecursionError):  # whatever a library does not understand
        return typed


def _mathml(element: ElementTree.Element) -> str:
    """Write an element and what is in it, if it is one of those that a formula is made of."""
    if element.tag not in ELEMENTS:
        raise ValueError(element.tag)
    text = element.text or ""
    if text == "&" or re.match(r"\\[a-zA-Z]", text):
        raise ValueError(text)  # the mark of a table, or a command, that was not understood
    pairs = [(key, value) for key, value in element.attrib.items() if key in ATTRIBUTES]
    attributes = "".join(f' {key}="{html.escape(str(value))}"' for key, value in pairs)
    inner = html.escape(html.unescape(text), quote=False)
    inner += "".join(map(_mathml, element))
    return f"<{element.tag}{attributes}>{inner}</{element.tag}>"
