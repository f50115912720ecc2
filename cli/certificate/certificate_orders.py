"""`rotator certificate issue` and `orders`: requests that the company's certificate authority signs by itself."""

import time
from typing import Annotated, Any

import typer

from cli.language.wording import _, later, word
from cli.terminal.client import FOLDER, REFUSED, Api, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.formatting import findings, instant, say, say_findings, say_json, say_table

_PAUSE = 1.0
_STEPS = {
    "placing": later("placing the order"),
    "proving": later("proving the names"),
    "signing": later("waiting for the signature"),
}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("issue")(issue)
    app.command("orders")(list_orders)


@answered
def issue(
    request: Annotated[str, typer.Argument(help="The request's id")],
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Order another certificate, where an order has brought one")
    ] = False,
    wait: Annotated[bool, typer.Option(help="Wait for its end; the order goes on if this command is stopped")] = True,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Have the certificate authority of the settings sign a request. Exit code 0 when it has."""
    path = f"/v1/certificates/requests/{request}/orders"
    with opened(api, folder) as rotator:
        order = rotator.post(path, {"again": again})
        if wait:
            order = _ended(rotator, f"{path}/{order['id']}", order, as_json=as_json)
    if as_json:
        say_json(order)
    else:
        _say(order)
    if order["state"] in {"failed", "cancelled"}:
        raise typer.Exit(REFUSED)


@answered
def list_orders(
    request: Annotated[str, typer.Argument(help="The request's id")],
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """List the orders for a request, the newest first."""
    with opened(api, folder) as rotator:
        kept = rotator.list(f"/v1/certificates/requests/{request}/orders")
    if as_json:
        say_json(kept)
        return
    if not kept["items"]:
        say(_("nothing was ordered for %(request)s", request=request))
        return
    rows = [
        (
            each["id"],
            instant(each["asked_at"]),
            each["asked_by"],
            word(each["state"]),
            each["certificate_id"] or (each["trouble"] or {}).get("message", "-"),
        )
        for each in kept["items"]
    ]
    say_table(_("Orders"), (_("id"), _("asked"), _("by"), _("state"), _("certificate, or what is in the way")), rows)


def _ended(rotator: Api, path: str, order: dict[str, Any], *, as_json: bool) -> dict[str, Any]:
    shown = None
    while order["state"] == "running":
        trouble = order["trouble"]
        now = _("waits: %(message)s", message=trouble["message"]) if trouble else _(_STEPS[order["step"]])
        if now != shown and not as_json:
            say(now)
        shown = now
        time.sleep(_PAUSE)
        order = rotator.get(path)
    return order


def _say(order: dict[str, Any]) -> None:
    if order["state"] == "issued":
        say(
            _(
                "%(certificate_id)s is issued; look at it: rotator certificate list",
                certificate_id=order["certificate_id"],
            )
        )
    else:
        say(f"{order['id']}: {word(order['state'])}")
    if order["trouble"]:
        say_findings([order["trouble"]])
    if order["findings"]:
        say_table(_("Think over"), (_("severity"), _("subject"), _("message")), findings(order["findings"]))
