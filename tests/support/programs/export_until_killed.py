"""An export that kills itself: SOURCE OUTPUT WHERE COUNT, so many steps after the beginning of a part of its work."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pfocr2rdf import export
from pfocr2rdf.storage.export_directory import ExportDirectory

source, output, where = sys.argv[1:4]
steps_left = int(sys.argv[4])


def counted(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*arguments: Any, **options: Any) -> Any:
        global steps_left
        if steps_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        steps_left -= 1
        return function(*arguments, **options)

    return called


publish = ExportDirectory.publish


def publish_in_steps(self: ExportDirectory) -> None:
    os.replace, Path.unlink, shutil.rmtree = counted(os.replace), counted(Path.unlink), counted(shutil.rmtree)
    publish(self)


if where == "publish":
    ExportDirectory.publish = publish_in_steps
if where == "end":
    ExportDirectory.__exit__ = counted(ExportDirectory.__exit__)
export([source], output, formats=["turtle", "ntriples"], progress=counted(lambda *numbers: None) if where == "batch" else None)
raise SystemExit("was not killed")
