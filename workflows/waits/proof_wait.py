"""A wait on proof: opened, kept with what a reading has shown, and given back the time in which nothing was read."""

from collections.abc import Iterable
from datetime import timedelta

from rotation.plan.scope import ReportingPace
from rotation.plan.step import Closing, Gate, Holdout, Step
from rotation.running.wait import GateReading, Wait
from workflows.running import Running
from workflows.waits import clients_cut_off, outage

_OUTAGE = timedelta(minutes=2)
"""A reading that comes later could not be had for a while."""


def open_wait(
    run: Running,
    step: Gate | Holdout | Closing,
    minimum: timedelta,
    patience: timedelta,
    owners: Iterable[ReportingPace],
) -> None:
    """Wait from now on: for `minimum` at least, and until a person is asked for `patience` at most."""
    now = run.host.now()
    run.state.wait = Wait(
        step=step.id,
        opened_at=now,
        due=now + minimum,
        limit=now + max(patience, minimum),
        heartbeat=min((owner.slowest_heartbeat for owner in owners), default=minimum),
    )
    run.host.show(run.state)


def give_back(run: Running, step: Gate | Holdout, unread: timedelta) -> None:
    """Clients are not asked for what could not be read. A holdout lasts longer only when a person extends it.

    Args:
        run: the rotation.
        step: whose limit moves.
        unread: for how long nothing was read, though it was time: SEPM was away, a person held the rotation, or a
            person was asked about the site.
    """
    wait = wait_of(run)
    if not isinstance(step, Gate) or unread <= _OUTAGE:
        return
    run.state.wait = wait.model_copy(update={"limit": wait.limit + unread})


async def note(run: Running, step: Step, reading: GateReading, *, while_held: bool = False) -> None:
    """Keep what a reading has found, and show it to a person."""
    wait = wait_of(run)
    run.state.clients_read_at = run.host.now()
    update = {"reading": reading, "readings": wait.readings + 1, "next_at": None, "asked": reading.asked}
    update["read_while_held"] = while_held
    if reading.signing:
        run.state.signing = reading.signing
    run.state.wait = wait.model_copy(update=update)
    await outage.note(run, step, reading)
    await clients_cut_off.tell(run, reading)
    run.host.show(run.state)


def wait_of(run: Running) -> Wait:
    """The wait that goes on."""
    if run.state.wait is None:
        raise AssertionError("a gate without its wait")
    return run.state.wait
