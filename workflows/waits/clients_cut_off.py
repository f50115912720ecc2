"""Clients that a change has cut off, or may cut off, as a reading shows them: shown long before the gate's limit."""

from engine.contract import EventKind
from rotation.plan.step import Gate
from rotation.proof.reading import is_put_back
from rotation.proof.verdict import REFUSES
from rotation.running.wait import GateReading
from workflows.running import Running
from workflows.silence.clients_beside import show
from workflows.silence.texts import AFTER_SWAP, SILENCED, silent, what_to_do

_REFUSED = (
    "have the server publish again, since its .SIG files may be older than its certificate; put the old certificate "
    "back (roll back) if these clients take no policy at their next check-in"
)
_REFUSED_BACK = (
    "have their server publish again, before its old certificate is put back and afterwards: its .SIG files may be "
    "signed with another key than its certificate's"
)
"""A client that holds the new certificate only cannot take the list with the old one behind it."""
_PUBLISHED = (
    "unless they are switched off, have their server publish again; put the old certificate back (roll back) if they "
    "stay away"
)
_REFUSING, _UPGRADING = "refusing", "upgrade-pending"
_AFTER_WRITE = "silent-after-write"
_LISTED = 100
"""So many clients are named in the trail of one gate; all of them are in the store."""
CODES = (AFTER_SWAP, _AFTER_WRITE, _REFUSING, _UPGRADING)


async def tell(run: Running, reading: GateReading) -> None:
    """Raise attention for those who fell silent, who refuse, and who are to be upgraded; drop what is over.

    Rules 8, 10 and 22; 11; 26.
    """
    step = run.state.step
    canaries = isinstance(step, Gate) and step.over_canaries and is_put_back(step)  # asked about by themselves
    refusing = 0 if canaries else sum(reading.by_reason.get(reason, 0) for reason in REFUSES)
    names = ", ".join(reading.silent_names)
    for code, subject, count, text, then in (
        (
            AFTER_SWAP,
            SILENCED,
            reading.silent_after_swap,
            silent(reading.silent_after_swap, names),
            what_to_do(run.state.outline.purpose),
        ),
        (
            _AFTER_WRITE,
            SILENCED,
            reading.silent_after_write,
            silent(reading.silent_after_write, names),
            _after_write(run),
        ),
        (
            _REFUSING,
            "clients that refuse their policy",
            refusing,
            _refusing(refusing, ", ".join(reading.refusing_names)),
            _REFUSED if run.state.outline.purpose == "rotate" else _REFUSED_BACK,
        ),
        (
            _UPGRADING,
            "clients that are about to be upgraded",
            reading.upgrading,
            _upgraded(reading.upgrading, ", ".join(reading.upgrading_names)),
            "its package may hold an old Sylink.xml: take the upgrade off their groups until the rotation has ended",
        ),
    ):
        if not count:
            run.drop_attention(code)
            continue
        await show(run, code, subject, text, then)
    await _list(run, reading)


def _after_write(run: Running) -> str:
    step = run.state.step
    if run.state.outline.purpose == "roll-back" and isinstance(step, Gate) and is_put_back(step):
        return what_to_do("roll-back")
    if run.state.outline.purpose == "rotate" and run.state.replaced:
        return _PUBLISHED
    return "unless they are switched off, open the HTTP port of their network, or cancel"


def _refusing(count: int, names: str) -> str:
    return f"{count} clients check in and keep an older policy, among them {names}"


def _upgraded(count: int, names: str) -> str:
    return f"{count} clients get a later version soon, among them {names}"


async def _list(run: Running, reading: GateReading) -> None:
    """Name those who fell silent in the trail, where they are too few to call a person (rule 22)."""
    wait, step = run.state.wait, run.state.step
    new = sorted(set(reading.switched_off) - set(wait.listed))[: _LISTED - len(wait.listed)] if wait is not None else []
    if wait is None or step is None or not new:
        return
    run.state.wait = wait.model_copy(update={"listed": tuple(sorted({*wait.listed, *new}))})
    text = f"silent for three heartbeats, and so few that they may be switched off: {', '.join(new)}"
    await run.record(EventKind.QUIET, f"{step.title}: {text}")
