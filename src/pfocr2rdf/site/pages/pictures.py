"""Pictures of figures: how pages show them, and their hosts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from pfocr2rdf.errors import OptionError
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.storage.urls import redact_text

PICTURE_MODES = ("embed", "click", "link")
PICTURES_DIR = "pictures"  # the folder of copies of pictures on the site
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg")


class Picture(NamedTuple):
    """The picture of a figure, and what must be said with it."""

    name: str  # the identifier of the figure, after which copies are named
    url: str  # the address of the picture; ``""`` if none is known
    page_url: str  # the figure's page at PubMed Central; ``""`` if none is known
    alt: str  # the text in its place
    credit: str  # whose it is

    @property
    def suffix(self) -> str:
        """The suffix of its file; pictures without one are taken for JPEGs.

        >>> Picture("PMC1__f", "https://example.org/?fileName=a.PNG&mimeType=image/png", "", "", "").suffix
        '.png'
        """
        return next((suffix for suffix in PICTURE_SUFFIXES if suffix in self.url.lower()), ".jpg")


class PicturePolicy(NamedTuple):
    """How pages show pictures: in the page, after a click, or as a link only; the browser asks one other origin for them at most."""

    mode: str = "embed"  # one of ``PICTURE_MODES``
    base_url: str = ""  # the URL of the folder of copies, absolute or relative to the root; ``""`` for the addresses in the graph
    origin: str = ""  # the other origin; ``""`` for none

    def source(self, picture: Picture) -> str:
        """The URL from which a page shows a picture, absolute or relative to the root; ``""`` if it only links to it.

        >>> picture = Picture("PMC1__f", "https://example.org/f.jpg", "", "", "")
        >>> PicturePolicy(origin="https://example.org").source(picture), PicturePolicy(base_url="pictures/").source(picture)
        ('https://example.org/f.jpg', 'pictures/PMC1__f.jpg')
        >>> PicturePolicy("link").source(picture), PicturePolicy(origin="https://example.net").source(picture)
        ('', '')
        """
        if self.mode == "link" or not picture.url:
            return ""
        if self.base_url:
            return f"{self.base_url}{quote(picture.name, safe='')}{picture.suffix}"
        return picture.url if self.origin and url_origin(picture.url) == self.origin else ""


@lru_cache(10_000)
def url_origin(url: str) -> str:
    """The origin of an https URL (RFC 6454); ``""`` for other URLs.

    >>> url_origin("https://Example.org:8443/a?b"), url_origin("https://u@example.org/"), url_origin("ftp://example.org/")
    ('https://example.org:8443', '', '')
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        return ""
    return f"https://{parts.hostname}{f':{port}' if port else ''}"


def is_picture_folder(choice: str) -> bool:
    """Whether a user's choice is a local folder with copies of pictures."""
    return choice not in PICTURE_MODES and Path(choice).is_dir()


def picture_policy(choice: str, image_origin: str = "") -> PicturePolicy:
    """The policy of a user's choice: a mode, or a local folder or an https URL with copies that are named after figures.

    Args:
        choice: the choice.
        image_origin: the origin of the pictures of the dataset.

    Raises:
        OptionError: the choice is none of these.

    >>> picture_policy("https://example.org/pfocr")
    PicturePolicy(mode='embed', base_url='https://example.org/pfocr/', origin='https://example.org')
    """
    if choice in PICTURE_MODES:
        return PicturePolicy(choice, "", image_origin if choice != "link" else "")
    if is_picture_folder(choice):
        return PicturePolicy("embed", f"{PICTURES_DIR}/", "")
    if not url_origin(choice) or not is_absolute_iri(choice) or {*"?#;"} & {*choice}:
        ways = f"{', '.join(PICTURE_MODES)}, a folder that exists, or the https URL of one"
        raise OptionError(f"{redact_text(choice)!r} is not a way to show pictures; write {ways}")
    return PicturePolicy("embed", f"{choice.rstrip('/')}/", url_origin(choice))
