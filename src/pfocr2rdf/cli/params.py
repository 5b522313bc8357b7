"""Types of options, and options, that several commands share."""

from __future__ import annotations

import os
from collections.abc import Iterable

import click
from click.core import ParameterSource

from pfocr2rdf.errors import OptionError
from pfocr2rdf.pipeline.release import Release, find_control_character, normalize_doi, parse_date
from pfocr2rdf.rdf.format_names import canonical_format_name
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.site.pages.pictures import PICTURE_MODES, picture_policy
from pfocr2rdf.storage.urls import redact_text

shapes_option = click.option(
    "--shapes", multiple=True, type=click.Path(exists=True, file_okay=False),
    help="Folder of SHACL shapes (.ttl); repeat for several. A file with the name of a built-in file replaces it; other files are added.",
)  # fmt: skip


class IntegerRange(click.IntRange):
    """A range of integers, which error messages call an integer."""

    name = "integer"


class FormatName(click.Choice[str]):
    """The type of an option whose value is the name of a format, also by an alias such as ``ttl``."""

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:
        """The formats, in one line."""
        return f"Choose from {', '.join(self.choices)}"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The project's name of the format."""
        names = [canonical_format_name(name.strip()) for name in value.split(",")]
        if names[1:] and {*names} <= {*self.choices}:
            self.fail(f"{value!r} is a list; repeat the option: {' '.join(f'--format {name}' for name in names)}.", param, ctx)
        return super().convert(canonical_format_name(value), param, ctx)


class OutputPath(click.Path):
    """The type of an option whose value is the path of an output, which is not empty: that would be the current folder."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """The path."""
        if not os.fspath(value):
            self.fail("the path is empty; the current folder is '.'.", param, ctx)
        return super().convert(value, param, ctx)


def first_given_option(names: Iterable[str]) -> str:
    """The first of these parameters of the running command that its user gave, as an option; ``""`` if there is none."""
    context = click.get_current_context()
    given = (name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE)
    options = {parameter.name: parameter.opts[-1] for parameter in context.command.params}
    return next((options[name] for name in given), "")


def absolute_iri(text: str) -> str:
    """The type of an option whose value is an absolute IRI."""
    if not is_absolute_iri(text):
        raise click.BadParameter(f"{redact_text(text)!r} is not an absolute IRI.")
    return text


def web_url(text: str) -> str:
    """The type of an option whose value is a URL of the web."""
    if not (is_absolute_iri(text) and text.startswith(("http://", "https://"))):
        raise click.BadParameter(f"{redact_text(text)!r} is not a web URL, which begins with https:// or http://.")
    if redact_text(text) != text:
        raise click.BadParameter(f"{redact_text(text)}: other users could see the password in the URL; leave it out.")
    return text


def picture_choice(text: str) -> str:
    """The type of an option whose value is a way to show pictures."""
    try:
        picture_policy(text)
    except OptionError as error:
        raise click.BadParameter(f"{error}.") from None
    return text


pictures_option = click.option(
    "--pictures", type=picture_choice, default=PICTURE_MODES[0], show_default=True, metavar="embed|click|link|FOLDER|URL",
    help="Show pictures (embed), show them after a click, or link to them; or show copies named FIGURE.jpg from a folder or an https URL.",
)  # fmt: skip


def doi_name(text: str) -> str:
    """The type of an option whose value is a DOI."""
    try:
        return normalize_doi(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}; write it as 10.5281/zenodo.1234567.") from None


def version_name(text: str) -> str:
    """The type of an option whose value is the version of a release."""
    if not text.strip():
        raise click.BadParameter("the version is empty; name one, such as 2025-01, or leave the option out.")
    if find_control_character(text):
        raise click.BadParameter(f"the version {text!r} has a control character; remove it.")
    return text.strip()


def calendar_date(text: str) -> str:
    """The type of an option whose value is a date."""
    try:
        return parse_date(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}; write it as YYYY-MM-DD.") from None


def override_release(release: Release, name: str | None, issued: str | None) -> Release:
    """The release with the name and the date of the options, where they are given."""
    return release._replace(name=name or release.name, issued=issued or release.issued)
