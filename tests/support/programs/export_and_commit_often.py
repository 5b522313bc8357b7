"""The command line, whose exports commit often; the file that COMMITTED names is as long as there are records that are on the disk."""

import os
from pathlib import Path

from pfocr2rdf.cli import main
from pfocr2rdf.pipeline import record_writer, single

commit = record_writer.RecordWriter.commit


def commit_and_tell(writer: record_writer.RecordWriter) -> None:
    commit(writer)
    Path(os.environ["COMMITTED"]).write_text("x" * writer.aggregator.summary.read)


record_writer.RecordWriter.commit = commit_and_tell
record_writer._COMMIT_INTERVAL_SECONDS = 0.02
single.BATCH_RECORDS = 8
main()
