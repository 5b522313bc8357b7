"""A local server with the S3 API, for tests only."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

import fsspec
import pytest
from tests.support.servers import free_port, wait_for

from pfocr2rdf.storage import filesystem


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """Moto's server, as a process of its own; while it runs, it is what the environment names as S3."""
    port = free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing-secret",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        _forget()
        running = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], **quiet)  # type: ignore[call-overload]
        try:
            wait_for(port, running)
            yield settings["AWS_ENDPOINT_URL"]
        finally:
            running.kill()
            running.wait()
            _forget()


def _forget() -> None:
    """Connections to a server of before."""
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    filesystem._open_file_system.cache_clear()
