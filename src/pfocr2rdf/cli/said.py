"""How commands speak: results on standard output, all else on standard error, errors in one sentence."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import NoReturn, ParamSpec

import click

from pfocr2rdf.errors import PfocrError
from pfocr2rdf.summary import FAILED

P = ParamSpec("P")


def fail(sentence: str) -> NoReturn:
    """Say why it could not be done, and end with the status for that."""
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(FAILED)


def speaking(command: Callable[P, int]) -> Callable[P, None]:
    """Make a function a command's body: what it returns is the exit status, and our errors are told, not raised."""

    @functools.wraps(command)
    def body(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            status = command(*args, **kwargs)
        except PfocrError as error:
            fail(str(error))
        except KeyboardInterrupt:
            fail("interrupted; nothing was published")
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(FAILED)
        sys.exit(status)

    return body
