"""`rotator inventory`: which certificate is where, until when, and what has changed."""

from typing import Annotated, Any

import typer

from cli.language.wording import _
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.formatting import findings, instant, say, say_json, say_table


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("inventory")(inventory)


@answered
def inventory(
    site: Annotated[str | None, typer.Option(help="Only this site")] = None,
    since: Annotated[
        str | None, typer.Option(help="Only changes after this moment, e.g. 2026-05-01T00:00:00+02:00")
    ] = None,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Show the certificates of every site as the watch last saw them, the first to end first."""
    with opened(api, folder) as rotator:
        shown = rotator.get("/v1/inventory", site_id=site, since=since)
    (say_json if as_json else show)(shown)


def show(shown: dict[str, Any]) -> None:
    """Print an inventory."""
    if shown["looked_at"] is None:
        say(
            _(
                "The watch has looked at nothing yet. It looks every six hours, or every ROTATOR_WATCH_EVERY; to have "
                "it look now, trigger the schedule watch-certificates in the Temporal UI, under Schedules."
            )
        )
        return
    rows = [
        (instant(each["not_after"]), each["subject"], each["issuer"], each["fingerprint_sha256"], _place(at))
        for each in shown["certificates"]
        for at in each["seen_at"]
    ]
    say_table(_("Certificates"), (_("ends"), _("subject"), _("issuer"), "SHA-256", _("where")), rows)
    if shown["findings"]:
        say_table(_("Findings"), (_("severity"), _("subject"), _("message")), findings(shown["findings"]))
    changes = [
        (
            instant(each["at"]),
            _place(each),
            each["before"][:16] if each["before"] else _("not seen before"),
            each["now"][:16],
        )
        for each in shown["changes"]
    ]
    say_table(_("Changes"), (_("first seen"), _("where"), _("before"), _("since then")), changes)
    if shown["silent"]:
        silent = [(_place(each), instant(each["looked_at"]), each["error"]) for each in shown["silent"]]
        say_table(_("Did not answer"), (_("where"), _("looked at"), _("what happened")), silent)


def _place(at: dict[str, Any]) -> str:
    return f"{at['site_id']} {at['server']} {at['port']} {at['number']}"
