"""When a rotation acts next by itself, and how far it is, by its own state."""

from datetime import datetime, timedelta

from rotation.running.state import RotationState
from rotation.standing.records import NextAct


def next_act(state: RotationState) -> NextAct:
    """The latest of the times that the state knows; none while it is held, has ended, or waits for a person.

    The latest, since one that a wait has left behind is of no account while it waits for another. An open console task
    has times of its own, or none where only people can say that it is done.
    """
    asks = any(attention.options for attention in state.attention)
    if state.held_by or state.outcome is not None or asks or state.withdrawing:
        return NextAct(events=state.events)
    wait, task = state.wait, state.task
    times: list[datetime | None]
    if task is not None:
        times = [task.look_at, task.refused.read_at if task.refused else None]
    else:
        times = [state.look_at, state.fixing.look_at if state.fixing else None]
        times += [state.unreported_until, state.lists_until]
        times += [wait.next_at, wait.due] if wait else []
    known = [time for time in times if time is not None]
    heartbeat = wait.heartbeat if wait else timedelta(0)
    return NextAct(at=max(known, default=None), heartbeat=heartbeat, events=state.events)
