"""How the command ends: one sentence for what a user can cure, and an exit code."""

import io
import multiprocessing
import os
import sys

import click

from bpgrader.environment import NoBoxError

EPILOG = """\b
Exit codes:
  0  done: everything was graded, whatever the marks
  1  some submissions could not be graded for reasons of the machine: run it again
  2  the command line is wrong, or a file is missing or damaged
  3  no working sandbox: nothing was run
  4  the assignment itself is at fault (check)
  5  the grader itself failed on some submissions: report it
  130  stopped by Ctrl-C: what is done is kept, the same command goes on"""


class Commands(click.Group):
    """Turns the errors that a user can cure into one sentence and an exit code."""

    def invoke(self, ctx):
        for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a letter shows a ?
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except NoBoxError as error:
            click.echo(f"bpgrader: {error}", err=True)
            ctx.exit(3)
        except KeyboardInterrupt:
            click.echo(
                "bpgrader: stopped; what is done is kept, the same command goes on", err=True
            )
            if multiprocessing.active_children():
                # They die with this process. Python would wait for what they still do, and, once
                # they are killed, for ever for what they were still to get.
                os._exit(130)
            ctx.exit(130)
        except (ValueError, OSError) as error:
            click.echo(f"bpgrader: {_told(error)}", err=True)
            ctx.exit(2)


def _told(error):
    """Say an error of the machine as it says it, without Python's number."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return error
