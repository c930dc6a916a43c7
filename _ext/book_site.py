"""What Jupyter Book and its theme leave to be done for this site, page by page.

One setting (``repository.url`` in _config.yml) switches on the buttons that need a public address.
Every page gets a description, its last date from git, a citation box, a Content-Security-Policy
and repairs of known faults of the theme (double ids, a search form without a button).
"""

import base64
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

import reader
import yaml
from bs4 import BeautifulSoup
from docutils import nodes
from formulas import STYLE, translate
from icons import draw
from myst_parser.sphinx_ext.mathjax import html_visit_displaymath
from sphinx.errors import SphinxError
from sphinx.ext.mathjax import html_visit_math
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.util import logging

from bpcore.explore._picture import HERE, Picture, scripts

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
DATA = "application/json"
CHECKED = re.compile(r"(?<=✓ )(eq-[\w-]+)")
MOVED = json.loads(Path(__file__).with_name("moved.json").read_text(encoding="utf-8"))
SEARCH = re.compile("searchtools|language_data|searchindex")

logger = logging.getLogger(__name__)


def settings(app, config):
    """Derive everything that depends on the public address, and read the citation."""
    theme = config.html_theme_options
    url = theme.get("repository_url", "").rstrip("/")
    theme["repository_url"] = url
    for button in ("use_repository_button", "use_edit_page_button", "use_issues_button"):
        theme[button] = bool(url)
    host, _, path = url.partition("://")[2].partition("/")
    if host == "github.com" and not config.html_baseurl:
        owner, _, name = path.partition("/")
        config.html_baseurl = f"https://{owner.lower()}.github.io/{name}/"
    cff = Path(app.srcdir, "CITATION.cff").read_text(encoding="utf-8")
    config.html_context["citation"] = citation(yaml.safe_load(cff), config.html_baseurl)


def citation(cff, address):
    """Turn CITATION.cff into a sentence and a BibTeX entry."""
    names = [a.get("name") or f"{a['given-names']} {a['family-names']}" for a in cff["authors"]]
    fields = {
        "title": cff["title"],
        "author": " and ".join(f"{{{name}}}" for name in names),
        "year": str(cff["date-released"])[:4],
        "version": cff["version"],
        "url": address,
    }
    lines = [f"  {key} = {{{value}}}" for key, value in fields.items() if value]
    text = f"{', '.join(names)} ({fields['year']}). {cff['title']} (version {cff['version']})"
    return {
        "text": ", ".join(filter(None, [text, address])) + ".",
        "bibtex": "@book{backpropagation-executed,\n" + ",\n".join(lines) + "\n}",
    }


def dates(app):
    """Read the date of the last commit of every file, from git and without a network."""
    shutil.rmtree(Path(app.outdir, "vendor"), ignore_errors=True)  # what an earlier edition shipped
    app.last_dates = {}
    if not shutil.which("git"):
        return
    command = ["git", "-C", app.srcdir, "log", "--format=%x00%cs", "--name-only", "--relative"]
    log = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for commit in log.split("\0")[1:]:
        date, *files = commit.split("\n")
        for file in filter(None, files):
            app.last_dates.setdefault(file, date)


def write_side_by_side(app, env):
    """Let all processors write pages; one has read them, as not every extension may share that."""
    app.parallel = 4 * (os.cpu_count() or 1)  # chunks of few pages, so that none waits for the last
    write = app.builder.write_doc

    def write_doc(name, doctree):
        try:
            write(name, doctree)
        except Exception as error:  # Sphinx may drop what is raised while it hands out pages
            logger.error("%s", error, location=name)

    app.builder.write_doc = write_doc


