"""What the run loop knows of the plan that it runs: its steps, and of its owners what waits are computed from.

The plan itself stays in the store, and activities read it there: its size follows the site's, that of an outline does
not.
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from typing import Self

from rotation.plan.plan import CertificateFor, PlanBody, Purpose
from rotation.plan.scope import ReportingPace, Treatment
from rotation.plan.step import Console, Load, ScopeName, Step, the_step
from rotation.plan.work.task import RefreshImages
from rotation.span import Length
from rotation.values import Value


class OutlineScope(ReportingPace):
    """Owners that are treated alike."""

    treatment: Treatment
    canaries: bool
    """Whether they go first in every wave."""
    drilled: bool
    """Whether a drill shows their failover before the first certificate."""

    def is_in(self, scope: ScopeName) -> bool:
        """Whether `scope` names them."""
        relaxed = self.treatment is Treatment.RELAX
        return scope.names(relaxed=relaxed, first=self.canaries, drilled=self.drilled)


class Outline(Value):
    """A plan without what its size follows: owners, pairs, names."""

    purpose: Purpose
    certificates: tuple[CertificateFor, ...]
    publish_delay: Length
    scopes: tuple[OutlineScope, ...]
    """Of owners that are treated alike only those that a wait can follow: no other one is slower, or none is faster."""
    steps: tuple[Step, ...]

    @classmethod
    def to_load(cls, purpose: Purpose) -> Self:
        """Of a plan of which nothing is known but its id and hash: the one step is to load it."""
        load = Load(id="00-load", number="load", title="Take up the approved plan")
        return cls(purpose=purpose, certificates=(), publish_delay=timedelta(0), scopes=(), steps=(load,))

    def owners(self, scope: ScopeName) -> tuple[OutlineScope, ...]:
        """The scopes of the owners that `scope` names."""
        return tuple(each for each in self.scopes if each.is_in(scope))

    def step(self, step_id: str) -> Step:
        """The step of that id.

        Raises:
            KeyError: when the plan has none of that id.
        """
        return the_step(self.steps, step_id)


def outline(body: PlanBody) -> Outline:
    """The outline of a plan."""
    every = {
        OutlineScope(
            treatment=owner.treatment,
            canaries=owner.group_id in body.canaries,
            drilled=owner.group_id in body.drilled,
            slowest_heartbeat=owner.slowest_heartbeat,
            jitter=owner.jitter,
        )
        for owner in body.scopes
    }
    alike = groupby(sorted(every, key=_order), key=lambda each: (each.treatment, each.canaries, each.drilled))
    return Outline(
        purpose=body.purpose,
        certificates=body.certificates,
        publish_delay=body.publish_delay,
        scopes=tuple(scope for _, scopes in alike for scope in _that_count(list(scopes))),
        steps=tuple(_without_names(step) for step in body.steps),
    )


def _order(scope: OutlineScope) -> tuple[str, bool, bool, timedelta, timedelta]:
    return (scope.treatment, scope.canaries, scope.drilled, scope.slowest_heartbeat, scope.jitter)


def _that_count(rising: list[OutlineScope]) -> Iterable[OutlineScope]:
    """The fastest one, and each that is slower, or has more jitter, than any other."""
    fastest, jitter = rising[0], None
    slowest: list[OutlineScope] = []
    for scope in reversed(rising):
        if jitter is None or scope.jitter > jitter:
            slowest.append(scope)
            jitter = scope.jitter
    return dict.fromkeys((fastest, *reversed(slowest)))


def _without_names(step: Step) -> Step:
    """The step without the groups that it names: the task is opened from the stored plan."""
    if isinstance(step, Console) and isinstance(step.work, RefreshImages):
        return step.model_copy(update={"work": step.work.model_copy(update={"groups": ()})})
    return step
