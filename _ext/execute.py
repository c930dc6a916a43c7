"""Execute the chapters side by side into the cache that the book is built from.

Jupyter Book executes one notebook after the other; from an empty cache that is most of a build.
A chapter that fails is left to Jupyter Book, which says what is wrong with it.
"""

import logging
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor

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
    page = Path("intro.md").resolve()
    cache.add_nb_to_project(page, read_data={"name": "myst_nb_md", "type": "plugin"})
    with ProcessPoolExecutor() as pool:
        list(pool.map(execute, [*reversed(chapters), page]))


def execute(path):
    """Execute one chapter into the cache."""
    executor = load_executor("local-serial", get_cache(CACHE), SILENT)
    executor.run_and_cache(filter_uris=[str(path)], timeout=60)


if __name__ == "__main__":
    main()
