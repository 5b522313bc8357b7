"""The descriptions of the tables for programs: a Data Package of Frictionless and a Croissant description."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pfocr2rdf.derived.tables.schema import INTEGER, LIST, NUMBER, STRING, Column, ForeignKey, Table
from pfocr2rdf.rdf.iris import CC0_IRI
from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.storage.files import FileInfo

_TITLE = "Tables of Pathway Figure OCR (PFOCR)"
_DESCRIPTION = "Published pathway figures with the genes, chemicals and diseases that were recognised in them, and their papers."
_CITATION = "https://doi.org/10.1186/s13059-020-02181-2"
_CSV_TYPE, _CROISSANT_PARQUET_TYPE = "text/csv", "application/x-parquet"
_CROISSANT_TYPES = {STRING: "sc:Text", INTEGER: "sc:Integer", NUMBER: "sc:Float", LIST: "sc:Text"}


class DataFile(NamedTuple):
    """A file of a table, with its media type."""

    table: Table
    media_type: str
    info: FileInfo


def make_data_package(files: Sequence[DataFile]) -> dict[str, Any]:
    """A Data Package (Frictionless), with a resource for each file."""
    return {
        "name": "pfocr-tables",
        "title": _TITLE,
        "description": _DESCRIPTION,
        "homepage": SITE_URL,
        "licenses": [{"name": "CC0-1.0", "title": "Creative Commons Zero v1.0 Universal", "path": CC0_IRI}],
        "sources": [{"title": "Pathway Figure OCR", "path": SITE_URL}],
        "resources": [_make_resource(file, files) for file in files],
    }


def _make_resource(file: DataFile, files: Sequence[DataFile]) -> dict[str, Any]:
    table, is_csv = file.table, file.media_type == _CSV_TYPE
    schema: dict[str, Any] = {"fields": [_make_package_field(column, table, is_csv) for column in table.columns]}
    if table.primary_key:
        schema["primaryKey"] = list(table.primary_key)
    if table.foreign_keys:
        schema["foreignKeys"] = [
            {"fields": [key.column], "reference": {"resource": _resource_name(key.table, file, files), "fields": [key.target]}}
            for key in table.foreign_keys
        ]
    # Frictionless reads Parquet without counting its bytes, and then finds that they differ.
    checks = {"encoding": "utf-8", "bytes": file.info.size, "hash": f"sha256:{file.info.sha256}"} if is_csv else {}
    return {
        "name": _resource_name(table.name, file, files),
        "description": table.description,
        "path": file.info.name,
        "format": "csv" if is_csv else "parquet",
        "mediatype": file.media_type,
        **checks,
        "schema": schema,
    }


def _resource_name(table_name: str, file: DataFile, files: Sequence[DataFile]) -> str:
    """The name of a table; with the ending of its files if other files have the same tables."""
    if len({other.media_type for other in files}) == 1:
        return table_name
    return f"{table_name}-{'csv' if file.media_type == _CSV_TYPE else 'parquet'}"


def _make_package_field(column: Column, table: Table, is_csv: bool) -> dict[str, Any]:
    # Frictionless reads Parquet with pandas, where lists are arrays of NumPy, and integers with missing values are floating-point numbers.
    types = {LIST: "array"} if is_csv else {LIST: "any", INTEGER: "number"}
    is_required = column.name in table.primary_key
    return {
        "name": column.name,
        "type": types.get(column.type, column.type),
        "description": column.description + (" A JSON array." if column.type is LIST and is_csv else ""),
        **({"constraints": {"required": True}} if is_required else {}),
    }


def make_croissant(files: Sequence[DataFile]) -> dict[str, Any]:
    """A Croissant description, whose record sets read the first file of each table."""
    first_files = {file.table.name: file for file in reversed(files)}
    return {
        "@context": _CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "name": "pfocr-tables",
        "alternateName": _TITLE,
        "description": _DESCRIPTION,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "license": CC0_IRI,
        "url": SITE_URL,
        "citeAs": _CITATION,
        "creator": {"@type": "sc:Organization", "name": "WikiPathways", "url": "https://www.wikipathways.org/"},
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file.info.name,
                "name": file.info.name,
                "description": file.table.description,
                "contentSize": f"{file.info.size} B",
                "contentUrl": file.info.name,
                "encodingFormat": _CSV_TYPE if file.media_type == _CSV_TYPE else _CROISSANT_PARQUET_TYPE,
                "sha256": file.info.sha256,
            }
            for file in files
        ],
        "recordSet": [_make_record_set(file) for file in sorted(first_files.values(), key=files.index)],
    }


def _make_record_set(file: DataFile) -> dict[str, Any]:
    table, name = file.table, file.table.name
    references = {key.column: key for key in table.foreign_keys}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": table.description,
        **({"key": [{"@id": f"{name}/{column}"} for column in table.primary_key]} if table.primary_key else {}),
        "field": [_make_croissant_field(column, references.get(column.name), file) for column in table.columns],
    }


def _make_croissant_field(column: Column, reference: ForeignKey | None, file: DataFile) -> dict[str, Any]:
    is_json = column.type is LIST and file.media_type == _CSV_TYPE
    suffix = file.info.name.removeprefix(file.table.name)
    return {
        "@type": "cr:Field",
        "@id": f"{file.table.name}/{column.name}",
        "name": column.name,
        "description": column.description + (" A JSON array." if is_json else ""),
        "dataType": _CROISSANT_TYPES[column.type],
        **({"repeated": True} if column.type is LIST and not is_json else {}),
        # A reference to a column: mlcroissant cannot read references to fields of a record set that has references itself.
        **({"references": _make_source(f"{reference.table}{suffix}", reference.target)} if reference else {}),
        "source": _make_source(file.info.name, column.name),
    }


def _make_source(file_name: str, column_name: str) -> dict[str, Any]:
    return {"fileObject": {"@id": file_name}, "extract": {"column": column_name}}


_CROISSANT_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification of Croissant recommends."""
