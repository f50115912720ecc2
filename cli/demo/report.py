"""The end of a demo: what was done, how long it took against the floor, and who was lost."""

from datetime import UTC, datetime
from typing import Any

from cli.demo.screen import Screen
from cli.demo.track import Track
from cli.language.wording import _, decimal, word

_COMPLETED = "completed"


def report(track: Track) -> dict[str, Any]:
    """A rotation's end as a program reads it. Losses are the emulator's verdict, and include those that healed."""
    verdict = track.site.verdict()
    elapsed, floor = track.elapsed(datetime.now(UTC)).total_seconds(), track.floor.total.total_seconds()
    rotation_report = track.shown["report"] or {}
    return {
        "site_id": track.site.id,
        "rotation_id": track.shown["id"],
        "status": track.shown["status"],
        "clients_total": verdict["clients_total"],
        "clients_lost": verdict["clients_lost_ever"],
        "lost": [f"{lost['name']}: {lost['why']}" for lost in verdict["lost_ever"]],
        "clients_not_back": rotation_report.get("clients_not_back"),
        "coverage": track.shown["coverage"],
        "floor_seconds": round(floor, 3),
        "elapsed_seconds": round(elapsed, 3),
        "elapsed_over_floor": round(elapsed / floor, 3),
        "attention": track.shown["attention"],
        "steps": [
            {
                "number": step.number,
                "title": step.title,
                "began": step.began.isoformat(),
                "ended": step.ended.isoformat() if step.ended else None,
            }
            for step in track.steps.values()
        ],
    }


def succeeded(result: dict[str, Any]) -> bool:
    """Whether it completed and no client was lost."""
    return bool(result["status"] == _COMPLETED and result["clients_lost"] == 0)


def tell_report(screen: Screen, track: Track, result: dict[str, Any]) -> None:
    """The same for people."""
    screen.heading(_("Report for %(site)s", site=track.site.name))
    steps = [
        (
            step.number,
            step.title,
            decimal((step.began - track.began).total_seconds()),
            decimal(step.took.total_seconds()),
        )
        for step in track.steps.values()
    ]
    screen.table(_("Steps taken"), ("", _("step"), _("began, s"), _("took, s")), steps)
    for lost in result["lost"]:
        screen.say(_("Lost: %(lost)s", lost=lost), style="red")
    for attention in result["attention"]:
        screen.say(
            _("Attention: %(subject)s: %(message)s", subject=attention["subject"], message=attention["message"]),
            style="yellow",
        )


def tell_summary(screen: Screen, results: dict[str, dict[str, Any]]) -> None:
    """All of them side by side: the last thing that is read."""
    screen.heading(_("Summary; clients lost are the emulator's own verdict, which asks the product nothing"))
    columns = (
        _("site"),
        _("rotation"),
        _("steps"),
        _("took"),
        _("floor"),
        _("took / floor"),
        _("clients back"),
        _("clients lost"),
    )
    screen.table("", columns, [_summary(name, result) for name, result in results.items()])


def _summary(name: str, result: dict[str, Any]) -> tuple[object, ...]:
    coverage = result["coverage"] or {"total": 0, "waiting": 0}
    return (
        name,
        word(result["status"]),
        len(result["steps"]),
        f"{decimal(result['elapsed_seconds'])} s",
        f"{decimal(result['floor_seconds'])} s",
        decimal(result["elapsed_over_floor"], 2),
        _("%(part)s of %(whole)s", part=coverage["total"] - coverage["waiting"], whole=coverage["total"]),
        _("%(part)s of %(whole)s", part=result["clients_lost"], whole=result["clients_total"]),
    )
