"""Mistakes of users: each ends with one sentence that names the cause and the way out, and with a stable exit status.

A row of the table has a command, the whole message, and the status. Commands run in a folder with one of everything: ``FILES``.
"""

# ruff: noqa: E501 - whole messages, each in one piece

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from tests.support.servers import free_port

from pfocr2rdf import export, load
from pfocr2rdf.analysis.delta.diff import diff
from pfocr2rdf.cli import main
from pfocr2rdf.site.static.publish import publish

EXAMPLES = Path(__file__).parents[3] / "examples"

FILES = {
    "notes.txt": b"Call the lab on Monday.\n",
    "broken.zip": b"PK\x03\x04 the rest did not arrive",
    "broken.ttl": b"<urn:a> <urn:b> .\n",
    "broken.nt.gz": b"\x1f\x8b the rest did not arrive",
    "latin-1.rq": "# café\nASK {}".encode("latin-1"),
    "foreign/thesis.docx": b"mine",
    "damaged-store/CURRENT": b"no database",
    "no-shapes/readme.md": b"",
    "relative.ttl": b"<a> <b> <c> .\n",
}


class _Handler(BaseHTTPRequestHandler):
    """Responds with the status that is the first part of the path."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b"<!doctype html><title>A home page</title>"
        self.send_response(int(self.path.split("/")[1]))
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET  # noqa: N815 - http.server calls them so

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class World(NamedTuple):
    """The folder that commands run in, and what stands for other addresses in the table."""

    folder: Path
    server: str  # of the handler above
    used_port: int
    closed_port: int

    def fill(self, text: str) -> str:
        return text.format(server=self.server, used=self.used_port, closed=self.closed_port, cwd=self.folder)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    for name, data in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "empty").mkdir()
    shutil.copytree(EXAMPLES, folder / "examples")
    export([folder / "examples"], folder / "output", formats=["nquads"], workers=1)
    load(folder / "output", folder / "store")
    publish(folder / "output", folder / "site", pages=("papers",), workers=1)
    diff(folder / "output", folder / "output", folder / "delta")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    with server, contextlib.chdir(folder):
        yield World(folder, f"http://127.0.0.1:{port}", port, free_port())
        server.shutdown()


def run(world: World, command: str) -> tuple[int, str]:
    """The exit status of a command, and the last line on standard error."""
    with contextlib.chdir(world.folder):
        return invoke(world.fill(command))


def invoke(command: str) -> tuple[int, str]:
    """The same in the folder in which we are."""
    result = CliRunner().invoke(main, shlex.split(command))
    assert "Traceback" not in result.output
    return result.exit_code, (result.stderr.splitlines() or [""])[-1]


NO_FILE = "{0}: there is no such file or folder; {1}"
NO_RECORDS = "{0}: is {1}, not a folder of records; name the records that it was created from"
NO_GRAPH = "{0}: is {1}, not a graph or records; name the export or the records that it was created from"
EMPTY = "empty: the folder contains no records; name a folder, file or archive with records (.md, .yaml)"
UNUSABLE = (
    "notes.txt: none of its records can be used (1 refused, 0 quarantined); export it to see why; the first: "
    "notes.txt:1: there is no front matter; begin the file with a line '---'"
)
BROKEN_ZIP = (
    "broken.zip: the archive cannot be read: it has no central directory, so it is truncated or not a zip file; download or create it again"
)
BROKEN_RDF = "broken.ttl:1: is not valid RDF: Parser error at line 1 column 17: . is not a valid RDF object; correct the file"
CUT_RDF = "broken.nt.gz: is not valid RDF: Unknown compression method; download or export it again"

# The commands that take a graph: an export, RDF or records.
GRAPH_COMMANDS = (
    "diff {0} output", "diff output {0}", "load {0} --to new-store", "publish {0} -o new-site", "stats {0}",
)  # fmt: skip
RECORD_COMMANDS = ("export {0} -o new-output", "export {0} --dry-run -o new-output", "validate {0}")

SOURCE_MISTAKES = {
    "outptu": NO_FILE.format("outptu", "did you mean output?"),
    "nowhere/at-all": NO_FILE.format("nowhere/at-all", "check the path"),
    "empty": EMPTY,
    "broken.zip": BROKEN_ZIP,
    "site": NO_RECORDS.format("site", "a site"),
    "store": NO_RECORDS.format("store", "a store"),
}
GRAPH_MISTAKES = {
    **SOURCE_MISTAKES,
    "empty": "empty: the folder contains neither a graph nor records; name an export directory, an RDF file or records",
    "site": NO_GRAPH.format("site", "a site"),
    "store": NO_GRAPH.format("store", "a store"),
    "notes.txt": UNUSABLE,
    "broken.ttl": BROKEN_RDF,
    "broken.nt.gz": CUT_RDF,
    "delta": "delta: is a delta, not a graph; name the exports that it was created from",
}
_ACCEPTED = {("publish", "store"), ("load", "delta")}  # what a command takes

SOURCE_ROWS = [
    *((command.format(source), f"Error: {message}", 3) for command in RECORD_COMMANDS for source, message in SOURCE_MISTAKES.items()),
    *(
        (command.format(source), f"Error: {message}", 3)
        for command in GRAPH_COMMANDS
        for source, message in GRAPH_MISTAKES.items()
        if (command.split()[0], source) not in _ACCEPTED
    ),
]

ROWS = [
    # names of commands and options
    ("exprot examples", "Error: No such command 'exprot'. Did you mean 'export'?", 2),
    ("export examples --ouput out", "Error: No such option '--ouput'. Did you mean '--output'?", 2),
    ("export examples", "Error: Missing option '-o' / '--output'.", 2),
    ("export -o out", "Error: Missing argument 'SOURCES...'.", 2),
    ("export examples -o out --workers 0", "Error: Invalid value for '-w' / '--workers': 0 is not in the range x>=1.", 2),
    ("export examples -o out --workers many", "Error: Invalid value for '-w' / '--workers': 'many' is not a valid integer.", 2),
    ("export examples -o out --limit -1", "Error: Invalid value for '--limit': -1 is not in the range x>=1.", 2),
    (
        "export examples -o out -f turtel",
        "Error: Invalid value for '-f' / '--format': 'turtel' is not one of 'turtle', 'jsonld', 'ntriples', 'nquads', 'trig', 'rdfxml', "
        "'biothings', 'gmt', 'kgx', 'linksets', 'sssom', 'tables', 'parquet', 'csv'.",
        2,
    ),
    ("export examples -o out --scheduler tcp://host:8786", "Error: a scheduler requires the engine dask.", 2),
    ("diff output output --compress gz", "Error: --compress applies to the files of a delta; name a folder for them with --output.", 2),
    ("load output --plan qlever --dry-run", "Error: --dry-run has no effect on a plan, which loads nothing; leave it out.", 2),
    ("load output --plan qlever --to http://localhost:7878", "Error: --to has no effect on a plan, which loads nothing; leave it out.", 2),
    ("load output --plan qlever --user curator", "Error: --user has no effect on a plan, which loads nothing; leave it out.", 2),
    ("load output --driver virtuoso", "Error: --driver is for a server; name the URL of one, or leave the option out.", 2),
    ("load output --to localhost:7878 --user curator", "Error: localhost:7878: is not a URL, since it has no scheme; write http://localhost:7878, or ./localhost:7878 for a folder", 3),
    ("query organisms --query-endpoint http://localhost/sparql", "Error: --query-endpoint is for a server; name the URL of one, or leave the option out.", 2),
    ("convert output --format gmt -o converted --timeout 5", "Error: --timeout is for a server; name the URL of one, or leave the option out.", 2),
    ("records output -o records --retry-for 5", "Error: --retry-for is for a server; name the URL of one, or leave the option out.", 2),
    ("load delta --graphs figure", "Error: --graphs has no effect on a delta; leave it out.", 2),
    ("load delta --append", "Error: --append has no effect on a delta; leave it out.", 2),
    ("load output --output plan", "Error: --output sets the folder of a plan; add --plan, or set the store with --to.", 2),
    ("serve store --port 70000", "Error: Invalid value for '--port': 70000 is not in the range 0<=x<=65535.", 2),
    ("check site --negotiation", "Error: a folder has no content negotiation; name the URL of the site.", 2),
    # where to write
    ("export examples -o foreign", "Error: foreign: contains other files, not an export; name another folder, or export into it with --force", 3),
    ("export examples -o store", "Error: store: contains a store, not an export; name another folder, or export into it with --force", 3),
    ("export examples -o site", "Error: site: contains a site, not an export; name another folder, or export into it with --force", 3),
    ("export examples -o notes.txt", "Error: notes.txt: is a file, not a folder; name a folder with --output", 3),
    ("export notes.txt -o output", "Error: no record could be exported, so output still contains the previous export; correct the records, or export to a new folder to get the whole report", 3),
    ("publish output -o output", "Error: output: contains an export, which a site would overwrite; name another folder with --output", 3),
    ("publish output -o store", "Error: store: contains a store, which a site would overwrite; name another folder with --output", 3),
    ("publish output -o foreign", "Error: foreign: contains other files; name another folder, or keep them in addition to the site with --force", 3),
    ("diff output output -o output", "Error: output: contains an export, which a delta would damage; name another folder with --output", 3),
    ("load output --to output", "Error: output: contains an export, not a store; name another folder with --to", 3),
    ("load output --to foreign", "Error: foreign: contains other files, not a store; name another folder with --to", 3),
    ("load output --to notes.txt", "Error: notes.txt: is a file, not a store; name another folder with --to", 3),
    ("diff output output -o notes.txt", "Error: Invalid value for '-o' / '--output': Directory 'notes.txt' is a file.", 2),
    ("query 'ASK {{}}' -o empty", "Error: Invalid value for '-o' / '--output': File 'empty' is a directory.", 2),
    *(
        (f"load {source} --plan qlever -o new-plan", f"Error: {message}", 3)
        for source, message in (
            ("outptu", NO_FILE.format("outptu", "did you mean output?")),
            ("store", "store: is a store, not an export; run 'pfocr2rdf export' first, and name its folder"),
            ("empty", "empty: is a folder, not an export; run 'pfocr2rdf export' first, and name its folder"),
            ("notes.txt", "notes.txt: is a file, not an export; run 'pfocr2rdf export' first, and name its folder"),
        )
    ),
    # shapes
    ("validate examples --shapes nowhere", "Error: Invalid value for '--shapes': Directory 'nowhere' does not exist.", 2),
    ("validate examples --shapes no-shapes", "Error: no-shapes: there are no shapes here; name a folder with .ttl files", 3),
    # stores
    ("query 'ASK {{}}' --store nowhere", "Error: nowhere: there is no store; run 'pfocr2rdf load EXPORT --to nowhere' to make one from an export", 3),
    ("query 'ASK {{}}' --store output", "Error: output: is an export, not a store; run 'pfocr2rdf load output --to STORE', and name that store", 3),
    ("query 'ASK {{}}' --store empty", "Error: empty: is a folder, not a store; name a folder that 'pfocr2rdf load' wrote", 3),
    ("query 'ASK {{}}' --store notes.txt", "Error: notes.txt: is a file, not a store; name a folder that 'pfocr2rdf load' wrote", 3),
    ("query 'ASK {{}}' --store site", "Error: site: is a site, not a store; name a folder that 'pfocr2rdf load' wrote", 3),
    ("query 'ASK {{}}' --store damaged-store", "Error: damaged-store: the store cannot be used: LOCK is missing; load the export into a new folder", 3),
    ("load output --to damaged-store", "Error: damaged-store: the store cannot be used: LOCK is missing; load the export into a new folder", 3),
    ("serve nowhere", "Error: nowhere: there is no store; run 'pfocr2rdf load EXPORT --to nowhere' to make one from an export", 3),
    ("load delta --to nowhere", "Error: nowhere: there is no store; run 'pfocr2rdf load EXPORT --to nowhere' to make one from an export", 3),
    # values of options
    ("export examples -o o --workers two", "Error: Invalid value for '-w' / '--workers': 'two' is not a valid integer.", 2),
    ("export examples -o o --format ttl,nt", "Error: Invalid value for '-f' / '--format': 'ttl,nt' is a list; repeat the option: --format turtle --format ntriples.", 2),
    ("export examples -o o --metadata none.yaml", "Error: none.yaml: there is no such file or folder; check the path.", 2),
    ("convert output -o o", "Error: Missing option '-f' / '--format'. Choose from biothings, gmt, kgx, linksets, sssom, tables, parquet, csv", 2),
    ("stats output --format svg", "Error: Invalid value for '-f' / '--format': applies to plots; name a folder for them with --output.", 2),
    ("release output -o o --doi 11.5/x", "Error: Invalid value for '--doi': '11.5/x' is not a valid DOI; write it as 10.5281/zenodo.1234567.", 2),
    ("serve store --host-name http://a", "Error: 'http://a' is not a host name; write it without scheme and port, such as data.example.org.", 2),
    ("validate relative.ttl", "Error: relative.ttl:1: has a relative IRI but no base IRI; add a base, or write absolute IRIs", 3),
    ("query years --store store --output none/a.csv", "Error: none/a.csv: cannot be written: No such file or directory; check the path", 3),
    ("query none.rq", "Error: Invalid value for 'QUERY': there is no file none.rq; check the path.", 2),
    # queries
    ("query words.rq", "Error: Invalid value for 'QUERY': there is no file words.rq; there are examples named words, keywords.", 2),
    ("query latin-1.rq", "Error: Invalid value for 'QUERY': latin-1.rq: it is not UTF-8: invalid continuation byte at byte 5.", 2),
    ("query 'ASK {{}}' --graph nothing", "Error: Invalid value for '--graph': 'nothing' is not an absolute IRI.", 2),
    # servers
    ("load output --to http://127.0.0.1:{closed}", "Error: http://127.0.0.1:{closed}: the connection failed: Connection refused; check that the server runs, or wait for it with --retry-for SECONDS", 3),
    ("query 'ASK {{}}' --store http://127.0.0.1:{closed}", "Error: http://127.0.0.1:{closed}: the connection failed: Connection refused; check that the server runs, or wait for it with --retry-for SECONDS", 3),
    ("check http://127.0.0.1:{closed}/", "Error: http://127.0.0.1:{closed}/: the site cannot be reached: All connection attempts failed; check that the server runs, or raise --timeout", 3),
    ("load output --to localhost:7878", "Error: localhost:7878: is not a URL, since it has no scheme; write http://localhost:7878, or ./localhost:7878 for a folder", 3),
    ("query 'ASK {{}}' --store example.org:80/sparql", "Error: example.org:80/sparql: is not a URL, since it has no scheme; write http://example.org:80/sparql, or ./example.org:80/sparql for a folder", 3),
    ("load output --to ftp://example.org/", "Error: ftp://example.org/: is not the URL of a server; write one that begins with http:// or https://", 3),
    ("check example.org", "Error: example.org: is neither a folder nor a URL; write a URL such as https://example.org/pfocr/", 3),
    ("check notes.txt", "Error: notes.txt: is neither a folder nor a URL; write a URL such as https://example.org/pfocr/", 3),
    ("check output", "Error: output: is an export, not a site; name a folder that 'pfocr2rdf publish' wrote", 3),
    ("check empty", "Error: empty: is a folder, not a site; name a folder that 'pfocr2rdf publish' wrote", 3),
    *(
        (f"check {{server}}/{status}", f"Error: {{server}}/{status}/: the server responds with {status} {phrase}; name the URL of the site", 3)
        for status, phrase in ((401, "Unauthorized"), (403, "Forbidden"), (404, "Not Found"), (500, "Internal Server Error"))
    ),
    *(
        (command, "Error: {server}/401: the server asks for a password; set PFOCR2RDF_USER and PFOCR2RDF_PASSWORD, or PFOCR2RDF_TOKEN, or write the host into ~/.netrc", 3)
        for command in ("load output --to {server}/401", "query 'ASK {{}}' --store {server}/401")
    ),
    *(
        (
            f"{command}/{status} --retry-for 0",
            f"Error: {{server}}/{status}: there is no SPARQL service at this URL{reason}; "
            "check the URL, or name the endpoints with --query-endpoint and --update-endpoint",
            3,
        )
        for command in ("load output --to {server}", "query 'ASK {{}}' --store {server}")
        for status, reason in (
            (200, ""), (403, ", and the server responds with 403 Forbidden"), (404, ", and the server responds with 404 Not Found"),
            (500, ", and the server responds with 500 Internal Server Error"),
        )
    ),
    ("serve store --port {used}", "Error: port {used} of 127.0.0.1 is in use; choose another with --port, or any that is free with --port 0", 3),
]  # fmt: skip


def _list_visible(folder: Path) -> list[str]:
    """The names of files but those by which an interrupted load is resumed."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