def page(app, pagename, templatename, context, doctree):
    """Add to one page what its template needs."""
    address = app.config.html_baseurl
    context["page_address"] = address and address + app.builder.get_target_uri(pagename)
    context["social_picture"] = address and address + "_static/social.png"
    context["description"] = description(doctree) or app.config.project
    if doctree is None:
        return
    context["equations"] = equations(app.env)
    source = Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix()
    context["last_updated"] = app.last_dates.get(source)
    if source.endswith(".ipynb"):
        context["header_buttons"].append(launch_buttons(app, source, context["pathto"]))
        download = context["pathto"](f"{reader.FOLDER}/{source}", 1)
        for group in context["header_buttons"]:
            if group["label"] == "download-buttons":
                group["buttons"][0] |= {"url": download, "tooltip": "This page as a notebook"}
        context["notebook"] = partial(
            reader.write,
            name=pagename,
            source=Path(app.srcdir, source),
            out=app.outdir,
            base=app.config.html_baseurl,
            known=app.sections,
        )


def description(doctree):
    """Take the first paragraph of a page that says enough, at most 160 characters."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        text = " ".join(paragraph.astext().split())
        if len(text) > 60:
            return text if len(text) <= 160 else text[:159].rsplit(" ", 1)[0] + " …"
    return ""


def launch_buttons(app, source, pathto):
    """Make the menu that opens one chapter as a live notebook."""
    theme = app.config.html_theme_options
    host, _, repository = theme["repository_url"].partition("://")[2].partition("/")
    links = [
        (
            "In this browser (JupyterLite)",
            "Runs in this browser; needs the network, which brings Python (Pyodide)",
            "_static/images/logo_jupyterlite.svg",
            f"{pathto('lite/notebooks/index.html', 1)}?path={source}",
        )
    ]
    if host == "github.com":  # from a branch that the deploy workflow writes (editions.live)
        links += [
            (
                "Binder",
                "A free server of mybinder.org; starts within minutes",
                "_static/images/logo_binder.svg",
                f"https://mybinder.org/v2/gh/{repository}/notebooks?urlpath=lab/tree/{source}",
            ),
            (
                "Colab",
                "A server of Google; needs an account",
                "_static/images/logo_colab.png",
                f"https://colab.research.google.com/github/{repository}/blob/notebooks/{source}",
            ),
        ]
    return {
        "type": "group",
        "label": "launch-buttons",
        "icon": "fas fa-rocket",
        "tooltip": "Run this chapter",
        "buttons": [
            {"type": "link", "text": text, "tooltip": tip, "icon": icon, "url": url}
            for text, tip, icon, url in links
        ],
    }


def launch(name, rawtext, text, lineno, inliner, options=None, content=None):
    """Link to the live forms of a notebook that is no page of the book."""
    env = inliner.document.settings.env
    up = "../" * env.docname.count("/")
    links = []
    for button in launch_buttons(env.app, text, lambda target, _: up + target)["buttons"]:
        links += [nodes.Text(", ")] if links else []
        where = {"refuri": button["url"], "reftitle": button["tooltip"], "internal": True}
        links.append(nodes.reference(rawtext, button["text"], **where))
    return links, []


def public_name(app, env, node, contnode):
    """Find bpcore.backward where it is documented, as bpcore.backprop.backward."""
    package, _, name = node.get("reftarget", "").rpartition(".")
    if node.get("refdomain") != "py" or package != "bpcore":
        return None
    domain = env.get_domain("py")
    for full in domain.objects:
        if full.split(".")[0] == "bpcore" and full.split(".")[2:] == [name]:
            return domain.resolve_xref(
                env, node["refdoc"], app.builder, node["reftype"], full, node, contnode
            )
    return None


class Templates(BuiltinTemplateLoader):
    """Sphinx's own templates; every finished page passes through the functions below."""

    def render(self, template, context):
        """Render a page, then repair it and seal it."""
        text = super().render(template, context)
        if "</head>" not in text:  # a part of a page, or no page at all
            return text
        soup = BeautifulSoup(text, "html.parser")
        draw(soup)
        repair(soup)
        live(soup, context["pathto"])
        if "notebook" in context:
            context["notebook"](soup)
        name_equations(soup, context)
        forward(soup, context)
        policy(soup)
        if soup.find(class_="math"):
            style = soup.new_tag("link", rel="stylesheet", href=context["pathto"](STYLE, 1))
            soup.head.append(style)
            translate(soup)  # last: MathML is most of a page, and what is above would search it
        return str(soup)


