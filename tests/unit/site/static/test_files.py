"""A site map is split where it is longer than the protocol allows."""

from __future__ import annotations

from pfocr2rdf.site.static.files import render_sitemaps


def test_a_site_map_is_split() -> None:
    parts = dict(render_sitemaps((f"genes/{number}.html" for number in range(100_001)), "https://example.org/a&b/"))
    assert sorted(parts) == ["sitemap.xml", "sitemaps/1.xml", "sitemaps/2.xml", "sitemaps/3.xml"]
    assert [parts[f"sitemaps/{number}.xml"].count("<url>") for number in (1, 2, 3)] == [50_000, 50_000, 1]
    assert parts["sitemap.xml"].count("<loc>https://example.org/a&amp;b/sitemaps/") == 3
