"""``pfocr2rdf check`` on real web servers: a good site has nothing wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.websites import apache, nginx, write_site

from pfocr2rdf.site.audit.check import check_site


@pytest.mark.parametrize("packed", ["", "beside", "only"])
@pytest.mark.parametrize("serve", [nginx, apache])
def test_a_good_site_has_nothing_wrong_on_a_real_server(
    serve: Callable[..., contextlib.AbstractContextManager], packed: str, tmp_path: Path
) -> None:
    write_site(tmp_path / "site", packed=packed)
    (tmp_path / "server").mkdir()
    with serve(tmp_path / "server", tmp_path / "site") as server:
        report = check_site(server.url, samples=30)
    assert report.findings == ()
    assert (report.negotiates, report.exit_status) == (True, 0)
    assert report.requests > 400
    assert any("a client that accepts only image/png gets the HTML page" in note for note in report.notes)


def test_a_good_site_under_a_path_has_nothing_wrong(tmp_path: Path) -> None:
    write_site(tmp_path / "root" / "pfocr")
    (tmp_path / "server").mkdir()
    with apache(tmp_path / "server", tmp_path / "root") as server:
        assert check_site(f"{server.url}/pfocr", samples=30).findings == ()


def test_what_apache_cannot_do_without_a_setting_is_told_with_the_way_out(tmp_path: Path) -> None:
    write_site(tmp_path / "site")
    (tmp_path / "server").mkdir()
    with apache(tmp_path / "server", tmp_path / "site", extra="") as server:
        report = check_site(server.url, samples=30)
    assert len(report.findings) == 2
    assert all("%2F" in finding.url and "AllowEncodedSlashes" in finding.remedy for finding in report.findings)
