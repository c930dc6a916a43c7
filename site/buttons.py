"""The buttons and links that open a chapter as a live notebook."""

from docutils import nodes
from languages import LANGUAGES
from sphinx.locale import _


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


def launch(name, rawtext, text, lineno, inliner, options=None, content=None):
    """Link to the live forms of a notebook that is no page of the book."""
    env = inliner.document.settings.env
    up = "../" * env.docname.count("/")
    links = []
    for button in launch_buttons(env.app, text, lambda target, resource: up + target)["buttons"]:
        links += [nodes.Text(", ")] if links else []
        where = {"refuri": button["url"], "reftitle": button["tooltip"], "internal": True}
        links.append(nodes.reference(rawtext, button["text"], **where))
    return links, []
