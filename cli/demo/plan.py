"""A plan and its floor, written for a reader who sees them for the first time."""

from typing import Any

from cli.demo.screen import Screen
from cli.demo.site import DemoSite, Floor
from cli.language.wording import _, counted, decimal, word
from cli.terminal.formatting import span

_SHORT = 16


def tell_plan(screen: Screen, site: DemoSite, plan: dict[str, Any]) -> None:
    """Which certificate goes where, how each group is treated, the steps, and the reasons."""
    screen.heading(
        counted(
            "Plan for %(site)s: %(count)s client. %(shows)s",
            "Plan for %(site)s: %(count)s clients. %(shows)s",
            plan["clients"],
            site=site.name,
            shows=_(site.scene.shows),
        )
    )
    rows = [
        (
            each["server"],
            f"{each['replaces'][:_SHORT]}…",
            f"{each['fingerprint'][:_SHORT]}…",
            _wave(plan, each["server"]),
        )
        for each in plan["certificates"]
    ]
    screen.table(_("Certificates"), (_("server"), _("old SHA-256"), _("new SHA-256"), _("replaced in")), rows)
    scopes = [(each["path"], word(each["treatment"]), each["locations"], each["inheritors"]) for each in plan["scopes"]]
    screen.table(_("Groups"), (_("group"), _("treatment"), _("locations"), _("inheriting groups")), scopes)
    steps = [(each["number"], each["title"], span(each["minimum"])) for each in plan["steps"]]
    screen.table(
        _("Steps, numbered as the vendor does (plan %(hash)s…)", hash=plan["hash"][:_SHORT]),
        ("", _("step"), _("at least")),
        steps,
    )
    reasons = [(word(each["severity"]), each["subject"], each["message"]) for each in plan["reasons"]]
    screen.table(_("Reasons"), ("", _("of"), _("what")), reasons)
    screen.say(
        counted(
            "Replaced now, without preparation, the certificates would cut off %(lost)s of %(count)s client.",
            "Replaced now, without preparation, the certificates would cut off %(lost)s of %(count)s clients.",
            plan["clients"],
            lost=plan["lost_if_now"],
        )
    )


def tell_floor(screen: Screen, site: DemoSite, floor: Floor) -> None:
    """How long it takes at least, and of what that is made."""
    parts = (
        _("%(plan)s s of waits in the plan", plan=decimal(floor.plan.total_seconds())),
        _("%(people)s s of the administrator's work", people=decimal(floor.people.total_seconds())),
        _("%(restarts)s s of restarting servers", restarts=decimal(floor.restarts.total_seconds())),
    )
    screen.say(f"{site.name:15}{decimal(floor.total.total_seconds()):>6} s  = {' + '.join(parts)}", style="bold")


def _wave(plan: dict[str, Any], server: str) -> str:
    if server in plan["holdouts"]:
        return _("the last wave, as holdout")
    return next(
        (_("wave %(number)s", number=number) for number, wave in enumerate(plan["waves"], 1) if server in wave), ""
    )
