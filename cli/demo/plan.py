"""A plan and its floor, written for a reader who sees them for the first time."""

from typing import Any

from cli.demo.screen import Screen
from cli.demo.site import DemoSite, Floor
from cli.terminal.formatting import span

_SHORT = 16


def tell_plan(screen: Screen, site: DemoSite, plan: dict[str, Any]) -> None:
    """Which certificate goes where, how each group is treated, the steps, and the reasons."""
    screen.heading(f"Plan for {site.name}: {plan['clients']} clients. {site.scene.shows}")
    rows = [
        (
            each["server"],
            f"{each['replaces'][:_SHORT]}…",
            f"{each['fingerprint'][:_SHORT]}…",
            _wave(plan, each["server"]),
        )
        for each in plan["certificates"]
    ]
    screen.table("Certificates", ("server", "old SHA-256", "new SHA-256", "replaced in"), rows)
    scopes = [(each["path"], each["treatment"], each["locations"], each["inheritors"]) for each in plan["scopes"]]
    screen.table("Groups", ("group", "treatment", "locations", "inheriting groups"), scopes)
    steps = [(each["number"], each["title"], span(each["minimum"])) for each in plan["steps"]]
    screen.table(f"Steps, numbered as the vendor does (plan {plan['hash'][:_SHORT]}…)", ("", "step", "at least"), steps)
    reasons = [(each["severity"], each["subject"], each["message"]) for each in plan["reasons"]]
    screen.table("Reasons", ("", "of", "what"), reasons)
    screen.say(
        f"Replaced now, without preparation, {plan['lost_if_now']} of {plan['clients']} clients would be cut off."
    )


def tell_floor(screen: Screen, site: DemoSite, floor: Floor) -> None:
    """How long it takes at least, and of what that is made."""
    parts = (
        f"{floor.plan.total_seconds():.1f} s of waits in the plan",
        f"{floor.people.total_seconds():.1f} s of the administrator's",
        f"{floor.restarts.total_seconds():.1f} s of restarting servers",
    )
    screen.say(f"{site.name:15}{floor.total.total_seconds():6.1f} s  = {' + '.join(parts)}", style="bold")


def _wave(plan: dict[str, Any], server: str) -> str:
    if server in plan["holdouts"]:
        return "the last wave, as holdout"
    return next((f"wave {number}" for number, wave in enumerate(plan["waves"], 1) if server in wave), "")
