"""The notebooks in JupyterLab, with a kernel: the live pictures, and the evening of a student."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import editions
import nbformat
import pytest

pytestmark = pytest.mark.xdist_group("lab")  # JupyterLab starts once
ROOT = Path(__file__).parents[2]

CELLS = [
    """from bpcore import Network, explore, forward, moons, worked_example
net, x, y = worked_example()
picture = explore.passes(net, x, y)
picture""",
    """ground = explore.playground({"moons": moons(40, rng=0)}, hidden=(3,))
ground""",
    """import json
print(json.dumps([picture.state["W"][2], ground.net.W[1].tolist()]))
assert (picture.net.W[2] == picture.state["W"][2]).all()""",
    "picture.net = net",
]


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The folder of a reader, with one notebook more."""
    folder = tmp_path_factory.mktemp("lab")
    editions.lab(folder)
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "live.ipynb")
    return folder


@pytest.fixture(scope="module")
def lab(own, tmp_path_factory):
    """JupyterLab on the folder, as `make lab` opens it; gives its address."""
    folder = tmp_path_factory.mktemp("jupyter")
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": 0,  # any that is free: a file says which
        "ServerApp.root_dir": own,
        "IdentityProvider.token": "",
        "ServerApp.password": "",
        "LabApp.expose_app_in_browser": "True",
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    places = {f"JUPYTER_{part}_DIR": str(folder / part) for part in ("CONFIG", "DATA", "RUNTIME")}
    own_env = os.environ | places | {"JUPYTER_CONFIG_PATH": str(ROOT / "site" / "lab")}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=own_env, stdout=log, stderr=log, cwd=folder)
        said, address = folder / "RUNTIME" / f"jpserver-{server.pid}.json", ""
        while not address:
            assert server.poll() is None, (folder / "log").read_text()
            try:  # there is no file, half a file, or nobody listens yet
                url = json.loads(said.read_text())["url"]
                urllib.request.urlopen(url + "api").close()
                address = url
            except (OSError, ValueError):
                time.sleep(0.1)
        yield address
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:  # seen once with Python 3.13: it went on for ever
            server.kill()
            server.wait()


def opened(browser, address, height=3000):
    """Open a notebook and wait for its kernel."""
    tab = browser.new_page(viewport={"width": 1280, "height": height})
    tab.goto(address)
    ready = "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    tab.wait_for_function(f"window.jupyterapp && {ready}")
    return tab


def run_all(tab):
    tab.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")


CHAPTER = "chapters/08_delta_recursion.ipynb"
CELLS_OF = "jupyterapp.shell.currentWidget.content"
CELL_WITH = f"""text => {{
    const {{ widgets }} = {CELLS_OF};
    {CELLS_OF}.activeCellIndex = widgets.findIndex(one =>
        one.model.type === 'code' && one.model.sharedModel.getSource().includes(text));
}}"""
SOURCE = f"() => {CELLS_OF}.activeCell.model.sharedModel.getSource()"
REPLACE = f"([, text]) => {CELLS_OF}.activeCell.model.sharedModel.setSource(text)"
LEFT = f"""async () => {{
    await jupyterapp.commands.execute('notebook:run-cell');
    const [{{ text }}] = {CELLS_OF}.activeCell.model.outputs.toJSON();
    return JSON.parse(text);
}}"""


def test_what_is_moved_comes_back_to_python(browser, lab):
    tab = opened(browser, f"{lab}lab/tree/live.ipynb")
    run_all(tab)
    pictures = tab.locator(".bpx")
    pictures.nth(1).wait_for()
    before = [pictures.nth(k).evaluate("one => one.picture().state") for k in (0, 1)]
    value = pictures.nth(0).get_by_label("its value", exact=True)
    value.focus()
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    pictures.nth(1).get_by_role("button", name="Step").click()
    state = [pictures.nth(k).evaluate("one => one.picture().state") for k in (0, 1)]
    for one, other in zip(state, before, strict=True):
        assert one["W"] != other["W"] or one["b"] != other["b"] or one["X"] != other["X"]
    tab.evaluate(CELL_WITH, "print(")
    # what is moved waits until the kernel has taken the move before
    assert [state[0]["W"][2], state[1]["W"][1]] in (tab.evaluate(LEFT) for _ in range(100))
    tab.evaluate(CELL_WITH, "picture.net = net")
    tab.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
    same = "before => JSON.stringify(document.querySelector('.bpx').picture().state.W) === before"
    tab.wait_for_function(same, arg=json.dumps(before[0]["W"], separators=(",", ":")))
    tab.close()


DRAWN = """() => {  // cell by cell
    const cells = [...document.querySelectorAll('.jp-RenderedMarkdown')];
    return document.querySelectorAll('.jp-RenderedMarkdown mjx-container').length > 300
        && !cells.some((one) => one.checkVisibility() && one.innerText.includes('$'));
}"""


def test_the_evening_of_a_student(browser, lab, own):
    tab = opened(browser, f"{lab}lab/tree/{CHAPTER}", height=40_000)  # it draws what is in sight
    text = tab.locator(".jp-RenderedMarkdown:visible")
    tab.get_by_role("heading", name="Summary").wait_for()
    tab.wait_for_function(DRAWN)
    read = "\n".join(text.all_inner_texts())
    assert not re.search(r"\\tag|\{eq\}|Math input error|undefined control", read)
    assert not tab.locator("mjx-merror").count()
    assert "(8.8)" in read
    folded = tab.locator("details", has_text="Solution to Exercise 8.1").first
    assert folded.get_attribute("open") is None
    # a link leads to the section
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.get_by_role("link", name="(8.3)").first.click()  # eq-da
    tab.wait_for_function(
        """() => [...document.querySelectorAll('h2')].some(one =>
        one.innerText.includes('The one tool') &&
        Math.abs(one.getBoundingClientRect().top - 200) < 200)"""
    )
    # everything runs, and the live pictures are drawn
    run_all(tab)
    done = f"{CELLS_OF}.widgets.every(one => one.model.type !== 'code' || one.model.executionCount)"
    assert tab.evaluate(done)
    assert not tab.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count()
    # the student breaks BP1, sees the check fail, mends it, and keeps the copy
    tab.evaluate(CELL_WITH, "bp1 = ")
    was = tab.evaluate(SOURCE)
    tab.evaluate(REPLACE, [was, was.replace("bp1 = ", "bp1 = -")])
    tab.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
    wrong = tab.locator('[data-mime-type="application/vnd.jupyter.stderr"]')
    wrong.wait_for()
    assert "eq-bp1" in wrong.inner_text()
    tab.evaluate(REPLACE, [was, was.replace("bp1 = ", "bp1 = 1.0 * ")])
    tab.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
    wrong.wait_for(state="detached")
    tab.evaluate("jupyterapp.commands.execute('docmanager:save')")
    tab.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    tab.close()
    editions.lab(own)  # the next `make lab`
    assert "bp1 = 1.0 * " in (own / CHAPTER).read_text(encoding="utf-8")
