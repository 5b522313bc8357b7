"""What the site says of its files for hosts."""

from __future__ import annotations

HOSTING_README = """\
# Files for web servers and hosts

These files make a web server give each client the form of a page that it likes best: HTML to people, Turtle or JSON-LD to programs.
They were written by pfocr2rdf, together with the site; write the site anew rather than change them.

| host | file | who accepts Turtle gets Turtle |
| --- | --- | --- |
| Apache 2.4 | `.htaccess` in the root of the site | yes |
| nginx | `hosting/nginx.conf`, to be included | yes |
| Netlify, Cloudflare Pages | `_redirects` and `_headers` in the root | no |
| GitHub Pages | `.nojekyll` in the root | no |
| w3id.org, or another Apache before any host | `hosting/w3id/.htaccess` | yes, whatever the host can do |

Where a host cannot do it, the documents are there all the same: put `.ttl` or `.jsonld` where a page has `.html`. Each page has links
to them. Then `pfocr2rdf check` of the site says so, once, and checks all else.

## Apache

Copy the site with its `.htaccess` to any folder; nothing need be changed, under a path of the host neither. The folder wants:

    AllowOverride All

and the modules `rewrite` and `headers` (`a2enmod rewrite headers`). Without `rewrite`, documents are there but names lead nowhere.
Where names have a slash in them (the family A/B has the address `families/A%2FB`), the server or virtual host wants one line more, which
can stand in no `.htaccess`:

    AllowEncodedSlashes On

Redirects say the host that was asked for, with `http` where Apache itself speaks that: behind a proxy that speaks https for it, set
`ServerName https://example.org` and `UseCanonicalName On`.

Where files are there packed only (`X.html.gz` and no `X.html`), they go to everybody as they are, with `Content-Encoding: gzip`; a
client that cannot unpack needs both. `index.html` and `404.html` must be there unpacked. On Apache older than 2.4.13, the page for what
is not there is Apache's own.

## nginx

Name the folder of the site as `root` and the path of the site as `$pfocr_base`, and include the file:

    server {
      listen 80;
      server_name example.org;
      root /srv/site;
      set $pfocr_base /;
      include /srv/site/hosting/nginx.conf;
    }

Under a path, for example `https://example.org/pfocr/`, the last folder of the site is called like the path: with the site in
`/srv/www/pfocr`, `root` is `/srv/www` and `$pfocr_base` is `/pfocr/`. The headers and media types then hold for the whole server block.
A `location` of yours that has an `add_header` of its own loses those of the site: that is how nginx does it. Packed files want the
modules `gzip_static` and `gunzip`, which the packages of Debian have; `index.html` must be there unpacked. Names with more than four
slashes in them lead to pages whose links are wrong.

## Netlify and Cloudflare Pages

Upload the site as it is. Neither can look at `Accept` in `_redirects`; both give the page for people under names without an ending
(`/genes/6772` is `genes/6772.html`), with 200. Descriptions of the dataset lead to Turtle, names of graphs to the page of the figure.
Cloudflare Pages leads from `X.html` to `X` with 308, and takes 20,000 files at most in its free plan. Netlify may read the media types
in `_headers` for the root only; it knows them by itself. Both find sites at the root of a host only.

## GitHub Pages

Upload the site as it is; `.nojekyll` keeps files whose names begin with a dot or an underscore. It sends neither the headers of the
site nor other redirects, and gives the page for people under names without an ending. `.well-known/void` and `graphs/...` lead nowhere.

## w3id.org

A permanent address such as `https://w3id.org/pfocr/` leads to the site wherever it is, and by what is accepted, so that a host that
cannot negotiate is enough. Put the file into a folder of the repository perma-id/w3id.org, with a README that names who looks after it.
It does not know which things there are: what is not there is told by the site. A thing whose name ends in `.html`, `.ttl` or `.jsonld`
is taken for a document there.

## What "likes best" means

The `q=` of the most exact range of media types in `Accept` counts, with up to three digits, as in RFC 9110; of equals, HTML comes before
Turtle before JSON-LD. Who accepts none of them gets HTML, not 406. Apache and nginx both do this with regular expressions. They cannot
tell commas in quoted parameters from those between ranges, and do not know parameters of media types: `text/turtle;a=b` is `text/turtle`.
"""
"""The text of ``hosting/README.md``."""
