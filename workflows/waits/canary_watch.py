"""Canaries that do not get through: shown while they are read on; their gate ends by itself, or two persons end it.

Nothing irreversible follows such a gate. So going on leaves no client out: the gate for all waits for them too.
"""

from engine.contract import EventKind
from rotation.plan.step import Gate, GatePurpose
from rotation.proof.reading import is_put_back
from rotation.proof.verdict import REFUSES
from rotation.running.attention import CANARY_HELD, SECOND
from rotation.running.message import Move
from rotation.running.wait import GateReading
from workflows.people import second_person
from workflows.running import Running

BACK = "canary-back"
CODES = (CANARY_HELD, BACK)
_LOOK = {
    GatePurpose.RELAXED: "open the HTTP port of their network (a client that cannot reach it hears of nothing any more "
    "and is brought back by the open port, or by a new Sylink.xml, which shows nothing of the port)",
    GatePurpose.VERIFYING: "look whether the policy of their group was published",
    GatePurpose.RETURNED: "look whether the .SIG files of their group are older than the new certificate, and have the "
    "server publish again; look also whether such a client reaches the HTTPS client port of a server of its list",
}
_ON = "proceed to go on with the rest, if a second person approves"
_BACK = "roll back"
_PASSES = "the gate then passes by itself"
_CUT_OFF = "those that the new certificate has cut off come back only once the old one is in: proceed with these"
_THEN = {
    Move.EXTEND: "extend to be asked again later",
    Move.PROCEED: _ON,
    Move.CANCEL: "cancel to put everything back",
}
"""What a person can do about it, in this order. A cancel is no option once a certificate was replaced."""


async def goes_on(run: Running, step: Gate, reading: GateReading) -> bool:
    """Whether two persons want to go on with the rest although `reading` does not pass the gate.

    1. past the limit, or where canaries refuse the policy that makes them verify again, the clients that hold it are
       named, again at every reading; when none holds it, and no canary
       has shown what a server signs, that server at once: a person looks at it before another client verifies there
    2. extend: asked again later; cancel: turned back
    3. proceed: a second person is asked; approved, the rest follows, and no client is left out of the gate for all
    4. when relaxed canaries are heard again: two persons say that the port was opened, and that no other Sylink.xml
       brought them back
    """
    state = run.state
    if second_person.wish(run, (CANARY_HELD if _is_back(run, step, reading) else BACK,)) is not None:
        second_person.over(run)  # it was about something else
    proceed, wait = second_person.wish(run, CODES), state.wait
    if proceed is not None and proceed.approved_by:
        by, what = f"{proceed.asked_by} and {proceed.approved_by}", _without(run, reading, "without the canaries")
        run.note(EventKind.MESSAGE, f"{by} let the rotation go on {what}")
        return True
    if proceed is not None:
        count = proceed.waiting
        which = _without(run, reading, f"with the rest, though {count} clients of the canaries do not get through yet")
        text = f"{proceed.asked_by} wants to go on {which}: {proceed.why}"
        await run.ask_on(SECOND, step.title, text, (Move.APPROVE, Move.EXTEND))
    elif wait is not None and _lacks_servers_only(reading) and run.host.now() >= wait.due:
        servers = ", ".join(reading.unshown)
        text = (
            f"no client of the canaries has shown what it gets from {servers}: look there whether the .SIG files of "
            f"each group are newer than the certificate, and have it publish again where they are not; then {_ON}"
        )
        await run.ask_on(CANARY_HELD, step.title, text, (Move.PROCEED,))
    elif wait is not None and _is_back(run, step, reading):
        text = (
            f"{', '.join(wait.held)} did not get through, and checks in again: look whether the HTTP port of that "
            "network is open now, since another Sylink.xml with HTTPS brings a client back too. If it is open, "
            f"{_ON}; else {_BACK if state.replaced else _THEN[Move.CANCEL]}"
        )
        await run.ask_on(BACK, step.title, text, (Move.PROCEED, Move.CANCEL))
    elif wait is not None and (run.host.now() >= wait.limit or refused_by(step, reading)):
        offered = run.offered(tuple(_THEN))
        then = "; ".join(_THEN[move] for move in offered)
        look = _LOOK[step.purpose]
        if step.purpose is not GatePurpose.RELAXED:
            look = f"{look}; {_PASSES}"
        elif state.outline.purpose == "roll-back":
            look = f"{look}; {_CUT_OFF}"
        text = f"{_who(reading)}: {look}. {_choose(then)}"
        if reading.silent_canaries:
            state.wait = wait.model_copy(update={"held": tuple(sorted({*wait.held, *reading.silent_canaries}))})
        await run.ask_on(CANARY_HELD, step.title, text, offered, content=wait.content(reading))
    return False


def refused_by(step: Gate, reading: GateReading) -> bool:
    """Whether canaries refuse the policy of settings that were put back: a person is asked before the limit."""
    return is_put_back(step) and any(reading.by_reason.get(reason) for reason in REFUSES)


def _is_back(run: Running, step: Gate, reading: GateReading) -> bool:
    """Whether what is asked is by what canaries came back, and not whether the rest goes on without them."""
    return reading.reached and doubts(run, step)


def doubts(run: Running, step: Gate) -> bool:
    """Whether canaries that were named as not getting through are heard again, and two persons say by what."""
    return step.over_canaries and run.state.wait is not None and bool(run.state.wait.held)


def _lacks_servers_only(reading: GateReading) -> bool:
    """Whether every canary that was there has got through, and only some of the servers were not shown by any."""
    return bool(reading.unshown) and reading.waiting == 0 and reading.covered > 0


def _without(run: Running, reading: GateReading, which: str) -> str:
    """What two persons go on without: clients, or what no client has shown of servers, or of a port."""
    if reading.reached and run.state.wait is not None and run.state.wait.held:
        return f"since the HTTP port is open for {', '.join(run.state.wait.held)}"
    if _lacks_servers_only(reading):
        return f"though no canary has shown what {', '.join(reading.unshown)} signs"
    return which


def _choose(then: str) -> str:
    return f"Or choose: {then}"


def _who(reading: GateReading) -> str:
    if not reading.waiting:
        return "no client of the canaries has shown that it gets on: they are all away"
    count, names = reading.waiting, reading.waiting_shown
    return f"{count} clients of the canaries were there and do not get through: {names}"
