"""Build the book as other machines would: in odd folders, locales and homes, and after a Ctrl-C.

Not one of the quick tests: a build each. For each circumstance a copy is taken, built, and its
pages and its words on the terminal are looked at; the table says what was wrong.

    python tests/circumstances.py                     each alone (hours)
    python tests/circumstances.py quotes+umask crlf   two builds, the first in both at once
    python tests/circumstances.py --of COMMIT space   as an older state of the repository did
"""

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
CLOCK = 3600  # seconds for one build
# What a terminal does not show when all is well.
WRONG = re.compile(r"warning|traceback|error\b|not found|cannot|permission denied", re.IGNORECASE)
# What make says itself of files from the future; nobody can keep it from that.
MAKES = re.compile(r"make: .*(?:in the future|clock skew)", re.IGNORECASE)


@dataclass
class Machine:
    """Where and how the book is built; a circumstance changes it."""

    room: Path  # a folder of its own for everything
    state: str  # of the repository
    folder: str = "book"
    clone: tuple = ()  # options of git clone
    copy: str = "clone"
    umask: int = 0o022
    environment: dict = field(default_factory=dict)
    without: tuple = ()  # programs that this machine does not have
    make: str = "make"
    steps: tuple = ("{make} book",)
    interrupts: tuple = ()  # seconds after which Ctrl-C is pressed
    before: str = ""  # what the shell does before each step

    @property
    def home(self):
        """The folder of the copy."""
        return self.room / self.folder


def space(machine):
    """a space in the folder's name"""
    machine.folder += " of mine"


def quotes(machine):
    """quotes and other signs of the shell in the folder's name"""
    machine.folder += ' o\'Hara & "sons" (1; 50%) #2 [x] $HOME'


def letters(machine):
    """letters of other alphabets in the folder's name"""
    machine.folder += " книга 书 é"


def c_locale(machine):
    """LC_ALL=C, and a folder with other letters"""
    letters(machine)
    machine.environment |= {"LC_ALL": "C", "LANG": "C"}


