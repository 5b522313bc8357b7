"""What has the name of a file and is none: a FIFO, a socket, a device, a folder, a link that leads nowhere or to itself."""

from __future__ import annotations

import os
import socket
from pathlib import Path

IRREGULAR = ("FIFO", "socket", "folder", "character device", "broken symbolic link", "symbolic")
"""The word by which a message names each."""


def make_irregular(folder: Path, word: str, name: str = "x.md") -> Path:
    """Make one in a folder of its own."""
    path = folder / word.replace(" ", "-") / name
    path.parent.mkdir()
    if word == "FIFO":
        os.mkfifo(path)
    elif word == "socket":
        _make_socket(path)
    elif word == "folder":
        path.mkdir()
    else:
        path.symlink_to({"character device": "/dev/zero", "broken symbolic link": "nowhere", "symbolic": name}[word])
    return path


def _make_socket(path: Path) -> None:
    working_directory = os.getcwd()
    os.chdir(path.parent)  # the path of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(working_directory)
