"""Errors of commands, as one sentence on standard error and an exit status."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable
from typing import NoReturn, ParamSpec

import click

from pfocr2rdf.cli.interrupts import interrupt_on_signals
from pfocr2rdf.cli.standard_output import check_standard_output
from pfocr2rdf.errors import DEBUG_VARIABLE, ExitStatus, LateInterrupt, OptionError, PfocrError, describe_os_error
from pfocr2rdf.storage.scratch import remove_abandoned
from pfocr2rdf.storage.urls import redact_text

P = ParamSpec("P")


def fail(message: str) -> NoReturn:
    """Print an error and exit with ``ExitStatus.FAILED``."""
    with contextlib.suppress(OSError):  # standard error cannot be written, so the error cannot be reported
        click.echo(f"Error: {redact_text(message)}", err=True)  # a last guard, for what a library says
    sys.exit(ExitStatus.FAILED)


def handle_errors(command: Callable[P, int]) -> Callable[P, None]:
    """Decorate the body of a command: what it returns is the exit status, and errors are printed, not raised."""

    @functools.wraps(command)
    def body(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with interrupt_on_signals(), check_standard_output():
                remove_abandoned()
                status = command(*args, **kwargs)
        except BrokenPipeError:
            sys.exit(ExitStatus.FAILED)
        except click.ClickException:
            raise
        except OptionError as error:
            raise click.UsageError(f"{error}.") from None
        except PfocrError as error:
            fail(str(error))
        except LateInterrupt as interrupt:
            fail(f"{str(interrupt) or 'interrupted'} when the files were put in place; all of them were published")
        except KeyboardInterrupt as interrupt:
            fail(f"{str(interrupt) or 'interrupted'}; nothing was published")
        except Exception as error:
            if os.environ.get(DEBUG_VARIABLE):
                raise
            fail(_describe(error))
        sys.exit(status)

    return body


def _describe(error: Exception) -> str:
    """The message for an error of another class: what the system refuses is not a fault of the program."""
    if isinstance(error, OSError) and error.strerror:
        reason = describe_os_error(error)
        return f"{error.filename}: {reason}" if error.filename else reason
    if isinstance(error, MemoryError):
        return "there is not enough memory; use fewer --workers, or a machine with more memory"
    return (
        f"unexpected {type(error).__name__}: {error}; this is a bug in pfocr2rdf: run the"
        f" command with {DEBUG_VARIABLE}=1, and report the traceback"
    )
