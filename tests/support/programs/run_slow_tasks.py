"""A pool of worker processes with an endless number of tasks: OUTPUT TASK [watch]. It prints the processes' ids.

With ``watch``, the system does not tell workers that their parent has ended, as on other systems than Linux."""

import sys
import time
from itertools import repeat

from pfocr2rdf.pipeline.executors import child_process
from pfocr2rdf.pipeline.executors.processes import ProcessExecutor
from pfocr2rdf.storage.export_directory import ExportDirectory


def loop() -> None:
    while True:
        pass


def run_native_code() -> None:
    """No other thread of Python runs meanwhile."""
    sum(repeat(0, 10**13))


TASKS = {"short": lambda: time.sleep(0.01), "sleep": lambda: time.sleep(60), "loop": loop, "native": run_native_code}
if "watch" in sys.argv:
    child_process._prctl = None


class Slow:
    def __init__(self, number: int) -> None:
        self.number = number

    def run(self, worker: object) -> None:
        if self.number >= 4:
            TASKS[sys.argv[2]]()


with ExportDirectory(sys.argv[1]), ProcessExecutor(3, list) as pool:
    for number, _ in pool.map((number, Slow(number)) for number in range(100_000)):
        if number == 3:
            print(*(worker.process.pid for worker in pool._running), flush=True)
