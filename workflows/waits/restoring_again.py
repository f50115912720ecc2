"""Another certificate came into a server while clients were made to verify: they are relaxed once more.

Clients that took the policy and that certificate together trust no other one. They take a relaxed policy only while it
is there, so it stays in until they have.
"""

from engine.contract import ActivityName, Counted, EventKind, StepRequest
from rotation.drift.drift import SECURE_DRIFT
from rotation.drift.learned.wrong_list import WRONG_LISTS
from rotation.drift.presented import CERTIFICATES, RELAXED_AGAIN
from rotation.plan.step import Gate, GatePurpose
from rotation.proof.gate import minimum
from rotation.running.state import RelaxedAgain
from workflows.hosts.procedure_change import ProcedureChange
from workflows.messages_of_watch import makes_clients_verify
from workflows.people import second_person
from workflows.requests import about
from workflows.running import Running
from workflows.waits import statement


class RestoreAgain(Exception):  # noqa: N818 - not an error: steps are done again
    """Settings are put back once more, from the gate after the last replacement on."""


def stop_where_another_came(run: Running) -> None:
    """Stop at the gate that proves that clients verify, where a look has found another certificate in a server.

    Raises:
        RestoreAgain: when clients may have taken it together with the policy that has them verify.
    """
    another = any(named.code in CERTIFICATES for named in run.state.drift)
    may_be_taken = another and makes_clients_verify(run.state) and _first(run) is not None
    if may_be_taken and run.host.goes_by(ProcedureChange.RELAXES_AGAIN):
        raise RestoreAgain


async def restore_again(run: Running) -> None:
    """Go back to the gate after the last replacement.

    1. what the gates from there on have shown, and what was noted around the writes that they prove, is forgotten
    2. secure communications are on, and must be off at that gate: the look turns them off again
    3. the other certificate stays in until clients have taken the relaxed policy (`when_to_put_right`)
    4. the gate is proven once the right one is in, and the steps behind it are done again
    """
    state, first = run.state, _first(run)
    if first is None:
        raise AssertionError("no certificate was replaced before clients were made to verify")
    again = state.steps[first : state.cursor + 1]
    for gate in (each for each in again if isinstance(each, Gate)):
        request = StepRequest(ref=about(state, gate))
        await run.call(ActivityName.FORGET_GATE, request, Counted, summary=f"{gate.number}: forget what it has shown")
    ids = {each.id for each in again}
    text = f"{again[0].title}: another certificate came while clients were made to verify; they are relaxed once more"
    await run.record(EventKind.GATE_RESTARTED, text, code=RELAXED_AGAIN, subject=again[0].id)
    statement.forget(run)
    second_person.over(run)
    state.wait = state.fixing = None
    state.begun = tuple(each for each in state.begun if each not in ids)
    state.restarted = tuple(each for each in state.restarted if each.gate not in ids)
    state.cursor, state.relaxed_again = first, RelaxedAgain()


def when_to_put_right(run: Running) -> None:
    """Note from when on the right certificate may go back in: three heartbeats after the last group was relaxed.

    A client whose list speaks HTTPS by then, or names other servers, trusts the other certificate alone as well.
    """
    state = run.state
    if state.relaxed_again is None:
        return
    if not any(named.code in CERTIFICATES for named in state.drift):
        state.relaxed_again = None
    elif any(named.code in {SECURE_DRIFT, *WRONG_LISTS} for named in state.drift):
        state.relaxed_again = RelaxedAgain()
    elif state.relaxed_again.until is None:
        until = run.host.now() + minimum(state.outline.scopes) + state.outline.publish_delay
        state.relaxed_again = RelaxedAgain(until=until)


def not_put_right_yet(run: Running) -> str:
    """What a person reads who is asked to put the right certificate back; empty where nothing has to be waited for."""
    relaxed = run.state.relaxed_again
    if relaxed is None:
        return ""
    if relaxed.until is None:
        return (
            "clients that were made to verify may trust this certificate alone: it stays in until secure "
            "communications are off again and server lists are right in every group of the plan, and for three "
            "heartbeats from then on"
        )
    if run.host.now() >= relaxed.until:
        return ""
    return (
        "clients that were made to verify may trust this certificate alone, and take the relaxed policy only while it "
        f"is in: put the right one in after {relaxed.until:%Y-%m-%d %H:%M} UTC, and not before"
    )


def _first(run: Running) -> int | None:
    """Where in the plan the gate after the last replacement before now is; None where nothing was replaced."""
    places = [
        place
        for place, each in enumerate(run.state.steps[: run.state.cursor])
        if isinstance(each, Gate) and each.purpose is GatePurpose.SWAPPED
    ]
    return places[-1] if places else None
