"""Execute the chapters side by side into the cache that the book is built from.

Jupyter Book executes one notebook after the other; from an empty cache that is most of a build.
A chapter that fails is left to Jupyter Book, which says what is wrong with it.
"""

import logging
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors import load_executor
from nbconvert.preprocessors import CoalesceStreamsPreprocessor

CACHE = Path("_build/.jupyter_cache").resolve()
SILENT = logging.getLogger("silent")
SILENT.setLevel(logging.CRITICAL)


def main():
    """Fill the cache, with the largest chapters first, so that no processor waits for the last."""
    cache = get_cache(CACHE)
    chapters = sorted(
        Path("chapters").resolve().glob("*.ipynb"), key=lambda path: path.stat().st_size
    )
    for path in chapters:
        cache.add_nb_to_project(path)
    texts = [Path("intro.md").resolve(), *Path("chapters").resolve().glob("*.md")]
    pages = [page for page in texts if "```{code-cell}" in page.read_text(encoding="utf-8")]
    for page in pages:
        cache.add_nb_to_project(page, read_data={"name": "myst_nb_md", "type": "plugin"})
    with ProcessPoolExecutor() as pool:
        list(pool.map(execute, [*reversed(chapters), *pages]))


def execute(path):
    """Execute one chapter into the cache, and join what a cell printed.

    A kernel sends it in pieces, when it is slow also within a line; MyST-NB would break the line.
    """
    cache = get_cache(CACHE)
    load_executor("local-serial", cache, SILENT).run_and_cache(filter_uris=[str(path)], timeout=60)
    if record := cache.get_cached_project_nb(str(path)):
        done = CacheBundleIn(cache.get_cache_bundle(record.pk).nb, path, data=record.data)
        CoalesceStreamsPreprocessor().preprocess(done.nb, {})
        cache.cache_notebook_bundle(done, overwrite=True)


if __name__ == "__main__":
    main()
