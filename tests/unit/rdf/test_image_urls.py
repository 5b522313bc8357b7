"""URLs of pictures: Europe PMC's interface for files, or a template of one's own."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.profiles import example_count

from pfocr2rdf.errors import OptionError
from pfocr2rdf.rdf.image_urls import EUROPE_PMC_IMAGE_URL, image_iri, parse_image_url
from pfocr2rdf.rdf.iris import is_absolute_iri

FILE_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(FILE_NAMES)
@example("a&b=c#d?e.jpg")
@example("fig one é (1)+2%20.jpg")
@example("{pmcid}.jpg")
@settings(max_examples=example_count(100), deadline=None)
def test_europe_pmc_gets_the_file_name_letter_for_letter(filename: str) -> None:
    url = image_iri("PMC100", filename)
    parts = urlsplit(url)
    assert is_absolute_iri(url)
    assert url.isascii()
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", "europepmc.org", "/api/fulltextRepo", "")
    query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    assert query[:3] == [("pmcId", "PMC100"), ("type", "FILE"), ("fileName", filename)]
    assert [name for name, _ in query] == ["pmcId", "type", "fileName", "mimeType"]


@pytest.mark.parametrize(("filename", "media_type"), [
    ("a.jpg", "image/jpeg"), ("a.JPEG", "image/jpeg"), ("a.png", "image/png"), ("a.b.GIF", "image/gif"), ("a.tif", "image/tiff"),
    ("a", "image/jpeg"), ("png", "image/png"), ("a.F1", "image/jpeg"),
])  # fmt: skip
def test_the_media_type_is_that_of_the_suffix(filename: str, media_type: str) -> None:
    assert image_iri("PMC1", filename).endswith(f"&mimeType={media_type}")


@pytest.mark.parametrize(("template", "url"), [
    ("https://pictures.example/{pmcid}_{filename}", "https://pictures.example/PMC1_a%20b.png"),
    ("https://pictures.example/{filename}?as={media_type}", "https://pictures.example/a%20b.png?as=image/png"),
    ("https://pictures.example/copies", "https://pictures.example/copies/PMC1/a%20b.png"),
    ("https://pictures.example/copies/", "https://pictures.example/copies/PMC1/a%20b.png"),
    (EUROPE_PMC_IMAGE_URL, "https://europepmc.org/api/fulltextRepo?pmcId=PMC1&type=FILE&fileName=a%20b.png&mimeType=image/png"),
])  # fmt: skip
def test_pictures_may_be_elsewhere(template: str, url: str) -> None:
    assert image_iri("PMC1", "a b.png", parse_image_url(template)) == url


@pytest.mark.parametrize("text", [
    "", "pictures", "/pictures", "http://pictures.example/{filename}", "javascript:alert('{filename}')", "https://pictures.example/{pmcid}",
    "https://pictures.example/{file}", "https://pictures.example/{filename}{x}", "https://pictures.example/?name=",
    "https://a b/{filename}", "https://pictures.example/#x",
])  # fmt: skip
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="is not a URL template for pictures; write an https URL"):
        parse_image_url(text)
