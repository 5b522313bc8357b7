"""Regular files are read, whatever else has the name of one is refused without a wait, and pipes are copied once."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest
from tests.support.irregular_files import make_irregular

from pfocr2rdf.storage import filesystem, regular_files
from pfocr2rdf.storage.regular_files import copy_pipe, is_pipe, open_regular, read_file_or_pipe, read_regular

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")


@pytest.mark.parametrize("word", ["FIFO", "folder", "character device", "broken symbolic link", "symbolic"])
def test_what_is_no_regular_file_is_named_at_once(word: str, tmp_path: Path) -> None:
    path = make_irregular(tmp_path, word)
    for read in (open_regular, lambda path: read_regular(path, 100), lambda path: filesystem.open_file(str(path)).__enter__()):
        with pytest.raises(OSError, match=word):
            read(path)


def test_a_regular_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for data in (b"", b"a", b"abc", b"abcdef"):
        path.write_bytes(data)
        assert read_regular(path, 3) == data[:3]
    (tmp_path / "link").symlink_to(path)
    assert read_regular(tmp_path / "link", 10) == b"abcdef"


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_a_file_of_which_the_size_is_not_known_is_refused() -> None:
    with pytest.raises(OSError, match="its size is not known"):
        read_regular("/proc/self/status", 1 << 20)


CHANGES = {"grows": b"abcdef", "is truncated": b"a", "is overwritten": b"xyz"}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_while_it_is_read_is_refused(change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    os.utime(path, ns=(0, 0))
    fstat, calls = os.fstat, []

    def change_after_the_first_look(handle: int) -> os.stat_result:
        calls.append(handle)
        status = fstat(handle)
        if len(calls) == 1:
            path.write_bytes(CHANGES[change])
        return status

    monkeypatch.setattr(regular_files.os, "fstat", change_after_the_first_look)
    with pytest.raises(OSError, match="changed while it was read"):
        read_regular(path, 100)


def read_and_change(path: Path) -> None:
    with filesystem.open_file(str(path)) as file:
        assert file.read() == b"abc"
        path.write_bytes(b"")


def test_a_stream_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    with pytest.raises(OSError, match="changed while it was read"):
        read_and_change(tmp_path / "a")


# -- pipes ---------------------------------------------------------------------------------------------------------------------------


def test_a_pipe_is_copied_to_its_end(tmp_path: Path) -> None:
    pipe, data = tmp_path / "pipe", bytes(range(256)) * 1000
    os.mkfifo(pipe)
    assert is_pipe(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    copy_pipe(pipe, tmp_path / "copy")
    writer.join()
    assert (tmp_path / "copy").read_bytes() == data


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="there is no /dev/fd")
@pytest.mark.parametrize("data", [b"", b"abc"])
def test_the_pipe_of_a_shell_is_copied(data: bytes, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, data)
    os.close(writer)
    assert is_pipe(f"/dev/fd/{reader}")
    copy_pipe(f"/dev/fd/{reader}", tmp_path / "copy")
    os.close(reader)
    assert (tmp_path / "copy").read_bytes() == data


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular_files, "PIPE_TIMEOUT_SECONDS", 0.01)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TimeoutError, match="no process has written to it"):
        copy_pipe(tmp_path / "pipe", tmp_path / "copy")


def test_a_writer_that_is_slow_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular_files, "PIPE_TIMEOUT_SECONDS", 0.01)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # so that there can be a writer at once
    writer = os.open(pipe, os.O_WRONLY)
    timer = threading.Timer(0.1, lambda: (os.write(writer, b"late"), os.close(writer)))
    timer.start()
    copy_pipe(pipe, tmp_path / "copy")
    os.close(reader)
    assert (tmp_path / "copy").read_bytes() == b"late"


@pytest.mark.parametrize(("limit", "expected"), [(-1, b"abcdef"), (3, b"abc"), (10, b"abcdef")])
def test_a_file_and_a_pipe_are_read_up_to_the_limit(limit: int, expected: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abcdef")
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"abcdef",))
    writer.start()
    assert read_file_or_pipe(tmp_path / "pipe", limit) == read_file_or_pipe(tmp_path / "a", limit) == expected
    writer.join()


def test_a_file_and_nothing_are_no_pipes(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert not any(map(is_pipe, (tmp_path, tmp_path / "a", tmp_path / "b", "\0")))
