"""The command line: options, one call of the library, one result printed."""

from __future__ import annotations

import os
from importlib.machinery import ExtensionFileLoader, PathFinder

import click

import pfocr2rdf
from pfocr2rdf.cli.lazy_group import CommandReference, LazyGroup

_COMMANDS = (  # the texts are the first sentences of the commands' own help
    CommandReference("export", "pfocr2rdf.cli.export:export_command", "Export records as a validated RDF knowledge graph."),
    CommandReference("validate", "pfocr2rdf.cli.validate:validate_command", "Validate RDF files or records with the SHACL shapes."),
    CommandReference("diff", "pfocr2rdf.cli.diff:diff_command", "Compare two graphs and write the delta from OLD to NEW."),
    CommandReference("convert", "pfocr2rdf.cli.convert:convert_command", "Convert a graph to tables, gene sets and other formats."),
    CommandReference("records", "pfocr2rdf.cli.records:records_command", "Write records from a graph."),
    CommandReference("release", "pfocr2rdf.cli.release:release_command", "Write a bundle to publish, cite and verify a release."),
    CommandReference("verify", "pfocr2rdf.cli.verify:verify_command", "Verify a bundle: files, checksums and signature."),
    CommandReference("nanopub", "pfocr2rdf.cli.nanopub:nanopub_command", "Write nanopublications of figures."),
    CommandReference("load", "pfocr2rdf.cli.load:load_command", "Load an export or a delta into a SPARQL store."),
    CommandReference("query", "pfocr2rdf.cli.query:query_command", "Query a store with SPARQL."),
    CommandReference("publish", "pfocr2rdf.cli.publish:publish_command", "Write a linked-data site of static files."),
    CommandReference("serve", "pfocr2rdf.cli.serve:serve_command", "Serve a store on the web, with a read-only SPARQL endpoint."),
    CommandReference("check", "pfocr2rdf.cli.check:check_command", "Check a published site."),
    CommandReference("stats", "pfocr2rdf.cli.stats:stats_command", "Count the resources in a graph and draw plots."),
    CommandReference("completion", "pfocr2rdf.cli.completion:completion_command", "Print a completion script for your shell."),
)

_EXIT_STATUS_HELP = """\b
Exit status:
  0  success
  1  completed, but records were refused or quarantined, or there are differences or problems
  2  usage error
  3  failure
"""


def is_compiled() -> bool:
    """Whether the modules of the hot path are extension modules, as in a wheel built with ``PFOCR2RDF_MYPYC``; none is imported."""
    spec = PathFinder.find_spec("terms", [os.path.join(pfocr2rdf.__path__[0], "rdf")])
    return spec is not None and isinstance(spec.loader, ExtensionFileLoader)


@click.group(cls=LazyGroup, references=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXIT_STATUS_HELP)
@click.version_option(package_name="pfocr2rdf", message=f"%(prog)s, version %(version)s (compiled: {'yes' if is_compiled() else 'no'})")
def main() -> None:
    """Convert Pathway Figure OCR records to a validated RDF knowledge graph."""
