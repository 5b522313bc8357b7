"""Print the Nth command in the ``sh`` blocks of README.md, so that CI runs the commands that readers copy.

Blocks of another language show a session with its output (``console``), or a file.
"""

import re
import sys
from pathlib import Path

blocks = re.findall(r"^```sh\n(.*?)^```$", Path("README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
commands = [line.strip() for block in blocks for line in block.splitlines() if line.strip() and not line.startswith("#")]
print(commands[int(sys.argv[1]) - 1])
