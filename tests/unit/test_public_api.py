"""The names of the package: which there are, and that each is imported when it is asked for, and not before."""

import ast
import pickle
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import pfocr2rdf


def imported_by(code: str) -> set[str]:
    """The modules of this package that a fresh Python has imported after such code."""
    report = "; import sys; print(*(name for name in sys.modules if name.partition('.')[0] == 'pfocr2rdf'))"
    return set(subprocess.run([sys.executable, "-c", code + report], capture_output=True, text=True, check=True).stdout.split())


def test_dir_lists_the_public_names_and_no_other() -> None:
    assert dir(pfocr2rdf) == sorted(pfocr2rdf.__all__)
    assert {"FigureRecord", "PfocrError", "export", "read_records", "to_graph"} < set(pfocr2rdf.__all__)


@pytest.mark.parametrize("name", pfocr2rdf.__all__)
def test_every_public_name_is_there_and_described(name: str) -> None:
    value = getattr(pfocr2rdf, name)
    assert value.__name__ == name
    assert value.__doc__
    assert getattr(pfocr2rdf, name) is value


def test_type_checkers_see_the_same_names_as_python() -> None:
    tree = ast.parse(Path(pfocr2rdf.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    imports = [(node.module, alias) for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert all(alias.asname == alias.name for _, alias in imports)  # without this, a type checker takes them for private
    assert [f"{module}.{alias.name}" for module, alias in imports] == list(pfocr2rdf._PUBLIC)


def test_a_star_import_brings_the_public_names() -> None:
    namespace: dict[str, object] = {}
    exec("from pfocr2rdf import *", namespace)
    assert sorted(namespace.keys() - {"__builtins__"}) == sorted(pfocr2rdf.__all__)


def test_an_unknown_name_is_an_attribute_error_that_helps() -> None:
    with pytest.raises(AttributeError, match=r"module 'pfocr2rdf' has no attribute 'exprot'; dir\(pfocr2rdf\) lists its public names"):
        _ = pfocr2rdf.exprot
    assert not hasattr(pfocr2rdf, "_unknown")
    with pytest.raises(ImportError, match="cannot import name 'exprot' from 'pfocr2rdf'"):
        exec("from pfocr2rdf import exprot")


def test_python_describes_and_pickles_what_is_imported_lazily() -> None:
    page = pydoc.plain(pydoc.render_doc(pfocr2rdf))
    assert "read_records(" in page
    assert "class FigureRecord(" in page
    release = pfocr2rdf.Release("2026.1", "2026-01-31")
    assert pickle.loads(pickle.dumps(release)) == release
    assert pickle.loads(pickle.dumps(pfocr2rdf.to_graph)) is pfocr2rdf.to_graph


def test_a_name_is_imported_when_it_is_asked_for() -> None:
    assert imported_by("import pfocr2rdf; dir(pfocr2rdf)") == {"pfocr2rdf"}
    assert imported_by("from pfocr2rdf import PfocrError") == {"pfocr2rdf", "pfocr2rdf.errors"}
