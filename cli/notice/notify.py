"""`rotator notify`: the channels by which people are called, and test messages over them."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from certificates.secret_file import ReadableByOthers, read_secret
from cli.language.system_errors import reason
from cli.language.wording import _, counted, word
from cli.notice.target import target_of
from cli.terminal.client import FOLDER, REFUSED, Api, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import instant, say, say_error, say_json, say_table
from rotation.notice.channel import MailSecurity, MessageLanguage, WebhookForm
from rotation.notice.notice import NoticeKind

app = typer.Typer(help="Channels by which the service calls people: mail, webhooks, syslog.", no_args_is_help=True)
_PATIENCE, _PAUSE = 60, 0.5
_Kinds = list[NoticeKind] | None
ChannelArgument = Annotated[str, typer.Argument(help="The channel's name or id, as `rotator notify list` shows it")]


def register(main: typer.Typer) -> None:
    """Add these commands."""
    main.add_typer(app, name="notify")


@app.command()
@answered
def add(  # noqa: PLR0917 - typer calls it by name
    name: Annotated[str, typer.Argument(help="The channel's name")],
    to: Annotated[
        str, typer.Argument(help="https://..., mailto:ANN@X,BOB@X, syslog://HOST:PORT (TCP) or syslog+udp://HOST:PORT")
    ],
    server: Annotated[str | None, typer.Option("--server", help="Of mail: HOST or HOST:PORT")] = None,
    sender: Annotated[str | None, typer.Option("--from", help="Of mail: the sender's address")] = None,
    security: Annotated[
        MailSecurity, typer.Option("--security", help="Of mail: how the connection is encrypted")
    ] = MailSecurity.STARTTLS,
    user: Annotated[str, typer.Option("--user", help="Of mail: the account at the server")] = "",
    secret_file: Annotated[
        Path | None, typer.Option("--secret-file", help="Password of mail, or signing key of a webhook (else made)")
    ] = None,
    form: Annotated[
        WebhookForm, typer.Option("--form", help="Of a webhook: what is posted, for programs or for a chat system")
    ] = WebhookForm.STANDARD,
    token_header: Annotated[
        str, typer.Option("--token-header", help="Of a webhook: the header that carries a token, e.g. Authorization")
    ] = "",
    token_file: Annotated[Path | None, typer.Option("--token-file", help="The content of that header")] = None,
    language: Annotated[
        MessageLanguage, typer.Option("--language", help="Language of the messages")
    ] = MessageLanguage.ENGLISH,
    site: Annotated[
        list[str] | None, typer.Option("--site", help="Id of a site whose messages it gets; all without")
    ] = None,
    kind: Annotated[_Kinds, typer.Option("--kind", help="Kinds of messages that it gets; all without")] = None,
    identity: Annotated[str | None, typer.Option("--identity", help="The identity whose own channel it is")] = None,
    digest: Annotated[str | None, typer.Option("--digest", help="Gather messages for so long, e.g. PT4H")] = None,
    at_once: Annotated[_Kinds, typer.Option("--at-once", help="Kinds of messages that no digest holds back")] = None,
    quiet: Annotated[str | None, typer.Option("--quiet", help="No message at these hours, e.g. 20:00-07:00")] = None,
    zone: Annotated[str, typer.Option("--zone", help="Time zone of these hours, e.g. Europe/Prague")] = "UTC",
    wakes: Annotated[
        _Kinds, typer.Option("--wakes", help="Kinds of messages that are sent in quiet hours, too")
    ] = None,
    escalates_after: Annotated[
        str | None,
        typer.Option(
            "--escalates-after", help="Only messages about what has waited so long without a reaction, e.g. PT4H"
        ),
    ] = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    *,
    weekends: Annotated[bool, typer.Option("--weekends", help="Quiet on Saturday and Sunday, too")] = False,
    as_json: JsonOption = False,
) -> None:
    """Add a channel. The signing key of a webhook is shown once."""
    settings: dict[str, Any] = {
        "name": name,
        "target": target_of(to, server, sender, security, user),
        "language": language.value,
        "sites": site or None,
        "kinds": kind or None,
        "identity": identity,
        "digest": digest,
        "wakes": wakes or [],
        "escalates_after": escalates_after,
    }
    if at_once:
        settings["at_once"] = at_once
    if form is not WebhookForm.STANDARD:
        settings["target"]["form"] = form.value
    if token_header:
        settings["target"]["token_header"] = token_header
    if quiet is not None:
        begins, _dash, ends = quiet.partition("-")
        settings["quiet"] = {"begins": begins.strip(), "ends": ends.strip(), "zone": zone, "weekends": weekends}
    with opened(api, folder) as rotator:
        kept = rotator.post(
            "/v1/channels", {"settings": settings, "secret": _secret(secret_file), "token": _secret(token_file)}
        )
    if as_json:
        say_json(kept)
        return
    say(
        _(
            "Channel %(name)s has the id %(id)s; try it: rotator notify test %(name)s",
            name=name,
            id=kept["channel"]["id"],
        )
    )
    if kept["signing_key"]:
        say(
            _(
                "Its receiver verifies signatures by this key, which is shown once: %(signing_key)s",
                signing_key=kept["signing_key"],
            )
        )


@app.command("list")
@answered
def list_channels(api: ApiOption = None, folder: FolderOption = FOLDER, *, as_json: JsonOption = False) -> None:
    """Show every channel, what waits for it, and why the last message failed."""
    with opened(api, folder) as rotator:
        shown = rotator.list("/v1/channels")
    if as_json:
        say_json(shown)
        return
    say_table(
        _("Channels"),
        (_("id"), _("name"), _("to"), _("language"), _("waiting"), _("failing since"), _("reason")),
        map(_row, shown["items"]),
    )


@app.command()
@answered
def remove(
    channel: ChannelArgument, api: ApiOption = None, folder: FolderOption = FOLDER, *, as_json: JsonOption = False
) -> None:
    """Remove a channel: the service sends nothing over it any more."""
    with opened(api, folder) as rotator:
        shown = rotator.delete(f"/v1/channels/{_id_of(rotator, channel)}")
    if as_json:
        say_json(shown)
        return
    say(
        counted(
            "Channel %(name)s is removed; %(count)s message that waited is not sent",
            "Channel %(name)s is removed; %(count)s messages that waited are not sent",
            shown["waiting"],
            name=shown["settings"]["name"],
        )
    )


@app.command()
@answered
def deliveries(
    channel: ChannelArgument, api: ApiOption = None, folder: FolderOption = FOLDER, *, as_json: JsonOption = False
) -> None:
    """Show what went over a channel, what waits, and what was given up."""
    with opened(api, folder) as rotator:
        shown = rotator.get(f"/v1/channels/{_id_of(rotator, channel)}/deliveries")
    if as_json:
        say_json(shown)
        return
    columns = (_("number"), _("about"), _("due"), _("state"), _("tries"), _("reason"))
    rows = (
        (each["number"], each["kind"], instant(each["due_at"]), word(each["state"]), each["attempts"], each["error"])
        for each in shown["items"]
    )
    say_table(_("Deliveries"), columns, rows)


@app.command("test")
@answered
def send_test(channel: ChannelArgument, api: ApiOption = None, folder: FolderOption = FOLDER) -> None:
    """Have the worker send a test message, and wait for what becomes of it: exit code 0 when it was taken."""
    with opened(api, folder) as rotator:
        place = f"/v1/channels/{_id_of(rotator, channel)}"
        message = rotator.post(f"{place}/test", {})["message_id"]
        ends = time.monotonic() + _PATIENCE
        while (found := _delivery(rotator, place, message))["state"] == "waiting" and not found["error"]:
            if time.monotonic() > ends:
                say_error(
                    _("The worker has not sent it within a minute: messages before it may wait, or no worker runs")
                )
                raise typer.Exit(REFUSED)
            time.sleep(_PAUSE)
    if found["state"] != "delivered":
        say_error(
            _(
                "It was not taken: %(error)s. The worker tries again; rotator notify deliveries %(channel)s",
                error=found["error"],
                channel=channel,
            )
        )
        raise typer.Exit(REFUSED)
    say(_("Channel %(channel)s has taken the test message", channel=channel))


def _delivery(rotator: Api, place: str, message: str) -> dict[str, Any]:
    items = rotator.get(f"{place}/deliveries", limit=100)["items"]
    return next(each for each in items if each["message_id"] == message)


def _id_of(rotator: Api, channel: str) -> str:
    items = rotator.list("/v1/channels")["items"]
    found = [each["id"] for each in items if channel in {each["id"], each["settings"]["name"]}]
    if not found:
        raise UnreadableError(_("there is no channel %(channel)s: rotator notify list", channel=channel))
    return str(found[0])


def _secret(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return read_secret(file).decode().strip()
    except ReadableByOthers as error:
        raise UnreadableError(_("%(file)s is not read: %(strerror)s", file=file, strerror=reason(error))) from None
    except (OSError, UnicodeDecodeError):
        raise UnreadableError(_("no secret can be read from %(file)s", file=file)) from None


def _row(channel: dict[str, Any]) -> tuple[object, ...]:
    settings = channel["settings"]
    target = settings["target"]
    to = target.get("url") or ", ".join(target.get("recipients", ())) or f"{target['host']}:{target['port']}"
    since = instant(channel["failing_since"])
    return channel["id"], settings["name"], to, settings["language"], channel["waiting"], since, channel["error"]
