"""Execute the chapters side by side: into the cache of the build, or to store their outputs.

Jupyter Book executes one notebook after the other; from an empty cache that is most of a build.
A chapter with a mistake is told in one sentence, and nothing of its run is kept.

    python site/execute.py                     every chapter, into the cache
    python site/execute.py store CHAPTER …     these, their outputs stored in the notebooks
"""

import logging
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children
from pathlib import Path

import nbformat
import whole
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from nbclient.exceptions import CellTimeoutError
from nbconvert.preprocessors import ClearOutputPreprocessor, CoalesceStreamsPreprocessor
from page_source import WIDGET, place, read, tell

CACHE = Path("_build/.jupyter_cache").resolve()
LIMIT = 60  # seconds for one cell


def with_cells():
    """Find the pages with code in them: the notebooks, and those of Markdown that have cells."""
    texts = [Path("intro.md"), *Path("chapters").glob("*.md")]
    texts = [path for path in texts if b"```{code-cell}" in path.read_bytes()]
    return [path.resolve() for path in (*Path("chapters").glob("*.ipynb"), *texts)]


def run(path):
    """Execute a page: give the notebook, and a sentence about what went wrong ("": nothing)."""
    try:
        notebook = read(path)
    except ValueError as error:
        return None, str(error)
    # What is stored is of another run; it would be told as this one's, or as how far it came.
    ClearOutputPreprocessor().preprocess(notebook, {})
    begun = [k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"][:1]
    note = lambda cell, cell_index: begun.append(cell_index)
    try:
        error = single_nb_execution(
            notebook, str(path.parent), LIMIT, allow_errors=False, on_cell_execute=note
        ).err
    except Exception as none:  # no kernel, in one of many ways; what ends it may fail of that, too
        error = none if str(none) else first(none)
    CoalesceStreamsPreprocessor().preprocess(notebook, {})
    return notebook, mistake(path, notebook, error, begun)


def first(error):
    """Give the error that others followed."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    return error


def mistake(path, notebook, error, begun):
    """Say in which cell of which page something went wrong, and what; begun: the cells so far."""
    slow = isinstance(error, CellTimeoutError)
    for number, cell in enumerate(notebook.cells, start=1):
        for output in () if slow else cell.get("outputs", ()):  # it says how it was interrupted
            if output.output_type == "error":
                # What Python 3.13 calls a line that ends too soon is a name of its own.
                name = output.ename.replace("_IncompleteInputError", "SyntaxError")
                return tell(path, number, cell, f"{name}: {output.evalue}")
            if output.output_type == "stream" and output.name == "stderr":
                said = "it wrote to stderr, which would stand in the book: " + output.text.strip()
                return tell(path, number, cell, said)
    if error is None:
        return ""
    said = (str(error).strip() or type(error).__name__).splitlines()[-1]
    what = f"it takes more than {LIMIT} seconds" if slow else said
    return tell(path, begun[-1] + 1, notebook.cells[begun[-1]], what)


@contextmanager
def opened():
    """Open the cache of the build; its database is closed at the end."""
    cache = get_cache(CACHE)
    try:
        yield cache
    finally:
        cache.db.dispose()


def found(cache, notebook):
    """Give what the cache has of a notebook, if it has all of it.

    It lists a notebook before it writes it: a run may have been killed between, or a disk full.
    """
    try:
        return cache.get_cache_bundle(cache.match_cache_notebook(notebook).pk)
    except (KeyError, ValueError):
        return None


def lay(cache, bundle):
    """Put what was executed into the cache, also over the folder that such a run left empty."""
    try:
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    except FileExistsError as empty:
        shutil.rmtree(empty.filename)
        lay(cache, bundle)


def kept(path):
    """Tell whether the cache has this page as it is."""
    try:
        with opened() as cache:
            return bool(found(cache, read(path)))
    except ValueError:  # the page cannot be read: `run` says why
        return False


def keep(path, notebook):
    """Put what was executed into the cache of the build."""
    with opened() as cache:
        lay(cache, CacheBundleIn(notebook, str(path)))


def store(path, notebook):
    """Write the outputs into the notebook itself; each run gives a live picture another name."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    views = [output.data[WIDGET] for output in outputs if WIDGET in output.get("data", ())]
    for k, view in enumerate(views, 1):
        view["model_id"] = f"picture-{k}"
    whole.write(path, nbformat.writes(notebook) + "\n")


def put(take, path, notebook):
    """Keep or store it; give a sentence about what went wrong."""
    try:
        take(path, notebook)
    except Exception as error:  # the cache raises one about another, the last of which says least
        return f"{place(path)}: what it gave cannot be written: {first(error)}"
    return ""


def main(arguments):
    """Execute with the largest chapters first, so that no processor waits for the last."""
    take = store if arguments else keep
    pages = [Path(name).resolve() for name in arguments[1:]] or with_cells()
    if take is keep:
        pages = [path for path in pages if not kept(path)]
    if pages:
        print("Executing the chapters …", flush=True)
    pages.sort(key=lambda path: path.stat().st_size, reverse=True)
    failed, before = False, {path: path.read_bytes() for path in pages}
    with ProcessPoolExecutor() as pool:
        try:
            for path, (notebook, wrong) in zip(pages, pool.map(run, pages), strict=True):
                if take is store and not wrong and path.read_bytes() != before[path]:
                    wrong = f"{place(path)}: it was changed while it was executed; store it again"
                wrong = wrong or put(take, path, notebook)
                if wrong:
                    failed = True
                    print(wrong, file=sys.stderr)
        except KeyboardInterrupt:
            for worker in active_children():  # each has one more page; their kernels see it and end
                worker.kill()
            raise
    return failed


if __name__ == "__main__":
    logging.disable()
    try:
        with whole.alone(CACHE.parent):
            sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
