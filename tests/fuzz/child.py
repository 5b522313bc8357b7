"""Tries the inputs of one batch: ``python -m tests.fuzz.child KIND SEED BEGIN END`` prints the problems as JSON."""

import json
import sys

from tests.fuzz.kinds import KINDS

if __name__ == "__main__":
    kind, seed, begin, end = sys.argv[1:]
    problems = list(KINDS[kind].try_inputs(int(seed), range(int(begin), int(end))))
    print(json.dumps(problems))
