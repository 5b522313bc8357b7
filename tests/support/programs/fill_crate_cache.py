"""Put the JSON-LD context of RO-Crate 1.2 into the HTTP cache of roc-validator, which then needs no network: CONTEXT CACHE.

It runs in the environment of the validators.
"""

import sys
from pathlib import Path

import requests
import urllib3
from requests_cache import CachedSession

URL = "https://w3id.org/ro/crate/1.2/context"

context, cache = sys.argv[1:]
response = requests.Response()
response.url, response.status_code, response._content = URL, 200, Path(context).read_bytes()
response.headers["Content-Type"] = "application/ld+json"
response.request = requests.Request("GET", URL, headers={"Accept": "application/ld+json"}).prepare()
response.raw = urllib3.HTTPResponse(body=b"", status=200, headers=dict(response.headers), preload_content=False, request_url=URL)
CachedSession(cache_name=cache, expire_after=-1).cache.save_response(response)
