"""`rotator certificate request` and `requests`: certificates that a CA signs, for keys that the service keeps."""

from pathlib import Path
from typing import Annotated

import typer

from cli.language.wording import _
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.formatting import instant, say, say_json, say_table
from cli.terminal.new_file import refuse_existing, write_new


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("request")(request)
    app.command("requests")(list_requests)


@answered
def request(
    names: Annotated[list[str], typer.Argument(help="Host names and addresses; the first is the subject too")],
    subject: Annotated[str, typer.Option(help="Another subject, e.g. CN=sepm.example.org,O=Example")] = "",
    out: Annotated[Path | None, typer.Option(help="Where to write the request; printed if not given")] = None,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Make a key, which the service keeps, and the request for its certificate. Add the answer by `certificate add`."""
    refuse_existing(out)
    with opened(api, folder) as rotator:
        body = {"names": names, "subject": subject}
        made = rotator.post("/v1/certificates/requests", body)
    pem = made["request"]["request_pem"]
    if out is not None:
        write_new(out, pem.encode(), remedy=_("`rotator certificate requests --json` shows it"))
    if as_json:
        say_json(made)
    elif out is None:
        say(pem.rstrip())
    else:
        say(
            _(
                "%(id)s: %(out)s written; have it signed, then: rotator certificate add ANSWER",
                id=made["request"]["id"],
                out=out,
            )
        )


@answered
def list_requests(*, api: ApiOption = None, folder: FolderOption = FOLDER, as_json: JsonOption = False) -> None:
    """List the requests, and which certificate answered them."""
    with opened(api, folder) as rotator:
        kept = rotator.list("/v1/certificates/requests")
    if as_json:
        say_json(kept)
        return
    rows = [
        (each["id"], each["subject"], " ".join(each["names"]), instant(each["asked_at"]), each["certificate_id"] or "-")
        for each in kept["items"]
    ]
    say_table(_("Requests"), (_("id"), _("subject"), _("names"), _("asked"), _("certificate")), rows)
