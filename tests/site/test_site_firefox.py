"""The pages once in another browser: Firefox, over its own remote control, Marionette."""

import json
import re
import socket
import subprocess
import time

import pytest

pytestmark = pytest.mark.xdist_group("firefox")  # started once

DRAWN = """
const [done] = arguments;
const wait = () => document.querySelector('.bp-live:not(.bpx)') ? setTimeout(wait, 50) : done({
  pictures: document.querySelectorAll('.bpx').length,
  formulas: document.querySelectorAll('.math').length,
  translated: document.querySelectorAll('.math:has(> math)').length,
});
wait();
"""
MOVED = """
return [...document.querySelectorAll('.bpx')].map((one) => {
  const range = one.querySelector('.bpx-row:not([hidden]) input[type=range]');
  if (!range) return true;
  const before = JSON.stringify(one.picture());
  if (range.value === range.max) range.stepDown(); else range.stepUp();
  range.dispatchEvent(new Event('input', { bubbles: true }));
  return JSON.stringify(one.picture()) !== before;
});
"""


class Firefox:
    """Firefox without a screen, told what to do as [0, number, command, parameters]."""

    def __init__(self, program, folder):
        self.program = subprocess.Popen(
            [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.count, port = 0, folder / "MarionetteActivePort"
        while not (port.exists() and port.read_text()):
            assert self.program.poll() is None, "Firefox has ended"
            time.sleep(0.1)
        self.line = socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=120)
        self.read()  # who it is
        wanted = {"pageLoadStrategy": "normal", "timeouts": {"script": 120_000}}
        self("WebDriver:NewSession", capabilities={"alwaysMatch": wanted})

    def read(self):
        size = b""
        while (byte := self.line.recv(1)) != b":":
            size += byte
        text = b""
        while len(text) < int(size):
            text += self.line.recv(int(size) - len(text))
        return json.loads(text)

    def __call__(self, command, **parameters):
        self.count += 1
        text = json.dumps([0, self.count, command, parameters]).encode()
        self.line.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self.read()
        assert error is None, error
        return result

    def run(self, script, wait=False):
        command = "WebDriver:ExecuteAsyncScript" if wait else "WebDriver:ExecuteScript"
        return self(command, script=script, args=[])["value"]


@pytest.fixture(scope="module")
def firefox(tool, tmp_path_factory):
    """Firefox, cut off from every host but this one."""
    program, folder = tool("firefox-esr", "firefox"), tmp_path_factory.mktemp("firefox")
    settings = {
        "marionette.port": 0,
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": 9,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": 9,
        "network.proxy.no_proxies_on": "127.0.0.1",
        "network.proxy.allow_hijacking_localhost": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "app.update.enabled": False,
    }
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in settings.items()]
    (folder / "user.js").write_text("\n".join(lines))
    one = Firefox(program, folder)
    yield one
    one.program.kill()
    one.program.wait()
    one.line.close()


def test_page_in_firefox(firefox, address, site, page):
    """Formulas are drawn, each live picture stands and moves; from a server and from a folder."""
    for folder in (address, f"{site.as_uri()}/"):
        firefox("WebDriver:Navigate", url=f"{folder}{page}.html")
        seen = firefox.run(DRAWN, wait=True)
        assert seen["formulas"] == seen["translated"]
        if re.search(r"intro|chapters/\d", page):
            assert seen["pictures"]
        assert all(firefox.run(MOVED))
