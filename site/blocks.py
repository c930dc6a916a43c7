"""The messages of a text in MyST Markdown, block by block: cut out, translated, put back.

``say`` gives for a message its translation, or nothing where the English is to stay.
"""

import re

FENCE = re.compile(r"\s*(`{3,}|~{3,})(.*)")
DIRECTIVE = re.compile(r"(?P<mark>\s*:{3,}\{(?P<name>[\w:-]+)\}\s*)(?P<title>.*\S)?\s*")
MARK = re.compile(r"(?P<mark>\s*(?:(?:[-*+]|\d+[.)]|#+|>)\s+)*)(?P<text>.*)", re.DOTALL)
RAW = re.compile(
    r"\s*$"  # nothing
    r"|\([^()\s]+\)=\s*$"  # a label
    r"|\s*:{3,}\s*$"  # the end of a directive
    r"|\s*\|[\s|:-]+\|\s*$"  # the line under the head of a table
)
OPTION = re.compile(r"\s*:[\w-]+:(\s|$)")
BEGINS = re.compile(r"\s*(?:[-*+]|1[.)]) ")  # the list that ends a paragraph above it
ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)]) ")
TITLED = {"admonition", "exercise", "note", "tip", "warning"}
NEW_LINE = re.compile(r"\s*\n\s*(?:> ?)?")
RST_TITLE = re.compile(r"(?m)^(?P<title>\w.*)\n(?P<line>-+)$")

# Never words: formulas, code, what a role names, addresses, tags, Chinese words, their pinyin.
TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
NO_WORDS = re.compile(
    r"\$[^$]+\$"
    r"|\{[\w:-]+\}`(?:[^`<]*<[^`>]+>|[^`]*)`"
    r"|`[^`]+`"
    r'|<span lang="zh-Hans">.*?</span>'
    r"|<[^>]+>|\]\([^)]*\)"
    rf"|(?<=\|)[a-zü '’{TONED}-]*[{TONED}][a-zü '’{TONED}-]*(?=\|)"
)
ROLE_WORDS = re.compile(r"\{(?!eq|glue)[\w:-]+\}`([^`<]*\S)\s*<[^`>]+>`")
WORDS = re.compile(r"[A-Za-z][a-z]")
MARKS = re.compile("[.,:;()]")
DRAWN = re.compile(r"(?m)^(<title[^>]*>|<text[^>]*>)(.*)(?=</(?:title|text)>$)")


def has_words(text):
    """Say whether there is anything to translate: words, or marks between Chinese words."""
    rest = NO_WORDS.sub(" ", text)
    named = " ".join(ROLE_WORDS.findall(text))
    if WORDS.search(rest) or WORDS.search(named):
        return True
    return 'lang="zh-Hans"' in text and bool(MARKS.search(rest))


def one(text, say, kind="text"):
    """Translate one message; line breaks in it are no more than spaces."""
    message = NEW_LINE.sub(" ", text.strip())
    return (has_words(message) and say(message, kind)) or text


def markdown(text, say):
    """Translate a text in MyST Markdown, block by block."""
    lines = text.splitlines(keepends=True)
    out, terms, k = [], False, 0
    while k < len(lines):
        stop = verbatim(lines, k)
        if stop > k:
            block = "".join(lines[k:stop])
            if "{eval-rst}" in lines[k]:
                block = titles(block, say)
            elif "{code-cell}" in lines[k]:
                block = picture(block, say)
            elif "{raw} html" in lines[k]:
                block = drawing(block, say)
            out.append(block)
        elif opened := DIRECTIVE.fullmatch(lines[k]):
            stop = k + 1
            terms = opened["name"] == "glossary"
            out.append(directive(opened, lines[k], say))
            while stop < len(lines) and OPTION.match(lines[stop]):
                stop += 1
            out += lines[k + 1 : stop]
        elif RAW.match(lines[k]) or (terms and lines[k][0] != " "):
            stop = k + 1
            terms = terms and not lines[k].startswith(":::")
            out.append(lines[k])
        else:
            stop = end_of_block(lines, k)
            out.append(block_of_text("".join(lines[k:stop]), say))
        k = stop
    return "".join(out)


def verbatim(lines, k):
    """Find the end of what is never translated and begins here: code, a formula, front matter."""
    if k == 0 and lines[0].rstrip() == "---":
        return lines.index("---\n", 1) + 1
    if opened := FENCE.match(lines[k]):
        return 1 + next(j for j in range(k + 1, len(lines)) if lines[j].strip() == opened[1])
    start = lines[k].strip()
    if not start.startswith("$$"):
        return k
    if "$$" in start[2:]:
        return k + 1
    return 1 + next(j for j in range(k + 1, len(lines)) if "$$" in lines[j])


def end_of_block(lines, k):
    """Find the end of a paragraph, an item of a list, a heading or a row of a table."""
    if lines[k].startswith(("#", "|")):
        return k + 1
    ends = ITEM if ITEM.match(lines[k]) else BEGINS
    stop = k + 1
    while stop < len(lines) and not RAW.match(lines[stop]):
        if lines[k].startswith(">") != lines[stop].startswith(">"):
            break
        if DIRECTIVE.match(lines[stop]) or verbatim(lines, stop) > stop:
            break
        if lines[stop].startswith(("|", "#")) or ends.match(lines[stop]):
            break
        stop += 1
    return stop


def block_of_text(block, say):
    """Translate a block; its mark in front and the end of its line stay."""
    mark, text = MARK.fullmatch(block).group("mark", "text")
    kept = text.rstrip()
    kind = "section" if mark.startswith("#") else "row" if kept.startswith("|") else "text"
    return mark + one(kept, say, kind) + text[len(kept) :]


def directive(opened, line, say):
    """Translate the title of a box; what stands behind other directives is a name."""
    name, title = opened["name"], opened["title"]
    if not title or not (name in TITLED or name.startswith("prf:")):
        return line
    return f"{opened['mark']}{one(title, say, 'title of a box')}\n"


def titles(block, say):
    """Translate the titles in reStructuredText, each with a line below that is long enough."""

    def title(found):
        said = one(found["title"], say, "section")
        line = found["line"] if said == found["title"] else "-" * (2 * len(said))
        return f"{said}\n{line}"

    return RST_TITLE.sub(title, block)


def picture(block, say):
    """Translate what a cell in a Markdown page says of itself; all of it stands in quotes there."""
    kinds = {"code_prompt_show": "button", "caption": "caption", "alt": "picture in words"}
    for key, kind in kinds.items():
        block = re.sub(
            rf'(?m)^( +{key}: ")(.*)(?="$)',
            lambda found, kind=kind: found[1] + one(found[2], say, kind),
            block,
        )
    return block


def drawing(block, say):
    """Translate the words of a drawing in SVG; those inside of a link are names."""
    return DRAWN.sub(lambda found: found[1] + one(found[2], say, "word in a drawing"), block)
