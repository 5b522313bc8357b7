"""The command line, whose server waits for its clients for a second only."""

from pfocr2rdf.cli import main
from pfocr2rdf.server import connections, sparql_protocol

sparql_protocol._BODY_TIMEOUT_SECONDS = connections._HEAD_TIMEOUT_SECONDS = connections._RATE_INTERVAL_SECONDS = 1.0
main()
