"""The metadata of a release for citations: Citation File Format, DataCite and Zenodo."""

from __future__ import annotations

import html
from typing import Any

import yaml

from pfocr2rdf.bundles.description import (
    ARTICLE_AUTHORS,
    ARTICLE_DOI,
    ARTICLE_JOURNAL,
    ARTICLE_TITLE,
    ARTICLE_VOLUME,
    ARTICLE_YEAR,
    PUBLISHER,
    BundleDescription,
    media_types,
)
from pfocr2rdf.pipeline.release import Creator

_SPDX_URL = "https://spdx.org/licenses/"
_DATACITE_SCHEMA = "http://datacite.org/schema/kernel-4"


def format_cff(description: BundleDescription) -> str:
    """The content of ``CITATION.cff``, in version 1.2.0 of the format."""
    release = description.release
    content: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it, and the article that describes it.",
        "type": "dataset",
        "title": release.title,
        "abstract": release.description,
        "authors": [_cff_author(creator) for creator in release.creators],
        "version": release.name,
        "date-released": release.issued,
        **({"doi": release.doi} if release.doi else {}),
        "license": release.license,
        "url": release.homepage,
        "keywords": list(release.keywords),
        "references": [
            {
                "type": "article",
                "title": ARTICLE_TITLE,
                "authors": [{"family-names": family, "given-names": given} for given, family in ARTICLE_AUTHORS],
                "journal": ARTICLE_JOURNAL,
                "volume": ARTICLE_VOLUME,
                "year": ARTICLE_YEAR,
                "doi": ARTICLE_DOI,
            }
        ],
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def _cff_author(creator: Creator) -> dict[str, str]:
    """A person where the parts of the name are known, else an entity, which has one name and may have an ORCID iD, too."""
    name = {"family-names": creator.family_name, "given-names": creator.given_name} if creator.family_name else {"name": creator.name}
    affiliation = {"affiliation": creator.affiliation} if creator.family_name else {}
    identifier = {"orcid": creator.orcid} if creator.orcid else {"website": creator.iri}
    return {key: value for key, value in {**name, **affiliation, **identifier}.items() if value}


def describe_datacite(description: BundleDescription) -> dict[str, Any]:
    """The content of ``datacite.json``: the attributes of DataCite's schema 4.5, without a DOI where there is none yet."""
    release, rights = description.release, description.license
    return {
        **({"doi": release.doi} if release.doi else {}),
        "url": release.homepage,
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Knowledge graph"},
        "creators": [_datacite_creator(creator) for creator in release.creators],
        "titles": [{"title": release.title, "lang": "en"}],
        "publisher": {"name": PUBLISHER},
        "publicationYear": release.issued[:4],
        "dates": [{"date": release.issued, "dateType": "Issued"}],
        "language": "en",
        "version": release.name,
        "subjects": [{"subject": keyword} for keyword in release.keywords],
        "rightsList": [
            {
                "rights": rights.name,
                "rightsUri": rights.iri,
                "rightsIdentifier": rights.spdx_id,
                "rightsIdentifierScheme": "SPDX",
                "schemeUri": _SPDX_URL,
            }
        ],
        "descriptions": [{"description": release.description, "descriptionType": "Abstract", "lang": "en"}],
        "relatedIdentifiers": [{"relatedIdentifier": ARTICLE_DOI, "relatedIdentifierType": "DOI", "relationType": "IsDocumentedBy"}],
        "sizes": [f"{sum(file.size for file in description.files)} bytes"],
        "formats": sorted({media_types(file.name)[0] for file in description.files}),
        "schemaVersion": _DATACITE_SCHEMA,
    }


def _datacite_creator(creator: Creator) -> dict[str, Any]:
    is_person = bool(creator.orcid or creator.family_name)
    value: dict[str, Any] = {"name": _inverted_name(creator), "nameType": "Personal" if is_person else "Organizational"}
    if creator.family_name:
        value |= {"familyName": creator.family_name} | ({"givenName": creator.given_name} if creator.given_name else {})
    if creator.affiliation:
        value["affiliation"] = [{"name": creator.affiliation}]
    if creator.orcid:
        value["nameIdentifiers"] = [
            {"nameIdentifier": creator.orcid, "nameIdentifierScheme": "ORCID", "schemeUri": "https://orcid.org"}
        ]  # fmt: skip
    return value


def _inverted_name(creator: Creator) -> str:
    """``Family, Given`` where the parts are known, else the name as it is."""
    return ", ".join(filter(None, (creator.family_name, creator.given_name))) or creator.name


def describe_zenodo(description: BundleDescription) -> dict[str, Any]:
    """The content of ``.zenodo.json``: the metadata of a deposit. Zenodo reserves a DOI itself where there is none yet."""
    release = description.release
    return {
        **({"doi": release.doi} if release.doi else {}),
        "upload_type": "dataset",
        "title": release.title,
        "description": f"<p>{html.escape(release.description, quote=False)}</p>",
        "creators": [_zenodo_creator(creator) for creator in release.creators],
        "publication_date": release.issued,
        "version": release.name,
        "language": "eng",
        "access_right": "open",
        "license": release.license.lower(),
        "keywords": list(release.keywords),
        "related_identifiers": [{"identifier": ARTICLE_DOI, "relation": "isDocumentedBy", "resource_type": "publication-article"}],
    }


def _zenodo_creator(creator: Creator) -> dict[str, str]:
    value = {"name": _inverted_name(creator), "affiliation": creator.affiliation, "orcid": creator.orcid.rpartition("/")[2]}
    return {key: text for key, text in value.items() if text}
