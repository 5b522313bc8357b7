"""The command line, whose server waits for its clients for a second only."""

from pfocr2rdf.cli import main
from pfocr2rdf.server import run, sparql_protocol

sparql_protocol._BODY_TIMEOUT_SECONDS = run._HEAD_TIMEOUT_SECONDS = 1.0
main()
