"""`rotator recovery`: what lies in a recovery file, without unpacking it anywhere."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.certificate.recovery_inspection import inspect_here, served_by
from cli.terminal.client import FOLDER, REFUSED, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.formatting import instant, say, say_findings, say_json

_app = typer.Typer(help="Look into recovery files.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(_app, name="recovery")


@_app.callback()
def recovery() -> None:
    """Look into recovery files."""


@_app.command("inspect")
@answered
def inspect(
    file: Annotated[Path, typer.Argument(help="A recovery_<timestamp>.zip, as SEPM wrote it")],
    password_file: Annotated[
        Path | None, typer.Option(help="A file with the keystores' password, where the archive does not tell it")
    ] = None,
    *,
    site: Annotated[str | None, typer.Option(help="Hold it against a server of this site too")] = None,
    server: Annotated[str | None, typer.Option(help="The server that it comes from")] = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Say which certificate a recovery file holds, and whether it can be put back. Nothing of the file is sent.

    With --site and --server, the site's newest survey is asked for what that server presents.
    """
    if (site is None) != (server is None):
        raise typer.BadParameter("give both --site and --server, or neither")
    served = None
    if site is not None and server is not None:
        with opened(api, folder) as rotator:
            served = served_by(rotator, site, server)
    inspected = inspect_here(file, password_file, served)
    _say(inspected, as_json=as_json)
    if not inspected["usable"]:
        raise typer.Exit(REFUSED)


def _say(inspected: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(inspected)
        return
    file = inspected["file"]
    say(f"{file['name']}: {len(file['members'])} files, {file['size']} bytes")
    say(f"SHA-256 {file['sha256']}")
    if certificate := inspected["certificate"]:
        say(f"certificate {certificate['subject']}, issued by {certificate['issuer']}")
        say(f"    valid from {instant(certificate['not_before'])} until {instant(certificate['not_after'])}")
        say(f"    SHA-256 {certificate['fingerprint']}")
    say(f"private key {'matches the certificate' if inspected['key_matches'] else 'does not match, or is not there'}")
    say(f"password of the keystores {'told' if file['tells_password'] else 'not told'} in it")
    say(f"default domain {', '.join(file['domain_ids']) or 'not found'}")
    say_findings(inspected["findings"])
    say("It can put the certificate back." if inspected["usable"] else "It cannot put a certificate back.")
