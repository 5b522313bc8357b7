"""Print a command of README.md: the Nth line of its ``sh`` blocks that begins with a program, so that CI runs what readers are told."""

import re
import sys
from pathlib import Path

blocks = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", Path("README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
commands = [line.strip() for block in blocks for line in block.splitlines() if line.strip() and not line.startswith("#")]
print(commands[int(sys.argv[1]) - 1])
