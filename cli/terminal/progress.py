"""A rotation on the screen: where it stands, what it waits for, what it asks of whom."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.text import Text

from cli.language.wording import _, number, word
from cli.terminal.formatting import instant, length, step_of, table

_MARKS = {"done": "✓", "current": "▶", "ahead": " "}


def overview(shown: dict[str, Any]) -> Group:
    """Everything of `GET /v1/rotations/{id}` that a person wants to see."""
    live = shown.get("live") or {}
    parts: list[Any] = [
        Text(
            _(
                "Rotation %(id)s of site %(site_id)s: %(status)s, %(phase)s",
                id=shown["id"],
                site_id=shown["site_id"],
                status=word(shown["status"]),
                phase=word(shown["phase"]) or _("not begun"),
            )
        ),
        *(Text(line) for line in _lines(shown, live)),
    ]
    reading = (live.get("wait") or {}).get("reading") or shown.get("coverage")
    if reading:
        parts += _coverage(reading)
    if report := shown.get("report"):
        parts.append(Text(_ending(report)))
    if live.get("steps"):
        rows = [
            (_MARKS[each["state"]], each["number"], each["title"], instant(each["expected"])) for each in live["steps"]
        ]
        parts.append(table(_("Steps"), ("", _("step"), _("what"), _("expected")), rows))
    return Group(*parts)


def _lines(shown: dict[str, Any], live: dict[str, Any]) -> Iterable[str]:
    if shown.get("waiting_for"):
        yield _("Why it waits: %(waiting_for)s", waiting_for=shown["waiting_for"])
    yield from trouble_of(shown)
    if step := step_of(shown):
        yield _("Step %(step)s", step=step)
    if wait := live.get("wait"):
        yield _(
            "Waiting until %(due)s at least; next reading %(next_at)s",
            due=instant(wait["due"]),
            next_at=instant(wait["next_at"]),
        )
    elif shown["next_action_at"]:
        yield _("Next: %(next_action_at)s", next_action_at=instant(shown["next_action_at"]))
    if task := live.get("task"):
        holder = _("held by %(claimed_by)s", claimed_by=task["claimed_by"]) if task["claimed_by"] else _("open")
        yield _("Console task %(id)s (%(holder)s): rotator tasks list", id=task["id"], holder=holder)
    if shown["held"]:
        yield _("Held by %(who)s: %(why)s", who=live.get("held_by", ""), why=live.get("hold_reason", ""))
    own = [each for each in shown["attention"] if each["code"] != (shown.get("trouble") or {}).get("code")]
    for attention in live.get("attention") or own:
        moves = ", ".join(attention.get("options", ()))
        options = (
            f" [{_('%(moves)s; question %(question)s', moves=moves, question=attention['question'])}]" if moves else ""
        )
        yield f"{_('ATTENTION')} {attention['subject']}: {attention['message']}{options}"


def trouble_of(shown: dict[str, Any]) -> Iterable[str]:
    """What the service finds wrong with it, and what helps."""
    if trouble := shown.get("trouble"):
        since = instant(shown["trouble_since"])
        yield _(
            "%(standing)s since %(since)s (%(code)s): %(message)s",
            standing=word(trouble["standing"]).upper(),
            since=since,
            code=trouble["code"],
            message=trouble["message"],
        )
        yield _("What helps: %(remedy)s", remedy=trouble["remedy"])


def _coverage(reading: dict[str, Any]) -> list[Any]:
    total, covered, waiting = (reading.get(name, 0) for name in ("total", "covered", "waiting"))
    reasons = ", ".join(f"{number(count)} {reason}" for reason, count in reading.get("by_reason", {}).items())
    reasons = f" ({reasons})" if reasons else ""
    text = _(
        "Coverage: %(covered)s of %(total)s proven, %(waiting)s waited for%(reasons)s",
        covered=covered,
        total=total,
        waiting=waiting,
        reasons=reasons,
    )
    # the bar ends no line
    return [Text(text), ProgressBar(total=max(total, 1), completed=total - waiting, width=60), Text()]


def _ending(report: dict[str, Any]) -> str:
    took, least = (length(timedelta(seconds=round(report[name]))) for name in ("elapsed_seconds", "least_seconds"))
    names = f" ({', '.join(report['not_back'])})" if report["not_back"] else ""
    return _(
        "Report: steps: %(steps)s, in %(took)s, %(least)s at least by the plan; clients: %(clients)s, not back: "
        "%(clients_not_back)s%(names)s, left out by name: %(left_out)s",
        steps=report["steps"],
        took=took,
        least=least,
        clients=report["clients"],
        clients_not_back=report["clients_not_back"],
        names=names,
        left_out=report["left_out"],
    )
