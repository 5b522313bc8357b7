"""An export of a stream in which one record is 100 MB: FOLDER. It prints what came of it, and by how many MiB its memory grew."""

import io
import json
import sys

from benchmarks.measured import peak_mebibytes

from pfocr2rdf import export

GOOD = b"---\nfigid: PMC1__%d\nfigtitle: a\npmcid: PMC1\n"


class Stream(io.RawIOBase):
    def __init__(self) -> None:
        self.parts = [GOOD % 1, b"---\nfigid: PMC1__2\ncaption: ", *[b"x" * 2**20] * 100, b"\n", GOOD % 3]

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.parts.pop(0) if self.parts else b""


export(["-"], sys.argv[1] + "/warm", formats=["ntriples"], stdin=io.BytesIO(GOOD % 1))
before = peak_mebibytes()
summary = export(["-"], sys.argv[1] + "/out", formats=["ntriples"], stdin=Stream())
print(json.dumps([summary.exported, summary.refused, str(summary.first_refusals[0]), peak_mebibytes() - before]))