@pytest.mark.parametrize(("command", "message", "status"), ROWS + SOURCE_ROWS)
def test_a_mistake_has_one_sentence_and_its_status(command: str, message: str, status: int, world: World) -> None:
    before = _list_visible(world.folder)
    assert run(world, command) == (status, world.fill(message) if "{" in message else message)
    assert _list_visible(world.folder) == before


@pytest.mark.parametrize(
    ("command", "modules", "message"),
    [
        ("serve store", ["uvicorn"], "serving needs uvicorn, which is not installed; run: pip install 'pfocr2rdf[serve]'"),
        (
            "stats output -o plots",
            ["matplotlib"],
            "drawing plots needs matplotlib, which is not installed; run: pip install 'pfocr2rdf[plots]'",
        ),
        ("export examples -o out --engine dask", ["distributed"], "the engine dask is not installed; run: pip install 'pfocr2rdf[dask]'"),
        ("export s3://a/b -o out", ["s3fs"], "s3://a/b: needs s3fs, which is not installed; run: pip install 'pfocr2rdf[s3]'"),
        ("export gs://a/b -o out", ["gcsfs"], "gs://a/b: needs gcsfs, which is not installed; run: pip install 'pfocr2rdf[gcs]'"),
        ("export examples -o s3://a/b", ["s3fs"], "s3://a/b: needs s3fs, which is not installed; run: pip install 'pfocr2rdf[s3]'"),
    ],
)
def test_a_missing_extra_is_named(command: str, modules: list[str], message: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*sys.modules]:
        if name.partition(".")[0] in modules or name in ("pfocr2rdf.server.run", "pfocr2rdf.pipeline.executors.dask"):
            monkeypatch.delitem(sys.modules, name)
    for name in modules:
        monkeypatch.setitem(sys.modules, name, None)
    assert run(world, command) == (3, f"Error: {message}")


