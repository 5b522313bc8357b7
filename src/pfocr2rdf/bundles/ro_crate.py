"""The metadata of a bundle as an RO-Crate 1.2: JSON-LD that is flat, with an entity for each file, person and organization."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pfocr2rdf.bundles.description import (
    ARTICLE_DOI,
    ARTICLE_TITLE,
    PUBLISHER,
    SOFTWARE_URL,
    BundleDescription,
    describe_file,
    media_types,
)
from pfocr2rdf.bundles.layout import CITATION_FILE, CRATE_FILE, DATACITE_FILE, ZENODO_FILE
from pfocr2rdf.pipeline.release import Creator
from pfocr2rdf.rdf.iris import WIKIPATHWAYS_IRI
from pfocr2rdf.storage.files import FileInfo

_PROFILE = "https://w3id.org/ro/crate/1.2"
_ARTICLE_URL = f"https://doi.org/{ARTICLE_DOI}"
TOOL_ID = "#pfocr2rdf"
_METADATA_FILES = {
    CITATION_FILE: "How to cite the release (Citation File Format)",
    DATACITE_FILE: "The metadata of the release for DataCite",
    ZENODO_FILE: "The metadata of the release for Zenodo",
}


def describe_crate(description: BundleDescription, metadata_files: list[FileInfo]) -> dict[str, Any]:
    """The content of ``ro-crate-metadata.json``; the other files with metadata are part of the crate."""
    release, rights = description.release, description.license
    file_entities = [_describe_file(file) for file in (*description.files, *metadata_files)]
    authors = [_reference(creator.iri) for creator in release.creators]
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{release.title}, release {release.name}",
        "description": release.description,
        "datePublished": release.issued,
        "version": release.name,
        "license": _reference(rights.iri),
        "author": authors if len(authors) > 1 else authors[0],
        "publisher": _reference(WIKIPATHWAYS_IRI),
        "keywords": list(release.keywords),
        "url": release.homepage,
        "citation": _reference(_ARTICLE_URL),
        "mentions": _reference("#export"),
        "hasPart": [_reference(entity["@id"]) for entity in file_entities],
    }
    if url := description.doi_url:
        root |= {"identifier": _reference(url), "cite-as": url}
    descriptor = {
        "@id": CRATE_FILE,
        "@type": "CreativeWork",
        "name": "RO-Crate metadata",
        "about": _reference("./"),
        "conformsTo": _reference(_PROFILE),
    }
    graph = [descriptor, root, *file_entities, *_describe_context(description)]
    return {"@context": f"{_PROFILE}/context", "@graph": graph}


def _reference(identifier: str) -> dict[str, str]:
    return {"@id": identifier}


def _describe_file(file: FileInfo) -> dict[str, Any]:
    types = media_types(file.name)
    return {
        "@id": quote(file.name),
        "@type": "File",
        "name": file.name,
        "description": _METADATA_FILES.get(file.name) or describe_file(file.name),
        "encodingFormat": types[0] if len(types) == 1 else types,
        "contentSize": str(file.size),
        "sha256": file.sha256,
    }


def _contact_id(description: BundleDescription) -> str:
    return f"mailto:{quote(description.release.email, safe='@')}" if description.release.email else "#contact"


def _describe_context(description: BundleDescription) -> list[dict[str, Any]]:
    """The entities that the files and the root refer to."""
    release, rights = description.release, description.license
    contact = {"@id": _contact_id(description), "@type": "ContactPoint", "name": release.contact, "url": release.contact_page}
    entities: dict[str, dict[str, Any]] = {
        rights.iri: {"@id": rights.iri, "@type": "CreativeWork", "name": rights.name, "identifier": rights.spdx_id}
        | {"description": f"The license {rights.spdx_id} in the SPDX License List", "url": rights.iri},
        contact["@id"]: {**contact, "contactType": "help desk"} | ({"email": release.email} if release.email else {}),
        _ARTICLE_URL: {"@id": _ARTICLE_URL, "@type": "ScholarlyArticle", "name": ARTICLE_TITLE, "identifier": _ARTICLE_URL},
        "#export": {
            "@id": "#export",
            "@type": "CreateAction",
            "name": "Export of PFOCR records as RDF",
            "instrument": _reference(TOOL_ID),
            "result": [_reference(quote(file.name)) for file in description.files],
        },
        TOOL_ID: {
            "@id": TOOL_ID,
            "@type": "SoftwareApplication",
            "name": "pfocr2rdf",
            "version": description.tool.partition(" ")[2],
            "url": SOFTWARE_URL,
        },
    }
    if url := description.doi_url:
        entities[url] = {"@id": url, "@type": "PropertyValue", "propertyID": "https://registry.identifiers.org/registry/doi"} | {
            "value": f"doi:{release.doi}", "url": url, "name": "DOI",
        }  # fmt: skip
    for creator in release.creators:
        entities |= _describe_creator(creator)
    publisher = {"@id": WIKIPATHWAYS_IRI, "@type": "Organization", "name": PUBLISHER, "url": WIKIPATHWAYS_IRI}
    entities[WIKIPATHWAYS_IRI] = {**publisher, **entities.get(WIKIPATHWAYS_IRI, {}), "contactPoint": _reference(contact["@id"])}
    return list(entities.values())


def _describe_creator(creator: Creator) -> dict[str, dict[str, Any]]:
    is_person = bool(creator.orcid or creator.family_name)
    entity: dict[str, Any] = {
        "@id": creator.iri,
        "@type": "Person" if is_person else "Organization",
        "name": creator.name,
        "url": creator.iri,
    }
    if creator.family_name:
        entity |= {"familyName": creator.family_name} | ({"givenName": creator.given_name} if creator.given_name else {})
    if not creator.affiliation:
        return {creator.iri: entity}
    organization = f"#{quote(creator.affiliation, safe='')}"
    entity["affiliation" if is_person else "parentOrganization"] = _reference(organization)
    return {creator.iri: entity, organization: {"@id": organization, "@type": "Organization", "name": creator.affiliation}}
