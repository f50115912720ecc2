"""`rotator audit`: whether every trail holds, and what people and the service did."""

from typing import Annotated, Any

import typer

from cli.language.wording import _, counted
from cli.terminal.client import FOLDER, REFUSED, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.formatting import instant, say, say_json, say_table

_app = typer.Typer(help="Verify the audit trails, and show those of sites and of the service.", no_args_is_help=True)
_SiteOption = Annotated[str | None, typer.Option("--site", help="Only this site")]
_RotationOption = Annotated[str | None, typer.Option("--rotation", help="Only this rotation")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(_app, name="audit")


@_app.command("verify")
@answered
def verify(
    site: _SiteOption = None,
    rotation: _RotationOption = None,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Verify every trail: what was altered, deleted, inserted or cut off. It fails when one does not hold."""
    with opened(api, folder) as rotator:
        report = rotator.get("/v1/audit/verification", site_id=site, rotation_id=rotation)
    (say_json if as_json else _say)(report)
    if report["broken"]:
        raise typer.Exit(REFUSED)


@_app.command("events")
@answered
def events(
    site: _SiteOption = None,
    rotation: Annotated[str | None, typer.Option("--rotation", help="Of the site, only this rotation")] = None,
    after: Annotated[int, typer.Option(help="Only those that follow this number")] = 0,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """List what people and the service did at a site, or, without one, what belongs to no site."""
    with opened(api, folder) as rotator:
        if site is None:
            page = rotator.list("/v1/audit/events", number_after=after)
        else:
            page = rotator.list(f"/v1/sites/{site}/events", rotation_id=rotation, number_after=after)
    if as_json:
        say_json(page)
        return
    rows = [
        (each["number"], instant(each["at"]), each["kind"], each["message"], each["who"], each["address"])
        for each in page["items"]
    ]
    say_table(_("Events"), ("", _("at"), _("what"), "", _("who"), _("from")), rows)


def _say(report: dict[str, Any]) -> None:
    rows = [(each["trail"], each["events"], each["heads"] or _("none"), each["hash"][:16]) for each in report["intact"]]
    say_table(_("Trails that hold"), (_("trail"), _("events"), _("heads compared"), _("hash")), rows)
    if report["broken"]:
        broken = [(each["trail"], each["number"] or "", each["what"]) for each in report["broken"]]
        say_table(_("Trails that do not hold"), (_("trail"), _("event"), _("what")), broken)
    if report["heads_from"] is None:
        say(_("No heads are kept outside of the database: events that were cut off at the end cannot be seen."))
    if report["unsent_heads"]:
        say(
            counted(
                "%(count)s head waits for the webhook; the log of the service has the reason.",
                "%(count)s heads wait for the webhook; the log of the service has the reason.",
                report["unsent_heads"],
            )
        )
