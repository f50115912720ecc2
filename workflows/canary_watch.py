"""Canaries that do not get through: shown while they are read on, so that a gate over them ends by itself or by a word.

Nothing irreversible follows such a gate. So going on leaves nobody out: the gate for all waits for them too.
"""

from engine.contract import EventKind
from rotation.plan.step import Gate, GatePurpose
from rotation.running.message import Move
from rotation.running.state import GateReading
from workflows import second_person
from workflows.running import SECOND, Running

HELD = "canary-held"
_LOOK = {
    GatePurpose.RELAXED: "open the HTTP port of their network (a client that cannot reach it hears of nothing any more "
    "and is brought back by the open port or by a new Sylink.xml)",
    GatePurpose.VERIFYING: "look whether the policy of their group was published",
    GatePurpose.RETURNED: "look whether the .SIG files of their group are older than the new certificate, and have the "
    "server publish again",
}
_ON = "proceed to go on with the rest by a second person's word"
_THEN = {
    Move.EXTEND: "extend to be asked again later",
    Move.PROCEED: _ON,
    Move.CANCEL: "cancel to put everything back",
}
"""What a person can do about it, in this order. A cancel is no option once a certificate was replaced."""


async def goes_on(run: Running, step: Gate, reading: GateReading) -> bool:
    """Whether two persons want to go on with the rest although `reading` does not pass the gate.

    1. past the limit the clients that hold it are named, at every reading anew; when nobody does, and no canary has
       shown what a server signs, that server at once: it is looked at by hand before anybody else verifies there
    2. extend: asked again later; cancel: turned back
    3. proceed: a second person is asked; approved, the rest follows, and nobody is left out of the gate for all
    """
    state = run.state
    proceed, wait = second_person.wish(run, (HELD,)), state.wait
    if proceed is not None and proceed.approved_by:
        on = f"on {_without(reading, 'the canaries')}"
        run.note(EventKind.MESSAGE, f"{on}, by {proceed.asked_by} and {proceed.approved_by}")
        return True
    if proceed is not None:
        whom = _without(reading, f"{proceed.waiting} clients of the canaries")
        text = f"{proceed.asked_by} wants to go on {whom}: {proceed.why}"
        await _show(run, SECOND, step, text, (Move.APPROVE, Move.EXTEND))
    elif wait is not None and _lacks_servers_only(reading) and run.host.now() >= wait.due:
        servers = ", ".join(reading.unshown)
        text = (
            f"no client of the canaries has shown what it gets from {servers}: look there whether the .SIG files of "
            f"each group are newer than the certificate, and have it publish again where they are not; then {_ON}"
        )
        await _show(run, HELD, step, text, (Move.PROCEED,))
    elif wait is not None and run.host.now() >= wait.limit:
        offered = tuple(move for move in _THEN if move is not Move.CANCEL or not state.replaced)
        then = ", ".join(_THEN[move] for move in offered)
        text = f"{_who(reading)}: {_LOOK[step.purpose]}; the gate then passes by itself. Or {then}"
        await _show(run, HELD, step, text, offered)
    return False


def was_answered(run: Running) -> bool:
    """Whether a person's answer waits to be obeyed: a gate need not be read for it at its own time."""
    proceed = second_person.wish(run, (HELD,))
    asked = any(attention.code == SECOND for attention in run.state.attention)
    return proceed is not None and (bool(proceed.approved_by) or not asked)


def _lacks_servers_only(reading: GateReading) -> bool:
    """Whether every canary that was there has got through, and only some of the servers were not shown by any."""
    return bool(reading.unshown) and reading.waiting == 0 and reading.covered > 0


def _without(reading: GateReading, whom: str) -> str:
    """What two persons go on without: clients, or what nobody has shown of servers."""
    if _lacks_servers_only(reading):
        return f"though no canary has shown what {', '.join(reading.unshown)} signs"
    return f"without {whom}"


def _who(reading: GateReading) -> str:
    if not reading.waiting:
        return "no client of the canaries has shown that it gets on: they are all away"
    names = ", ".join(reading.waiting_names)
    return f"{reading.waiting} clients of the canaries were there and do not get through: {names}"


async def _show(run: Running, code: str, step: Gate, text: str, options: tuple[Move, ...]) -> None:
    """Show it without standing still: the clients are read on meanwhile."""
    shown = any(attention.code == code for attention in run.state.attention)
    run.raise_attention(code, step.title, text, options)
    if not shown:
        await run.record(EventKind.ATTENTION, f"{step.title}: {text}")
