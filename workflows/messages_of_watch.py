"""What the watch over client ports saw: kept until a look, and shown where the rotation does not look by itself.

It does not while a person holds it, nor while it waits for an answer, of a person or of SEPM: clients may be cut off
for days meanwhile.
"""

from datetime import datetime

from rotation.plan.step import Gate, GatePurpose
from rotation.running.message import Message, Move
from rotation.running.moves import is_watched_now
from rotation.running.state import RotationState, SiteMoved
from workflows.hosts.host import Host
from workflows.hosts.procedure_change import ProcedureChange
from workflows.message_effects import forget


def is_heard(state: RotationState, message: Message, host: Host) -> bool:
    """Whether a message that is not refused has an effect."""
    if message.move is not Move.SITE_MOVED or _was_heard_before(state):
        return True
    return host.goes_by(ProcedureChange.WATCH_IS_HEARD)


def keep(state: RotationState, message: Message, host: Host) -> None:
    """Keep what the watch over client ports saw until a look; where none will follow, only while the rotation is held.

    A message with a task is of the watch over its proof: it counts for the task alone.
    """
    of_ports = message.move is Move.SITE_MOVED and message.task_id is None
    looks = state.outline.purpose != "recover" and (bool(state.held_by) or not state.puts_back)
    if of_ports and looks and host.goes_by(ProcedureChange.WATCH_IS_HEARD):
        state.site_moved = SiteMoved(at=host.now(), shows=message.why)


def is_looked_at(state: RotationState, known: datetime | None) -> bool:
    """Forget what was kept before a look began. Whether nothing came meanwhile.

    Args:
        state: of the rotation.
        known: when that came which was kept as the look began.
    """
    moved = state.site_moved
    if moved is not None and moved.at != known:
        return False
    forget(state)
    return True


def shown(state: RotationState) -> str:
    """What a person is shown while no look follows; empty where there is nothing."""
    moved = state.site_moved
    if moved is None or (state.puts_back and not state.held_by):
        return ""
    shows = moved.shows or "a client port of the site does not answer as the rotation left it"
    if makes_clients_verify(state):
        return (
            f"clients may be cut off now, and the rotation looks at the site only when it goes on: {shows}. Look at "
            "the ports and certificates of the servers at once. Clients are being made to verify: where another "
            "certificate is in a server, some may trust that one alone. Turn secure communications off first, and put "
            "the right certificate in three heartbeats later. Then resume the rotation, or answer what it asks"
        )
    return (
        f"clients may be cut off now, and the rotation looks at the site only when it goes on: {shows}. Look at the "
        "ports and certificates of the servers at once, and put right what is not right. Then resume the rotation, or "
        "answer what it asks"
    )


def makes_clients_verify(state: RotationState) -> bool:
    """Whether the gate is open that proves that clients verify: settings go back, and are held against the plan."""
    step = state.step
    return isinstance(step, Gate) and step.purpose is GatePurpose.VERIFYING and not state.puts_back


def _was_heard_before(state: RotationState) -> bool:
    return not state.held_by and (state.task is None or is_watched_now(state))