def repair(soup):
    """Repair what the theme and the exercise extension get wrong."""
    for tag in soup.find_all(id="jb-print-docs-body"):  # title and contents again: an empty heading
        tag.decompose()
    for tag in soup.find_all("div", id="proof"):  # all proofs of a page are told the same id
        tag["class"] = [*tag["class"], "proof-box"]
        del tag["id"]
    seen = set()
    for tag in soup.find_all(id=True):
        if tag["id"] in ("exercise-content", "solution-content") or tag["id"] in seen:
            tag["class"] = [*tag.get("class", []), tag["id"]]
            del tag["id"]
        else:
            seen.add(tag["id"])
    if not soup.find(id="search-results"):  # for results while one types, which are off
        for script in soup.find_all("script", src=SEARCH):
            script.decompose()
    for script in soup.find_all("script", src=True):  # none holds up the text
        if "documentation_options" not in script["src"]:  # an inline script completes it
            script["defer"] = ""
    for button in soup.find_all(onclick=True):  # book.js listens instead: no inline handlers
        button["data-call"] = button["onclick"]
        del button["onclick"]
    for tag in soup.find_all(["summary", "button"], attrs={"aria-label": True}):
        if tag.get_text(strip=True):  # to be read out as it is to be seen
            del tag["aria-label"]
    for icon in soup.find_all("svg", title=True):
        if icon.find_parent("button"):
            del icon["title"]
    for references in soup.find_all(class_="citation-list", role="list"):
        del references["role"]  # its children are no list items
    for form in soup.find_all("form", class_="bd-search"):
        button = soup.new_tag("button", type="submit", attrs={"class": "search-submit"})
        button.string = "Search"
        form.append(button)


def name_equations(soup, context):
    """Put the number of its equation, as a link, into every line that `check` has printed."""
    for line in soup.find_all("pre"):
        if "✓ eq-" not in line.get_text() or line.find_parent(class_="cell_input"):
            continue
        for text in line.find_all(string=CHECKED):
            parts = CHECKED.split(text)
            for k in range(1, len(parts), 2):
                if parts[k] not in context["equations"]:  # an example of the API page
                    continue
                page, number, anchor = context["equations"][parts[k]]
                here = page == context["pagename"]
                href = f"#{anchor}" if here else f"{context['pathto'](page)}#{anchor}"
                link = soup.new_tag("a", href=href, attrs={"class": "check-label"})
                link.string = f"({number}) {parts[k]}"
                parts[k] = link
            text.replace_with(*parts)


def forward(soup, context):
    """Lead old addresses of this page to where the passage stands; book.js goes there at once."""
    if moved := MOVED.get(context["pagename"]):
        nav = soup.new_tag("nav", attrs={"class": "moved", "aria-label": "Moved to another page"})
        for anchor, page in moved.items():
            href = f"{context['pathto'](page)}#{anchor}"
            link = soup.new_tag("a", id=anchor, href=href)
            link.string = "This passage has moved to another chapter."
            nav.append(link)
        soup.find("article").append(nav)


def equations(env):
    """Find page, number and anchor of every labelled equation."""
    found = {}
    for label, (page, _) in env.get_domain("math").equations.items():
        anchor = nodes.make_id(f"equation-{label}")
        number = env.toc_fignumbers.get(page, {}).get("displaymath", {}).get(anchor, ())
        found[label] = page, ".".join(map(str, number)), anchor
    return found


