"""What builds and tests the book, step by step; make calls these steps, too.

Without make, for example on Windows: make an environment, `pip install -r requirements.txt` in
it, then `python -m doit book`. `python -m doit list` lists the others.
"""

import errno
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from doit.reporter import ErrorOnlyReporter
from doit.tools import LongRunning, config_changed

ROOT = Path(__file__).resolve().parent
BUILD = Path("_build")
PYODIDE = os.environ.get("PYODIDE_URL", "")
FIRST = BUILD / "html" / "index.html"
FULL = os.strerror(errno.ENOSPC)

os.chdir(ROOT)
# The first two are where this stands and where it was started; the package's own comes later.
if ROOT not in (Path(name).resolve() for name in sys.path[2:]):
    sys.exit("This environment is of another folder, or was moved with its own: make it again.")
try:
    BUILD.mkdir(exist_ok=True)
    tempfile.TemporaryFile(dir=BUILD).close()
except OSError as error:
    sys.exit(f"{ROOT / BUILD} cannot be written: {error.strerror}")
scripts = sysconfig.get_path("scripts")
# Others set these for programs of their own: they would change outputs, or stop a step.
NOT_OURS = ("PYTHON", "IPYTHON", "JUPYTER_", "MPL", "MATPLOTLIB")
others = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(NOT_OURS)}
os.environ |= {
    "PATH": os.pathsep.join([scripts, os.environ.get("PATH", "")]),
    # One thread per process: two workers do not fight for two cores, and sums have one order.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    # Not the reader's own folders: start-up files there would change outputs; and where a home
    # cannot be written, tools say so, and their words would stand in the book.
    "IPYTHONDIR": str(ROOT / BUILD / "ipython"),
    "MPLCONFIGDIR": str(ROOT / BUILD / "matplotlib"),
    "JUPYTER_RUNTIME_DIR": str(ROOT / BUILD / "jupyter" / "runtime"),
    "XDG_CACHE_HOME": str(ROOT / BUILD / "cache"),
}
OWN = {name: str(ROOT / BUILD / "jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
# Those who open JupyterLab keep their own.
THEIRS = dict.fromkeys(OWN) | {n: others[n] for n in others if n.startswith("JUPYTER_")}
os.environ |= OWN


class Failures(ErrorOnlyReporter):
    """A step that fails has said why, but one in this file; this names it."""

    def add_failure(self, task, fail_info):
        """Name the step."""
        why = fail_info.traceback[-1].strip() if fail_info.traceback else "failed"
        self.write(f"step {task.name}: {why}\n")


DOIT_CONFIG = {
    "backend": "sqlite3",  # whole, whenever a run is killed
    "dep_file": str(BUILD / "steps.db"),
    "default_tasks": ["book"],
    "reporter": Failures,
    "verbosity": 2,
    "sort": "definition",
}


def found(*patterns):
    """List the files that match, in order; not what Python or Jupyter put beside them."""
    files = {path for pattern in patterns for path in Path().glob(pattern) if path.is_file()}
    passing = {"__pycache__", ".ipynb_checkpoints"}
    return sorted(str(path) for path in files if passing.isdisjoint(path.parts))


CHAPTERS = found("chapters/*.ipynb")
PACKAGE = [*found("bpcore/*.py", "bpcore/explore/*"), "requirements.txt"]
SITE = found("site/**/*")
PAGES = [*found("chapters/*", "assignments/*/student.ipynb"), "intro.md", "references.bib"]
SETTINGS = ["CITATION.cff", "_config.yml", "_toc.yml"]
EXTENSIONS = (
    "@jupyterlite/pyodide-kernel-extension",
    "@jupyter-widgets/jupyterlab-manager",
    "anywidget",
)
LIVE = [*PAGES, *SETTINGS, *PACKAGE, *SITE, *found("bpgrader/**/*"), "pyproject.toml", "dodo.py"]
# Outputs and counts stay, what one machine adds goes.
STRIP = (
    "nbstripout --keep-output --keep-count "
    '--extra-keys "metadata.widgets cell.metadata.execution metadata.language_info.version"'
)


def remove(*names):
    """Remove folders and files that were built."""
    for name in names:
        shutil.rmtree(name, ignore_errors=True)
        if Path(name).is_file():
            Path(name).unlink()


def forget(folder, causes):
    """Remove what was built when one of its causes changed that its builder does not know."""

    def action(dependencies, changed):
        if not set(causes).isdisjoint(changed):
            remove(folder)

    return action


def settings(**changes):
    """The environment with changes; None takes a variable away."""
    return {name: value for name, value in (os.environ | changes).items() if value is not None}


def shell(command, quiet=False):
    """Run a command (in a list: with words that a shell would change) and show what it says.

    Its words are shown together; if it is to be quiet, only where it fails.
    """
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
    done = subprocess.run(command, shell=isinstance(command, str), check=False, **pipe)
    if quiet and FULL in done.stdout:  # in the words of whatever it was
        print(f"{BUILD} cannot be written: {FULL}")
    elif done.returncode or not quiet:
        print(done.stdout)
    return done.returncode == 0


def live_python():
    """Build JupyterLite with the notebooks that readers get, in each language that is built."""
    work, lite, live = BUILD / "lite", BUILD / "html" / "lite", BUILD / "live"
    notebooks = BUILD / "html" / "notebooks"  # the package lies beside them, for whoever takes them
    if not shell(f"python site/editions.py live bpcore {live}", quiet=True):
        return False
    remove(work, lite, ".jupyterlite.doit.db")  # else it takes for done what was removed
    remove(*found(f"{notebooks}/*.whl"))
    work.mkdir()
    if not shell(f"hatchling build --target wheel --directory {notebooks}", quiet=True):
        return False
    [wheel] = notebooks.glob("*.whl")
    folder = Path(sysconfig.get_path("data"), "share", "jupyter", "labextensions")
    options = {
        "apps": ["notebooks", "tree"],
        "contents": [ROOT / live],
        "output_dir": [ROOT / lite],
        # What the notebooks use, whatever else an author has in JupyterLab.
        "ignore_sys_prefix": [True],
        "federated_extensions": [folder / name for name in EXTENSIONS],
        "no_sourcemaps": [True],
        "no_unused_shared_packages": [True],
    }
    command = ["jupyter", "lite", "build", "--log-level", "ERROR", "--lite-dir", str(work)]
    command += ["--piplite-wheels", str(ROOT / wheel)]
    command += ["--pyodide", PYODIDE] if PYODIDE else []
    # Not in a file, which would not be found in a folder with $ in its name.
    for name, values in options.items():
        command += [f"--LiteBuildConfig.{name}={value}" for value in values]
    done = shell(command, quiet=True)
    # Every browser that runs JupyterLite takes the fonts that are packed best (woff2).
    remove(*found(*(f"{lite}/build/fa-*.{old}" for old in ("eot", "svg", "ttf", "woff"))))
    return done


def task_kernel():
    """What a kernel says of itself does not stand in the book."""
    folder = Path(os.environ["IPYTHONDIR"], "profile_default")
    target = folder / "ipython_kernel_config.py"

    def write():
        folder.mkdir(parents=True, exist_ok=True)
        target.write_text('c.IPKernelApp.log_level = "CRITICAL"\n', encoding="utf-8")

    return {"actions": [write], "targets": [target], "uptodate": [True]}


def task_execute():
    """Execute the chapters into the cache that the site is built from."""
    causes = [*PACKAGE, "site/execute.py", "chapters/source_map.md"]
    return {
        # Outputs depend on the package, and the picture of the source map on the tables of its
        # page, which the cache of executed chapters does not know.
        "actions": [
            forget(BUILD / ".jupyter_cache", causes),
            "python site/execute.py",
        ],
        "file_dep": [*CHAPTERS, *found("chapters/*.md"), "intro.md", *causes],
        "task_dep": ["kernel"],
    }


def task_site():
    """Write the pages into _build/html."""
    return {
        # Nor does Sphinx know that pages depend on the package and on the workshop.
        "actions": [
            forget(BUILD / ".doctrees", [*PACKAGE, *SITE]),
            "python site/build.py",
        ],
        "file_dep": [*PAGES, *SETTINGS, *PACKAGE, *SITE],
        "targets": [FIRST],
        "task_dep": ["execute"],
    }


def task_chinese():
    """Write the same pages in Chinese into _build/html/zh, from the catalogues in locale/."""
    source, target = BUILD / "zh", BUILD / "html" / "zh"

    def publish():
        remove(target)
        shutil.copytree(source / "_build" / "html", target)

    return {
        "actions": [
            forget(source / "_build" / ".doctrees", [*PACKAGE, *SITE]),
            f"python site/translation.py write {source}",
            f"python site/build.py {source}",
            publish,
        ],
        "file_dep": [*PAGES, *SETTINGS, *PACKAGE, *SITE, *found("locale/**/*")],
        "targets": [target / "index.html"],
        "task_dep": ["site"],
    }


def task_lite():
    """Add live Python in the browser."""
    return {
        "actions": [live_python],
        "file_dep": LIVE,
        "targets": [BUILD / "html" / "lite" / "index.html"],
        # An archive of Pyodide (address or file, pyodide-….tar.bz2) to ship with the site.
        "uptodate": [config_changed(PYODIDE)],
        "task_dep": ["site"],
    }


def task_book():
    """execute the chapters and build the site into _build/html"""
    return {
        "actions": [lambda: print(f"The book: {(ROOT / FIRST).as_uri()}")],
        "task_dep": ["site", "lite"],
    }


def task_lite_zh():
    """Add the notebooks in Chinese to live Python."""
    return {
        "actions": [live_python],
        "file_dep": [*LIVE, *found("locale/**/*")],
        "task_dep": ["book", "chinese"],
    }


def task_book_zh():
    """the same pages in Chinese, beside the English in _build/html/zh"""
    first = ROOT / FIRST.parent / "zh" / FIRST.name
    return {
        "actions": [lambda: print(f"The book in Chinese: {first.as_uri()}")],
        "task_dep": ["lite_zh"],
    }


def task_test():
    """unit tests, doctests, stored outputs, equations, grader, site"""
    return {"actions": None, "task_dep": ["stored", "package", "notebooks", "others"]}


def task_lint():
    """check style and types of the code"""
    return {"actions": ["ruff check .", "ruff format --check .", "pyright"]}


def task_stored():
    """check that the stored notebooks hold nothing of one machine"""

    def check():
        if not shell(f"{STRIP} --verify {' '.join(CHAPTERS)}", quiet=True):
            print("Store the notebooks normalised: make chapters")
            return False

    return {"actions": [check]}


def task_package():
    """the package's examples and tests; every line and branch of it is to be run"""
    # Many and short: handed out to two processes, and with all others counted for the coverage,
    # they would take three times as long.
    return {
        "actions": [(shell, ["pytest bpcore tests/modules --cov --tb=short"])],
        "task_dep": ["kernel"],
    }


def task_notebooks():
    """execute the notebooks as tests: every output is compared with what is stored"""
    command = (
        "pytest -n 2 --dist loadfile --tb=short --nbval --nbval-current-env "
        "--nbval-sanitize-with tests/sanitize.cfg --nbval-cell-timeout 60 chapters"
    )
    return {"actions": [(shell, [command])], "task_dep": ["kernel"]}


def task_others():
    """all other tests: book, live pictures, site, grader"""
    # The grader and all that it starts are measured on their own: browsers and the building of
    # the book would be slowed.
    run = "pytest -n 2 --dist loadgroup --tb=short"
    return {
        "actions": [
            f"{run} tests --ignore=tests/modules --ignore=tests/grader",
            f"{run} bpgrader tests/grader --cov --cov-config=tests/grader/coverage.cfg",
        ],
        "task_dep": ["book_zh", "package", "notebooks"],
    }


def task_chapters():
    """execute the chapters and store their outputs; one: chapters chapters/01_notation.ipynb"""

    def store(pages):
        names = " ".join(pages or CHAPTERS)
        return shell(f"python site/execute.py store {names}", quiet=True) and shell(
            f"{STRIP} {names}", quiet=True
        )

    return {"actions": [store], "pos_arg": "pages", "task_dep": ["kernel"]}


def task_lab():
    """open the chapters as live notebooks, in a folder of your own: notebooks/"""
    theirs = THEIRS | {"JUPYTER_CONFIG_PATH": str(ROOT / "site" / "lab")}
    return {
        "actions": [
            "python site/editions.py lab notebooks",
            LongRunning("jupyter lab notebooks", env=settings(**theirs)),
        ],
        "task_dep": ["site"],
    }


def task_sources():
    """open the sources of the chapters, for authors"""
    return {
        "actions": [LongRunning("jupyter lab chapters", env=settings(**THEIRS))],
        "task_dep": ["kernel"],
    }


def task_assignments():
    """write the student notebooks and their checks from the sources, and prove them"""
    folders = " ".join(str(path.parent) for path in sorted(Path("assignments").glob("*/source*")))
    return {
        "actions": [
            f"bpgrader release {folders} --checks bpgrader/checks",
            f"bpgrader check {folders}",
        ]
    }


def task_translations():
    """bring the catalogues of the other language up to date, and say what is to do"""

    def left():
        command = [sys.executable, "site/translation.py", "check"]
        done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
        print(done.stdout.strip().splitlines()[-1])  # how many; the check itself lists them

    return {"actions": ["python site/translation.py update", left]}


def task_release():
    """write site, PDF, notebooks and student edition into _build/release"""
    return {"actions": ["python site/release.py"], "task_dep": ["book_zh"]}


def task_pictures():
    """draw the pictures of the README and of the guide (needs Chromium and the sandbox)"""
    return {"actions": ["python site/pictures.py", "python -m benchmarks.pictures"]}


def task_bench():
    """compare the speed with other libraries (on a quiet machine) and write it into the book"""
    pages = "chapters/11_many_samples.ipynb chapters/speed.ipynb"
    return {"actions": ["python -m benchmarks", f"python -m doit chapters {pages}"]}


def task_vendor():
    """fetch the JavaScript libraries of the site again (needs npm)"""
    brotli = 'python -m pip install --quiet "brotli>=1.1,<2"'  # packs the font of the formulas
    return {"actions": [brotli, "python site/vendor.py"]}


def task_mutate():
    """change the core in 6200 small ways; at least 95 % must turn a test red; 400: a sample"""
    return {"actions": ["python tests/mutate.py %(sample)s"], "pos_arg": "sample"}


def task_tidy():
    """remove what was built; the environment stays"""
    names = ["_build", "mutants", ".pytest_cache", ".ruff_cache", ".hypothesis"]
    return {"actions": [(remove, [*names, *found(".coverage*"), ".jupyterlite.doit.db"])]}
