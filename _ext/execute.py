"""Execute the chapters side by side into the cache that the book is built from.

Jupyter Book executes one notebook after the other; from an empty cache that is most of a build.
A chapter that fails is left to Jupyter Book, which says what is wrong with it.
"""

import logging
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor


def main():
    """Fill the cache."""
    cache = get_cache(Path("_build/.jupyter_cache").resolve())
    for path in sorted(Path("chapters").glob("*.ipynb")):
        cache.add_nb_to_project(path)
    cache.add_nb_to_project("intro.md", read_data={"name": "myst_nb_md", "type": "plugin"})
    executor = load_executor("local-parallel", cache, logging.getLogger(__name__))
    executor.run_and_cache(timeout=60)


if __name__ == "__main__":
    main()
