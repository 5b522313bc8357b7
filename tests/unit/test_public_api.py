"""The names of the package: which there are, and that each is imported when it is asked for, and not before."""

import ast
import pickle
import pydoc
from pathlib import Path

import pytest

import pfocr2rdf


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
