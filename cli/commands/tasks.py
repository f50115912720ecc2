"""`rotator tasks`: what a person has to do at the console."""

import base64
import codecs
import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.certificate.recovery_inspection import evidence_of
from cli.language.system_errors import reason
from cli.language.wording import _, later, word
from cli.terminal.actor import WhyOption
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import instant, say, say_json
from cli.terminal.given_file import content_of
from cli.terminal.new_file import refuse_existing, write_new
from cli.terminal.retrying import say_patiently

_app = typer.Typer(help="Console tasks: list, claim, take the file, report it done or give it back.")
_GIVEN_BACK = {"refused": later("given back")}
_TaskArgument = Annotated[str, typer.Argument(help="The task's id")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(_app, name="tasks", invoke_without_command=True)


@_app.callback()
def tasks(
    context: typer.Context,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """List the tasks when no command is given."""
    if context.invoked_subcommand is None:
        list_tasks(api=api, folder=folder, as_json=as_json)


@_app.command("list")
@answered
def list_tasks(
    site: Annotated[str | None, typer.Option(help="Of one site only")] = None,
    *,
    closed: Annotated[bool, typer.Option("--all", help="Closed ones, too")] = False,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """List the tasks that wait for an operator, with what to do."""
    with opened(api, folder) as rotator:
        items = rotator.list("/v1/tasks", site_id=site, state=None if closed else ("open", "claimed"))["items"]
    if as_json:
        say_json({"items": items})
        return
    for task in items:
        _say_task(task)
    if not items:
        say(_("no task waits for an operator"))


@_app.command("claim")
@answered
def claim(
    task: _TaskArgument,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Take a task."""
    with opened(api, folder) as rotator:
        _show(say_patiently(rotator, f"/v1/tasks/{task}/claim", {}), as_json=as_json)


@_app.command("begin")
@answered
def begin(
    task: _TaskArgument,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Begin a replacement that you claimed ten minutes ago or more: the service looks at the site once more."""
    with opened(api, folder) as rotator:
        _show(say_patiently(rotator, f"/v1/tasks/{task}/begin", {}), as_json=as_json)


@_app.command("done")
@answered
def done(
    task: _TaskArgument,
    evidence: Annotated[list[str] | None, typer.Option("--evidence", "-e", help="NAME=VALUE")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help="A file that shows it: the command sends its name and SHA-256. It looks into a recovery file first; "
            "for a task about a server list it sends the exported Sylink.xml whole"
        ),
    ] = None,
    *,
    client: Annotated[
        list[str] | None, typer.Option(help="A client that was looked at; its file follows with --sylink")
    ] = None,
    sylink: Annotated[list[Path] | None, typer.Option(help="The Sylink.xml of the client named before it")] = None,
    age_minutes: Annotated[
        list[int] | None,
        typer.Option(min=0, help="How many minutes ago that client last wrote it, by its own clock; for each, or none"),
    ] = None,
    note: Annotated[str, typer.Option(help="Anything worth remembering")] = "",
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Report a task as done."""
    stated: dict[str, Any] = dict(_pair(text) for text in evidence or ())
    if client or sylink:
        stated["clients"] = _looked_at(client or [], sylink or [], age_minutes or [])
    with opened(api, folder) as rotator:
        shown = stated | _of_file(file, rotator.get(f"/v1/tasks/{task}")["kind"] if file else "")
        body = {"note": note, "evidence": shown}
        _show(say_patiently(rotator, f"/v1/tasks/{task}/done", body), as_json=as_json)


@_app.command("refused")
@answered
def refused(
    task: _TaskArgument,
    *,
    why: WhyOption,
    holder: Annotated[
        str | None, typer.Option("--for", help="Who holds it and cannot be asked, where that is another person")
    ] = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Give a task back."""
    content = {"why": why} | ({"holder": holder} if holder is not None else {})
    with opened(api, folder) as rotator:
        _show(say_patiently(rotator, f"/v1/tasks/{task}/refused", content), as_json=as_json)


@_app.command("file")
@answered
def file(
    task: _TaskArgument,
    out: Annotated[
        Path | None, typer.Option(help="Where to write it; the server's name in this folder if not given")
    ] = None,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Take the certificate file of a task. It is given once for each claim, and its password is shown once."""
    refuse_existing(out)
    with opened(api, folder) as rotator:
        taken = rotator.post(f"/v1/tasks/{task}/file", {})
    if as_json:
        say_json(taken)
        return
    path = out or Path(Path(taken["filename"]).name)
    write_new(path, base64.b64decode(taken["content_base64"]), remedy=_("claim the task once more for another"))
    say(_("%(path)s written; its password, shown this once: %(password)s", path=path, password=taken["password"]))


def _of_file(file: Path | None, kind: str) -> dict[str, str]:
    if file is None:
        return {}
    if kind == "save_recovery_file":
        return evidence_of(file)
    if kind in {"copy_list", "reorder_list"}:
        return {"filename": file.name, "sylink": _read(file)}
    return {"filename": file.name, "sha256": hashlib.sha256(content_of(file)).hexdigest()}


def _looked_at(clients: list[str], files: list[Path], ages: list[int]) -> list[dict[str, str | int]]:
    if len(clients) != len(files):
        raise UnreadableError(
            _(
                "clients: %(clients)s, files: %(files)s; give --client NAME --sylink FILE for each",
                clients=len(clients),
                files=len(files),
            )
        )
    if len(ages) not in {0, len(files)}:
        raise UnreadableError(
            _(
                "files: %(files)s, ages: %(ages)s; give --age-minutes for each file, or for none",
                files=len(files),
                ages=len(ages),
            )
        )
    stated = [{"age_minutes": age} for age in ages] or [{} for _ in files]
    each = zip(clients, files, stated, strict=True)
    return [{"client": name, "sylink": _read(file), **age} for name, file, age in each]


def _read(file: Path) -> str:
    """The text of an exported file, which is UTF-8 or, with its mark, UTF-16."""
    content = content_of(file)
    try:
        return content.decode("utf-16" if content[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(_("%(path)s cannot be read: %(error)s", path=file, error=reason(error))) from error


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise UnreadableError(_("%(text)s: give NAME=VALUE", text=repr(text)))
    return name, value


def _show(task: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(task)
    else:
        _say_task(task)


def _say_task(task: dict[str, Any]) -> None:
    who = task["closed_by"] or task["claimed_by"]
    holder = " " + _("by %(who)s", who=who) if who else ""
    state = word(_GIVEN_BACK.get(task["state"], task["state"]))
    say(f"{task['id']}  {task['number']} {task['title']}  [{task['site_name']}, {state}{holder}]")
    if task["proof_until"]:
        until, begin = instant(task["proof_until"]), instant(task["begin_until"])
        say("    " + _("its proof counts until %(until)s; begin before %(begin)s", until=until, begin=begin))
    elif task["state"] == "claimed" and task["kind"] == "replace_certificate":
        say("    " + _("its proof does not count now: begin nothing"))
    for line in task["instructions"]:
        say(f"    {line}")
