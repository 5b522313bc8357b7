"""The architecture that docs/design.md describes: the layout, the imports of modules, the names."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "pfocr2rdf"
PRIVATE_WORDS = frozenset(
    ["one", "some", "found", "said", "told", "tell", "place", "kept", "held", "beside", "losers", "where", "there", "earlier", "before"]
)
MAX_TOP_LEVEL_ENTRIES = 14
MAX_IMPORT_CHAIN = 22


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of every module, by its dotted name."""
    names = {path: ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in PACKAGE.rglob("*.py")}
    return {name.removesuffix(".__init__"): ast.parse(path.read_text(encoding="utf-8")) for path, name in names.items()}


def imports(tree: ast.Module) -> set[str]:
    """The modules of the package that a module imports, also those that a function imports when it is called."""
    names = set()
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pfocr2rdf"):
            submodules = (f"{node.module}.{alias.name}" for alias in node.names)
            names |= {name if name in modules() else str(node.module) for name in submodules}
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            pending += node.orelse
        else:
            pending += [child for child in ast.iter_child_nodes(node) if isinstance(child, (ast.stmt, ast.ExceptHandler))]
    return names


def public_definitions() -> Iterator[tuple[str, str]]:
    """Every public class and function at the top of a module, with the module."""
    for module, tree in modules().items():
        for node in tree.body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
                yield node.name, module


def bound_names(tree: ast.AST) -> Iterator[str]:
    """Every variable and parameter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def test_the_top_of_the_package_reads_like_the_architecture() -> None:
    entries = {path.name for path in PACKAGE.iterdir()} - {"__init__.py", "__main__.py", "py.typed", "__pycache__"}
    assert len(entries) <= MAX_TOP_LEVEL_ENTRIES, sorted(entries)


def test_no_modules_import_each_other_and_chains_of_imports_are_short() -> None:
    graph = {name: imports(tree) - {name} for name, tree in modules().items()}
    chains: dict[str, list[str]] = {}
    for name in TopologicalSorter(graph).static_order():
        chains[name] = [name, *max((chains[imported] for imported in graph[name]), key=len, default=[])]
    longest = max(chains.values(), key=len)
    assert len(longest) <= MAX_IMPORT_CHAIN, longest


def test_a_public_class_or_function_name_means_one_thing() -> None:
    homes = defaultdict(set)
    for name, module in public_definitions():
        homes[name].add(module)
    assert {name: sorted(modules_with_it) for name, modules_with_it in homes.items() if len(modules_with_it) > 1} == {}


def test_no_variable_has_a_word_that_names_nothing() -> None:
    assert {module: names for module, tree in modules().items() if (names := PRIVATE_WORDS.intersection(bound_names(tree)))} == {}


def test_the_init_module_of_a_package_is_its_docstring() -> None:
    """Only the root re-exports names, so that a function and a module may share a name; the command line has its group there."""
    packages = {path.parent.name for path in PACKAGE.rglob("__init__.py")}
    for path in PACKAGE.rglob("__init__.py"):
        if path.parent not in (PACKAGE, PACKAGE / "cli"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            assert ast.get_docstring(tree), path
            assert len(tree.body) == 1, path
    assert packages
