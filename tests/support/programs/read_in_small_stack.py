"""Reads YAML that is nested deeply in a thread with a small stack, and says that it is refused."""

import threading

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.yaml import load_yaml


def refused() -> None:
    try:
        load_yaml("x:\n- " + "- " * 3900)
    except RecordError:
        print("refused")


threading.stack_size(512 * 1024)
thread = threading.Thread(target=refused)
thread.start()
thread.join()
