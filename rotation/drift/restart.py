"""Which gates have to be proven again when something has changed that their proof rests on (rule 12b)."""

from rotation.drift.drift import Drift
from rotation.drift.presented import CERTIFICATES
from rotation.drift.standing import last_write
from rotation.plan.plan import PlanBody
from rotation.plan.step import Gate, GatePurpose, ScopeName
from rotation.values import ServerName


def voided(drift: Drift, body: PlanBody, at: str) -> tuple[str, ...]:
    """The ids of the gates, up to step `at`, whose proof `drift` voids.

    A setting that the plan wrote: the gates that prove that write. A certificate: the gate after it was put in; of a
    server whose turn has not come, the gate after the last one that was, since relaxed clients take any certificate.
    What a drill has shown of lists stays (rule 18): once ports and servers are back, no client can show it again.
    """
    if drift.finding.code in CERTIFICATES:
        return _of_server(ServerName(drift.finding.subject), body, at)
    owner = next((owner for owner in body.scopes if owner.group_id == drift.owner), None)
    if owner is None or drift.field is None:
        return ()
    write = last_write(body, at, drift.field, owner)
    if write is None:
        return ()
    return tuple(
        gate.id
        for gate in _gates(body, at)
        if body.steps.index(gate) > body.steps.index(write)
        and gate.purpose is not GatePurpose.SWAPPED
        and (gate.purpose not in {GatePurpose.LISTED, GatePurpose.ELSEWHERE} or gate.id == at)
        and body.is_in(owner, gate.scope)
    )


def _of_server(server: ServerName, body: PlanBody, at: str) -> tuple[str, ...]:
    reached = _gates(body, at)
    swapped = [gate for gate in body.swap_gates if gate in reached]
    after_it = [gate for gate in swapped if gate.server == server]
    if not after_it and any(True for _ in body.pairs(ScopeName.RELAXED)):
        after_it = swapped[-1:]
    after_it += [gate for gate in reached if gate.purpose is GatePurpose.RECOVERED]
    return tuple(gate.id for gate in after_it)


def _gates(body: PlanBody, at: str) -> list[Gate]:
    reached = body.steps[: body.steps.index(body.step(at)) + 1]
    return [step for step in reached if isinstance(step, Gate)]
