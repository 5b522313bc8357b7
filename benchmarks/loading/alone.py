"""Runs a command and prints what it cost, as JSON. It imports next to nothing, and is run by its path.

Linux counts in the peak of a process what its parent held when it started it. So the parent is a process that holds nothing.
"""

import json
import os
import subprocess
import sys
import time


def main(log: str, *command: str) -> None:
    """Run the command; what it says goes to ``log``."""
    with open(log, "wb") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    cost = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024, "status": process.returncode}
    print(json.dumps(cost))


if __name__ == "__main__":
    main(*sys.argv[1:])