def latin_locale(machine):
    """a locale in ISO-8859-1, and a folder with other letters"""
    letters(machine)
    locales = machine.room / "locales"
    locales.mkdir()
    made = locales / "de_DE.ISO-8859-1"
    command = ["localedef", "-i", "de_DE", "-f", "ISO-8859-1", str(made)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    machine.environment |= {"LC_ALL": made.name, "LANG": made.name, "LOCPATH": str(locales)}


def umask(machine):
    """umask 077"""
    machine.umask = 0o077


def no_home(machine):
    """a home that cannot be written"""
    machine.environment |= {"HOME": "/dev/null/home"}


def no_git(machine):
    """the files without git: a downloaded archive"""
    machine.copy = "archive"
    machine.without += ("git",)


def shallow(machine):
    """a shallow clone"""
    machine.clone = ("--depth", "1")


def crlf(machine):
    """git that ends lines as Windows does"""
    machine.clone = ("-c", "core.autocrlf=true")


def link(machine):
    """a folder that is a link, below 200 letters of others"""
    place = machine.room / ("a" * 100) / ("b" * 100) / "book"
    place.parent.mkdir(parents=True)
    (machine.room / machine.folder).symlink_to(place)
    machine.copy = "worktree"


def few_files(machine):
    """at most 256 open files for a program, as on macOS"""
    machine.before += "ulimit -n 256; "


def no_room(machine):
    """neither a home nor a place for passing files: HOME is unset, TMPDIR leads nowhere"""
    machine.before += "unset HOME; "
    machine.environment |= {"TMPDIR": "/nowhere", "TEMP": "/nowhere", "TMP": "/nowhere"}


def offline(machine):
    """no network any more when all is installed: a proxy that does not answer"""
    nowhere = "http://127.0.0.1:9"
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    dead = " ".join(f"{name}={nowhere}" for name in names)
    machine.steps = ("{make} .venv/book", dead + " {make} book")


def ahead(machine):
    """files from the future: unpacked where the clock was ahead"""
    machine.steps = ("find . -path ./.git -prune -o -type f -exec touch -d '+2 days' {{}} +",)
    machine.steps += ("{make} book",)


def own_files(machine):
    """start-up files of the reader's own in the home: of Python, Jupyter, Matplotlib, pip, git"""
    home = machine.room / "home"
    bad = "raise SystemExit('not of the book')\n"
    files = {
        ".ipython/profile_default/startup/00.py": "import sys; print('mine', file=sys.stderr)\n",
        ".ipython/profile_default/ipython_config.py": bad,
        ".jupyter/jupyter_config.py": bad,
        ".jupyter/jupyter_nbconvert_config.py": bad,
        ".jupyter/jupyter_lite_config.json": '{"LiteBuildConfig": {"output_dir": "elsewhere"}}',
        ".config/matplotlib/matplotlibrc": "figure.figsize: 1, 1\n",
        ".config/pip/pip.conf": "[global]\nuser = true\nrequire-virtualenv = true\n",
        ".config/uv/uv.toml": 'resolution = "lowest"\n',
        ".gitconfig": "[core]\n\tautocrlf = true\n[log]\n\tshowSignature = true\n",
        ".pydistutils.cfg": "[install]\nuser = 1\n",
    }
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    machine.environment |= {"HOME": str(home)}


def twice(machine):
    """two builds at once in one folder"""
    machine.steps = ("{make} .venv/book", "{make} book & {make} book; wait $!", "{make} book")


def conda(machine):
    """a conda environment that is active, and a PYTHONPATH with other modules"""
    prefix = machine.room / "miniconda3"
    subprocess.run([sys.executable, "-m", "venv", prefix], check=True)
    (prefix / "conda-meta").mkdir()
    other = machine.room / "modules"
    other.mkdir()
    for name in ("numpy", "nbformat", "doit", "sphinx"):
        (other / f"{name}.py").write_text(f"raise ImportError('not the {name} of the book')\n")
    machine.environment |= {
        "CONDA_PREFIX": str(prefix),
        "CONDA_DEFAULT_ENV": "base",
        "CONDA_SHLVL": "1",
        "VIRTUAL_ENV": str(prefix),
        "PATH": os.pathsep.join([str(prefix / "bin"), os.environ["PATH"]]),
        "PYTHONPATH": str(other),
    }


def own_ways(machine):
    """what people set for programs of their own: Python, pip, Matplotlib, Jupyter, the shell"""
    style = machine.room / "matplotlibrc"
    style.write_text("figure.figsize: 1, 1\naxes.facecolor: black\n")
    kernel = machine.room / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text('{"argv": ["false"], "display_name": "x", "language": "p"}')
    machine.environment |= {
        "PYTHONWARNINGS": "error",
        "PYTHONOPTIMIZE": "2",
        "PYTHONSAFEPATH": "1",
        "PYTHONINSPECT": "1",
        "PYTHONSTARTUP": str(style),
        "MPLBACKEND": "TkAgg",
        "MATPLOTLIBRC": str(style),
        "JUPYTER_PATH": str(kernel.parents[1]),
        "PIP_USER": "1",
        "PIP_REQUIRE_VIRTUALENV": "1",
        "PIP_TARGET": str(machine.room / "target"),
        "UV_SYSTEM_PYTHON": "1",
        "CDPATH": "/usr:/",
        "GREP_OPTIONS": "--color=always",
        "CLICOLOR_FORCE": "1",
        "FORCE_COLOR": "1",
        "PY_COLORS": "1",
        "TERM": "dumb",
        "LANGUAGE": "zh",
        "TZ": "Pacific/Chatham",
        "SOURCE_DATE_EPOCH": "1",
    }


def at_once(machine):
    """make -j8 of two targets, over a .venv of which Python has gone"""
    python = machine.home / ".venv" / "bin" / "python"
    machine.steps = (
        f"mkdir -p {shlex.quote(str(python.parent))}",
        f"ln -s /nowhere/python {shlex.quote(str(python))}",
        "{make} -j8 .venv/all book",
    )


def old_make(machine):
    """GNU make 3.81, which macOS has: named in MAKE_381"""
    machine.make = os.environ.get("MAKE_381", "")
    said = machine.make and subprocess.check_output([machine.make, "--version"], text=True)
    if "3.81" not in said:
        raise LookupError("set MAKE_381 to a GNU make 3.81")


def no_uv(machine):
    """no uv: pip alone, as old as this Python brings it"""
    machine.steps = ("{make} UV=false book",)


def no_make(machine):
    """no make: as the README says for Windows and any IDE"""
    machine.without += ("make",)
    python = ".venv/bin/python"
    machine.steps = (
        f"{shlex.quote(sys.executable)} -m venv .venv",
        f"{python} -m pip install -q --disable-pip-version-check -r requirements.txt",
        f"{python} -m doit book",
    )


def moved(machine):
    """a .venv that was set up in another folder, which is gone: this one was renamed"""
    machine.steps = (
        "cp -a . ../before && cd ../before && {make} .venv/book",
        "mv ../before/.venv . && rm -r ../before",
        "{make} book",
    )


def half_written(machine):
    """a set-up that was killed: a package that looks installed and lacks files"""
    machine.steps = (
        "{make} .venv/book",
        "rm -r .venv/folder .venv/book .venv/lib/python*/site-packages/babel/locale-data",
        "{make} book",
    )


def ctrl_c(machine):
    """Ctrl-C at eight moments, then a build"""
    machine.interrupts = (2, 8, 15, 25, 40, 60, 90, 120)


def devcontainer(machine):
    """the steps of the devcontainer"""
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    settings = json.loads(text)
    vscode = settings["customizations"]["vscode"]["settings"]
    python = vscode["python.defaultInterpreterPath"]
    python = python.replace("${containerWorkspaceFolder}", ".")
    machine.steps = (
        settings["onCreateCommand"],
        f"{python} -c 'import bpcore, bpgrader, jupyterlab, playwright'",
        "{make} book",
    )


def binder(machine):
    """the branch that Binder and Colab open: installed, and two of its chapters run"""
    python, address = "_build/binder/bin/python", (ROOT / ".git").as_uri()
    install = f"{python} -m pip install -q --disable-pip-version-check"
    execute = f"{python} -m nbconvert --log-level=ERROR --execute --to notebook"
    execute += " --ExecutePreprocessor.kernel_name=python3 --output-dir _build/run"
    machine.steps += (
        f".venv/bin/python site/editions.py branch {address}@{machine.state} _build/branch",
        f"{shlex.quote(sys.executable)} -m venv _build/binder",
        f"{install} --upgrade pip",  # an old one refuses an address without a host, as ours is here
        f"{install} -r _build/branch/.binder/requirements.txt",
        f"{execute} _build/branch/chapters/01_notation.ipynb",
        f"{execute} _build/branch/chapters/12_training_on_real_data.ipynb",
    )


CIRCUMSTANCES = {
    name.__name__.replace("_", "-"): name
    for name in (
        *(space, quotes, letters, c_locale, latin_locale, umask, no_home, no_git, shallow, crlf),
        *(link, few_files, no_room, offline, ahead, own_files, twice),
        *(conda, own_ways, at_once, old_make, no_uv, no_make, moved, half_written),
        *(ctrl_c, devcontainer, binder),
    )
}


def take(machine):
    """Copy the repository as this machine got it."""
    if machine.copy == "archive":
        archive = subprocess.check_output(["git", "-C", ROOT, "archive", machine.state])
        machine.home.mkdir()
        subprocess.run(["tar", "-x", "-C", machine.home], input=archive, check=True)
        return
    bare = machine.room / "origin.git"
    subprocess.run(["git", "clone", "-q", "--bare", ROOT, bare], check=True)
    subprocess.run(["git", "-C", bare, "branch", "-qf", "taken", machine.state], check=True)
    if machine.copy == "worktree":
        add = ["worktree", "add", "-q", machine.home.resolve(), "taken"]
        subprocess.run(["git", "-C", bare, *add], check=True)
        return
    command = ["git", "clone", "-q", "--branch", "taken", *machine.clone, bare.as_uri()]
    subprocess.run([*command, machine.home], check=True)


def surroundings(machine):
    """Make the environment variables, with a PATH that lacks what this machine has not."""
    mine = ("UV_CACHE_DIR", "XDG_", "VIRTUAL_ENV", "PYTHON", "LC_", "LANG", "MPL", "JUPYTER", "CI")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
    kept |= machine.environment
    if machine.without:
        programs = machine.room / "programs"
        programs.mkdir()
        for folder in reversed(kept["PATH"].split(os.pathsep)):
            for program in Path(folder).glob("*"):
                if program.name not in machine.without:
                    link = programs / program.name
                    link.unlink(missing_ok=True)
                    link.symlink_to(program)
        kept["PATH"] = str(programs)
    return kept


def run(machine, step, environment, seconds=None):
    """Run a step: its exit code (None: interrupted) and its words."""
    with (machine.room / "words").open("w+", encoding="utf-8", errors="replace") as words:
        process = subprocess.Popen(
            step,
            shell=True,
            cwd=machine.home,
            env=environment,
            umask=machine.umask,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(seconds or CLOCK)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGINT)
            if not gone(process, 30):
                os.killpg(process.pid, signal.SIGKILL)
                return 1, "30 seconds after Ctrl-C it still ran"
            code = None
        words.seek(0)
        return code, words.read()


def gone(process, seconds):
    """Wait until a process and all that it started have ended; say whether they have."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        process.poll()
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.2)
    return False


def faults(machine):
    """Build, and say what is wrong."""
    take(machine)
    environment = surroundings(machine)
    make = shlex.quote(machine.make)
    steps = [machine.before + step.format(make=make) for step in machine.steps]
    for seconds in machine.interrupts:
        code, words = run(machine, steps[-1], environment, seconds)
        if code == 0:
            break  # it was quicker
        if code is not None:
            return f"after a Ctrl-C: {words.strip()[-300:]}"
    said = ""
    for step in steps:
        code, words = run(machine, step, environment)
        if code:
            return f"{step.split()[-1]} failed: {' '.join(words.split())[-300:]}"
        said += words
    return "; ".join(pages(machine, said) + odd(said) + again(machine, steps, environment))


def odd(words):
    """Find words on the terminal that a reader would ask about."""
    lines = [line for line in words.splitlines() if WRONG.search(line) and not MAKES.match(line)]
    return [f"said: {line.strip()}" for line in lines][:3]


def pages(machine, words):
    """Look at the first page, and count the others."""
    told = re.search(r"The book: (\S+)", words)
    first = Path(unquote(urlsplit(told[1]).path)) if told else None
    if not first or first.resolve() != (machine.home / "_build/html/index.html").resolve():
        return ["the terminal does not tell where the book is"]
    leads = re.search(r'url=([^"]+)"', first.read_text(encoding="utf-8"))
    page = first.with_name(leads[1]) if leads else first
    heading = (machine.home / "intro.md").read_text(encoding="utf-8").split("\n# ", 1)[1]
    found = []
    if heading.splitlines()[0] not in page.read_text(encoding="utf-8"):
        found.append("the first page has another heading")
    toc = (machine.home / "_toc.yml").read_text(encoding="utf-8")
    for name in re.findall(r"file: (\S+)", toc):
        if not (first.parent / f"{name}.html").is_file():
            found.append(f"{name} is missing")
    return found


def again(machine, steps, environment):
    """Build again: nothing is to be done."""
    step = next(step for step in reversed(steps) if step.endswith(" book"))
    code, words = run(machine, step, environment)
    if code == 0 and "Executing" not in words and "Setting up" not in words:
        return []
    return [f"a second time: {words.strip()[-200:]}"]


def main():
    """Build in each and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("builds", nargs="*", default=list(CIRCUMSTANCES), metavar="NAME[+NAME…]")
    parser.add_argument("--of", default="HEAD", metavar="COMMIT")
    parser.add_argument("--list", action="store_true", help="tell the names with what they mean")
    parser.add_argument("--names", action="store_true", help="tell the names")
    options = parser.parse_args()
    if options.list or options.names:
        for name, what in CIRCUMSTANCES.items():
            print(f"{name:14}{what.__doc__}" if options.list else name)
        return
    state = subprocess.check_output(["git", "-C", ROOT, "rev-parse", options.of], text=True).strip()
    # Who is started in the background ignores Ctrl-C, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    bad = 0
    for names in options.builds:
        room = Path(tempfile.mkdtemp(prefix="circumstances-"))
        machine, began = Machine(room, state), time.monotonic()
        try:
            for name in names.split("+"):
                CIRCUMSTANCES[name](machine)
            wrong = faults(machine)
        except LookupError as error:
            wrong = f"not tried: {error.args[0]}"
        finally:
            shutil.rmtree(room, ignore_errors=True)
        bad += bool(wrong)
        print(f"| {names} | {wrong or 'built'} | {time.monotonic() - began:.0f} s |", flush=True)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
