"""What one simulated rotation comes to, in a form that can be shown and compared. It holds nothing of this machine."""

from datetime import datetime

from pydantic import Field

from rotation.finding import Finding
from rotation.plan.plan import Plan
from rotation.span import Length
from rotation.values import Value
from simulation.drawn.likeness import differences, steps_digest
from simulation.judged.exemptions import exempted
from simulation.judged.facts import Facts
from simulation.judged.invariants import Violation, check


class Loss(Value):
    """A client that lost its site."""

    client: str
    group: str
    since: datetime
    why: str
    after: str
    """The effect that cut it off."""
    exemption: str = ""
    """Why the promise does not cover it; empty when it does."""


class RunRecord(Value):
    """One simulated rotation. The same seed gives the same record."""

    seed: int
    outcome: str
    """`completed`, `cancelled`, ..., `refused` when no plan could be made, `unfinished` when it took too long."""
    reason: str = ""
    duration: Length
    exposure: Length
    """How long secure communications were off somewhere, where they had been on."""
    clients: int
    left_out: int
    """Clients left out by name, in the plan or in a gate."""
    lost: tuple[Loss, ...]
    violations: tuple[Violation, ...]
    refused: tuple[Finding, ...] = ()
    behaviour: dict[str, str | int | bool | None] = Field(default_factory=dict)
    """How SEPM behaved, where that is open and was not as is most likely; spans as ISO 8601 has them."""
    steps_sha256: str = ""
    """What the steps of its plan come to, certificates aside."""
    differs: tuple[Finding, ...] = ()
    """How its plan differs from the one that a person has approved, where a registered site's plan was played."""


def record(facts: Facts, approved: Plan | None = None) -> RunRecord:
    """The record of a played rotation; of a registered site, beside the plan that was approved."""
    outcome = facts.outcome.value if facts.outcome else "unfinished"
    return RunRecord(
        seed=facts.scenario.seed,
        outcome="refused" if facts.plan is None else outcome,
        reason=facts.unfinished,
        duration=facts.duration,
        exposure=facts.exposure,
        clients=facts.clients,
        left_out=len(facts.left_out),
        lost=tuple(
            Loss(
                client=lost.name,
                group=lost.group,
                since=lost.first_failed,
                why=lost.first_why,
                after=f"{lost.after.kind} on {' / '.join(lost.after.subject[:1])}" if lost.after else "",
                exemption=exempted(lost, facts) or "",
            )
            for lost in facts.lost
        ),
        violations=check(facts),
        refused=facts.refused,
        behaviour=facts.scenario.spec.switches.model_dump(mode="json", exclude_defaults=True),
        steps_sha256=steps_digest(facts.plan.body) if facts.plan else "",
        differs=differences(approved, facts.plan) if approved and facts.plan else (),
    )
