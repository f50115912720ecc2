"""The report of a simulation, for people."""

from datetime import timedelta

from cli.terminal.formatting import length, say, say_table
from simulation.drawn.scenario import START
from simulation.drawn.synthetic import Size
from simulation.judged.record import Loss, RunRecord
from simulation.judged.report import PlayedPlan, Report, Spread

_NAMES = 10


def show(report: Report) -> None:
    """Print it on standard output."""
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in report.outcomes.items())
    _show_subject(report.played)
    clients = report.played.clients if isinstance(report.played, Size) else report.played.played
    say(f"{report.runs} rotation(s) of {clients} clients: {outcomes}")
    for each in report.differs:
        say(f"Not as approved in {each.runs} of them: {each.finding.subject}: {each.finding.message}")
    say(f"Clients lost by the rotation: {report.lost_by_the_rotation}")
    rows = (
        ("clients lost", *_values(report.lost)),
        ("left out by name", *_values(report.left_out)),
        ("duration", *_values(report.duration)),
        ("exposure", *_values(report.exposure)),
    )
    say_table("Over all runs", ("", "least", "median", "95 of 100", "most"), rows)
    for worst in report.worst:
        if worst.lost or worst.reason or worst.refused:
            _show_run(worst, report.again[worst.seed])
    say("Exposure is the time with secure communications off somewhere. To play the worst run again:")
    say(f"  {report.again[report.worst[0].seed]}")


def _show_subject(played: Size | PlayedPlan) -> None:
    if isinstance(played, Size):
        return
    say(f"Plan {played.id} of site {played.site}, hash {played.hash}")
    if played.played < played.clients_of_site:
        say(f"A sample: {played.played} of its {played.clients_of_site} clients, of each kind its share.")
    if played.vanished:
        say(f"Not played: {played.vanished} clients that SEPM does not list any more.")


def _show_run(worst: RunRecord, again: str) -> None:
    """One of the worst runs: who was lost and why, and how to see it again."""
    say(f"Seed {worst.seed}: {worst.outcome}, {len(worst.lost)} lost {worst.reason}")
    for lost in worst.lost[:_NAMES]:
        exemption = f" ({lost.exemption})" if lost.exemption else ""
        say(f"  {lost.client} of {lost.group}, {_when(lost)}: {lost.why}{exemption}")
    if len(worst.lost) > _NAMES:
        say(f"  and {len(worst.lost) - _NAMES} more, whom --json names")
    if worst.behaviour:
        behaved = ", ".join(f"{name} {value}" for name, value in sorted(worst.behaviour.items()))
        say(f"  SEPM behaved otherwise than is most likely: {behaved}")
    for finding in worst.refused:
        say(f"  {finding.subject}: {finding.message}")
    say(f"  {again}")


def _when(lost: Loss) -> str:
    """Since when it is lost: the date would be the simulation's own."""
    return f"{length(lost.since - START)} after the start" if lost.since >= START else "before the start"


def _values(spread: Spread[int] | Spread[timedelta]) -> tuple[str, ...]:
    return tuple(
        length(each) if isinstance(each, timedelta) else str(each)
        for each in (spread.least, spread.median, spread.most_of_95, spread.most)
    )
