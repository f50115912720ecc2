"""What a played rotation has come to: the codes that people and the trail have shown, and what its site was like."""

from collections.abc import Iterator

from emulator.switches import Switches
from rotation.plan.scope import Treatment
from rotation.plan.step import Console, Gate
from simulation.judged.facts import Facts

_MANY_SERVERS, _MANY_CLIENTS = 4, 20


def codes(facts: Facts) -> frozenset[str]:
    """The codes of attention, drift, repairs, refusals and findings that came up."""
    plans = [plan for plan in (facts.plan, facts.last_plan) if plan is not None]
    found = [*facts.refused, *(finding for plan in plans for finding in plan.findings)]
    of_events = (event.data.get("code", "") for event in facts.trail)
    return facts.shown | {each.code for each in found} | {code for code in of_events if code}


def traits(facts: Facts) -> frozenset[str]:
    """What it covers, as words: the site, how SEPM behaved, what happened, what was done, and how it ended."""
    return frozenset(_site(facts)) | frozenset(_behaviour(facts.scenario.spec.switches)) | frozenset(_course(facts))


def _site(facts: Facts) -> Iterator[str]:
    servers = len(facts.scenario.spec.servers)
    yield f"servers {f'{_MANY_SERVERS} and more' if servers >= _MANY_SERVERS else servers}"
    yield f"clients {'more than' if facts.clients > _MANY_CLIENTS else 'up to'} {_MANY_CLIENTS}"
    yield f"profile {facts.scenario.profile.value}"


def _behaviour(switches: Switches) -> Iterator[str]:
    for name, value in switches.model_dump(mode="json").items():
        yield f"switch {name} {value if isinstance(value, bool) or name in _NAMED else _is_set(name, value)}"


_NAMED = frozenset(
    name for name, value in Switches().model_dump(mode="python").items() if hasattr(type(value), "__members__")
)


def _is_set(name: str, value: object) -> str:
    return "as usual" if value == Switches().model_dump(mode="json")[name] else "otherwise"


def _course(facts: Facts) -> Iterator[str]:
    yield from (f"event {each.site_event.site_event}" for each in facts.scenario.site_events)
    yield from (f"event {each.site_event.site_event}" for each in facts.scenario.follows)
    yield from (f"mistake {slip.mistake.value}" for slip in facts.slips)
    yield from (f"story {event.kind}" for event in facts.trail)
    yield from (f"task {task.work.kind}, {task.state.value}" for task in facts.tasks)
    yield f"end {facts.outcome.value if facts.outcome else 'no plan' if facts.plan is None else 'unfinished'}"
    if facts.body is None:
        return
    yield from (f"treatment {owner.treatment.value}" for owner in facts.body.scopes)
    yield from (f"gate {step.purpose.value}" for step in facts.body.steps if isinstance(step, Gate))
    yield from (f"work {step.work.kind}" for step in facts.body.steps if isinstance(step, Console))
    stale = facts.scenario.spec.switches
    if stale.stale_sig_files and any(owner.treatment is Treatment.FAILOVER for owner in facts.body.scopes):
        yield f"stale signatures with list B, {stale.rejected_download.value}"
