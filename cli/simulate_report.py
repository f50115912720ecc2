"""The report of a simulation, for people."""

from datetime import timedelta

from cli.spoken import length, say, say_table
from simulation.report import Report, Spread

_NAMES = 10


def show(told: Report) -> None:
    """Print it on standard output."""
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in told.outcomes.items())
    say(f"{told.runs} rotation(s) of {told.size.clients} clients: {outcomes}")
    say(f"Clients lost by the rotation: {told.lost_by_the_rotation}")
    rows = (
        ("clients lost", *_values(told.lost)),
        ("duration", *_values(told.duration)),
        ("exposure", *_values(told.exposure)),
    )
    say_table("Over all runs", ("", "least", "median", "95 of 100", "most"), rows)
    for worst in told.worst:
        if worst.lost or worst.reason:
            say(f"Seed {worst.seed}: {worst.outcome}, {len(worst.lost)} lost {worst.reason}")
        for lost in worst.lost[:_NAMES]:
            excuse = f" ({lost.excuse})" if lost.excuse else ""
            say(f"  {lost.client} of {lost.group} since {lost.since:%Y-%m-%d %H:%M}: {lost.why}{excuse}")
    say("Exposure is the time with secure communications off somewhere. The same --seed plays the same run again.")


def _values(spread: Spread[int] | Spread[timedelta]) -> tuple[str, ...]:
    return tuple(
        length(each) if isinstance(each, timedelta) else str(each)
        for each in (spread.least, spread.median, spread.most_of_95, spread.most)
    )