FULL_DISK = "cannot be written: No space left on device; free some space, or write to another disk"


def test_a_full_disk(world: World) -> None:
    assert run(world, "query 'SELECT * {{ ?s ?p ?o }}' --store store -o /dev/full") == (3, f"Error: /dev/full: {FULL_DISK}")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("export secret -o out", "secret: cannot be listed: Permission denied; check the permissions"),
        ("export examples -o secret/out", "secret/out: cannot be written: Permission denied; check the permissions"),
        ("load output --to secret/store", "secret/store: Permission denied; check the permissions"),
        ("publish output -o secret/site", "secret/site: cannot be written: Permission denied; check the permissions"),
        ("validate secret.ttl", "secret.ttl: cannot be read: Permission denied; check the permissions"),
        ("load secret.nt --to store", "secret.nt: cannot be read: Permission denied; check the permissions"),
    ],
)
def test_no_permission(command: str, message: str, world: World) -> None:
    """Root may do anything, so root becomes nobody for as long as it takes."""
    is_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        for source in ("examples", "output"):
            shutil.copytree(world.folder / source, folder / source)
        (folder / "secret").mkdir()
        for path in ("secret.ttl", "secret.nt"):
            (folder / path).write_bytes(b"")
            (folder / path).chmod(0)
        (folder / "secret").chmod(0)
        with contextlib.chdir(folder):
            if is_root:
                os.seteuid(65534)
            try:
                outcome = invoke(command)
            finally:
                if is_root:
                    os.seteuid(0)
        (folder / "secret").chmod(0o700)
        assert outcome == (3, f"Error: {message}")


def test_ports(world: World) -> None:
    """The table has a port that is in use and one that is closed."""
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", world.used_port)) == 0
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", world.closed_port)) != 0
