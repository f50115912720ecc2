"""The report of a simulation, for people."""

from datetime import timedelta

from cli.language.wording import _, counted, number, recognised, word
from cli.terminal.formatting import length, say, say_table
from simulation.drawn.scenario import START
from simulation.drawn.synthetic import Size
from simulation.judged.record import Loss, RunRecord
from simulation.judged.report import PlayedPlan, Report, Spread

_NAMES = 10


def show(report: Report) -> None:
    """Print it on standard output."""
    outcomes = ", ".join(f"{number(count)} {word(outcome)}" for outcome, count in report.outcomes.items())
    _show_subject(report.played)
    clients = report.played.clients if isinstance(report.played, Size) else report.played.played
    say(
        counted(
            "%(count)s rotation of %(clients)s: %(outcomes)s",
            "%(count)s rotations of %(clients)s: %(outcomes)s",
            report.runs,
            clients=counted("%(count)s client", "%(count)s clients", clients),
            outcomes=outcomes,
        )
    )
    for each in report.differs:
        say(
            _(
                "Not as approved (runs: %(runs)s): %(subject)s: %(message)s",
                runs=each.runs,
                subject=each.finding.subject,
                message=recognised(each.finding.message),
            )
        )
    say(_("Clients lost by the rotation: %(lost_by_the_rotation)s", lost_by_the_rotation=report.lost_by_the_rotation))
    rows = (
        (_("clients lost"), *_values(report.lost)),
        (_("left out by name"), *_values(report.left_out)),
        (_("duration"), *_values(report.duration)),
        (_("exposure"), *_values(report.exposure)),
    )
    say_table(_("Over all runs"), ("", _("least"), _("median"), _("95 of 100"), _("most")), rows)
    for worst in report.worst:
        if worst.lost or worst.reason or worst.refused:
            _show_run(worst, report.again[worst.seed])
    say(_("Exposure is the time with secure communications off somewhere. To play the worst run again:"))
    say(f"  {report.again[report.worst[0].seed]}")


def _show_subject(played: Size | PlayedPlan) -> None:
    if isinstance(played, Size):
        return
    say(_("Plan %(id)s of site %(site)s, hash %(hash)s", id=played.id, site=played.site, hash=played.hash))
    if played.played < played.clients_of_site:
        say(
            counted(
                "A sample: %(played)s of its %(count)s client, of each kind its share.",
                "A sample: %(played)s of its %(count)s clients, of each kind its share.",
                played.clients_of_site,
                played=played.played,
            )
        )
    if played.vanished:
        say(
            counted(
                "Not played: %(count)s client that SEPM does not list any more.",
                "Not played: %(count)s clients that SEPM does not list any more.",
                played.vanished,
            )
        )


def _show_run(worst: RunRecord, again: str) -> None:
    """One of the worst runs: who was lost and why, and how to see it again."""
    say(
        _(
            "Seed %(seed)s: %(outcome)s, clients lost: %(lost)s %(reason)s",
            seed=str(worst.seed),
            outcome=word(worst.outcome),
            lost=len(worst.lost),
            reason=recognised(worst.reason),
        )
    )
    for lost in worst.lost[:_NAMES]:
        exemption = f" ({recognised(lost.exemption)})" if lost.exemption else ""
        client = _("%(client)s of %(group)s", client=lost.client, group=lost.group)
        say(f"  {client}, {_when(lost)}: {recognised(lost.why)}{exemption}")
    if len(worst.lost) > _NAMES:
        say(
            counted(
                "  and %(count)s more, which --json names",
                "  and %(count)s more, which --json names",
                len(worst.lost) - _NAMES,
            )
        )
    if worst.behaviour:
        behaved = ", ".join(f"{name} {value}" for name, value in sorted(worst.behaviour.items()))
        say(_("  SEPM did not behave as is most likely: %(behaved)s", behaved=behaved))
    for finding in worst.refused:
        say(f"  {finding.subject}: {recognised(finding.message)}")
    say(f"  {again}")


def _when(lost: Loss) -> str:
    """Since when it is lost: the date would be the simulation's own."""
    return (
        _("%(since)s after the start", since=length(lost.since - START))
        if lost.since >= START
        else _("before the start")
    )


def _values(spread: Spread[int] | Spread[timedelta]) -> tuple[str, ...]:
    return tuple(
        length(each) if isinstance(each, timedelta) else number(each)
        for each in (spread.least, spread.median, spread.most_of_95, spread.most)
    )
