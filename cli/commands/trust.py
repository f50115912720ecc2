"""`rotator trust`: the trusted fingerprints of a site's REST address, and what was presented there."""

from typing import Annotated, Any

import typer

from cli.language.wording import _, word
from cli.terminal.actor import WhyOption
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.formatting import instant, say, say_json, say_table

_app = typer.Typer(
    help="Show, pin and drop the certificates that the service trusts at SEPM's REST port.", no_args_is_help=True
)
_SiteArgument = Annotated[str, typer.Argument(help="The site's id")]
_FingerprintArgument = Annotated[str, typer.Argument(help="SHA-256 in full, as the SEPM console shows it")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(_app, name="trust")


@_app.command("show")
@answered
def show(
    site: _SiteArgument, *, api: ApiOption = None, folder: FolderOption = FOLDER, as_json: JsonOption = False
) -> None:
    """Show the certificates that are trusted now, and those that were presented, from when to when."""
    with opened(api, folder) as rotator:
        _say(rotator.get(f"/v1/sites/{site}/trust"), as_json=as_json)


@_app.command("pin")
@answered
def pin(
    site: _SiteArgument,
    fingerprint: _FingerprintArgument,
    why: WhyOption,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Trust a certificate: a server that presents it gets the password. Compare it with the SEPM console first."""
    body = {"fingerprint_sha256": fingerprint, "why": why}
    with opened(api, folder) as rotator:
        _say(rotator.post(f"/v1/sites/{site}/trust/pin", body), as_json=as_json)


@_app.command("drop")
@answered
def drop(
    site: _SiteArgument,
    fingerprint: _FingerprintArgument,
    why: WhyOption,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Stop trusting a pinned certificate."""
    body = {"fingerprint_sha256": fingerprint, "why": why}
    with opened(api, folder) as rotator:
        _say(rotator.post(f"/v1/sites/{site}/trust/drop", body), as_json=as_json)


@_app.command("contacts")
@answered
def contacts(
    site: _SiteArgument,
    after: Annotated[int, typer.Option(help="Only those that follow this number")] = 0,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """List contacts (TLS connections, pins and drops)."""
    with opened(api, folder) as rotator:
        page = rotator.list(f"/v1/sites/{site}/trust/contacts", number_after=after)
    if as_json:
        say_json(page)
        return
    rows = [
        (
            each["number"],
            instant(each["at"]),
            word(each["kind"]),
            each["address"],
            each["fingerprint"] or "",
            _words(each),
        )
        for each in page["items"]
    ]
    say_table(_("Contacts"), ("", _("at"), _("what"), _("address"), "SHA-256", _("who and why")), rows)


def _say(trust: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(trust)
        return
    by_ca = f" ({_('a CA vouches too')})" if trust["by_ca"] else ""
    say(f"{trust['rest_url']}: {', '.join(trust['servers'])}{by_ca}")
    trusted = [(each, _("known")) for each in trust["pinned_sha256"]]
    trusted += [(each, _("announced")) for each in trust["announced_sha256"]]
    say_table(_("Accepted"), ("SHA-256", _("because it is")), trusted)
    rows = [
        (
            word(each["kind"]),
            each["address"],
            each["fingerprint"] or "",
            instant(each["first"]),
            instant(each["last"]),
            each["count"],
        )
        for each in trust["presented"]
    ]
    say_table(_("Contacts"), (_("what"), _("address"), "SHA-256", _("first"), _("last"), _("times")), rows)


def _words(contact: dict[str, Any]) -> str:
    return ": ".join(each for each in (contact["who"], contact["why"]) if each)
