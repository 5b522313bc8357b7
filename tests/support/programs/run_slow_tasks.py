"""A pool of worker processes with an endless number of tasks: OUTPUT SECONDS-A-TASK. It prints the processes' ids."""

import sys
import time

from pfocr2rdf.pipeline.executors.processes import ProcessExecutor
from pfocr2rdf.storage.export_directory import ExportDirectory

TASK_SECONDS = float(sys.argv[2])


class Slow:
    def run(self, worker: object) -> None:
        time.sleep(TASK_SECONDS)


with ExportDirectory(sys.argv[1]), ProcessExecutor(3, list) as pool:
    for number, _ in pool.map((number, Slow()) for number in range(100_000)):
        if number == 3:
            print(*(worker.process.pid for worker in pool._running), flush=True)
