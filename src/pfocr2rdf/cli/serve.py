"""``pfocr2rdf serve``."""

from __future__ import annotations

import contextlib
import logging
import sys
from pathlib import Path
from typing import Any

import click

from pfocr2rdf.cli.errors import handle_errors
from pfocr2rdf.cli.params import IntegerRange, pictures_option
from pfocr2rdf.cli.progress import show_progress
from pfocr2rdf.errors import ExitStatus, MissingExtraError
from pfocr2rdf.pipeline.inputs import resolve_input
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.stores.connect import DEFAULT_STORE
from pfocr2rdf.stores.embedded import is_store, require_store
from pfocr2rdf.stores.loading.load import load

_EXAMPLES = """\b
Examples:
  pfocr2rdf serve
  pfocr2rdf serve output --port 8080
  pfocr2rdf serve release --timeout 10 --memory 1024 --quiet
"""


@click.command("serve", epilog=_EXAMPLES)
@click.argument("source", type=click.Path(path_type=Path), default=DEFAULT_STORE)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on.")
@click.option("--port", type=IntegerRange(0, 65535), default=8000, show_default=True, metavar="PORT", help="Port; 0 selects a free port.")
@click.option(
    "--timeout", "timeout_seconds", type=click.FloatRange(min=0.1), default=30, show_default=True, metavar="SECONDS",
    help="Time limit of a query.",
)  # fmt: skip
@click.option(
    "--memory", "memory_mb", type=IntegerRange(min=64), default=2048, show_default=True, metavar="MB",
    help="Memory limit of a query.",
)  # fmt: skip
@click.option(
    "--max-answer", "max_answer_mb", type=IntegerRange(min=1), default=512, show_default=True, metavar="MB",
    help="Maximum size of a response.",
)  # fmt: skip
@click.option(
    "--workers", "worker_count", type=IntegerRange(min=1), metavar="N",
    help="Number of queries that run in parallel. Default: two per core.",
)  # fmt: skip
@click.option(
    "--queue", "queue_length", type=IntegerRange(min=0), default=32, show_default=True, metavar="N",
    help="Maximum number of waiting queries.",
)  # fmt: skip
@click.option(
    "--cache", "cache_mb", type=IntegerRange(min=0), default=64, show_default=True, metavar="MB",
    help="Size of the cache for small responses and pages.",
)  # fmt: skip
@click.option(
    "--max-unsent", "max_unsent_mb", type=IntegerRange(min=1), default=2048, show_default=True, metavar="MB",
    help="Maximum size of all responses that are waiting for slow clients.",
)  # fmt: skip
@click.option(
    "--host-name", "host_names", multiple=True, metavar="NAME",
    help="Host name of the service, in addition to localhost and its address; repeat for several.",
)  # fmt: skip
@pictures_option
@click.option("--service", "allow_service", is_flag=True, help="Allow federated queries (SERVICE).")
@click.option("-q", "--quiet", is_flag=True, help="Do not log requests.")
@handle_errors
def serve_command(source: Path, host: str, port: int, quiet: bool, worker_count: int | None, **limits: Any) -> int:
    """Serve a store on the web, with a read-only SPARQL endpoint.

    SOURCE is an embedded store created by 'pfocr2rdf load', or an export directory, an RDF file or records, which are loaded into a
    temporary store. Named graphs of N-Quads and TriG are kept. Press Ctrl-C to stop.
    """
    try:
        from pfocr2rdf.server.run import open_listener, serve, service_url
        from pfocr2rdf.server.settings import ServerSettings  # here, since not everybody installs what it needs
    except ModuleNotFoundError as error:
        raise MissingExtraError("serving", error.name or "a library", extra="serve") from None
    settings = ServerSettings(**limits)
    if worker_count:
        settings = settings._replace(worker_count=worker_count)
    if not quiet:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
        log = logging.getLogger("pfocr2rdf.server")
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    with contextlib.ExitStack() as stack:
        store = source
        if not source.exists():
            require_store(source)
        listener = stack.enter_context(open_listener(host, port))
        if not is_store(source):
            store = stack.enter_context(scratch_directory()) / "store"
            with show_progress(quiet) as progress:
                layout: dict[str, Any] = {"graphs": "figure", "unnamed_graph": DATASET_IRI} if resolve_input(source).can_name_graphs else {}
                endpoint = f"{service_url(host, listener.getsockname()[1])}sparql"
                result = load(source, store, **layout, endpoint=endpoint, progress=progress)
            if result.excluded_records and not quiet:
                click.echo(f"{source}: {result.excluded_records:,} of its records are not served; export it to see why", err=True)
        serve(listener, store, settings, host=host, on_ready=lambda url: click.echo(f"Serving {source} at {url}"))
    return ExitStatus.OK
