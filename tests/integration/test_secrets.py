"""No user name, password, token or signature of a URL is shown or written by any command, in any place that takes a URL."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from tests.support.servers import free_port

from pfocr2rdf.cli import main
from pfocr2rdf.errors import ExecutorError
from pfocr2rdf.rdf.text import truncate
from pfocr2rdf.storage.urls import redact_message, redact_url, require_public_url

PASSWORD = "Pa55%21word"
SECRETS = ("Pa55%21word", "Pa55!word", "T0kenOfMine")
URL_FORMS = (
    "{scheme}://curator:Pa55%21word@{host}/pfocr",
    "{scheme}://curator:Pa55!word@{host}/pfocr/records.md",
    "{scheme}://{host}/pfocr?token=T0kenOfMine",
    "{scheme}://{host}/pfocr/records.zip?X-Amz-Signature=T0kenOfMine&format=zip",
    "{scheme}://curator:Pa55!word/with/slash@{host}/pfocr",
    "{scheme}://T0kenOfMine@{host}/pfocr",
    "{scheme}://curator:Pa55!word@{host}:no-port/",
)
SCHEMES = ("http", "https", "ftp", "s3", "unknown")


def _arguments(command: click.Command, url: str, tmp_path: Path) -> list[list[str]]:
    """Calls of a command, each with the URL in another place."""
    local = {"output": str(tmp_path / "out"), "source": "examples", "sources": "examples", "old": "examples", "new": "examples"}
    calls = []
    parameters = [
        item for item in command.params if isinstance(item.type, click.Path | click.types.StringParamType | click.types.FuncParamType)
    ]
    for chosen in parameters:
        call = []
        for parameter in command.params:
            name, value = str(parameter.name), url if parameter is chosen else ""
            if isinstance(parameter, click.Argument):
                call.append(value or local.get(name, "ASK {}"))
            elif value or (parameter.required and name in local):
                call += [parameter.opts[-1], value or local[name]]
        calls.append(call)
    return calls


COMMANDS = sorted({*main.commands} - {"completion", "serve"})  # serve takes a folder, and would go on


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_shows_secrets_of_a_url(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "examples").mkdir()
    monkeypatch.chdir(tmp_path)
    command = main.commands[name]
    port = free_port()
    for scheme in SCHEMES:
        for form in URL_FORMS:
            url = form.format(scheme=scheme, host=f"127.0.0.1:{port}")
            for arguments in _arguments(command, url, tmp_path):
                result = CliRunner().invoke(main, [name, *arguments])
                shown = [secret for secret in SECRETS if secret in result.output]
                assert not shown, f"{name} {arguments}: {truncate(result.output, 2000)}"
                assert "bug in pfocr2rdf" not in result.output, f"{name} {arguments}: {truncate(result.output, 2000)}"
    written = [path for path in tmp_path.rglob("*") if path.is_file() for secret in SECRETS if secret.encode() in path.read_bytes()]
    assert not written


@pytest.mark.parametrize("form", URL_FORMS)
def test_errors_about_a_url_are_masked_in_each_spelling(form: str) -> None:
    url = form.format(scheme="https", host="example.org")
    for text in (url, f"cannot connect as curator:{PASSWORD}", "401 for Pa55!word", "key T0kenOfMine was refused", f"{url}: {url}"):
        message = redact_message(OSError(text), url)
        assert not [secret for secret in SECRETS if secret in message and secret[:4] in url]
    assert not [secret for secret in SECRETS if secret in redact_url(url)]


@pytest.mark.parametrize("form", URL_FORMS)
def test_a_service_is_named_without_secrets(form: str) -> None:
    with pytest.raises(ValueError, match="leave it out") as caught:
        require_public_url(form.format(scheme="https", host="example.org"), "leave it out")
    assert not [secret for secret in SECRETS if secret in str(caught.value)]


@pytest.mark.parametrize("url", ["https://example.org/a@b", "http://[::1]:7878/", "http://127.0.0.1:8000/x:y@z", "s3://bucket/a@b.md"])
def test_urls_without_secrets_stay(url: str) -> None:
    assert redact_url(url) == url
    require_public_url(url, "leave it out")


def test_the_address_of_a_site_without_a_scheme_is_shown_without_its_password() -> None:
    result = CliRunner().invoke(main, ["check", "curator:Pa55!word@127.0.0.1:1"])
    assert result.exit_code == 3
    assert "Pa55" not in result.output


def test_the_address_of_a_scheduler_is_shown_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    from pfocr2rdf.pipeline.executors.dask import DaskExecutor

    def refuse(address: str, **options: object) -> None:
        raise ValueError(f"invalid address {address.partition('://')[2]!r}")

    monkeypatch.setattr(distributed, "Client", refuse)
    with pytest.raises(ExecutorError, match="the scheduler cannot be reached") as refusal:
        DaskExecutor("tcp://curator:Pa55word@127.0.0.1:1", 1, "key", object)
    assert "Pa55word" not in str(refusal.value)
