"""An export in every format: SOURCE OUTPUT COMPRESSION."""

import sys

from pfocr2rdf import export
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS

export([sys.argv[1]], sys.argv[2], formats=SERIALIZERS, compress=sys.argv[3] or None)
