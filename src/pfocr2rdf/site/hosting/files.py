"""All hosting files of a site by path."""

from __future__ import annotations

from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.hosting.apache import render_apache_config
from pfocr2rdf.site.hosting.headers import validate_policy
from pfocr2rdf.site.hosting.netlify import render_headers_file, render_redirects_file
from pfocr2rdf.site.hosting.nginx import render_nginx_config
from pfocr2rdf.site.hosting.readme import HOSTING_README
from pfocr2rdf.site.hosting.w3id import render_w3id_config


def render_hosting_files(policy: str, *, precompressed: bool = False, base_url: str = SITE_URL) -> dict[str, str]:
    """The files that a site carries for the hosts that it may come to.

    Args:
        policy: the Content-Security-Policy of the pages.
        precompressed: whether files may be there with ``.gz`` behind their names, beside themselves or alone.
        base_url: where the site is to be found, for redirects from elsewhere; it ends in a slash.

    Returns:
        The text of each file by its path in the site.

    Raises:
        ValueError: the policy or the base cannot stand in these files.
    """
    validate_policy(policy)
    return {
        ".htaccess": render_apache_config(policy, precompressed=precompressed),
        ".nojekyll": "",
        "_headers": render_headers_file(policy),
        "_redirects": render_redirects_file(),
        "hosting/README.md": HOSTING_README,
        "hosting/nginx.conf": render_nginx_config(policy, precompressed=precompressed),
        "hosting/w3id/.htaccess": render_w3id_config(base_url),
    }
