"""`rotator site`: registering sites and surveying them."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.client_exports import clients
from cli.language.system_errors import reason
from cli.language.wording import _, counted, number, word
from cli.terminal.actor import WhyOption
from cli.terminal.client import FOLDER, ApiOption, ApiRefusedError, FolderOption, JsonOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import instant, say, say_error, say_json, say_table, span
from cli.terminal.retrying import post_with_room

_TRUST_MISSING = "trust-missing"
_SiteArgument = Annotated[str, typer.Argument(help="The site's id")]
_app = typer.Typer(help="Register sites, show, rename, archive and survey them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    _app.command("clients")(clients)
    app.add_typer(_app, name="site")


@_app.command("add")
@answered
def add(
    file: Annotated[Path, typer.Argument(help="The site as JSON; - reads standard input")],
    sylink: Annotated[
        list[Path] | None, typer.Option(help="An exported Sylink.xml; may be given more than once")
    ] = None,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Register a site. A document without a password takes ROTATOR_SEPM_PASSWORD, or asks for it.

    Where it names no certificate to trust, the command shows the fingerprint, as ssh does, and the administrator
    compares it with the SEPM console and types it in. Without a terminal, nothing is registered.
    """
    document = _document(file)
    document["sylinks"] = [*document.get("sylinks", ()), *(_text(path) for path in sylink or ())]
    with opened(api, folder) as rotator:
        try:
            site = rotator.post("/v1/sites", document)
        except ApiRefusedError as refused:
            if refused.code != _TRUST_MISSING or not sys.stdin.isatty():
                raise
            site = rotator.post("/v1/sites", {**document, "trust": {"fingerprint_sha256": _compared(refused)}})
    say_json(site) if as_json else say(_("registered site %(id)s", id=site["id"]))


