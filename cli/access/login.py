"""`rotator login` and `rotator whoami`: a key that was given is kept for later commands, and shown by its identity."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from cli.language.wording import _
from cli.terminal.client import (
    FOLDER,
    Api,
    ApiOption,
    FolderOption,
    JsonOption,
    address_in,
    answered,
    certificate_in,
    opened,
)
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import say, say_json
from cli.terminal.profile import DEFAULT, LoginProfile, chosen, path_of, write_profile


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("login")(login)
    app.command("whoami")(whoami)


@answered
def login(
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", help="The file that holds the key; else the command asks for it, unseen"),
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="The name of the profile that keeps it")] = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
) -> None:
    """Keep a key for later commands, in a file that its owner alone may read. A key is never an argument."""
    name = profile or chosen() or DEFAULT
    path_of(name)
    address = api or address_in(folder)
    key = _typed() if key_file is None else _read(key_file)
    rotator = Api(address, key, certificate_in(folder, address))
    try:
        shown = rotator.get("/v1/whoami")
    finally:
        rotator.close()
    path = write_profile(name, LoginProfile(api=address, key=SecretStr(key)))
    say(
        _(
            "You are %(name)s (%(roles)s) at %(address)s; the key is in %(path)s",
            name=shown["name"],
            roles=", ".join(shown["roles"]),
            address=address,
            path=path,
        )
    )
    if name != DEFAULT:
        say(_("rotator --profile %(name)s COMMAND, or ROTATOR_PROFILE=%(name)s, uses it", name=name))


@answered
def whoami(api: ApiOption = None, folder: FolderOption = FOLDER, *, as_json: JsonOption = False) -> None:
    """Show the identity that commands are sent as."""
    with opened(api, folder) as rotator:
        shown = rotator.get("/v1/whoami")
    if as_json:
        say_json(shown)
        return
    sites = _("all sites") if shown["sites"] is None else _("sites %(sites)s", sites=", ".join(shown["sites"]))
    say(f"{shown['name']} ({', '.join(shown['roles'])}), {sites}, {shown['id']}")


def _typed() -> str:
    if not sys.stdin.isatty():
        raise UnreadableError(_("this command has no terminal to ask for the key: give --key-file"))
    return str(typer.prompt(_("API key"), hide_input=True, err=True)).strip()


def _read(file: Path) -> str:
    try:
        key = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        key = ""
    if not key:
        raise UnreadableError(_("there is no key in %(file)s", file=file))
    return key
