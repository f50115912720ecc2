"""Whether the plan that a simulated survey gives is the plan that a person has approved."""

import hashlib
import json

from rotation.finding import Finding, warning
from rotation.plan.comparison import compare, newly_on_trust
from rotation.plan.plan import Plan, PlanBody

_STAND_INS = {"served-certificate-differs"}
"""What must differ: the servers of a simulation have certificates of their own."""


def steps_digest(body: PlanBody) -> str:
    """SHA-256 of a plan's steps, without the fingerprints of the certificates: a simulation has others."""
    steps = [step.model_dump(mode="json") for step in body.steps]
    for step in steps:
        if "fingerprint_sha256" in step.get("work", {}):
            step["work"]["fingerprint_sha256"] = ""
    return hashlib.sha256(json.dumps(steps, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def differences(approved: Plan, played: Plan) -> tuple[Finding, ...]:
    """How the plan that was played differs from the approved one, as warnings; empty when it does not."""
    found = [
        warning(each.code, each.subject, each.message)
        for each in (*compare(approved.body, played.body), *newly_on_trust(approved, played))
        if each.code not in _STAND_INS
    ]
    found += _who_is_left_out(approved, played)
    if steps_digest(approved.body) != steps_digest(played.body):
        found.append(_steps(approved.body, played.body))
    return tuple(found)


def _who_is_left_out(approved: Plan, played: Plan) -> list[Finding]:
    before = {each.id: each for each in approved.body.left_out}
    now = {each.id: each for each in played.body.left_out}
    return [
        warning("left-out-differs", each.name, "is left out by name in the simulated plan only")
        for key, each in now.items()
        if key not in before
    ] + [
        warning("left-out-differs", each.name, "is left out by name in the approved plan only")
        for key, each in before.items()
        if key not in now
    ]


def _steps(approved: PlanBody, played: PlanBody) -> Finding:
    before, now = [step.id for step in approved.steps], [step.id for step in played.steps]
    if before == now:
        changed = ", ".join(step.id for step, other in zip(approved.steps, played.steps, strict=True) if step != other)
        message = f"the same steps, and not alike in {changed}"
    else:
        only = ", ".join(step for step in before if step not in now) or "none"
        new = ", ".join(step for step in now if step not in before) or "none"
        message = f"steps of the approved plan only: {only}; of the simulated one only: {new}"
    return warning("steps-differ", approved.site_id, message)
