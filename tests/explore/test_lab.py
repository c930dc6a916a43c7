"""The same pictures in JupyterLab, with a kernel: what the reader moves comes back to Python."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import numpy as np
import pytest

CELLS = [
    """from bpcore import Network, explore, forward, moons, worked_example
net, x, y = worked_example()
picture = explore.passes(net, x, y)
picture""",
    """ground = explore.playground({"moons": moons(40, rng=0)}, hidden=(3,))
ground""",
    """import json
runs = globals().get("runs", 0) + 1
print("LEFT", runs, json.dumps([picture.state["W"][2], ground.net.W[1].tolist()]))
assert (picture.net.W[2] == picture.state["W"][2]).all()
if runs == 2:
    picture.net = net""",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a folder with one notebook; gives its address."""
    folder = tmp_path_factory.mktemp("lab")
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "live.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "ServerApp.port": port,
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": "",
        "ServerApp.password": "",
        "LabApp.expose_app_in_browser": "True",
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    own = os.environ | {
        f"JUPYTER_{part}_DIR": str(folder / part) for part in ("CONFIG", "DATA", "RUNTIME")
    }
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=own, stdout=log, stderr=log, cwd=folder)
        address = f"http://127.0.0.1:{port}/"
        for _ in range(600):
            try:
                urllib.request.urlopen(address + "api", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
        server.terminate()
        server.wait()


def test_what_is_moved_comes_back_to_python(browser, lab):
    tab = browser.new_page(viewport={"width": 1280, "height": 3000})
    tab.set_default_timeout(60_000)
    tab.goto(f"{lab}lab/tree/live.ipynb")
    ready = "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    tab.wait_for_function(f"window.jupyterapp && {ready}")
    tab.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    pictures = tab.locator(".bpx")
    pictures.nth(1).wait_for()
    before = [pictures.nth(k).evaluate("one => one.picture().state") for k in (0, 1)]
    value = pictures.nth(0).get_by_label("its value", exact=True)
    value.focus()
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    pictures.nth(1).get_by_role("button", name="Step").click()
    state = [pictures.nth(k).evaluate("one => one.picture().state") for k in (0, 1)]
    tab.locator(".jp-CodeCell").nth(2).locator(".cm-content").click()
    tab.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
    tab.locator(".jp-OutputArea-output", has_text="LEFT 2").wait_for()
    left = tab.locator(".jp-OutputArea-output", has_text="LEFT 2")
    W2, W1 = json.loads(re.search(r"LEFT 2 (.*)", left.inner_text())[1])
    assert np.array_equal(W2, state[0]["W"][2])
    assert np.array_equal(W1, state[1]["W"][1])
    for one, other in zip(state, before, strict=True):
        assert one["W"] != other["W"] or one["b"] != other["b"] or one["X"] != other["X"]
    same = "before => JSON.stringify(document.querySelector('.bpx').picture().state.W) === before"
    tab.wait_for_function(same, arg=json.dumps(before[0]["W"], separators=(",", ":")))
    tab.close()
