"""URLs of the pictures of figures: one template, for Europe PMC or for copies of the pictures elsewhere."""

from __future__ import annotations

from urllib.parse import quote

from pfocr2rdf.errors import OptionError
from pfocr2rdf.rdf.iris import check_absolute, is_absolute_iri

EUROPE_PMC_IMAGE_URL = "https://europepmc.org/api/fulltextRepo?pmcId={pmcid}&type=FILE&fileName={filename}&mimeType={media_type}"
"""The template of pictures at Europe PMC. PubMed Central's own addresses of files (``/bin/``) have been dead since October 2024."""

_DEFAULT_MEDIA_TYPE = "image/jpeg"  # PubMed Central has a JPEG of each figure
_MEDIA_TYPES = {
    "png": "image/png",
    "gif": "image/gif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}


def parse_image_url(text: str) -> str:
    """The template that a user gives, a URI template (RFC 6570, level 1) with the variables pmcid, filename and media_type.

    A URL without any variable is a folder, with a folder for each paper. ``OptionError`` if several pictures would have the same URL.

    >>> parse_image_url("https://example.org/pictures")
    'https://example.org/pictures/{pmcid}/{filename}'
    """
    template = text if {*"{?#"} & {*text} else f"{text.rstrip('/')}/{{pmcid}}/{{filename}}"
    if "{filename}" not in template or not template.startswith("https://") or not is_absolute_iri(_expand(template, "PMC1", "a.jpg")):
        raise OptionError(
            f"{text!r} is not a URL template for pictures; write an https URL with {{filename}}, and "
            "optionally {pmcid} and {media_type}, such as https://example.org/{pmcid}/{filename}"
        )
    return template


def image_iri(pmcid: str, filename: str, template: str = "") -> str:
    """The picture of a figure, at Europe PMC without a template.

    >>> image_iri("PMC1", "fig 1.jpg")
    'https://europepmc.org/api/fulltextRepo?pmcId=PMC1&type=FILE&fileName=fig%201.jpg&mimeType=image/jpeg'
    """
    return check_absolute(_expand(template or EUROPE_PMC_IMAGE_URL, pmcid, filename), "filename")


def _expand(template: str, pmcid: str, filename: str) -> str:
    """Encoded values hold no brace, so the order does not matter."""
    media_type = _MEDIA_TYPES.get(filename.rpartition(".")[2].lower(), _DEFAULT_MEDIA_TYPE)
    url = template.replace("{pmcid}", quote(pmcid, safe="")).replace("{filename}", quote(filename, safe=""))
    return url.replace("{media_type}", quote(media_type, safe="/"))