@_app.command("list")
@answered
def list_sites(
    *,
    archived: Annotated[bool, typer.Option(help="Those that are archived, too")] = False,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """List the registered sites."""
    with opened(api, folder) as rotator:
        sites = rotator.list("/v1/sites", archived=archived)
    if as_json:
        say_json(sites)
        return
    rows = [
        (site["id"], site["name"], ", ".join(site["servers"]), instant(site["archived_at"]) if archived else "")
        for site in sites["items"]
    ]
    say_table(_("Sites"), (_("id"), _("name"), _("servers"), _("archived") if archived else ""), rows)


@_app.command("show")
@answered
def show(site: str, *, api: ApiOption = None, folder: FolderOption = FOLDER, as_json: JsonOption = False) -> None:
    """Show a registered site."""
    with opened(api, folder) as rotator:
        shown = rotator.get(f"/v1/sites/{site}")
    if as_json:
        say_json(shown)
        return
    archived = (
        _(", archived since %(archived_at)s", archived_at=instant(shown["archived_at"])) if shown["archived_at"] else ""
    )
    say(
        _(
            "%(name)s (%(id)s), %(reached)s, database: %(database)s%(archived)s",
            name=shown["name"],
            id=shown["id"],
            reached=_reached(shown),
            database=word(shown["database"]),
            archived=archived,
        )
    )
    servers = [(each["name"], each["address"], each["https_port"], each["http_port"]) for each in shown["servers"]]
    say_table(_("Servers"), (_("name"), _("address"), "HTTPS", "HTTP"), servers)
    lists = [
        (each["name"], each["protocol"], " / ".join(", ".join(e["server"] for e in p) for p in each["priorities"]))
        for each in shown["lists"]
    ]
    say_table(_("Server lists"), (_("name"), _("protocol"), _("servers by priority")), lists)
    say_table(_("Limits"), (_("limit"), _("value")), [(name, _limit(value)) for name, value in shown["limits"].items()])


@_app.command("rename")
@answered
def rename(
    site: _SiteArgument,
    name: Annotated[str, typer.Argument(help="What the site is called from now on")],
    why: WhyOption,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Give a site another name. Its id stays."""
    with opened(api, folder) as rotator:
        shown = rotator.post(f"/v1/sites/{site}/rename", {"name": name, "why": why})
    say_json(shown) if as_json else say(_("site %(id)s is named %(name)s", id=shown["id"], name=shown["name"]))


@_app.command("archive")
@answered
def archive(
    site: _SiteArgument,
    why: WhyOption,
    *,
    left_changed: Annotated[
        bool, typer.Option("--left-changed", help="Archive it although a rotation left it changed")
    ] = False,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Archive a site: nothing begins at it any more. Its trail, plans and rotations stay readable."""
    with opened(api, folder) as rotator:
        shown = rotator.post(f"/v1/sites/{site}/archive", {"why": why, "accept_left_changed": left_changed})
    say_json(shown) if as_json else say(_("site %(id)s is archived", id=shown["id"]))


@_app.command("take-back")
@answered
def take_back(
    site: _SiteArgument,
    why: WhyOption,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Take an archived site into use again."""
    with opened(api, folder) as rotator:
        shown = rotator.post(f"/v1/sites/{site}/take-back", {"why": why})
    say_json(shown) if as_json else say(_("site %(id)s is in use again", id=shown["id"]))


@_app.command("survey")
@answered
def survey(site: str, *, api: ApiOption = None, folder: FolderOption = FOLDER, as_json: JsonOption = False) -> None:
    """Survey a site now, and show what was read."""
    with opened(api, folder) as rotator:
        answer = post_with_room(rotator, f"/v1/sites/{site}/survey", {})
    if as_json:
        say_json(answer)
        return
    if answer.get("state") == "running":
        say(_("the survey goes on; run the command again in a while"))
        return
    say(
        counted(
            "SEPM %(version)s, %(count)s client, %(at)s",
            "SEPM %(version)s, %(count)s clients, %(at)s",
            answer["clients"],
            version=answer["version"],
            at=instant(answer["taken_at"]),
        )
    )
    groups = [
        (
            group["path"],
            _("inherits") if group["inherits"] else "",
            each["name"],
            *_settings(each["settings"]),
            number(group["clients"]),
        )
        for group in answer["groups"]
        for each in group["locations"]
    ]
    columns = (_("group"), "", _("location"), _("server list"), _("secure"), _("heartbeat"), _("clients"))
    say_table(_("Groups and locations"), columns, groups)
    served = [
        (each["server"], each["fingerprint"] or each["error"], instant(each["not_after"])) for each in answer["servers"]
    ]
    say_table(_("Served certificates"), (_("server"), "SHA-256", _("valid until")), served)


def _compared(refused: ApiRefusedError) -> str:
    """The fingerprint that the administrator types in after the command has shown it."""
    say_error(f"{refused}.\n" + _("Compare it with the certificate in the SEPM console."))
    typed: str = typer.prompt(
        _("If it is the same, type its SHA-256 in (else Ctrl-C: nothing is registered)"), err=True
    )
    return typed


def _reached(shown: dict[str, Any]) -> str:
    if shown["access"] == "rest":
        return _("%(rest_url)s as %(username)s", rest_url=shown["rest_url"], username=shown["username"])
    exported = instant(shown["clients_as_of"]) if shown["clients_as_of"] else _("never")
    return counted(
        "at its console only (SEPM %(version)s); %(count)s client exported: %(exported)s",
        "at its console only (SEPM %(version)s); %(count)s clients exported: %(exported)s",
        shown["clients"],
        version=shown["version"],
        exported=exported,
    )


def _settings(settings: dict[str, Any]) -> tuple[str, str, str]:
    secure = _("on") if settings["secure_communications"] else _("off")
    return settings["server_list"], secure, span(settings["heartbeat"])


def _limit(value: object) -> str:
    return _("off") if value is None else span(str(value))


def _document(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableError(
            _("%(file)s cannot be read as JSON: %(error)s", file=file, error=reason(error))
        ) from error
    if not isinstance(document, dict):
        raise UnreadableError(_("%(file)s holds no JSON object", file=file))
    if "password" not in document and document.get("access") != "console":
        document["password"] = os.environ.get("ROTATOR_SEPM_PASSWORD") or _password(file)
    return document


def _password(file: Path) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(_("SEPM password"), hide_input=True))
    if piped := sys.stdin.readline().rstrip("\r\n"):
        return piped
    raise UnreadableError(
        _("%(file)s holds no password, and there is no terminal to ask for it: set ROTATOR_SEPM_PASSWORD", file=file)
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(_("%(path)s cannot be read: %(error)s", path=path, error=reason(error))) from error
