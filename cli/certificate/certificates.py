"""`rotator certificate`: what goes into the servers."""

import base64
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.certificate import certificate_orders, certificate_requests
from cli.certificate.certificate_check import check_here
from cli.language.wording import _
from cli.terminal.actor import WhyOption
from cli.terminal.client import (
    FOLDER,
    REFUSED,
    ApiOption,
    FolderOption,
    JsonOption,
    answered,
    opened,
)
from cli.terminal.formatting import findings, instant, say, say_findings, say_json, say_table
from cli.terminal.given_file import content_of
from cli.terminal.new_file import refuse_existing, write_new

_app = typer.Typer(
    help="Check certificates, add them, make, request or order them, and take them as keystores.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    certificate_requests.register(_app)
    certificate_orders.register(_app)
    app.add_typer(_app, name="certificate")


@_app.command("add")
@answered
def add(
    file: Annotated[Path, typer.Argument(help="PEM, DER, PKCS#7, PKCS#12 (.pfx, .p12) or JKS, with its key")],
    key: Annotated[Path | None, typer.Option(help="The private key, where it is a file of its own")] = None,
    chain: Annotated[Path | None, typer.Option(help="The issuers, where they are a file of their own")] = None,
    password_file: Annotated[Path | None, typer.Option(help="A file that holds the password")] = None,
    *,
    ask_password: Annotated[bool, typer.Option("--ask-password", help="Ask for the password")] = False,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Add a certificate with its key."""
    files = {"file_base64": file, "key_base64": key, "chain_base64": chain}
    document: dict[str, Any] = {name: _encoded(path) for name, path in files.items() if path is not None}
    document["password"] = _password(password_file, ask=ask_password)
    with opened(api, folder) as rotator:
        _say(rotator.post("/v1/certificates", document), as_json=as_json)


@_app.command("check")
@answered
def check(
    file: Annotated[Path, typer.Argument(help="PEM, DER, PKCS#12 (.pfx, .p12) or JKS; the key may be missing")],
    password_file: Annotated[Path | None, typer.Option(help="A file that holds the password")] = None,
    *,
    ask_password: Annotated[bool, typer.Option("--ask-password", help="Ask for the password")] = False,
    days: Annotated[
        int, typer.Option(help="How many days it must still be valid: the plan and its holdout", min=0, max=3650)
    ] = 0,
    site: Annotated[str | None, typer.Option(help="Compare it with a server of this site, too")] = None,
    server: Annotated[str | None, typer.Option(help="The server that it is for")] = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Check whether a certificate may go into a server. The service keeps nothing; without --site nothing is sent."""
    if (site is None) != (server is None):
        raise typer.BadParameter(_("give both --site and --server, or neither"))
    content, password = content_of(file), _password(password_file, ask=ask_password)
    if site is None:
        checked = check_here(content, file.name, password, days)
    else:
        given = {"file_base64": base64.b64encode(content).decode(), "password": password}
        document = {**given, "site": site, "server": server, "days": days}
        with opened(api, folder) as rotator:
            checked = rotator.post("/v1/certificates/check", document)
    _say_checked(checked, as_json=as_json)
    if not checked["fit"]:
        raise typer.Exit(REFUSED)


@_app.command("self-signed")
@answered
def self_signed(
    names: Annotated[list[str], typer.Argument(help="Host names and addresses; the first is the subject too")],
    days: Annotated[int, typer.Option(help="How many days it is valid")] = 3650,
    site: Annotated[
        str | None, typer.Option(help="The site that it is for: it begins with the first certificate of its servers")
    ] = None,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Make a self-signed certificate as SEPM does."""
    with opened(api, folder) as rotator:
        made = rotator.post("/v1/certificates/self-signed", {"names": names, "days": days, "site": site})
    _say(made, as_json=as_json)


@_app.command("list")
@answered
def list_certificates(*, api: ApiOption = None, folder: FolderOption = FOLDER, as_json: JsonOption = False) -> None:
    """List the certificates that the service keeps."""
    with opened(api, folder) as rotator:
        kept = rotator.list("/v1/certificates")
    if as_json:
        say_json(kept)
        return
    rows = [
        (
            each["id"],
            each["subject"],
            instant(each["not_after"]),
            _("yes") if each["has_key"] else _("no"),
            each["fingerprint"],
        )
        for each in kept["items"]
    ]
    say_table(_("Certificates"), (_("id"), _("subject"), _("valid until"), _("key"), "SHA-256"), rows)


@_app.command("keystore")
@answered
def keystore(
    certificate: Annotated[str, typer.Argument(help="The certificate's id")],
    form: Annotated[str, typer.Option("--format", help="jks, p12 or pem")] = "p12",
    out: Annotated[Path | None, typer.Option(help="Where to write it; ID.FORMAT if not given")] = None,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Take a certificate with its key and chain, as SEPM's wizard wants it. The password is shown this once."""
    path = out or Path(f"{Path(certificate).name}.{Path(form).name}")
    refuse_existing(path)
    with opened(api, folder) as rotator:
        made = rotator.post(f"/v1/certificates/{certificate}/keystores", {"format": form})
        write_new(path, rotator.download(made["path"]), remedy=_("run the command once more for another"))
    if as_json:
        say_json(made | {"filename": str(path)})
    else:
        say(_("%(path)s written; its password, shown this once: %(password)s", path=path, password=made["password"]))


@_app.command("destroy-key")
@answered
def destroy_key(
    certificate: Annotated[str, typer.Argument(help="The certificate's id")],
    fingerprint: Annotated[str, typer.Argument(help="Its SHA-256 in full, as `rotator certificate list` shows it")],
    why: WhyOption,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Delete the private key of a certificate for good. The certificate stays, and a record of who, when and why."""
    body = {"fingerprint_sha256": fingerprint, "why": why}
    with opened(api, folder) as rotator:
        done = rotator.post(f"/v1/certificates/{certificate}/destroy-key", body)
    if as_json:
        say_json(done)
        return
    say(
        _(
            "the private key of %(certificates)s was destroyed by %(who)s, %(at)s",
            certificates=", ".join(done["certificates"]),
            who=done["who"],
            at=instant(done["at"]),
        )
    )
    say_findings(done["findings"])


def _say(shown: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(shown)
        return
    facts = shown["certificate"]
    say(
        _(
            "%(id)s: %(subject)s, valid until %(not_after)s",
            id=facts["id"],
            subject=facts["subject"],
            not_after=instant(facts["not_after"]),
        )
    )
    say(
        _(
            "SHA-256 %(fingerprint)s, %(key)s",
            fingerprint=facts["fingerprint"],
            key=_("key kept") if facts["has_key"] else _("key not kept"),
        )
    )
    if shown["findings"]:
        say_table(_("Think over"), (_("severity"), _("subject"), _("message")), findings(shown["findings"]))


def _say_checked(checked: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(checked)
        return
    facts = checked["certificate"]
    say(
        _(
            "%(subject)s, issued by %(issuer)s, valid until %(not_after)s",
            subject=facts["subject"],
            issuer=facts["issuer"],
            not_after=instant(facts["not_after"]),
        )
    )
    say(f"SHA-256 {facts['fingerprint']}")
    say_findings(checked["findings"])
    say(_("It may go into a server.") if checked["fit"] else _("It must not go into a server."))


def _password(file: Path | None, *, ask: bool) -> str | None:
    if file is not None:
        return content_of(file).decode("utf-8", "replace").rstrip("\r\n")
    return str(typer.prompt(_("Password"), hide_input=True)) if ask else None


def _encoded(path: Path) -> str:
    return base64.b64encode(content_of(path)).decode()