def live(soup, pathto):
    """Put each live picture into the page: its state, what draws it, a still without JavaScript.

    Jupyter's own widget manager would bring 2 MB and want scripts made from text; our host needs
    neither (``host.js``).
    """
    block = soup.find("script", type=STATE)
    models = json.loads(block.string)["state"] if block else {}
    views = soup.find_all("script", type=VIEW)
    kinds = {}
    for view in views:
        model = models[json.loads(view.string)["model_id"]]["state"]
        if model.get("_anywidget_id") != f"{Picture.__module__}.{Picture.__qualname__}":
            raise SphinxError("of widgets, a page can show the pictures of bpcore.explore alone")
        kinds[model["kind"]] = True
        data = soup.new_tag("script", type=DATA)
        shown = {name: model[name] for name in ("kind", "label", "state", "given")}
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
        for name, text in explore(*kinds).items():
            src = f"{pathto(f'_static/explore/{name}.js', 1)}?v={version(text)}"
            script = soup.new_tag("script", src=src, defer="")
            first.insert_before(script)  # the pictures stand before the theme is at work


def explore(*kinds):
    """Give the scripts that draw kinds of picture, and last their host: {name: text}."""
    found = {}
    for kind in kinds:
        found |= {k: text for k, text in scripts(kind).items() if k not in found}
    return found | {"host": Path(__file__).with_name("host.js").read_text(encoding="utf-8")}


def version(text):
    """Tell one state of a file from another, for browsers that keep what they have."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def sha256(text):
    """Give the checksum of a text as a policy wants it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def policy(soup):
    """Allow the page its own files and the inline scripts that it has now, nothing else."""
    inline = {
        f"'sha256-{sha256(script.string or '')}'"
        for script in soup.find_all("script", src=False)
        if script.get("type") != DATA
    }
    own = "'self' file:"  # file: for browsers in which a page from a folder has no self
    allowed = " ".join([own, *sorted(inline)])
    meta = soup.new_tag("meta")
    meta["http-equiv"] = "Content-Security-Policy"
    meta["content"] = (
        f"default-src 'none'; script-src {allowed}; style-src {own} 'unsafe-inline'; "
        f"img-src {own} data:; font-src {own} data:; connect-src {own}; "
        "form-action 'self' file:; base-uri 'none'"
    )
    charset = soup.head.find("meta", charset=True)
    charset.insert_after(meta)


def finished(app, error):
    """See that every page of the table of contents was written, then write 404.html."""
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pictures = out / "_static" / "explore"
    pictures.mkdir(exist_ok=True)
    for name, text in explore(*(path.stem for path in HERE.glob("*.js"))).items():
        (pictures / f"{name}.js").write_text(text, encoding="utf-8")
    (pictures / "explore.css").write_text(Picture._css, encoding="utf-8")
    for path in out.glob("_sources/**/*.ipynb"):  # raw: readers get the notebooks of reader.py
        path.unlink()
    for path in Path(app.srcdir).glob("assignments/*/student.ipynb"):
        copied = out / reader.FOLDER / path.relative_to(app.srcdir)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
    missing = [
        name for name in app.config.external_site_map if not (out / f"{name}.html").is_file()
    ]
    if missing:
        raise SphinxError(f"pages of _toc.yml that were not written: {missing}")
    text = Path(app.srcdir, "_templates", "404.html").read_text(encoding="utf-8")
    home = html.escape(app.config.html_baseurl or "./", quote=True)
    (out / "404.html").write_text(text.replace("{{ home }}", home), encoding="utf-8")


def setup(app):
    """Connect to Sphinx."""
    app.add_role("launch", launch)
    # The TeX that MathJax would read, without MathJax: Templates.render translates it.
    app.add_html_math_renderer("mathml", (html_visit_math, None), (html_visit_displaymath, None))
    app.connect("config-inited", settings)
    app.connect("builder-inited", dates)
    app.connect("env-check-consistency", reader.sections)
    app.connect("env-check-consistency", write_side_by_side)
    app.connect("html-page-context", page, priority=900)
    app.connect("missing-reference", public_name)
    app.connect("build-finished", finished)
    app.config.template_bridge = "book_site.Templates"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
