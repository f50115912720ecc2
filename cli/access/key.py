"""`rotator key`: keys of the API, each of one identity; the first one, and those that its admin adds."""

import asyncio
import getpass
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.language.wording import _, recognised
from cli.terminal.client import FOLDER, REFUSED, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import instant, say, say_error, say_json, say_table
from cli.terminal.new_file import refuse_existing, write_new
from rotation.identity.permission import Role

app = typer.Typer(help="Keys of the API: who may use it, in which role.", no_args_is_help=True)
_DAYS = "P{}D"
OutOption = Annotated[Path | None, typer.Option("--out", help="Write the key to this new file; else it is printed")]


def register(main: typer.Typer) -> None:
    """Add these commands."""
    main.add_typer(app, name="key")


@app.command()
@answered
def add(
    name: Annotated[str, typer.Argument(help="The name of the person or the program")],
    role: Annotated[
        list[Role] | None, typer.Option("--role", help="A role of the identity; may be given more than once")
    ] = None,
    site: Annotated[list[str] | None, typer.Option("--site", help="Id of a site that it sees; all without it")] = None,
    *,
    expires: Annotated[str, typer.Option("--expires", help="How long the key counts, e.g. 90d or P90D")] = "90d",
    out: OutOption = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    another: Annotated[
        bool, typer.Option("--another", help="The identity exists; with --role: it has had no key (rotator subject)")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a key: for a new person or program, or with --another for one that is known. It is shown once."""
    if not another and not role:
        raise UnreadableError(_("give --role for a new identity, or --another for one that has its roles already"))
    refuse_existing(out)
    grant = {"roles": [each.value for each in role], "sites": site or None} if role else None
    body = {"name": name, "grant": grant, "another": another, "expires_in": _span(expires)}
    with opened(api, folder) as rotator:
        made = rotator.post("/v1/keys", body)
    key = made["key"]
    if out is not None:
        write_new(
            out, f"{made['text']}\n".encode(), remedy=_("rotator key revoke %(id)s, and make another one", id=key["id"])
        )
        made["text"] = str(out)
    if as_json:
        say_json(made)
        return
    say(
        _(
            "Key %(id)s of %(name)s counts until %(expires_at)s",
            id=key["id"],
            name=key["principal"]["name"],
            expires_at=instant(key["expires_at"]),
        )
    )
    say(_("It is in %(out)s", out=out) if out is not None else made["text"])


@app.command("list")
@answered
def list_keys(api: ApiOption = None, folder: FolderOption = FOLDER, *, as_json: JsonOption = False) -> None:
    """Show every key: whose it is, its roles, when it was used last, and whether it counts."""
    with opened(api, folder) as rotator:
        shown = rotator.list("/v1/keys")
    if as_json:
        say_json(shown)
        return
    say_table(_("Keys"), (_("key"), _("of"), _("roles"), _("sites"), _("last used"), ""), map(_row, shown["items"]))


@app.command()
@answered
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, as `rotator key list` shows it; never its text")],
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    *,
    as_json: JsonOption = False,
) -> None:
    """Revoke a key: from the next request on it opens nothing."""
    with opened(api, folder) as rotator:
        shown = rotator.delete(f"/v1/keys/{key}")
    if as_json:
        say_json(shown)
        return
    say(_("Key %(id)s of %(name)s opens nothing any more", id=shown["id"], name=shown["principal"]["name"]))


@app.command()
@answered
def first(
    name: Annotated[str | None, typer.Option("--name", help="The admin's name; else the login name")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A new file for the key; else api.key of the folder")
    ] = None,
    folder: FolderOption = FOLDER,
) -> None:
    """Make an admin's key on the database itself: for a service that runs apart, or when every key is lost.

    Run it with the settings of the service (database, encryption key). The service may run meanwhile.
    """
    # here and not above: the other commands start faster without the store
    from cli.service.first_key import make_first_key  # noqa: PLC0415 - see above
    from store.fault import StoreFault  # noqa: PLC0415 - see above
    from store.settings import StoreSettings  # noqa: PLC0415 - see above

    file = out or folder / "api.key"
    refuse_existing(file)
    try:
        asyncio.run(make_first_key(StoreSettings(folder=folder.resolve()), name or getpass.getuser(), file, only=False))
    except (StoreFault, ValueError, OSError, sqlite3.Error) as error:
        say_error(f"rotator key: {recognised(str(error))}")
        raise typer.Exit(REFUSED) from None
    say(_("The key is in %(file)s", file=file))


def _row(key: dict[str, Any]) -> tuple[str, ...]:
    of, sites = key["principal"], key["principal"]["sites"]
    used = instant(key["used_at"]) if key["used_at"] else _("never")
    return (
        key["id"],
        of["name"],
        ", ".join(of["roles"]),
        _("all") if sites is None else ", ".join(sites),
        used,
        _ends(key),
    )


def _ends(key: dict[str, Any]) -> str:
    if key["revoked_at"]:
        return _(
            "revoked by %(revoked_by)s at %(revoked_at)s",
            revoked_by=key["revoked_by"],
            revoked_at=instant(key["revoked_at"]),
        )
    if key["expires_at"] is None:
        return _("until it is revoked")
    over = datetime.fromisoformat(key["expires_at"]) < datetime.now().astimezone()
    ends = instant(key["expires_at"])
    return _("expired %(at)s", at=ends) if over else _("until %(at)s", at=ends)


def _span(given: str) -> str:
    days = given.removesuffix("d")
    return _DAYS.format(days) if days != given and days.isdecimal() else given
