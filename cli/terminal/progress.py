"""A rotation on the screen: where it stands, what it waits for, what it asks of whom."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.text import Text

from cli.terminal.formatting import instant, length, step_of, table

_MARKS = {"done": "✓", "current": "▶", "ahead": " "}


def overview(shown: dict[str, Any]) -> Group:
    """Everything of `GET /v1/rotations/{id}` that a person wants to see."""
    live = shown.get("live") or {}
    parts: list[Any] = [
        Text(f"Rotation {shown['id']} of site {shown['site_id']}: {shown['status']}, {shown['phase'] or 'not begun'}"),
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
        parts.append(table("Steps", ("", "step", "what", "expected"), rows))
    return Group(*parts)


def _lines(shown: dict[str, Any], live: dict[str, Any]) -> Iterable[str]:
    if shown.get("waiting_for"):
        yield f"Why it waits: {shown['waiting_for']}"
    yield from trouble_of(shown)
    if step := step_of(shown):
        yield f"Step {step}"
    if wait := live.get("wait"):
        yield f"Waiting until {instant(wait['due'])} at least; next reading {instant(wait['next_at'])}"
    elif shown["next_action_at"]:
        yield f"Next: {instant(shown['next_action_at'])}"
    if task := live.get("task"):
        holder = f"held by {task['claimed_by']}" if task["claimed_by"] else "open"
        yield f"Console task {task['id']} ({holder}): rotator tasks list"
    if shown["held"]:
        yield f"Held by {live.get('held_by', '')}: {live.get('hold_reason', '')}"
    own = [each for each in shown["attention"] if each["code"] != (shown.get("trouble") or {}).get("code")]
    for attention in live.get("attention") or own:
        moves = ", ".join(attention.get("options", ()))
        options = f" [{moves}; question {attention['question']}]" if moves else ""
        yield f"ATTENTION {attention['subject']}: {attention['message']}{options}"


def trouble_of(shown: dict[str, Any]) -> Iterable[str]:
    """What the service finds wrong with it, and what helps."""
    if trouble := shown.get("trouble"):
        since = instant(shown["trouble_since"])
        yield f"{trouble['standing'].upper()} since {since} ({trouble['code']}): {trouble['message']}"
        yield f"What helps: {trouble['remedy']}"


def _coverage(reading: dict[str, Any]) -> list[Any]:
    total, covered, waiting = (reading.get(name, 0) for name in ("total", "covered", "waiting"))
    reasons = ", ".join(f"{count} {reason}" for reason, count in reading.get("by_reason", {}).items())
    text = f"Coverage: {covered} of {total} proven, {waiting} waited for{f' ({reasons})' if reasons else ''}"
    # the bar ends no line
    return [Text(text), ProgressBar(total=max(total, 1), completed=total - waiting, width=60), Text()]


def _ending(report: dict[str, Any]) -> str:
    took, least = (length(timedelta(seconds=round(report[name]))) for name in ("elapsed_seconds", "least_seconds"))
    names = ", ".join(report["not_back"])
    return (
        f"Report: {report['steps']} steps in {took}, {least} at least by the plan; {report['clients']} clients, "
        f"{report['clients_not_back']} not back{f' ({names})' if names else ''}, {report['left_out']} left out by name"
    )
