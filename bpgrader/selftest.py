"""The self-test: try to get out of the box before anything else is run in it."""

import functools
import os
import socket
import subprocess
import tempfile

from bpgrader import box, inside
from bpgrader.environment import NoBoxError

PROBE = """
import ctypes, os, socket
def probe(path, port):
    found = []
    def tries(what, action):
        try:
            action()
        except OSError:
            return
        found.append(what)
    tries("a file of the host can be seen", lambda: os.stat(bytes(map(int, path))))
    tries("the host's processes can be seen", lambda: os.stat("/proc/1"))
    tries("/usr can be written", lambda: open("/usr/bpgrader", "w"))
    tries("/ can be written", lambda: open("/bpgrader", "w"))
    tries("the host's loopback can be reached",
          lambda: socket.create_connection(("127.0.0.1", int(port)), 1))
    libc = ctypes.CDLL(None)
    if os.getuid() == 0:
        found.append("the box runs as root")
    if libc.unshare(0x10000000) == 0:
        found.append("user namespaces can be made")
    if libc.memfd_create(b"", 0) >= 0 or libc.shmget(0, 4096, 0o1600) >= 0:
        found.append("memory can be had that no limit counts")
    raise RuntimeError("; ".join(found) or "tight")
"""


@functools.cache
def selftest() -> str:
    """Try to get out of the box; done once in every process that grades.

    Returns
    -------
    str
        The version of bubblewrap.

    Raises
    ------
    NoBoxError
        If bubblewrap is missing or too old, or the box leaks.
    OSError
        If the machine has no memory left for it.
    """
    with tempfile.NamedTemporaryFile() as file, socket.socket() as server:
        os.chmod(file.name, 0o644)
        server.bind(("127.0.0.1", 0))
        server.listen()
        arguments = [inside.encode(list(os.fsencode(file.name))), server.getsockname()[1]]
        steps = [[0, {"cell": PROBE}], [1, {"call": "probe", "cases": [arguments]}]]
        result = box.run({"library": {}, "steps": steps})
    if result.ended is box.Ending.SCARCE:
        least = box.RESERVE >> 20
        raise OSError(f"less than {least} MB of memory are free; end other programs and try again")
    version = _version()
    if 1 not in result.outcomes:
        raise NoBoxError(
            f"the sandbox does not start ({result.ended}, {result.detail}) with {version}; it "
            "needs bubblewrap 0.8 or newer, and a kernel that lets users make namespaces"
        )
    text = result.outcomes[1][0].get("text", "")
    if text != "tight":
        raise NoBoxError(f"the sandbox leaks: {text or result.outcomes[1][0]}; nothing was run")
    return version


def _version():
    shown = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=True)
    return shown.stdout.strip()
