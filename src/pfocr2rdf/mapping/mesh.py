"""Lookup of names in MeSH, by a table that ``scripts/make_mesh.py`` makes package data of; the notice next to it has its licence.

The table has 354,000 names, of which an export needs a few hundred: it stays compressed in memory (5 MB), and a lookup inflates the
thousand names around the id. Entities come sorted, so hardly any are inflated twice.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile

_GROUP_DIGITS = 3  # as in the script


@cache
def _open_table() -> ZipFile:
    """The table, from memory: a file would be read by forked processes at one and the same position."""
    return ZipFile(BytesIO(files("pfocr2rdf").joinpath("mapping/data/mesh.zip").read_bytes()))


@lru_cache(8)
def _read_group(group: str) -> str:
    """The names of a group of ids, a line each; no line where MeSH has none."""
    table = _open_table()
    return "\n" + table.read(group).decode() if group in table.NameToInfo else ""


def find_mesh_name(mesh_id: str) -> str:
    """The name of a descriptor or supplementary concept; ``""`` where the table has no such id.

    >>> find_mesh_name("D000431"), find_mesh_name("C000002"), find_mesh_name("D999999"), find_mesh_name("")
    ('Ethanol', 'bevonium', '', '')
    """
    names = _read_group(mesh_id[:-_GROUP_DIGITS])
    line_start = f"\n{mesh_id[-_GROUP_DIGITS:]}\t"
    begin = names.find(line_start) + len(line_start)
    return names[begin : names.index("\n", begin)] if begin >= len(line_start) else ""
