"""The SHACL shapes in force: the built-in ones, and those of the user, which replace them or are added."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

from pfocr2rdf.errors import ShapesError
from pfocr2rdf.rdf.package_data import built_in


class Shapes(NamedTuple):
    """Shapes as one Turtle text, and the files that it is made of."""

    text: str
    files: tuple[str, ...]


def load_shapes(folders: Iterable[str | os.PathLike[str]] = ()) -> Shapes:
    """The shapes in force: in the ``.ttl`` files of these folders, one replaces a built-in file of the same name, others are added.

    Raises:
        ShapesError: a folder is missing or has no shapes, or a file is no Turtle.
    """
    files: dict[str, Path] = {}
    built_in_dir = built_in("shapes")
    for folder in (built_in_dir, *map(Path, folders)):
        paths = sorted(folder.glob("*.ttl"))
        if not paths:
            raise ShapesError(f"{folder}: there are no shapes here; name a folder with .ttl files")
        files.update({path.name: path for path in paths})
    texts = [
        f"# {name}\n{_relabel_blank_nodes(_read_turtle(files[name], check=files[name].parent != built_in_dir), number)}"
        for number, name in enumerate(sorted(files))
    ]
    return Shapes("\n".join(texts), tuple(str(files[name]) for name in sorted(files)))


# Tokens that may hold "_:" without being a blank node (texts, IRIs and comments), or the start of a label.
_TOKEN_OR_LABEL = re.compile(
    r'''"""(?:[^"\\]|"(?!"")|\\.)*+(?:"""|\Z)|'{3}(?:[^'\\]|'(?!'')|\\.)*+(?:'{3}|\Z)'''
    r"""|"(?:[^"\\\n]|\\.)*+(?:"|$)|'(?:[^'\\\n]|\\.)*+(?:'|$)|<[^<>\s]*>|\#[^\n]*|_:(?=\w)""",
    re.DOTALL | re.MULTILINE,
)


def _relabel_blank_nodes(text: str, number: int) -> str:
    """The text with labels of blank nodes that no other file has: their scope is the file."""
    return _TOKEN_OR_LABEL.sub(lambda match: f"_:f{number}." if match[0] == "_:" else match[0], text) if "_:" in text else text


def _read_turtle(path: Path, *, check: bool) -> str:
    """The text of a file. The built-in shapes are checked by their tests; for other shapes, the error must name the file."""
    if not path.is_file():  # a FIFO could be waited for without end
        raise ShapesError(f"{path}: is not a regular file")
    try:
        text = path.read_text(encoding="utf-8")
        if check:
            deque(pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.TURTLE), maxlen=0)
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        raise ShapesError(f"{path}: cannot be read as Turtle: {error}") from None
    return text.rstrip("\n") + "\n"
