"""The buttons and links that open a chapter as a live notebook."""

from html import escape
from importlib.metadata import version

from docutils import nodes
from languages import LANGUAGES
from reader import FOLDER
from sphinx.locale import _
from sphinx.util.nodes import split_explicit_title

PACKAGE = f"bpcore-{version('bpcore')}-py3-none-any.whl"


def launch_buttons(app, source, pathto):
    """Make the menu that opens one chapter as a live notebook."""
    theme = app.config.html_theme_options
    folder = LANGUAGES[app.config.language].folder
    source, lite = folder + source, "../" * folder.count("/") + "lite/notebooks/index.html"
    host, repository = theme["repository_url"].partition("://")[2].partition("/")[::2]
    links = [
        (
            _("In this browser (JupyterLite)"),
            _("Runs in this browser; needs the network, which brings Python (Pyodide)"),
            "_static/images/logo_jupyterlite.svg",
            f"{pathto(lite, 1)}?path={source}",
        )
    ]
    if host == "github.com":  # from a branch that the deploy workflow writes (editions.live)
        links += [
            (
                "Binder",
                _("A free server of mybinder.org; starts within minutes"),
                "_static/images/logo_binder.svg",
                f"https://mybinder.org/v2/gh/{repository}/notebooks?urlpath=lab/tree/{source}",
            ),
            (
                "Colab",
                _("A server of Google; needs an account"),
                "_static/images/logo_colab.png",
                f"https://colab.research.google.com/github/{repository}/blob/notebooks/{source}",
            ),
        ]
    return {
        "type": "group",
        "label": "launch-buttons",
        "icon": "fas fa-rocket",
        "tooltip": _("Run this chapter"),
        "buttons": [
            {"type": "link", "text": text, "tooltip": tip, "icon": icon, "url": url}
            for text, tip, icon, url in links
        ],
    }


def assignment(name, rawtext, text, lineno, inliner, options=None, content=None):
    """Link to a student's notebook, as a file of the assignment's name and in its live forms."""
    env = inliner.document.settings.env
    up = "../" * env.docname.count("/")
    _explicit, title, folder = split_explicit_title(text)
    notebook = f"assignments/{folder}/student.ipynb"
    links = [file(title, f"{up}{FOLDER}/{notebook}", f"{folder}.ipynb")]
    menu = launch_buttons(env.app, notebook, lambda target, resource: up + target)
    for button in menu["buttons"]:
        where = {"refuri": button["url"], "reftitle": button["tooltip"], "internal": True}
        links += [nodes.Text(", "), nodes.reference(rawtext, button["text"], **where)]
    return links, []


def package(name, rawtext, text, lineno, inliner, options=None, content=None):
    """Link to the package as one file, which pip installs on any system."""
    env = inliner.document.settings.env
    up = env.docname.count("/") + LANGUAGES[env.app.config.language].folder.count("/")
    return [file(text, f"{'../' * up}{FOLDER}/{PACKAGE}", PACKAGE)], []


def file(title, address, saved_as):
    """Link to a file that the browser is to save under a name."""
    link = f'<a class="reference download internal" download="{saved_as}" href="{address}">'
    return nodes.raw("", f"{link}{escape(title)}</a>", format="html")
