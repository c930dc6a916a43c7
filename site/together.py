"""The scripts of the theme and the extensions, which every page loads: one file in place of nine.

Each costs a request and a start of its own; together a slow machine shows a page a fifth sooner.
"""

import re

from live import version

# Not those of the live pictures and of the search: the pages that need them have them.
SCRIPT = re.compile(
    r'<script defer="" src="([^"?]*_static/(?!explore/|searchtools|language_data)[^"?]*)[^"]*">'
    r"</script>\n?"
)
PRELOAD = re.compile(r'<link as="script" [^>]*rel="preload"/>\n?')
TOGETHER = "_static/together.js"


def together(out):
    """Put the scripts that all pages of a site have into one file, in their order."""
    for path in (*out.glob("*.html"), *out.glob("chapters/*.html")):
        text = PRELOAD.sub("", path.read_text(encoding="utf-8"))
        files = [path.parent / name for name in SCRIPT.findall(text)]
        if len(files) < 2:  # it has none; or it was not written anew
            continue
        # The first statement is empty: "use strict" of one script would else hold for all.
        scripts = ";\n".join(["", *(file.read_text(encoding="utf-8") for file in files)])
        (out / TOGETHER).write_text(scripts, encoding="utf-8")
        up = "../" * (path.parent != out)
        first, text = SCRIPT.search(text).start(), SCRIPT.sub("", text)
        tag = f'<script defer="" src="{up}{TOGETHER}?v={version(scripts)}"></script>\n'
        path.write_text(text[:first] + tag + text[first:], encoding="utf-8")
