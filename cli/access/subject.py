"""`rotator subject`: which identity each person and program of the company's log-in is."""

from typing import Annotated, Any

import typer

from cli.language.wording import _
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.formatting import instant, say, say_json, say_table

app = typer.Typer(help="Subjects of the company's log-in, and the identity that each is.", no_args_is_help=True)


def register(main: typer.Typer) -> None:
    """Add these commands."""
    main.add_typer(app, name="subject")


@app.command("list")
@answered
def list_subjects(api: ApiOption = None, folder: FolderOption = FOLDER, *, as_json: JsonOption = False) -> None:
    """Show who has logged in or was linked, and who is barred."""
    with opened(api, folder) as rotator:
        shown = rotator.list("/v1/subjects")
    if as_json:
        say_json(shown)
        return
    say_table(_("Subjects"), (_("id"), _("subject"), _("provider"), _("is"), ""), map(_row, shown["items"]))


@app.command()
@answered
def link(
    name: Annotated[str, typer.Argument(help="The name of the identity, as `rotator key list` shows it")],
    subject: Annotated[str, typer.Argument(help="What the provider calls the person: `sub` of the tokens")],
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    *,
    issuer: Annotated[str | None, typer.Option("--issuer", help="Of which provider; else the one that is set")] = None,
    new: Annotated[bool, typer.Option("--new", help="Make the identity: it is another person than all others")] = False,
    as_json: JsonOption = False,
) -> None:
    """Link a subject to an identity: that of the same person's keys, or with --new one of its own. This ends a bar."""
    body = {"name": name, "subject": subject, "issuer": issuer, "new": new}
    with opened(api, folder) as rotator:
        linked = rotator.post("/v1/subjects", body)
    if as_json:
        say_json(linked)
        return
    say(_("%(subject)s is %(name)s", subject=linked["subject"], name=linked["name"]))


@app.command()
@answered
def bar(
    subject: Annotated[str, typer.Argument(help="The id that `rotator subject list` shows")],
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    *,
    as_json: JsonOption = False,
) -> None:
    """Refuse every token and log-in of a subject from now on, until it is linked again. Its keys go on."""
    with opened(api, folder) as rotator:
        barred = rotator.delete(f"/v1/subjects/{subject}")
    if as_json:
        say_json(barred)
        return
    say(_("%(subject)s (%(name)s) is barred", subject=barred["subject"], name=barred["name"]))


def _row(subject: dict[str, Any]) -> tuple[str, ...]:
    barred = (
        _(
            "barred by %(barred_by)s at %(barred_at)s",
            barred_by=subject["barred_by"],
            barred_at=instant(subject["barred_at"]),
        )
        if subject["barred_at"]
        else ""
    )
    return subject["id"], subject["subject"], subject["issuer"], subject["name"], barred
