"""What is wrong in a translation: a message and what a translator made of it, compared.

What is not words has to stay: formulas, code, roles with what they name, addresses, tags. The words
have to keep to the glossary, to Chinese punctuation, and to one rule of spaces.
"""

import csv
import re
from collections import Counter
from functools import cache

from catalogues import FOLDER
from markdown_it import MarkdownIt

# In this order: what stands inside of one is not searched for the next.
PATTERNS = {
    "Chinese words of the English page": r'<span lang="zh-Hans">.*?</span>',
    "role": r"\{[\w:+-]+\}`[^`]*`",
    "code": r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)",
    "formula": r"(?<!\\)\$[^$]+(?<!\\)\$",
    "address": r"\]\([^)\s]*\)",
    "HTML tag": r"</?[A-Za-z][^<>]*>",
    "placeholder": r"%s|%\(\w+\)s|\{\w+\}",
    "cell of a table": r"(?<!\\)\|",
}
KEPT = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
ROLE = re.compile(r"\{([\w:+-]+)\}`(?:(?P<words>[^`<]*\S)\s*<(?P<name>[^`>]+)>|(?P<only>[^`]*))`")
IMAGE = re.compile(r"!\[(.*?)\]\([^)\s]*\)")  # what it says stands apart from the text around it
NUMBER_ROLES = {"eq", "glue:text", "glue:math", "cite:p", "cite:t"}

# What is stressed, and how many stars are seen on the page because nothing is.
MARKUP = {"em_open": "*stressed*", "strong_open": "**strong**"}
STARS = "stars that are seen on the page"
CURES = dict.fromkeys(MARKUP.values(), "stress what the English stresses") | {
    STARS: "move punctuation and brackets out of the emphasis"
}

HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
MARKS = "，。：；？！（）“”、《》"
X, ANY = "x", "\ufffc"  # what stands for a formula, code or a number, and for words not known here
SPACES = (
    (
        rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%][{HAN}]",
        "put a space between Chinese and Latin, digits, formulas or code",
    ),
    (rf"[{HAN}]  +\S|\S  +[{HAN}]", "one space is enough"),
    (rf" [{MARKS}]|[{MARKS}] (?=\S)", "no space beside Chinese punctuation"),
    (rf"[{HAN}] [{HAN}]", "no space between Chinese characters"),
    (r"[\u200b\u2060\ufeff]", "take out the space that nobody sees"),
)
PUNCTUATION = (
    (rf"[{HAN}][,.;:?!]|[,;:?!] ?[{HAN}]", "use ，。；：？！"),
    (rf"[{HAN}{MARKS}] ?\(|\) ?[{HAN}{MARKS}]|\([{HAN}]|[{HAN}]\)", "use （）"),
    (rf"[{HAN}]\"|\"[{HAN}]|[{HAN}]'|'[{HAN}]", "use “”"),
    (r"[，。；：？！]{2}", "one mark of punctuation is enough"),
)


def kept(text):
    """List what has to stay, by kind, and leave the words."""
    found = Counter()
    for kind, pattern in KEPT.items():
        for match in pattern.finditer(text):
            what = match[0]
            if kind == "role":
                role = ROLE.fullmatch(what)
                what = f"{{{role[1]}}}`…{role['name'] or role['only']}`"
                found.update(("placeholder", "%s") for _ in re.findall("%s", role["words"] or ""))
            found[kind, what] += 1
        text = pattern.sub(" ", text)
    return found


def words(text):
    """Give a text as it is read, with a sign for each formula, number or piece of code."""

    def role(match):
        found = ROLE.fullmatch(match[0])
        if found["words"]:
            return found["words"].replace("%s", "1")
        if found[1] == "term":
            return found["only"]
        if found[1] == "numref":  # of a figure or a table
            return "图 1"
        return X if found[1] in NUMBER_ROLES else ANY

    text = KEPT["Chinese words of the English page"].sub(ANY, text)
    text = KEPT["role"].sub(role, text)
    for kind, sign in (("code", X), ("formula", X)):
        text = KEPT[kind].sub(sign, text)
    text = IMAGE.sub(r"|\1|", text)
    for kind, sign in (("address", "]"), ("HTML tag", "")):
        text = KEPT[kind].sub(sign, text)
    text = re.sub(r"\*+|(?<!\w)_|_(?!\w)|[\[\]\\]", "", text)
    return re.sub(r"\s*\|\s*", "\n", text)


@cache
def terms():
    """Read the terms: the English, what each is called, what not, and which words hold that."""
    with (FOLDER.parent / "terms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = [row["chinese"] for row in rows]
    return [
        (
            re.compile(rf"\b{re.escape(row['english'])}(e?s)?\b", re.IGNORECASE),
            row["chinese"],
            variant,
            [word for word in known if variant in word],
        )
        for row in rows
        for variant in filter(None, row["forbidden"].split("|"))
    ]


def compare(message, said):
    """Say what is wrong in one translation, and the cure."""
    want, got = kept(message), kept(said)
    for kind, what in want - got:
        yield f"the {kind} {what} is missing: copy it from the English"
    for kind, what in got - want:
        yield f"the {kind} {what} is not in the English: take it out"
    plain = words(said)
    for rules in (SPACES, PUNCTUATION):
        for pattern, cure in rules:
            if found := re.search(pattern, plain):
                near = plain[max(0, found.start() - 6) : found.end() + 6].strip()
                yield f"“{near.replace(X, '…')}”: {cure}"
    english = words(message)
    for pattern, chinese, variant, longer in terms():
        if pattern.search(english):
            rest = re.sub("|".join(longer), ANY, plain) if longer else plain
            if variant in rest:
                yield f"“{variant}”: the glossary says {chinese}"
    if "\n" in said:
        yield "it has a line break: write it in one line"
    untouched = said == message and not re.search(f"[{HAN}]", said)
    if untouched and len(re.findall("[A-Za-z]{2,}", english)) > 3:
        yield "it is still in English: translate it"
    marks, own = drawn(message), drawn(said)
    for mark in marks.keys() | own.keys():
        if own[mark] != marks[mark]:
            yield f"{mark}: {own[mark]} here, {marks[mark]} in the English; {CURES[mark]}"


def drawn(text):
    """Count what Markdown makes of a text: its emphasis, and the stars that it leaves as stars."""
    (inline,) = MarkdownIt().parseInline(KEPT["formula"].sub(X, KEPT["role"].sub(X, text)))
    tokens = inline.children or ()
    stars = sum(token.content.count("*") for token in tokens if token.type == "text")
    found = Counter(MARKUP[token.type] for token in tokens if token.type in MARKUP)
    return found + Counter({STARS: stars})


def findings(file, catalogue):
    """List what is wrong in a catalogue: file, line, beginning of the message, what, the cure."""
    for entry in catalogue:
        if entry.obsolete:
            continue
        if not entry.msgstr:
            wrong = ["it is not translated: fill msgstr"]
        elif entry.fuzzy:
            wrong = [
                "the English has changed, “#|” is what it was: bring msgstr up to date, "
                "then delete “#, fuzzy” and the line “#|”"
            ]
        else:
            wrong = compare(entry.msgid, entry.msgstr)
        start = entry.msgid if len(entry.msgid) < 40 else entry.msgid[:39] + "…"
        for what in wrong:
            yield f"{file}:{entry.linenum}: {start!r}: {what}"
