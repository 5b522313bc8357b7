"""The SHACL shapes in force: those that ship with the package, and those that a user puts in their place or beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

from pfocr2rdf.errors import ShapesError


class Shapes(NamedTuple):
    """Shapes as one Turtle text, and the files that it was put together from."""

    text: str
    files: tuple[str, ...]


def built_in_shapes_dir() -> Path:
    """The folder of the shapes that ship with the package: inside it when installed, at the top of a checkout otherwise."""
    installed = Path(__file__).parents[1] / "shapes"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "shapes"


def load_shapes(folders: Iterable[str | os.PathLike[str]] = ()) -> Shapes:
    """The shapes in force.

    Args:
        folders: more shapes, each folder with ``.ttl`` files. A file named like one that is there already takes its place;
            other files are added.

    Raises:
        ShapesError: a folder is missing or has no shapes, or a file is no Turtle.
    """
    files: dict[str, Path] = {}
    own = built_in_shapes_dir()
    for folder in (own, *map(Path, folders)):
        found = sorted(folder.glob("*.ttl"))
        if not found:
            raise ShapesError(f"{folder}: there are no shapes here; name a folder with .ttl files")
        files.update({path.name: path for path in found})
    texts = [
        f"# {name}\n{_relabel_blank_nodes(_read_turtle(files[name], files[name].parent != own), number)}"
        for number, name in enumerate(sorted(files))
    ]
    return Shapes("\n".join(texts), tuple(str(files[name]) for name in sorted(files)))


# Whatever may hold "_:" without being a blank node: texts, IRIs and comments.
_TOKEN_OR_LABEL = re.compile(r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|<[^<>\s]*>|#[^\n]*|_:(?=\w)', re.S)


def _relabel_blank_nodes(text: str, number: int) -> str:
    """The text with labels of blank nodes that no other file has: a label means something in its own file only."""
    return _TOKEN_OR_LABEL.sub(lambda match: f"_:f{number}." if match[0] == "_:" else match[0], text) if "_:" in text else text


def _read_turtle(path: Path, check: bool) -> str:
    """The file's text. The built-in shapes are checked by their tests; of others, the file at fault must be named."""
    try:
        text = path.read_text(encoding="utf-8")
        for _ in () if not check else pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.TURTLE):
            pass
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        raise ShapesError(f"{path}: cannot be read as Turtle: {error}") from None
    return text.rstrip("\n") + "\n"
