"""Where the grading runs: local processes or a Dask cluster, as `concurrent.futures` has them."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor


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
        pool = Processes(workers)
        try:
            yield pool
        except BaseException:  # what waits is not begun; Ctrl-C ends what runs, too (exits.py)
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()
        pool.end()


class Processes(ThreadPoolExecutor):
    """Processes of this machine: each thread has one, and a pipe to it that nobody else holds.

    Whatever a process dies at, its pipe ends with it and its call fails; the next call gets a new
    process. Where all share a pipe, as in `ProcessPoolExecutor`, somebody may wait for ever for the
    rest of a result that a dead process was writing or, before Python 3.11.5, for a dead process to
    read the rest of a call.

    Parameters
    ----------
    workers : int
    """

    def __init__(self, workers: int) -> None:
        self._mine, self._began = threading.local(), []
        super().__init__(workers, initializer=self._begin)

    def submit(self, fn, /, *args, **kwargs):
        """Have a process call a function; see `concurrent.futures.Executor.submit`."""
        return super().submit(self._ask, fn, args, kwargs)

    def _begin(self):
        """Start a process for this thread; it ends when this end of its pipe is gone."""
        spawn = multiprocessing.get_context("spawn")
        self._mine.pipe, other = spawn.Pipe()
        with other:
            process = spawn.Process(target=_serve, args=(other,))
            process.start()
            self._began.append((self._mine.pipe, process))

    def end(self) -> None:
        """End the processes, when no call waits any more."""
        for pipe, process in self._began:
            pipe.close()  # an error that somebody keeps may hold it, too
            process.join()

    def _ask(self, *call):
        """Have the process of this thread call a function, with its arguments."""
        try:
            self._mine.pipe.send(call)
            result, error = self._mine.pipe.recv()
        except (OSError, EOFError) as ended:
            self._begin()
            raise BrokenExecutor("the process that graded it was ended") from ended
        if error:
            raise error
        return result


def _serve(pipe):
    """Call what is asked for, until nobody can ask any more."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the command to answer
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):  # nobody waits for what is sent, either
        while True:
            fn, args, kwargs = pipe.recv()
            try:
                pipe.send((fn(*args, **kwargs), None))
            except Exception as error:
                pipe.send((None, error))


def _die_with_parent():
    """End this process, and its boxes with it, when the command is gone, however it went."""
    multiprocessing.parent_process().join()
    os._exit(1)
