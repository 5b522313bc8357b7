"""The command line, whose server waits for its clients for a short time only, and notes how long its event loop was kept busy."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from pfocr2rdf.cli import main
from pfocr2rdf.server import connections, run, sparql_protocol

BEAT_SECONDS = 0.01
NOTED_SECONDS = 0.05  # shorter ones are not noted


async def beat(notes: Path) -> None:
    """Note the processor time of this process in which no callback was called; that of other processes does not count."""
    with notes.open("w", encoding="ascii", buffering=1) as file:
        while True:
            began = time.process_time()
            await asyncio.sleep(BEAT_SECONDS)
            if (seconds := time.process_time() - began) > NOTED_SECONDS:
                file.write(f"{seconds:.3f}\n")


class BeatingServer(run._Server):
    """A server with a heartbeat."""

    async def startup(self, sockets: Any = None) -> None:
        """Start, and let the heart beat."""
        await super().startup(sockets)
        self.heartbeat = asyncio.create_task(beat(Path(os.environ["HEARTBEAT_NOTES"])))


timeout_seconds = float(os.environ["REQUEST_TIMEOUT_SECONDS"])
sparql_protocol._BODY_TIMEOUT_SECONDS = connections._HEAD_TIMEOUT_SECONDS = connections._RATE_INTERVAL_SECONDS = timeout_seconds
if "HEARTBEAT_NOTES" in os.environ:
    run._Server = BeatingServer  # type: ignore[misc]
main()
