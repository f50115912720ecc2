"""`rotator demo --naive`: what happens without the product, when all certificates are replaced at once."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cli.demo.screen import Screen
from cli.demo.site import DemoSite
from cli.language.wording import _, counted, decimal

_HEARTBEAT = timedelta(seconds=3)
_LONGEST = 15 * _HEARTBEAT
_STEADY = 3 * _HEARTBEAT
"""No further client may be lost for this long: clients lose the site one heartbeat after the other."""
_EVERY = timedelta(seconds=0.5)
_SHARE = 0.10


def replace_everything(screen: Screen, sites: list[DemoSite], check: Callable[[], None]) -> None:
    """Replace, then wait until the verdict is settled: a client is lost after five heartbeats without an exchange."""
    for site in sites:
        site.replace_now()
        screen.say(
            counted(
                "%(site)s: %(count)s certificate replaced at the console at once",
                "%(site)s: %(count)s certificates replaced at the console, all at once",
                len(site.described["servers"]),
                site=site.name,
            )
        )
    screen.say(_("Now the clients call. One that finds no server that it trusts for five heartbeats is lost."))
    began = steady_since = time.monotonic()
    counts: list[int] = []
    while True:
        check()
        now = time.monotonic()
        newer = [site.verdict()["clients_lost"] for site in sites]
        if newer != counts:
            counts, steady_since = newer, now
            text = ", ".join(f"{site.name} {count}" for site, count in zip(sites, counts, strict=True))
            screen.say("  " + _("after %(seconds)s s lost: %(text)s", seconds=decimal(now - began), text=text))
        settled = any(counts) and now - steady_since > _STEADY.total_seconds()
        if settled or now - began > _LONGEST.total_seconds():
            return
        time.sleep(_EVERY.total_seconds())


def report_losses(site: DemoSite, plan: dict[str, Any]) -> dict[str, Any]:
    """The losses as a program reads them, beside the number that the plan had foretold."""
    verdict = site.verdict()
    return {
        "site_id": site.id,
        "status": "replaced-at-once",
        "clients_total": verdict["clients_total"],
        "clients_lost": verdict["clients_lost_ever"],
        "clients_away": site.away(),
        "foretold_by_the_plan": plan["lost_if_now"],
    }


def lost_as_expected(report: dict[str, Any]) -> bool:
    """Whether more than one client in ten was lost."""
    return bool(report["clients_lost"] > _SHARE * report["clients_total"])


def tell_losses(screen: Screen, site: DemoSite, report: dict[str, Any]) -> None:
    """The same for people."""
    lost, total, away = report["clients_lost"], report["clients_total"], report["clients_away"]
    screen.say(
        f"{site.name:15}"
        + counted(
            "%(lost)s of %(count)s client lost (%(share)s %%)",
            "%(lost)s of %(count)s clients lost (%(share)s %%)",
            total,
            lost=lost,
            share=round(100 * lost / total),
        ),
        style="bold red",
    )
    screen.say(f"{'':15}" + _("the plan had foretold %(lost)s", lost=report["foretold_by_the_plan"]))
    if away:
        text = counted(
            "%(count)s client is still switched off; its turn comes when it returns",
            "%(count)s clients are still switched off; their turn comes when they return",
            away,
        )
        screen.say(f"{'':15}{text}")
