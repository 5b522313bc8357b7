"""All hosting files of a site by path."""

from __future__ import annotations

from pfocr2rdf.rdf.vocabulary import SITE
from pfocr2rdf.site.hosting.apache import apache
from pfocr2rdf.site.hosting.headers import refuse_odd
from pfocr2rdf.site.hosting.netlify import headers, redirects
from pfocr2rdf.site.hosting.nginx import nginx
from pfocr2rdf.site.hosting.readme import README
from pfocr2rdf.site.hosting.w3id import w3id


def hosting_files(policy: str, *, precompressed: bool = False, base: str = SITE) -> dict[str, str]:
    """The files that a site carries for the hosts that it may come to.

    Args:
        policy: the Content-Security-Policy of the pages.
        precompressed: whether files may be there with ``.gz`` behind their names, beside themselves or alone.
        base: where the site is to be found, for redirects from elsewhere; it ends in a slash.

    Returns:
        The text of each file by its path in the site.

    Raises:
        ValueError: the policy or the base cannot stand in these files.
    """
    refuse_odd(policy)
    return {
        ".htaccess": apache(policy, precompressed=precompressed),
        ".nojekyll": "",
        "_headers": headers(policy),
        "_redirects": redirects(),
        "hosting/README.md": README,
        "hosting/nginx.conf": nginx(policy, precompressed=precompressed),
        "hosting/w3id/.htaccess": w3id(base),
    }
