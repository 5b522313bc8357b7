"""Running a client: as a process of its own, after all that was written before is on the disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.engines.run import ROOT, Cost, FailedError, last_line

ALONE = Path(__file__).with_name("alone.py")
LOOPBACK = "127.0.0.1"
UPLOADER = "rdf-uploader==0.18.9"
NEEDS = ("click",)  # its command line imports it, and its package does not ask for it
_OURS = ("PFOCR2RDF_USER", "PFOCR2RDF_PASSWORD", "PFOCR2RDF_TOKEN")


def run(command: Sequence[str], variables: Mapping[str, str], log: Path) -> Cost:
    """Run a command to its end; what it says goes to ``log``. Its start is in its time.

    Raises:
        FailedError: its exit status is not 0.
    """
    os.sync()
    inherited = {name: value for name, value in os.environ.items() if name not in _OURS}
    launcher = [sys.executable, "-I", "-S", str(ALONE), str(log), *command]
    environment = {**inherited, "NO_PROXY": LOOPBACK, "no_proxy": LOOPBACK, **variables}
    result = json.loads(subprocess.run(launcher, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE).stdout)
    if status := result.pop("status"):
        raise FailedError(last_line(log) or f"exit status {status}")
    return Cost(**result)


def uploader(environments: Path) -> Path:
    """The program of rdf-uploader, in an environment of its own; made first where it is not there yet.

    Raises:
        FailedError: it cannot be installed.
    """
    environment = environments / UPLOADER.replace("==", "-")
    marker = environment / "installed"
    if not marker.exists():
        environments.mkdir(parents=True, exist_ok=True)
        venv.create(environment, with_pip=True, clear=True)
        try:
            run(
                [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", UPLOADER, *NEEDS],
                {},
                environments / f"{environment.name}.log",
            )
        except FailedError as error:
            raise FailedError(f"not installed: {error}") from None
        marker.touch()
    return environment / "bin" / "rdf-uploader"
