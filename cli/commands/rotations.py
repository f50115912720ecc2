"""`rotator start`, `status`, `restore`: beginning rotations and looking at them."""

from itertools import chain
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.commands.originals import text_of
from cli.language.wording import _, word
from cli.terminal.actor import WhyOption
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import OUT, instant, say, say_json, say_table, step_of
from cli.terminal.progress import overview
from cli.terminal.retrying import post_patiently


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("start")(start)
    app.command("status")(status)
    app.command("restore")(restore)


@answered
def start(
    plan: Annotated[str, typer.Argument(help="The plan's id")],
    plan_hash: Annotated[
        str | None, typer.Option("--hash", help="The approved hash; that of the stored plan if not given")
    ] = None,
    *,
    why: WhyOption,
    accept_late_start: Annotated[
        bool, typer.Option("--accept-late-start", help="Start it though its latest safe start has passed")
    ] = False,
    key: Annotated[
        str | None, typer.Option("--key", help="Idempotency key: the same again starts nothing twice")
    ] = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Start the rotation of a plan."""
    with opened(api, folder) as rotator:
        approved = plan_hash or rotator.get(f"/v1/plans/{plan}")["hash"]
        order = {"plan_id": plan, "plan_hash": approved, "why": why}
        if accept_late_start:
            order["accept_late_start"] = True
        started = post_patiently(rotator, "/v1/rotations", order, key or uuid4().hex)
    say_started(started, as_json=as_json)


@answered
def restore(
    site: Annotated[str, typer.Argument(help="The site's id")],
    *,
    why: WhyOption,
    originals: Annotated[
        Path | None,
        typer.Option(help="The file that `rotator originals` wrote, where the service has lost its own record"),
    ] = None,
    accept_differences: Annotated[
        bool,
        typer.Option(
            "--accept-differences",
            help="Restore a site that differs from the file. The service leaves out a pair that is gone, and gives a "
            "pair that a person changed the settings of the file",
        ),
    ] = False,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Bring back a site that a rotation left changed."""
    order: dict[str, Any] = {"why": why}
    if accept_differences and originals is None:
        raise UnreadableError(_("--accept-differences is about a file: give --originals too"))
    if originals is not None:
        order |= {"originals": text_of(originals), "accept_differences": accept_differences}
    with opened(api, folder) as rotator:
        started = post_patiently(rotator, f"/v1/sites/{site}/restore", order)
    say_started(started, as_json=as_json)


@answered
def status(
    rotation: Annotated[str | None, typer.Argument(help="The rotation's id; all of them when not given")] = None,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Show a rotation, or list all, the newest first."""
    with opened(api, folder) as rotator:
        shown = rotator.get(f"/v1/rotations/{rotation}", live=True) if rotation else rotator.list("/v1/rotations")
        known = rotator.get("/v1/standing") if not rotation and not as_json else None
    if as_json:
        say_json(shown)
    elif rotation:
        OUT.print(overview(shown))
    else:
        heads = (_("id"), _("site"), _("status"), _("standing"), _("phase"), _("step"), _("attention"), _("next"))
        say_table(_("Rotations"), heads, map(_row, shown["items"]))
        for trouble in chain.from_iterable((known or {}).get(of, ()) for of in ("service", "rotations", "workflows")):
            about = _(
                "%(subject)s is %(standing)s since %(since)s",
                subject=trouble["subject"],
                standing=word(trouble["standing"]),
                since=instant(trouble["since"]),
            )
            say(f"{about} ({trouble['code']}): {trouble['message']}")
            say("  " + _("What helps: %(remedy)s", remedy=trouble["remedy"]))


def _row(shown: dict[str, Any]) -> tuple[object, ...]:
    attention = ", ".join(each["code"] for each in shown["attention"])
    ids = (shown["id"], shown["site_id"], word(shown["status"]), word(shown["standing"]), word(shown["phase"]))
    return (*ids, step_of(shown), attention, instant(shown["next_action_at"]))


def say_started(started: dict[str, Any], *, as_json: bool) -> None:
    """Say what was started, and how to follow it."""
    if as_json:
        say_json(started)
    else:
        say(
            _(
                "rotation %(id)s of site %(site_id)s: %(status)s",
                id=started["id"],
                site_id=started["site_id"],
                status=word(started["status"]),
            )
        )
        say(_("To follow it: rotator watch %(id)s", id=started["id"]))
