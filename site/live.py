"""The live pictures of a page, drawn without Jupyter's widget manager.

That would bring 2 MB and want scripts made from text; our host (``host.js``) needs neither.
"""

import hashlib
import json
from pathlib import Path

from bs4 import BeautifulSoup
from page_source import WIDGET
from picture_words import said
from policy import DATA
from sphinx.errors import SphinxError

from bpcore.explore._picture import Picture, scripts

STATE = "application/vnd.jupyter.widget-state+json"


def live(soup, pathto, words):
    """Put each live picture into the page: its state, what draws it, a still without JavaScript.

    Jupyter's own widget manager would bring 2 MB and want scripts made from text; our host needs
    neither (``host.js``).
    """
    block = soup.find("script", type=STATE)
    models = json.loads(block.string)["state"] if block else {}
    views = soup.find_all("script", type=WIDGET)
    kinds = {}
    for view in views:
        model = models[json.loads(view.string)["model_id"]]["state"]
        if model.get("_anywidget_id") != f"{Picture.__module__}.{Picture.__qualname__}":
            raise SphinxError("of widgets, a page can show the pictures of bpcore.explore alone")
        kinds[model["kind"]] = True
        data = soup.new_tag("script", type=DATA)
        shown = {name: model[name] for name in ("kind", "label", "state", "given")}
        if model["kind"] == "frames":  # their texts were made with the pictures
            shown["given"] = everywhere(shown["given"], words)
        data.string = json.dumps(shown, separators=(",", ":")).replace("<", "\\u003c")
        box, still = soup.new_tag("div", attrs={"class": "bp-live"}), soup.new_tag("noscript")
        box.append(data)
        still.append(BeautifulSoup(model["still"], "html.parser"))
        view.replace_with(box)
        box.insert_after(still)
    if block:
        block.decompose()
    if kinds:
        style = f"{pathto('_static/explore/explore.css', 1)}?v={version(Picture._css)}"
        soup.head.append(soup.new_tag("link", rel="stylesheet", href=style))
        first = soup.find("script", src=True)
        for name, text in explore(kinds, words).items():
            src = f"{pathto(f'_static/explore/{name}.js', 1)}?v={version(text)}"
            script = soup.new_tag("script", src=src, defer="")
            first.insert_before(script)  # the pictures stand before the theme is at work


def everywhere(value, words):
    """Say all texts of a plain value in the language of the page."""
    if isinstance(value, dict):
        return {k: part if k == "svg" else everywhere(part, words) for k, part in value.items()}
    if isinstance(value, list):
        return [everywhere(part, words) for part in value]
    return said(value, words) if isinstance(value, str) else value


def explore(kinds, words):
    """Give the scripts that draw kinds of picture, their words first, their host last."""
    found = {"words": f"var $words = {json.dumps(words, ensure_ascii=False)};\n"} if words else {}
    for kind in kinds:
        found |= {k: text for k, text in scripts(kind).items() if k not in found}
    return found | {"host": Path(__file__).with_name("host.js").read_text(encoding="utf-8")}


def version(text):
    """Tell one state of a file from another, for browsers that keep what they have."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]
