"""The book's extension of Sphinx: what every page passes through, each concern a module beside it.

address.py  what the site says of itself       repairs.py  what others get wrong
buttons.py  live forms of a chapter            policy.py   what a page may load
passages.py links between passages             live.py     live pictures
formulas.py TeX to MathML                      icons.py    icons
reader.py   the notebooks that readers get     languages.py the other languages
marks.py    marks left in the source           tables.py   tables on a telephone
typed.py    what is taken for something else
"""

import html
import os
import shutil
from functools import partial
from pathlib import Path

import address
import buttons
import languages
import live
import marks
import passages
import pydata_sphinx_theme
import reader
from bs4 import BeautifulSoup
from chinese_search import ChineseSearch
from formulas import STYLE, translate
from icons import draw
from myst_parser.sphinx_ext.mathjax import html_visit_displaymath
from policy import policy
from repairs import repair, repair_script
from sphinx.errors import ConfigError, SphinxError
from sphinx.ext.mathjax import html_visit_math
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.locale import _
from sphinx.util import logging
from tables import stack

from bpcore.explore._picture import HERE, Picture

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme"
TEMPLATES = Path(__file__).with_name("templates")

# Icons (they are drawn into the pages), what the theme's authors need, notebooks (see reader.py).
UNUSED = ("_static/**/*.map", "_static/scripts/fontawesome.js*", "_static/vendor/**/*.ttf")
UNUSED += ("_sources/**/*.ipynb",)

logger = logging.getLogger(__name__)


def only_the_contents(app, config):
    """Read the pages of _toc.yml and no other file.

    The extension of the contents would find the others by a pattern in which the book's folder
    stands, too: a folder named [x] is then not found.
    """
    for name in config.external_site_map:
        if not any(Path(app.srcdir, name + suffix).is_file() for suffix in config.source_suffix):
            cure = ": write it without its suffix" if Path(app.srcdir, name).is_file() else ""
            raise ConfigError(f"_toc.yml names {name!r}, and there is no page of that name{cure}")
    config.include_patterns = [f"{name}.*" for name in config.external_site_map]


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
    context["repairs"] = app.config.book_repairs
    context["book_words"] = app.config.book_words
    context["book_language"] = languages.LANGUAGES[app.config.language]
    base = app.config.html_baseurl
    context["page_address"] = base and base + app.builder.get_target_uri(pagename)
    context["social_picture"] = base and base + "_static/social.png"
    context["description"] = address.description(doctree) or app.config.project
    if doctree is None:
        return
    context["equations"] = passages.equations(app.env)
    source = Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix()
    context["last_updated"] = app.last_dates.get(source)
    if source.endswith(".ipynb"):
        context["header_buttons"].append(buttons.launch_buttons(app, source, context["pathto"]))
        download = context["pathto"](f"{reader.FOLDER}/{source}", 1)
        for group in context["header_buttons"]:
            if group["label"] == "download-buttons":
                group["buttons"][0] |= {"url": download, "tooltip": _("This page as a notebook")}
        context["notebook"] = partial(
            reader.write,
            name=pagename,
            source=Path(app.srcdir, source),
            out=app.outdir,
            base=app.config.html_baseurl,
            known=app.sections,
        )


class Templates(BuiltinTemplateLoader):
    """Sphinx's own templates; every finished page passes through the functions below."""

    def render(self, template, context):
        """Render a page, then repair it and seal it."""
        text = super().render(template, context)
        if "</head>" not in text:  # a part of a page, or no page at all
            return text
        soup = BeautifulSoup(text, "html.parser")
        draw(soup)
        if context["repairs"]:
            repair(soup)
        stack(soup)
        live.live(soup, context["pathto"], context["book_words"])
        if "notebook" in context:
            context["notebook"](soup)
        passages.name_equations(soup, context)
        passages.forward(soup, context)
        languages.switch(soup, context)
        languages.speak(soup)
        policy(soup)
        if soup.find(class_="math"):
            style = soup.new_tag("link", rel="stylesheet", href=context["pathto"](STYLE, 1))
            soup.head.append(style)
            translate(soup)  # last: MathML is most of a page, and what is above would search it
        return str(soup)


def finished(app, error):
    """See that every page of the table of contents was written, then write 404.html."""
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pictures = out / "_static" / "explore"
    pictures.mkdir(exist_ok=True)
    for name, text in live.explore(
        (path.stem for path in HERE.glob("*.js")), app.config.book_words
    ).items():
        (pictures / f"{name}.js").write_text(text, encoding="utf-8")
    (pictures / "explore.css").write_text(Picture._css, encoding="utf-8")
    script = Path("static", "scripts", "pydata-sphinx-theme.js")
    text = repair_script((THEME / script).read_text(encoding="utf-8"))
    (out / f"_{script}").write_text(text, encoding="utf-8")
    for pattern in UNUSED:
        for path in out.glob(pattern):
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
    if languages.LANGUAGES[app.config.language].folder:
        languages.count(out)
        languages.speak_later(out)
        return  # of 404.html a server has one for all
    text = (TEMPLATES / "404.html").read_text(encoding="utf-8")
    home = html.escape(app.config.html_baseurl or "./", quote=True)
    (out / "404.html").write_text(text.replace("{{ home }}", home), encoding="utf-8")


def setup(app):
    """Connect to Sphinx."""
    app.add_config_value("book_repairs", True, "html", bool)  # off in the test of what they repair
    app.add_config_value("book_english", "", "env", str)  # where the English pages were read to
    # In another language: words of live pictures, and those that cells glue into texts.
    app.add_config_value("book_words", {}, "html", dict)
    app.add_config_value("book_values", {}, "html", dict)
    app.add_search_language(ChineseSearch)
    app.add_domain(passages.Numbers, override=True)
    app.add_role("assignment", buttons.assignment)
    app.add_role("package", buttons.package)
    # The TeX that MathJax would read, without MathJax: Templates.render translates it.
    app.add_html_math_renderer("mathml", (html_visit_math, None), (html_visit_displaymath, None))
    app.connect("config-inited", address.settings)
    app.connect("config-inited", only_the_contents, priority=950)  # the contents are read with 900
    app.connect("config-inited", languages.keep_anchors)
    app.connect("source-read", languages.read_anchors)
    app.connect("builder-inited", address.dates)
    marks.setup(app)
    app.connect("env-check-consistency", reader.sections)
    app.connect("env-check-consistency", write_side_by_side)
    app.connect("doctree-resolved", languages.say_values)
    app.connect("doctree-resolved", languages.say_proof)
    app.connect("html-page-context", page, priority=900)
    app.connect("missing-reference", passages.public_name)
    app.connect("build-finished", finished)
    app.config.template_bridge = "book_site.Templates"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
