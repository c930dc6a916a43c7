"""Where the grading runs: local processes or a Dask cluster, as `concurrent.futures` has them."""

import contextlib
import ctypes
import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor


@contextlib.contextmanager
def executor(scheduler: str | None, workers: int) -> Iterator[Executor]:
    """Make an executor, and clear it away at the end.

    Parameters
    ----------
    scheduler : str or None
        Address of a Dask scheduler, whose workers have this package, bubblewrap and nothing else
        in common with this machine; None for processes of this machine.
    workers : int
        Number of local processes.

    Yields
    ------
    Executor
    """
    if scheduler:
        from distributed import Client

        with Client(scheduler) as client, client.get_executor(pure=False) as pool:
            yield pool
    else:
        spawn = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=die_with_parent)
        try:
            yield pool
        except BaseException:  # what waits is not begun; Ctrl-C ends what runs, too (exits.py)
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()


def die_with_parent() -> None:
    """Ask Linux to end this worker when the command is killed, and its boxes with it."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
