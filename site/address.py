"""What the site says of itself: its public address, its citation, the dates of its pages.

One setting (``repository.url`` in _config.yml) switches on the buttons that need an address.
"""

import re
import shutil
import subprocess
from pathlib import Path

import yaml
from docutils import nodes
from languages import LANGUAGES
from sphinx.errors import ConfigError

# As people paste it: from the address bar, from "clone" (https or ssh), with what follows the name.
REPOSITORY = re.compile(
    r"(?:[\w+]+://)?(?:[^@/\s]+@)?(?P<host>[^/:@\s]+\.[^/:@\s]+)(?::\d+(?=/))?[/:]"
    r"(?P<path>[^/:?#\s]+(?:/[^/?#\s]+)+)/?(?:[?#]\S*)?"
)


def settings(app, config):
    """Derive everything that depends on the public address, and read the citation."""
    if config.language not in LANGUAGES:
        raise ConfigError(
            f"language in _config.yml is {config.language!r}, must be one of {[*LANGUAGES]}; "
            "CONTRIBUTING.md says how to add another"
        )
    theme = config.html_theme_options
    url = theme["repository_url"] = repository(theme.get("repository_url", ""))
    for button in ("use_repository_button", "use_edit_page_button", "use_issues_button"):
        theme[button] = bool(url)
    host, _, path = url.partition("://")[2].partition("/")
    if host == "github.com" and not config.html_baseurl:
        owner, _, name = path.partition("/")
        folder = LANGUAGES[config.language].folder
        config.html_baseurl = f"https://{owner.lower()}.github.io/{name}/{folder}"
    cff = Path(app.srcdir, "CITATION.cff").read_text(encoding="utf-8")
    try:
        config.html_context["citation"] = citation(yaml.safe_load(cff), config.html_baseurl)
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"CITATION.cff lacks what a citation needs: {error}") from None


def repository(given):
    """Bring the address of a repository into one form.

    >>> repository("git@github.com:you/book.git")
    'https://github.com/you/book'
    """
    if not str(given or "").strip():
        return ""
    found = REPOSITORY.fullmatch(str(given).strip())
    if found is None:
        raise ConfigError(
            f"repository.url in _config.yml is {given!r}, which is no address of a repository; "
            "write it as https://github.com/you/book"
        )
    host, path = found["host"].lower(), found["path"].partition("/-/")[0].split("/")
    if host == "github.com":  # elsewhere groups may stand in groups
        path = path[:2]
    return f"https://{host}/{'/'.join(path).removesuffix('.git')}"


def citation(cff, address):
    """Turn CITATION.cff into a sentence and a BibTeX entry."""
    parts = ("given-names", "name-particle", "family-names", "name-suffix")
    names = [a.get("name") or " ".join(filter(None, map(a.get, parts))) for a in cff["authors"]]
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
    root = Path(__file__).resolve().parents[1]  # of a translated source, too
    command = ["git", "-C", root, "log", "--format=%x00%cs", "--name-only", "--relative"]
    log = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for commit in log.split("\0")[1:]:
        date, *files = commit.split("\n")
        for file in filter(None, files):
            app.last_dates.setdefault(file, date)


def description(doctree):
    """Take the first paragraph of a page that says enough, at most 160 characters."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        text = " ".join(paragraph.astext().split())
        if len(text) > 60:
            return text if len(text) <= 160 else text[:159].rsplit(" ", 1)[0] + " …"
    return ""
