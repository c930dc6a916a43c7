"""The page on which a person marks answers in words: a server for this machine alone.

It listens on the loopback interface and answers only whoever knows the token in its address, under
the name of this machine, so that no other page in the browser can ask it. Nothing of a student is
run or fetched: words are drawn by `bpgrader.drawn`, and the policy of the page allows its own
script and style alone.
"""

import asyncio
import base64
import contextlib
import hmac
import json
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from bpgrader.marking import Course, find, read_mark, read_results, state
from bpgrader.page import asset
from bpgrader.written import ChangedError, set_mark

ADDRESS = "127.0.0.1"
MAX_BODY = 200_000  # bytes
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ASSETS = {
    "mark.js": "text/javascript; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "mark.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
CODES = {ChangedError: 409, LookupError: 404, ValueError: 409, OSError: 507}
REFUSED = "use the address that bpgrader mark has printed"


class _Handler(RequestHandler):
    """Answers only on this machine, and only those who know the token."""

    folder: Path
    token: str
    hosts: set[str]

    def initialize(self, folder, token, port):
        self.folder, self.token = folder, token
        self.hosts = {f"{name}:{port}" for name in (ADDRESS, "localhost")}

    def set_default_headers(self):
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self):
        """Refuse other tokens, other names of this machine (DNS rebinding), and other pages."""
        given = self.request.path.split("/")[1].encode("utf-8", "replace")
        known = hmac.compare_digest(given, self.token.encode())
        origin = self.request.headers.get("Origin", f"http://{self.request.host}")
        own = origin in {f"http://{host}" for host in self.hosts}
        if not known or self.request.host not in self.hosts or not own:
            raise HTTPError(403, REFUSED)

    def write_error(self, status_code, **details):
        """Say what is wrong, in one sentence."""
        error = details["exc_info"][1]
        told = error.log_message if isinstance(error, HTTPError) else error
        status = next((code for kind, code in CODES.items() if isinstance(error, kind)), None)
        self.set_status(status or status_code)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"bpgrader: {told}\n")

    def log_exception(self, typ, value, tb):
        """Leave the terminal alone; the page says it."""


class _Start(_Handler):
    """The list of the questions."""

    def get(self):
        self.finish(Course.read(self.folder).start())


class _Question(_Handler):
    """All answers to one question."""

    def get(self):
        hidden = self.get_argument("names", "") == "hidden"
        self.finish(Course.read(self.folder).question(self.get_argument("name"), hidden))


class _States(_Handler):
    """The marks of a question as they are now."""

    def get(self):
        self.finish(Course.read(self.folder).states(self.get_argument("name")))


class _Picture(_Handler):
    """A picture of an answer, whose bytes are what its type says."""

    def get(self):
        where = self.get_argument("code"), self.get_argument("question")
        _, answer = find(read_results(self.folder), *where)
        number = self.get_argument("number")
        if number not in map(str, range(1, len(answer.pictures) + 1)):
            raise LookupError("there is no such picture")
        picture = answer.pictures[int(number) - 1]
        self.set_header("Content-Type", picture.media)
        self.finish(base64.b64decode(picture.data))


class _Mark(_Handler):
    """Takes the mark of one answer and writes it at once."""

    def post(self):
        if self.request.headers.get("Content-Type") != "application/json":
            raise HTTPError(415, "a mark comes as JSON")
        try:
            sent = json.loads(self.request.body)
            new, seen = read_mark(sent["new"]), read_mark(sent["seen"])
            code, question, version = map(str, (sent["code"], sent["question"], sent["version"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            raise HTTPError(400, "that is no mark") from None
        result, answer = find(read_results(self.folder), code, question)
        if answer.version != version:
            raise ChangedError
        self.finish(state(set_mark(self.folder, result, answer, new, seen)))


class _Asset(_Handler):
    """The script and the styles."""

    def get(self, name):
        self.set_header("Content-Type", ASSETS[name])
        self.finish(asset(name))


class _Nothing(_Handler):
    """Any other address."""

    def prepare(self):
        super().prepare()
        raise HTTPError(404, "there is no such page")


def application(folder: Path, token: str, port: int) -> Application:
    """Make the application that serves a folder of results under a token."""
    known = {"folder": folder, "token": token, "port": port}
    pages = {"": _Start, "question": _Question, "states": _States, "picture": _Picture}
    routes = [(rf"/[^/]+/{name}", handler, known) for name, handler in pages.items()]
    routes += [
        (r"/[^/]+/mark", _Mark, known),
        (rf"/[^/]+/({'|'.join(ASSETS)})", _Asset, known),
    ]
    return Application(
        routes,
        default_handler_class=_Nothing,
        default_handler_args=known,
        log_function=lambda handler: None,
    )


@contextlib.contextmanager
def door(folder: Path, address: str) -> Iterator[Path]:
    """Write a page that leads to the address and that nobody else may read.

    What a browser is called with, every user of the machine can see; so it is called with this.
    """
    path = folder / "mark-here.html"
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(f'<!doctype html><meta http-equiv="refresh" content="0; url={address}">\n')
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def serve(folder: Path, port: int, ready: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    folder : Path
        Written by `bpgrader grade`.
    port : int
        0 for any that is free.
    ready : callable
        Takes the address, as soon as the page can be opened.

    Raises
    ------
    OSError
        If the port is taken.
    """

    async def run():
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        sockets = bind_sockets(port, ADDRESS)
        token, number = secrets.token_urlsafe(16), sockets[0].getsockname()[1]
        server = HTTPServer(application(folder, token, number), max_body_size=MAX_BODY)
        server.add_sockets(sockets)
        ready(f"http://{ADDRESS}:{number}/{token}/")
        await stopped.wait()
        server.stop()
        await server.close_all_connections()

    asyncio.run(run())
