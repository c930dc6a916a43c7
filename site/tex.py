"""What TeX draws without a word, and nobody meant."""

import re

# What has words in a formula, and words: two in a row.
TEXT = re.compile(r"\\(?:text|math|operatorname|begin|end|tag)\w*\*?\{[^{}]*\}")
GROUP = re.compile(r"\{([^{}]*)\}")
COMMAND = re.compile(r"(?<!\\)%.*|\\[a-zA-Z]+")
DOUBLED = re.compile(  # \\\hline is a new line, and a command
    r"(?<!\\)\\\\((?:[dt]?frac|sqrt|sum|prod|int|partial|text\w*|math\w+|operatorname|left|right"
    r"|begin|end|cdot|times|odot|nabla|log|exp|top|alpha|beta|gamma|[dD]elta|eta|[tT]heta|lambda"
    r"|sigma)(?![a-zA-Z]))"
)
OTHERS = re.compile("[’‘“”，。、：；！？（）]")
WORDS = re.compile(r"(?<![\w^{])(?:[A-Za-z]{3,},? [a-z]{2,}|[A-Za-z]{2},? [a-z]{3,})")


def formula(line, tex):
    """Find a formula that TeX draws, and that nobody meant."""
    plain, before = tex, None
    while plain != before:  # from the innermost braces
        before, plain = plain, GROUP.sub(r" \1 ", TEXT.sub(" ; ", plain), count=1)
    plain = COMMAND.sub(" ; ", plain)
    if found := DOUBLED.search(tex):
        yield line, f"\\\\{found[1]} in a formula is a new line and letters: one backslash too many"
    elif not tex.strip():
        yield line, "a formula of nothing"
    elif found := OTHERS.search(plain):
        yield line, f"{found[0]} in a formula is a mark of texts, with another look and space"
    elif found := WORDS.search(plain):
        yield line, f"words in a formula ({found[0]}): a dollar is missing, or \\text"
