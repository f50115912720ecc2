"""`rotator recovery`: what lies in a recovery file, without unpacking it anywhere."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.certificate.recovery_inspection import inspect_here, served_by
from cli.language.wording import _, counted
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
        Path | None, typer.Option(help="A file with the keystores' password, where the archive does not have it")
    ] = None,
    *,
    site: Annotated[str | None, typer.Option(help="Compare it with a server of this site, too")] = None,
    server: Annotated[str | None, typer.Option(help="The server that it comes from")] = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Show which certificate a recovery file holds, and whether it can be put back. Nothing of the file is sent.

    With --site and --server, it compares the file with what that server presented at the site's newest survey.
    """
    if (site is None) != (server is None):
        raise typer.BadParameter(_("give both --site and --server, or neither"))
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
    size = counted("%(count)s byte", "%(count)s bytes", file["size"])
    say(
        counted(
            "%(name)s: %(count)s file, %(size)s",
            "%(name)s: %(count)s files, %(size)s",
            len(file["members"]),
            name=file["name"],
            size=size,
        )
    )
    say(f"SHA-256 {file['sha256']}")
    if certificate := inspected["certificate"]:
        say(
            _(
                "certificate %(subject)s, issued by %(issuer)s",
                subject=certificate["subject"],
                issuer=certificate["issuer"],
            )
        )
        begins, ends = instant(certificate["not_before"]), instant(certificate["not_after"])
        say("    " + _("valid from %(begins)s until %(ends)s", begins=begins, ends=ends))
        say(f"    SHA-256 {certificate['fingerprint']}")
    matches = inspected["key_matches"]
    say(_("private key matches the certificate") if matches else _("private key does not match, or is not there"))
    has_password = file["tells_password"]
    say(_("it has the password of the keystores") if has_password else _("it lacks the password of the keystores"))
    say(_("default domain %(domain_ids)s", domain_ids=", ".join(file["domain_ids"]) or _("not found")))
    say_findings(inspected["findings"])
    say(_("It can put the certificate back.") if inspected["usable"] else _("It cannot put a certificate back."))
