"""An export that may use so much CPU time: SOURCE OUTPUT [SECONDS]. It prints how many figures there are, and the first refusals."""

import json
import resource
import sys

from pfocr2rdf import export

if len(sys.argv) > 3:
    seconds = int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
summary = export([sys.argv[1]], sys.argv[2], formats=["ntriples"])
print(json.dumps([summary.exported, [str(error) for error in summary.first_refusals]]))
