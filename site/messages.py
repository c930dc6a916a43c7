"""The messages of a source: what a translation replaces, cut out and put back.

Every function takes a source and ``say``, as those of blocks.py do. To collect messages is to
call it with a ``say`` that writes down.
"""

import json
import re
from pathlib import Path

import yaml
from blocks import markdown, one


def notebook(text, say):
    """Translate the texts of a notebook, and what its cells say of their pictures."""
    cells = json.loads(text)
    for cell in cells["cells"]:
        if cell["cell_type"] == "markdown":
            said = markdown("".join(cell["source"]), say)
            cell["source"] = said.splitlines(keepends=True)
            continue
        own = cell["metadata"].get("mystnb", {})
        for place, key, kind in (
            (own, "code_prompt_show", "button"),
            (own, "code_prompt_hide", "button"),
            (own.get("image", {}), "alt", "picture in words"),
            (own.get("figure", {}), "caption", "caption"),
        ):
            if key in place:
                place[key] = one(place[key], say, kind)
    return json.dumps(cells, ensure_ascii=False, indent=1) + "\n"


def bibliography(text, say):
    """Translate the notes in a BibTeX file; titles and names stand as they were printed."""
    return re.sub(
        r"(?m)(?<=^  note)(\s*=\s*\{)(.*)(?=\},$)",
        lambda found: found[1] + one(found[2], say, "reference"),
        text,
    )


def settings(text, say):
    """Translate what the settings of the book say to readers: its title, author and parts."""
    return re.sub(
        r"(?m)^(title|author|  - caption|    (?:nb_code_prompt|togglebutton_hint)\w*)(: )(.*)$",
        lambda found: found[1] + found[2] + one(found[3], say, found[1].strip(" -")),
        text,
    )


HOW = {".ipynb": notebook, ".md": markdown, ".bib": bibliography, ".yml": settings}


def translate(path, say):
    """Give the text of one source in the other language."""
    return HOW[path.suffix](path.read_text(encoding="utf-8"), say)


def collect(paths):
    """List the messages of sources in reading order, with the section and the kind of each."""
    found, section = {}, ""

    def note(message, kind):
        nonlocal section
        section = message if kind == "section" else section
        found.setdefault(
            message, f"{section} ({kind})" if kind not in ("section", "text") else section
        )

    for path in paths:
        translate(path, note)
    return found


def pages():
    """List the sources of the book's pages, in the order of its table of contents."""
    toc = yaml.safe_load(Path("_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"], *(page["file"] for part in toc["parts"] for page in part["chapters"])]
    return [next(p for p in map(Path, (f"{n}.ipynb", f"{n}.md")) if p.is_file()) for n in names]
