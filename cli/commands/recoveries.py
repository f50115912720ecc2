"""`rotator recover`: the same certificate goes back into a server that lost it."""

from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.certificate.recovery_inspection import copy_of
from cli.commands.plans import show
from cli.commands.rotations import say_started
from cli.language.wording import _
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import say_json
from cli.terminal.retrying import post_patiently


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("recover")(recover)


@answered
def recover(
    site: Annotated[str, typer.Argument(help="The site's id")],
    file: Annotated[
        list[str] | None,
        typer.Option("--file", "-f", help="SERVER=recovery_<timestamp>.zip: its recovery file; it stays here"),
    ] = None,
    held: Annotated[
        list[str] | None,
        typer.Option(help="SERVER=SHA256 of the certificate that a client holds of it, read off its Sylink.xml"),
    ] = None,
    *,
    why: Annotated[
        str | None, typer.Option("--why", help="The reason; with it the plan is started at once, without it only shown")
    ] = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Put the certificate back that clients hold, where a server's is damaged or lost. No group is relaxed for it.

    1. look into the recovery files on this machine: certificate, key, dates. None of them is sent
    2. have every server looked at, and plan; SEPM itself need not answer
    3. with --why: start that plan
    """
    order = {
        "files": {server: copy_of(Path(path)) for server, path in _pairs(file or [], _("SERVER=FILE"))},
        "held": dict(_pairs(held or [], "SERVER=SHA256")),
    }
    with opened(api, folder) as rotator:
        made = rotator.post(f"/v1/sites/{site}/recovery-plans", order)
        started = None
        if why is not None:
            approved = {"plan_id": made["id"], "plan_hash": made["hash"], "why": why}
            started = post_patiently(rotator, "/v1/rotations", approved, uuid4().hex)
    if as_json:
        say_json(started or made)
        return
    show(made, started=started is not None)
    if started is not None:
        say_started(started, as_json=False)


def _pairs(given: list[str], form: str) -> list[tuple[str, Any]]:
    pairs = []
    for text in given:
        server, equals, value = text.partition("=")
        if not (server and equals and value):
            raise UnreadableError(_("%(text)s: give %(form)s", text=repr(text), form=form))
        pairs.append((server, value))
    return pairs
