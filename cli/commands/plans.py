"""`rotator plan`: the dry run."""

from typing import Annotated, Any

import typer

from cli.language.wording import _, counted, word
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import findings, instant, say, say_json, say_table, span
from cli.terminal.retrying import post_patiently


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("plan")(plan)


@answered
def plan(
    site: Annotated[str, typer.Argument(help="The site's id")],
    certificate: Annotated[
        list[str], typer.Option("--certificate", "-c", help="CERTIFICATE for every server, or SERVER=CERTIFICATE")
    ],
    holdout: Annotated[list[str] | None, typer.Option(help="A server to keep on its old certificate longest")] = None,
    *,
    keep_relaxed: Annotated[bool, typer.Option(help="Keep groups relaxed through the holdout")] = False,
    drill_https: Annotated[
        bool, typer.Option(help="Shut HTTPS at every server for three heartbeats: relaxed clients show their list")
    ] = False,
    drill_stop: Annotated[
        bool, typer.Option(help="Stop each server for three heartbeats before its turn: clients show another one")
    ] = False,
    leave_out_away: Annotated[bool, typer.Option(help="Leave out, by name, clients beyond the away limit")] = False,
    leave_out_http: Annotated[
        bool, typer.Option(help="Leave out, by name, clients that were shown not to get through over plain HTTP")
    ] = False,
    trust_network: Annotated[
        list[str] | None,
        typer.Option(help="A network that you state to let plain HTTP through: 10.1.0.0/16, or unknown"),
    ] = None,
    unproven: Annotated[
        list[str] | None,
        typer.Option(
            help="Where failover was never seen: relax (as a rule), drill or approve; or GROUP=CHOICE for one group"
        ),
    ] = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Survey a site and show what a rotation would do: which certificate goes where, steps, times, reasons."""
    order = {
        "site_id": site,
        "certificates": dict(_chosen(text) for text in certificate),
        "holdout": holdout or [],
        "keep_relaxed": keep_relaxed,
        "drill_https": drill_https,
        "drill_stop": drill_stop,
        "leave_out_away": leave_out_away,
        "leave_out_http": leave_out_http,
        "trusted_networks": trust_network or [],
        **_unproven(unproven or []),
    }
    with opened(api, folder) as rotator:
        made = post_patiently(rotator, "/v1/plans", order)
    (say_json if as_json else show)(made)


def show(made: dict[str, Any], *, started: bool = False) -> None:
    """Print a plan, and how it is started when it is not."""
    say(_("Plan %(id)s for site %(site_id)s, hash %(hash)s", id=made["id"], site_id=made["site_id"], hash=made["hash"]))
    rows = [
        (each["server"], each["certificate_id"], each["fingerprint"], each["replaces"]) for each in made["certificates"]
    ]
    say_table(_("Certificates"), (_("server"), _("certificate"), _("new SHA-256"), _("replaces")), rows)
    scopes = [
        (each["path"], word(each["treatment"]), _goes(each), each["locations"], each["inheritors"])
        for each in made["scopes"]
    ]
    changes = made["purpose"] != "recover"  # a recovery touches no group, and replaces nothing
    if changes:
        say_table(
            _("Groups"), (_("group"), _("treatment"), _("canary or drill"), _("locations"), _("inheritors")), scopes
        )
    steps = [
        (each["number"], each["title"], span(each["minimum"]), instant(each["earliest"]), instant(each["expected"]))
        for each in made["steps"]
    ]
    say_table(_("Steps"), (_("step"), _("what"), _("least wait"), _("earliest"), _("expected")), steps)
    say_table(_("Reasons"), (_("severity"), _("subject"), _("message")), findings(made["reasons"]))
    if made["left_out"]:
        left = [(each["name"], each["group"], each["reason"]) for each in made["left_out"]]
        say_table(_("Left out by name"), (_("client"), _("group"), _("reason")), left)
    if made["on_trust"]:
        trusted = [(name, each["path"]) for each in made["on_trust"] for name in each["names"]]
        say_table(_("Taken to fail over, by name"), (_("client"), _("group")), trusted)
    if made["extra_work"]:
        work = [
            (each["rule"], each["what"], each["tasks"], each["minutes"], each["cheaper"]) for each in made["extra_work"]
        ]
        say_table(
            _("Work beyond the vendor's list"), (_("rule"), _("what"), _("tasks"), _("minutes"), _("cheaper")), work
        )
    if made["trusted_networks"]:
        say(
            _(
                "You state that plain HTTP gets through from %(trusted_networks)s.",
                trusted_networks=", ".join(made["trusted_networks"]),
            )
        )
    if made["tried_networks"]:
        say(
            _(
                "Canaries show first whether plain HTTP gets through from %(tried_networks)s.",
                tried_networks=", ".join(made["tried_networks"]),
            )
        )
    say(
        counted(
            "It takes %(least)s at least, for %(count)s client.",
            "It takes %(least)s at least, for %(count)s clients.",
            made["clients"],
            least=span(made["least"]),
        )
    )
    if latest := made["latest_start"]:
        say(
            _(
                "Start it by %(at)s: the old certificate of %(server)s ends on %(ends)s, the rotation replaces it "
                "within %(takes)s, and keeps a margin of %(margin)s.",
                at=instant(latest["at"]),
                server=latest["server"],
                ends=instant(latest["ends"]),
                takes=span(latest["takes"]),
                margin=span(latest["margin"]),
            )
        )
    if changes:
        say(
            counted(
                "Replaced now, without any preparation, the certificates would cut off %(count)s of them.",
                "Replaced now, without any preparation, the certificates would cut off %(count)s of them.",
                made["lost_if_now"],
            )
        )
    if not started:
        say(_("To start it: rotator start %(id)s --why REASON", id=made["id"]))


def _goes(scope: dict[str, Any]) -> str:
    if scope["drilled"]:
        return _("drilled")
    return _("first") if scope["canary"] else ""


def _chosen(text: str) -> tuple[str, str]:
    server, equals, certificate = text.rpartition("=")
    if equals and not server:
        raise UnreadableError(
            _("%(text)s: give SERVER=CERTIFICATE, or a certificate for every server", text=repr(text))
        )
    return server or "*", certificate


def _unproven(chosen: list[str]) -> dict[str, Any]:
    """The choice for every group, and those for single groups."""
    everywhere = [text for text in chosen if "=" not in text]
    if len(everywhere) > 1:
        raise UnreadableError(
            _(
                "%(everywhere)s: one choice for every group; give GROUP=CHOICE for single ones",
                everywhere=", ".join(everywhere),
            )
        )
    single = dict(text.rsplit("=", 1) for text in chosen if "=" in text)
    return {"unproven_failover": everywhere[0] if everywhere else "relax", "unproven_by_group": single}
