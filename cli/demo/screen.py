"""What a demo writes: headings, a line for every event, and on a terminal where each rotation stands now."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from cli.demo.track import Track
from cli.language.wording import _, counted, decimal, number, word
from cli.terminal.formatting import PlainConsole, step_of, table

_INSTANT = TypeAdapter(datetime)
_WIDE = 160
_BAR = 30


class Screen:
    """Where a demo writes: standard output, or standard error when the former belongs to JSON."""

    def __init__(self, *, to_stderr: bool) -> None:
        stream = sys.stderr if to_stderr else sys.stdout
        self._console = PlainConsole(stderr=to_stderr, width=None if stream.isatty() else _WIDE, highlight=False)
        self._live: Live | None = None

    @property
    def is_live(self) -> bool:
        """Whether `standing` is shown, which takes a terminal."""
        return self._console.is_terminal

    def heading(self, text: str) -> None:
        """Begin a part."""
        self._console.print()
        if self._console.is_terminal:
            self._console.print(Rule(Text(text, style="bold"), align="left"))
        else:
            self._console.print(Text(f"== {text}"))

    def say(self, text: str = "", style: str = "") -> None:
        """A line; nothing in it is taken for markup."""
        self._console.print(Text(text, style=style), soft_wrap=not self._console.is_terminal)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table."""
        self._console.print(table(title, columns, rows))

    def event(self, track: Track, event: dict[str, Any]) -> None:
        """A line for an event that a newcomer understands."""
        line = _line(track, event)
        if line is not None:
            at = _INSTANT.validate_python(event["at"]).astimezone()
            self._console.print(Text.assemble((f"{at:%H:%M:%S}  ", "dim"), (f"{track.site.name:15}", "cyan"), line))

    @contextmanager
    def following(self) -> Iterator[None]:
        """While this goes on, `standing` is kept at the bottom of a terminal."""
        if not self.is_live:
            yield
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            self._live = live
            try:
                yield
            finally:
                self._live = None

    def standing(self, tracks: Iterable[Track]) -> None:
        """Show where the rotations stand."""
        if self._live is not None:
            self._live.update(Group(*(_standing(track, datetime.now(UTC)) for track in tracks)), refresh=True)


def _line(track: Track, event: dict[str, Any]) -> Text | None:
    step = track.step_of(event)
    match event["kind"]:
        case "step-ended" if step is not None:
            took = f"{decimal(step.took.total_seconds()):>6} s"
            return Text.assemble(("✓ ", "green"), f"{took}  ", (f"{step.number:10}", "bold"), step.title)
        case "attention" | "amended" | "turning-back" | "message":
            return Text.assemble(("! ", "bold yellow"), event["message"])
        case "ended":
            return Text.assemble(("■ ", "bold green"), (event["message"], "bold"))
        case _:
            return None


def _standing(track: Track, now: datetime) -> RenderableType:
    shown = track.shown
    floor, elapsed = track.floor.total.total_seconds(), track.elapsed(now).total_seconds()
    rows = Table.grid(padding=(0, 2))
    bar = ProgressBar(total=max(shown["step_count"], 1), completed=shown["step_index"], width=_BAR)
    rows.add_row(bar, step_of(shown) or word(shown["status"]))
    live = shown.get("live") or {}
    wait, task = live.get("wait"), live.get("task")
    if wait:
        rows.add_row(*_waiting(wait, now))
    elif task:
        holder = (
            _("%(claimed_by)s is at it", claimed_by=task["claimed_by"])
            if task["claimed_by"]
            else _("waits for the administrator")
        )
        rows.add_row(Text(_("console task"), style="dim"), holder)
    for attention in shown["attention"]:
        rows.add_row(Text(_("attention"), style="bold yellow"), f"{attention['subject']}: {attention['message']}")
    if track.verdict is not None:
        lost, total = track.verdict["clients_lost_ever"], track.verdict["clients_total"]
        style = "bold red" if lost else "green"
        rows.add_row(
            Text(_("clients lost"), style="dim"),
            Text(_("%(lost)s of %(total)s (the emulator's verdict)", lost=lost, total=total), style=style),
        )
    title = _(
        "%(site)s: %(phase)s, %(elapsed)s s of at least %(floor)s s",
        site=track.site.name,
        phase=word(shown["phase"]) or _("beginning"),
        elapsed=round(elapsed),
        floor=round(floor),
    )
    return Panel(rows, title=Text(title), title_align="left")


def _waiting(wait: dict[str, Any], now: datetime) -> tuple[RenderableType, str]:
    left = (_INSTANT.validate_python(wait["due"]) - now).total_seconds()
    until = _("%(left)s s more at least", left=round(left)) if left > 0 else _("the least time is over, now the proof")
    reading = wait["reading"]
    if not reading:
        return Text(_("wait"), style="dim"), until
    total, waiting = reading["total"], reading["waiting"]
    reasons = ", ".join(f"{number(count)} {reason}" for reason, count in reading["by_reason"].items())
    proof = counted(
        "%(covered)s of %(count)s client proven",
        "%(covered)s of %(count)s clients proven",
        total,
        covered=reading["covered"],
    )
    if waiting:
        proof = _("%(proof)s, waiting for %(waiting)s", proof=proof, waiting=waiting)
    bar = ProgressBar(total=max(total, 1), completed=total - waiting, width=_BAR)
    return bar, f"{proof}; {until}{f' ({reasons})' if reasons else ''}"
